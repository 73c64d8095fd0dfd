"""A batch that does not fit: what to lower is said, and the model can be used on."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from saccade.errors import NotEnoughMemory
from saccade.layers import Dense, Input
from saccade.models import Sequential

PROGRAM = """
import resource, numpy as np
from saccade.errors import NotEnoughMemory
from saccade.layers import Conv2D, Dense, Flatten, Input
from saccade.models import Sequential

model = Sequential([Input((32, 32, 1)), Conv2D(64, 3), Flatten(), Dense(1)])
model.compile("sgd", "mse")
x, y = np.zeros((8000, 32, 32, 1), "float32"), np.zeros((8000, 1))
model.fit(x[:2], y[:2], verbose=0)
used = 4096 * int(open("/proc/self/statm").read().split()[0])
resource.setrlimit(resource.RLIMIT_AS, (used + 2**30,) * 2)
for way, data in (("fit", (x, y)), ("evaluate", (x, y)), ("predict", (x,))):
    try:
        getattr(model, way)(*data, batch_size=8000, verbose=0)
    except NotEnoughMemory as fault:
        print(fault)
print(model.evaluate(x[:8], y[:8], verbose=0) >= 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS and /proc are Linux's")
def test_a_batch_that_does_not_fit():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 4, done.stdout + done.stderr
    for line, way in zip(lines, ("fit", "evaluate", "predict"), strict=False):
        assert line.startswith(f"{way}: a batch of 8000 samples must fit into the memory")
        assert "Lower batch_size (now 8000)" in line
    assert lines[3] == "True"


class Faulty(Dense):
    fault: BaseException

    def call(self, x):
        raise self.fault


OF_MEMORY = {
    "numpy": MemoryError("Unable to allocate 3 GiB"),
    "cuda": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 ..."),
    "cpu": RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried ... Error code 12"),
    "c++": RuntimeError("std::bad_alloc"),
}


@pytest.mark.parametrize("fault", OF_MEMORY.values(), ids=OF_MEMORY)
def test_every_librarys_words(fault):
    model = Sequential([Input((4,)), Faulty(1)])
    model.layers[-1].fault = fault
    model.compile("sgd", "mse")
    with pytest.raises(NotEnoughMemory, match="Lower batch_size") as caught:
        model.fit(np.zeros((2, 4)), np.zeros((2, 1)), verbose=0)
    assert isinstance(caught.value, (MemoryError, RuntimeError))
    assert caught.value.__cause__.__traceback__ is None  # it holds what filled the memory


def test_another_error_stays_what_it_is():
    model = Sequential([Input((4,)), Faulty(1)])
    model.layers[-1].fault = RuntimeError("something else")
    with pytest.raises(RuntimeError, match="something else") as caught:
        model.predict(np.zeros((2, 4)), verbose=0)
    assert not isinstance(caught.value, NotEnoughMemory)

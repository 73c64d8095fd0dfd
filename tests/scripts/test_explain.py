"""`--explain`: what was said, and where the time went."""

from __future__ import annotations

import re
import subprocess
import sys
import time

from saccade.keras_alias.explain import EVALUATE, FORWARD, VALIDATION, Explanation

SCRIPT = """\
import sys
import numpy as np
from keras.layers import Dense, Flatten, Input
from keras.models import Sequential
from keras.optimizers import Adam
model = Sequential([Input((6, 6, 3)), Flatten(), Dense(3, activation="softmax")])
model.compile(Adam(lr=0.01), "sparse_categorical_crossentropy")
x, y = np.random.rand(64, 6, 6, 3), np.random.randint(0, 3, 64)
model.fit(x, y, epochs=2, validation_split=0.25, verbose=0)
print("done")
sys.exit(4)
"""


def test_a_script_is_explained_after_it_ran(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-m", "saccade", "--explain", str(script)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.stdout, done.returncode) == ("done\n", 4)
    said = done.stderr[done.stderr.index("What saccade did") :]
    assert "translated: 1\n  Adam(lr=) is the old name of learning_rate" in said
    assert "warned of: nothing" in said
    shares = dict(re.findall(r"(?m)^(\S.*?) +[\d.]+ +(\d+)%$", said))
    assert {"forward, loss and metrics", "backward", "validation", "everything else"} <= set(shares)
    assert 97 <= sum(map(int, shares.values())) <= 103


def test_time_inside_is_counted_once():
    told = Explanation()
    inner = told.timed(EVALUATE, lambda: time.sleep(0.05))

    def outer():
        time.sleep(0.02)
        inner()

    told.timed(FORWARD, outer)()
    assert 0.05 <= told.seconds[EVALUATE] < 0.07
    assert 0.02 <= told.seconds[FORWARD] < 0.04
    told.timed(VALIDATION, outer)()
    assert 0.07 <= told.seconds[VALIDATION] < 0.1
    assert told.seconds[EVALUATE] < 0.07

"""OpenVINO, where it is installed, runs a folded network: on processors it is the faster engine.

It is an optional extra (`pip install saccade[openvino]`). It is asked for the same precision, so
results differ from torch's by rounding only.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch

from saccade.engines.folded_network import FoldedNetwork
from saccade.engines.signal_stack import signal_stack_kept

MOST_SHAPES = 3  # a full batch, the last one of a pass, and one more
MODULES = ("openvino", "openvino.frontend", "openvino.frontend.pytorch.ts_decoder")
SWITCH = "SACCADE_OPENVINO"  # the environment variable that leaves it out when it is "0"


class OpenVinoNetwork:
    """A folded network in OpenVINO; compiled for each shape of batches when it first comes.

    Args:
        folded: what it does.
    """

    title = "OpenVINO"  # in messages

    def __init__(self, folded: FoldedNetwork):
        self._folded = folded
        self._compiled: dict[tuple[int, ...], Any] = {}
        self._lock = threading.Lock()

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """The output for a batch on the CPU, float32 in and out."""
        with self._lock:  # a compiled network serves one caller at a time
            return torch.from_numpy(self._compiled_for(x)(x.contiguous().numpy())[0])

    def _compiled_for(self, x: torch.Tensor) -> Any:
        shape = tuple(x.shape)
        if shape not in self._compiled:
            if len(self._compiled) == MOST_SHAPES:
                self._compiled.pop(next(iter(self._compiled)))
            self._compiled[shape] = self._compile(x)
        return self._compiled[shape]

    def _compile(self, x: torch.Tensor) -> Any:
        openvino, frontend, decoder = import_quietly()
        with torch.no_grad(), self._folded.in_plain_operations(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about torch.jit, and sizes that become constants
            traced = torch.jit.trace(_Traced(self._folded), x, check_trace=False)
        reader = frontend.FrontEndManager().load_by_framework("pytorch")
        operations = decoder.TorchScriptPythonDecoder(traced, example_input=x)
        network = reader.convert(reader.load(operations))
        network.reshape(list(x.shape))
        precision = "f32" if self._folded.dtype is torch.float32 else "bf16"
        with signal_stack_kept():
            return openvino.Core().compile_model(
                network,
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": precision,
                    "INFERENCE_NUM_THREADS": torch.get_num_threads(),
                    "PERFORMANCE_HINT": "LATENCY",
                },
            )


class _Traced(torch.nn.Module):
    def __init__(self, folded: FoldedNetwork):
        super().__init__()
        self._run = folded.run  # no part of this module: the folded weights become constants
        # Tensors that take gradients can't; as parameters of the module they are read out.
        self.own = torch.nn.ParameterList(folded.own_weights)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self._run(x)


def import_quietly() -> list[Any]:
    """OpenVINO's modules, without the message to its maker that importing them would send.

    It asks nobody before; where its messenger is missing, it does without.
    """
    messenger = "openvino_telemetry"
    held = sys.modules.get(messenger)
    sys.modules[messenger] = None  # type: ignore[assignment]
    try:
        return [import_module(name) for name in MODULES]
    finally:
        del sys.modules[messenger]
        if held is not None:
            sys.modules[messenger] = held


@lru_cache(maxsize=1)
def has_openvino() -> bool:
    """Whether OpenVINO is installed, and not switched off by SACCADE_OPENVINO=0."""
    return os.environ.get(SWITCH) != "0" and find_spec("openvino") is not None

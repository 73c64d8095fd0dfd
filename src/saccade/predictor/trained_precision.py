"""Trained precision: a run is used in the precision that it was trained in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from saccade.files.formats import METRICS_FILE
from saccade.models import load_model
from saccade.numerics.machine.native_precision import has_native_bfloat16
from saccade.plain_json import read_record


def load_as_trained(file: str | os.PathLike[str]) -> Any:
    """The model of a run, computing in the run's precision.

    Args:
        file: the model file; in a run's folder, beside what tells of the training.

    Raises:
        NoSuchFile, FileFormatError: as `load_model`.
    """
    model = load_model(file, compile=False)
    compute_in(model, read_record(Path(file).parent / METRICS_FILE).get("precision"))
    return model


def compute_in(model: Any, precision: Any) -> None:
    """Let a model's layers compute in bfloat16, if that is it and the machine has it natively.

    Weights stay in float32, and so does the last layer, whose probabilities take all the bits.
    """
    if precision != "bfloat16" or not has_native_bfloat16(model.device):
        return
    for layer in model.layers[:-1]:
        for one in (layer, *layer.sublayers_within()):
            if one.dtype_policy.name == "float32":
                one.dtype_policy = "mixed_bfloat16"

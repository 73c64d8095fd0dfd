"""The prediction loop: reads batches, keeps what the model makes of them, tells the callbacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from saccade.errors import DataError
from saccade.nests import map_nest
from saccade.numerics.machine.allocator import keep_freed_memory
from saccade.training.batches.feed import Feed
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.custom_step import overrides
from saccade.training.loop import on_device


def predict(model: Any, feed: Feed, callbacks: CallbackGroup, forward: Any = None) -> Any:
    """The model's outputs over one turn of the feed, in the order of the data.

    Changes nothing of the model, so several threads may predict at once.

    Args:
        forward: what is called on a batch, if not the model.
    """
    keep_freed_memory()
    forward = model if forward is None else forward
    feed.rewind()
    own = overrides(model, "predict_step")
    if getattr(model, "stop_predicting", False):
        model.stop_predicting = False
    callbacks.call("on_predict_begin", {})
    outputs: list[Any] = []
    with torch.inference_mode():
        for x, _, _ in feed.take():
            callbacks.call("on_predict_batch_begin", len(outputs), {})
            (x,) = on_device(model.device, x)
            y_pred = model.predict_step(x) if own else forward(x, training=False)
            y_pred = map_nest(as_array, y_pred)
            outputs.append(y_pred)
            if callbacks.listens("on_predict_batch_end"):
                callbacks.call("on_predict_batch_end", len(outputs) - 1, {"outputs": y_pred})
                if getattr(model, "stop_predicting", False):
                    break
    if not outputs:
        raise DataError("predict", "there must be at least one batch", "none")
    callbacks.call("on_predict_end", {})
    return map_nest(lambda *parts: np.concatenate(parts), *outputs)


def as_array(y_pred: torch.Tensor) -> np.ndarray:
    """An output as NumPy holds it, which has no bfloat16."""
    y_pred = y_pred.float() if y_pred.dtype is torch.bfloat16 else y_pred
    return y_pred.detach().cpu().numpy()

"""Step: one batch in, the weights moved once."""

from __future__ import annotations

from typing import Any

import torch

from saccade.errors import NotFinite, StateError
from saccade.training.run import Run


def train_step(run: Run, x: Any, y: Any, sample_weight: Any) -> None:
    """predict -> loss -> gradients -> weights -> sums.

    A loss that is not finite raises before the weights change. On a device that works apart from
    the program (CUDA, MPS) looking would mean waiting, so there the weights are left as they are
    on the device from that step on, and the loop raises when it next looks.
    """
    y_pred = run.model(x, training=True)
    if run.outputs is None:
        run.outputs = y_pred.shape[-1]
        check_targets(run, y)
    loss = run.objective.compute(y, y_pred, sample_weight)
    seen: torch.Tensor | float = loss.detach()
    if not nobody_waits(loss):
        seen = check_finite(run, loss, x, y, sample_weight)  # read anyway: a plain number
    else:
        finite = torch.isfinite(loss).to(loss.dtype)
        run.healthy = finite if run.healthy is None else run.healthy * finite
    weights = run.weights
    if not weights or not all(weight.requires_grad for weight in weights):  # frozen meanwhile
        weights = _weights_to_move(run)
    gradients = torch.autograd.grad(loss, weights, allow_unused=True)
    run.optimizer.step(weights, list(gradients), run.healthy)
    with torch.no_grad():
        run.objective.update(y, y_pred.detach(), seen, len(x))


def nobody_waits(loss: torch.Tensor) -> bool:
    """Whether the loss is on a device that works apart from the program."""
    return loss.device.type != "cpu"


def _weights_to_move(run: Run) -> list[Any]:
    """The trainable weights, found after the first prediction has built the model."""
    run.weights = run.model.trainable_weights
    if not run.weights:
        raise StateError(
            "fit",
            "the model must have a weight to train",
            "none that is trainable",
            "Unfreeze a layer: layer.trainable = True.",
        )
    return run.weights


def check_targets(run: Run, y: Any) -> None:
    """Raise for labels out of range: in a batch, or once for arrays that are all in memory."""
    targets = run.feed.source.targets
    if targets is None:
        run.objective.check_targets(y, run.outputs or 0)
    elif not run.targets_checked:
        run.objective.check_targets(targets, run.outputs or 0)
        run.targets_checked = True


def check_finite(
    run: Run, loss: torch.Tensor, x: Any = None, y: Any = None, sample_weight: Any = None
) -> float:
    """The loss as a number; raises NotFinite, with the likely cause, unless it is finite."""
    value = loss.item()
    if value - value == 0.0:  # false for NaN and both infinities
        return value
    place = f"epoch {run.epoch + 1}, step {run.step + 1}"
    for name, array in (("x", x), ("y", y), ("sample_weight", sample_weight)):
        if torch.is_tensor(array) and array.is_floating_point():
            bad = int((~torch.isfinite(array)).sum())
            if bad:
                raise NotFinite(
                    "fit",
                    f"the data must be finite; {name} of {place} holds {bad} values that are not",
                    f"a loss of {value}",
                    "Look for NaN in the arrays, or in what preprocessing makes of them. "
                    "The weights are as they were before this step.",
                )
    raise NotFinite(
        "fit",
        "the loss must stay finite",
        f"{value} at {place}",
        "Make the learning rate smaller, or scale the inputs to about -1..1. "
        "The weights are as they were before this step.",
    )

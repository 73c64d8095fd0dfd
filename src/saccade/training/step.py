"""Step: one batch in, the weights moved once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade.errors import NotFinite
from saccade.layers.core.masks import with_mask_of
from saccade.nests import leaves, map_nest
from saccade.notes import note_once
from saccade.timers import BACKWARD
from saccade.training.faults.not_finite import not_finite
from saccade.training.outputs import predictions_of
from saccade.training.run import Run


def train_step(run: Run, x: Any, y: Any, sample_weight: Any) -> None:
    """predict -> loss -> gradients -> weights -> sums.

    A loss that is not finite raises before the weights change. On a device that works apart from
    the program (CUDA, MPS) looking would mean waiting, so there the weights are left as they are
    on the device from that step on, and the loop raises when it next looks.
    """
    objective, batch = run.objective, (x, y, sample_weight)
    compiled = run.compiling.step if run.compiling is not None else None
    if compiled is not None and run.weights is None:  # the first step of an epoch
        run.weights = run.model.trainable_weights
    if compiled is not None and compiled.fits(run.weights, batch):
        loss, y_pred, gradients = compiled(batch)
    else:
        compiled, gradients = None, []
        y_pred = run.forward(x, training=True)
        if run.outputs is None:
            run.outputs = sizes_of(y_pred, objective)
            check_targets(run, y)
        loss = objective.compute(y, y_pred, sample_weight, added=_added(run))
    try:
        seen = _look(run, loss, batch)
    except NotFinite:
        if not run.callbacks.ends_on_nan:
            raise
        with torch.no_grad():  # the callback sees it in the logs, and ends the run
            objective.update(y, detached(y_pred), loss.item(), samples_in(x), sample_weight)
        return
    weights = run.weights
    frozen = not weights or not all(weight.requires_grad for weight in weights)  # meanwhile
    if compiled is None and frozen:
        weights = run.weights = run.model.trainable_weights
    if not weights:
        note_nothing_to_train()
    elif compiled is None:
        scaled = run.optimizer.scale_loss(loss)
        with BACKWARD:
            gradients = list(torch.autograd.grad(scaled, weights, allow_unused=True))
    if weights:
        run.optimizer.step(weights, gradients, run.healthy)
    with torch.no_grad():
        objective.update(y, detached(y_pred), seen, samples_in(x), sample_weight)


def _look(run: Run, loss: torch.Tensor, batch: tuple[Any, Any, Any]) -> torch.Tensor | float:
    """The loss to report; raises unless it is finite, or notes it where nobody waits."""
    if not nobody_waits(loss):  # read anyway: a plain number
        place = f"epoch {run.epoch + 1}, batch {run.step + 1}"
        return check_finite(place, loss, *batch, files=run.feed.source.last_files)
    finite = torch.isfinite(loss.detach()).to(loss.dtype)
    run.healthy = finite if run.healthy is None else run.healthy * finite
    return loss.detach()


def _added(run: Run) -> list[torch.Tensor]:
    weights = run.model.trainable_weights if run.weights is None else run.weights
    return penalties(run.forward, weights)


def penalties(called: Any, weights: Sequence[Any]) -> list[torch.Tensor]:
    """What layers added in the last call, and what the regularizers of trained weights add."""
    added = [
        loss for layer in vars(called).get("_lossy", {}).values() for loss in layer._call_losses
    ]
    for weight in weights:
        if weight.regularizer is not None:
            added.append(weight.regularizer(weight))
    return added


def samples_in(x: Any) -> int:
    """How many samples a batch holds."""
    return len(x) if torch.is_tensor(x) else len(next(one for one in leaves(x) if one is not None))


def detached(y_pred: Any) -> Any:
    return _detached(y_pred) if torch.is_tensor(y_pred) else map_nest(_detached, y_pred)


def _detached(one: torch.Tensor) -> torch.Tensor:
    return with_mask_of(one, one.detach())


def sizes_of(y_pred: Any, objective: Any) -> Any:
    """The sizes of the outputs' last axes: one, or a list in the order of the outputs' names."""
    if torch.is_tensor(y_pred):
        return y_pred.shape[-1]
    objective.tell_apart(y_pred)
    return [one.shape[-1] for one in predictions_of(y_pred, objective.outputs)]


def nobody_waits(loss: torch.Tensor) -> bool:
    """Whether the loss is on a device that works apart from the program."""
    return loss.device.type != "cpu"


def note_nothing_to_train() -> None:
    """Say once that steps move nothing; the loss and the metrics are those of the model at rest."""
    note_once(
        "fit: no weight of the model is trainable, so nothing is trained and the loss is only "
        "reported. Unfreeze a layer: layer.trainable = True, then compile again.",
        key="nothing to train",
    )


def check_targets(run: Run, y: Any) -> None:
    """Raise for labels out of range: in a batch, or once for arrays that are all in memory."""
    targets = run.feed.source.targets
    if targets is None:
        run.objective.check_targets(y, run.outputs or 0)
    elif not run.targets_checked:
        run.objective.check_targets(targets, run.outputs or 0)
        run.targets_checked = True


def check_finite(
    place: str,
    loss: torch.Tensor,
    x: Any = None,
    y: Any = None,
    sample_weight: Any = None,
    files: Callable[[], list[str]] = list,
) -> float:
    """The loss as a number; raises NotFinite, with the likely cause, unless it is finite.

    Args:
        place: the epoch and the batch, in words.
        files: gives the files of the batch, where they are known.
    """
    value = loss.item()
    if value - value == 0.0:  # false for NaN and both infinities
        return value
    raise not_finite(place, value, {"x": x, "y": y, "sample_weight": sample_weight}, files())

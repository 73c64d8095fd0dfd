"""The loops of fit and evaluate. Each reads batches, steps, and tells the callbacks."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import torch

from saccade.errors import DataError, NotFinite
from saccade.nests import map_nest
from saccade.notes import note_once
from saccade.numerics.machine.allocator import keep_freed_memory
from saccade.timers import EPOCH, FORWARD, VALIDATION
from saccade.training.batches.feed import Feed
from saccade.training.batches.packing import pack_x_y_sample_weight
from saccade.training.callbacks.callback import CallbackGroup
from saccade.training.custom_step import logs_of, overrides
from saccade.training.objective import Objective
from saccade.training.old_log_names import Logs
from saccade.training.resuming.run_state import frozen_parts
from saccade.training.run import Run
from saccade.training.step import check_targets, penalties, samples_in, sizes_of, train_step

MOST_WAITING = 0.2  # the share of an epoch above which a note about the data is due
LEAST_EPOCH_S = 1.0  # below it nobody waits for anything


def train(run: Run, resume: dict[str, Any] | None = None) -> None:
    """Train until the run's last epoch, or until somebody stops it.

    Args:
        resume: the state of an earlier run to go on from, as `Run.state()` gave it.
    """
    keep_freed_memory()
    run.model.stop_training = False
    run.frozen_before = frozen_parts(run)
    try:
        run.callbacks.tell_keepers("set_run", run)
        _train(run, resume)
    except BaseException as error:
        run.callbacks.tell_keepers("leave_run", run, error)
        raise
    run.callbacks.tell_keepers("leave_run", run, None)


def _train(run: Run, resume: dict[str, Any] | None) -> None:
    logs: dict[str, float] = {}
    run.callbacks.call("on_train_begin", {})
    resume = run.resume if resume is None else resume
    if resume is not None:  # after the callbacks began: beginning makes them forget
        run.restore(resume)
        run.model.stop_training = resume.get("stopping", False)
    first_epoch = run.epoch
    if run.reuse is not None and run.epoch < run.epochs:
        with run.stopping_at_once():
            run.reuse.begin_or_leave(run)
    # A run that was to stop in the middle of an epoch has the end of the epoch before it.
    while run.epoch < run.epochs and (run.step or not run.model.stop_training):
        if run.step == 0:
            run.model.reset_metrics()
            run.callbacks.call("on_epoch_begin", run.epoch, {})
            run.weights = None  # layers may have been frozen or unfrozen since
            if run.reuse is not None:
                run.reuse.check(run)
        _train_epoch(run)
        if run.step == 0:
            if run.epoch == first_epoch:
                raise DataError("fit", "there must be at least one batch", "none")
            _note_the_end(run)
            break
        run.trained = True
        logs = _logs(run)
        if run.validation is not None and _validates(run):
            run.callbacks.tell_keepers("before_validation", run)
            with run.stopping_at_once():
                logs |= _validate(run)
        epoch, run.epoch, run.step, run.trained = run.epoch, run.epoch + 1, 0, False
        run.callbacks.call("on_epoch_end", epoch, Logs(logs))  # theirs to add to
        if run.feed.ended and run.epoch < run.epochs:
            _note_the_end(run)
            break
    if run.epochs and hasattr(run.optimizer, "finalize_variable_values"):
        run.optimizer.finalize_variable_values(run.model.trainable_weights)
    run.callbacks.call("on_train_end", Logs(logs))


@EPOCH.timed
def _train_epoch(run: Run) -> None:
    heard = run.callbacks.listens("on_train_batch_end")
    began, waited_s = time.perf_counter(), run.feed.waited_s
    warming = run.feed.source.warms_up
    # One that was asked for before the first batch comes after it, as in Keras.
    is_over = run.trained or (run.step and run.model.stop_training)
    batches = () if is_over else run.feed.take(done=run.step)
    for x, y, sample_weight in batches:
        run.callbacks.call("on_train_batch_begin", run.step, {})
        _step(run, x, y, sample_weight)
        if heard:
            logs = run.objective.logs() if run.own_logs is None else _logs(run)
            run.callbacks.call("on_train_batch_end", run.step - 1, logs)
        if run.model.stop_training:
            break
    _check_health(run)
    if not warming or run.epoch + 1 == run.epochs:
        source = run.feed.source
        hint = source.warming_hint if warming else source.waiting_hint()
        _note_waiting(run, time.perf_counter() - began, run.feed.waited_s - waited_s, hint)


def _note_waiting(run: Run, epoch_s: float, waited_s: float, hint: str) -> None:
    """Say once that the data are what takes the time, and what helps."""
    share = waited_s / max(epoch_s, 1e-9)
    if share <= MOST_WAITING or epoch_s < LEAST_EPOCH_S:
        return
    note_once(
        f"fit: {share:.0%} of epoch {run.epoch + 1} ({epoch_s:.0f} s) went into waiting for data: "
        f"{hint}.",
        key="waiting for data",
    )


def _check_health(run: Run) -> None:
    """Look whether the loss stayed finite, where nobody looked after every step."""
    if run.healthy is not None and not run.callbacks.ends_on_nan and not bool(run.healthy):
        raise NotFinite(
            "fit",
            "the loss must stay finite",
            f"NaN or infinity in epoch {run.epoch + 1}",
            "Make the learning rate smaller, or look for NaN in the data. "
            "The weights are as they were before that step.",
        )


def _step(run: Run, x: Any, y: Any, sample_weight: Any) -> None:
    """One step, the loop's own or the one that the model brings."""
    if overrides(run.model, "train_step", "compute_loss", "compute_metrics"):
        batch = on_device(run.model.device, x, y, sample_weight)
        run.objective.find_metrics(run.model, *batch[:2])
        try:
            run.own_logs = run.model.train_step(pack_x_y_sample_weight(*batch))
        except NotFinite:
            if not run.callbacks.ends_on_nan:
                raise
            run.objective.follow_loss(math.nan, samples_in(x))
            run.own_logs = run.model.get_metrics_result()
    else:
        _check_labels(run, x, y)
        x, y, sample_weight = on_device(run.model.device, x, y, sample_weight)
        batch = (x if run.feed.prefix is None else run.feed.prefix(x), y, sample_weight)
        if run.compiling is not None and run.compiling.compiled_for and run.weights is None:
            run.weights = run.model.trainable_weights  # the run before had it compiled by now
        if run.compiling is not None and run.weights:
            run.compiling.consider(run, batch)
        with FORWARD:
            train_step(run, *batch)
    run.step += 1


def _logs(run: Run) -> dict[str, Any]:
    if run.own_logs is None:
        return dict(run.objective.logs())
    return logs_of(run.model, run.own_logs, "train_step")


def train_on_batch(run: Run) -> dict[str, Any]:
    """One step on the first batch of the run's feed, and its logs."""
    run.model.reset_metrics()
    for batch in run.feed.take():
        _step(run, *batch)
        if run.healthy is not None:
            _check_health(run)
        break
    return _logs(run)


def _check_labels(run: Run, x: Any, y: Any) -> None:
    """Look for labels that no output stands for while they are still on the CPU.

    Arrays are checked whole, before the first step. A model whose outputs cannot be told before
    it has run is checked by its first step.
    """
    if run.outputs is None:
        shape = run.model.known_output_shape(x)
        run.outputs = shape[-1] if shape else None
        for note in run.feed.source.label_notes(run.outputs):
            note_once(note)
    if run.outputs is not None:
        check_targets(run, y)


def _validates(run: Run) -> bool:
    every = run.validation_freq
    epoch = run.epoch + 1
    due = epoch % every == 0 if isinstance(every, int) else epoch in every
    if due and run.validation is not None and run.epoch and run.validation.runs_dry():
        note_once(
            f"fit: the validation data ended before epoch {epoch}; training goes on "
            "without. Give an array or an iterator that starts again, or validation_steps.",
            key="the validation data ended",
        )
        return False
    return due


def _validate(run: Run) -> dict[str, float]:
    assert run.validation is not None
    with VALIDATION:
        if run.own_validation is not None:
            logs = run.own_validation(callbacks=run.callbacks)
            logs = logs_of(run.model, logs, "evaluate")
            return {f"val_{name}": value for name, value in logs.items()}
        forward = run.forward
        if forward is run.model:
            forward = run.model.forward_at_rest(run.validation.images, for_loss=True)
        logs = evaluate(
            run.model, run.objective, run.validation, run.callbacks, "fit, validation", forward
        )
    return {f"val_{name}": value for name, value in logs.items()}


def _note_the_end(run: Run) -> None:
    note_once(
        f"fit: the data ended after epoch {run.epoch} of {run.epochs}, so training stops here. "
        "A generator can be read once: give one that does not end, or an array or iterator "
        "that starts again.",
        key="the data ended",
    )


def evaluate(
    model: Any,
    objective: Objective,
    feed: Feed,
    callbacks: CallbackGroup,
    where: str = "evaluate",
    forward: Any = None,
) -> dict[str, float]:
    """Loss and metrics over one turn of the feed, from its start; the sums end up reset.

    Args:
        forward: what is called on a batch, if not the model.
    """
    keep_freed_memory()
    forward = model if forward is None else forward
    feed.rewind()
    model.reset_metrics()
    heard = callbacks.listens("on_test_batch_end")
    own = overrides(model, "test_step", "compute_loss", "compute_metrics")
    logs: Any = None
    model.stop_evaluating = False
    callbacks.call("on_test_begin", {})
    step = 0
    with torch.no_grad():  # inference mode would hide changes in place from the cross-entropies
        for x, y, sample_weight in feed.take():
            callbacks.call("on_test_batch_begin", step, {})
            on_cpu = y
            x, y, sample_weight = on_device(model.device, x, y, sample_weight)
            if own:
                objective.find_metrics(model, x, y)
                logs = model.test_step(pack_x_y_sample_weight(x, y, sample_weight))
            else:
                x = x if feed.prefix is None else feed.prefix(x)
                y_pred = forward(x, training=False)
                added = penalties(forward, model.trainable_weights)
                loss = None
                if objective.has_loss or added:
                    objective.check_targets(on_cpu, sizes_of(y_pred, objective), where)
                    loss = objective.compute(y, y_pred, sample_weight, where, added)
                objective.update(y, y_pred, loss, samples_in(x), sample_weight)
            step += 1
            if heard:
                now = logs_of(model, logs, "test_step") if own else objective.logs()
                callbacks.call("on_test_batch_end", step - 1, now)
            if model.stop_evaluating:
                break
    if not step:
        raise DataError(where, "there must be at least one batch", "none")
    logs = logs_of(model, logs, "test_step") if own else dict(objective.logs())
    model.reset_metrics()
    callbacks.call("on_test_end", Logs(logs))
    return logs


def on_device(device: torch.device, *batch: Any) -> Sequence[Any]:
    """The batch where the model is; targets beside it."""
    if device.type == "cpu":
        return batch

    def moved(part: Any) -> Any:
        return part.to(device, non_blocking=True) if torch.is_tensor(part) else part

    return tuple(map_nest(moved, part) for part in batch)

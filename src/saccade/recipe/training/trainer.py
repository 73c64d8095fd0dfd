"""Trainer: a folder of photos becomes a classifier: read, split, train, judge, write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from saccade.data import fingerprint
from saccade.data_formats import default_data_format
from saccade.drawing import draw_confusion, draw_curves
from saccade.recipe.announcements import tell_end, tell_photos, tell_stop
from saccade.recipe.choices import Choices
from saccade.recipe.interrupts import sigterm_heard
from saccade.recipe.listener import Lines, Listener
from saccade.recipe.photos.photos import Photos, find_photos
from saccade.recipe.photos.pixels import Pixels
from saccade.recipe.run import Run
from saccade.recipe.run_files import RUNS
from saccade.recipe.run_folder import RunFolder
from saccade.recipe.scores import Scores, judge
from saccade.recipe.training.learning_rates import shortest
from saccade.recipe.training.lenet_training import plain_source, train_lenet
from saccade.recipe.training.network_choice import weights_record
from saccade.recipe.training.opened_photos import open_photos
from saccade.recipe.training.run_metrics import describe_run
from saccade.recipe.training.time_budget import TimeBudget
from saccade.recipe.training.transfer import Transfer
from saccade.recipe.unfinished.output_check import check_writable
from saccade.recipe.unfinished.taking_up import check_settled, record_of, take_up
from saccade.recipe.unfinished.unfinished_run import UnfinishedRun

SMALL_BATCH_PIXELS = 2**18  # of the first layer's output; below it threads wait more than work


def train(
    folder: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    architecture: str = "auto",
    weights: str | os.PathLike[str] | None = None,
    size: str | int | tuple[int, int] = "auto",
    color: str = "auto",
    augment: bool = True,
    views: int = 1,
    fine_tune: bool = True,
    precision: str = "auto",
    test: float | None = None,
    validation: float | None = None,
    epochs: int | None = None,
    patience: int | None = None,
    batch_size: int = 32,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    seed: int = 0,
    resume: bool | str | os.PathLike[str] = False,
    offline: bool = False,
    time: str | float | None = None,
    *,
    listener: Listener | None = None,
) -> Run:
    """Train a classifier on a folder of photos, and measure it on photos that it never saw.

    The photos are split at random into three parts: one to train on, one (validation) that says
    when to stop, and one (test) that is looked at once, at the end. The best epoch's model and all
    numbers end up in the run folder.

    Args:
        folder: one subfolder of photos for each class; or train/, val/ and test/ with these.
        output: the run folder; None is the first free of runs/FOLDER-1, runs/FOLDER-2, ...
        overwrite: replace an earlier run's files in `output`.
        architecture: "lenet"; a network of `saccade.applications` by its name in small letters,
            as "resnet50" or "mobilenetv2"; or "auto": ResNet50 for photographs in colour, where
            its weights are there or can be fetched, else LeNet.
        weights: the network's weights, a .h5, .keras or .safetensors file; None is Keras's file in
            its cache, which is fetched once.
        size: pixels of a side, (height, width), "HEIGHTxWIDTH" or "auto".
        color: "grayscale", "rgb", or "auto": grey where every photo is.
        augment: train on changed copies, new in each epoch.
        views: versions of each photo that the last layer of a published network learns from.
        fine_tune: train most of it after its last layer; the better one is kept.
        precision: "float32", "bfloat16", or "auto": bfloat16 for a published network where the
            machine has it.
        test: share of the photos for the final test, in [0, 1), where there is no test/; None is
            0.2 for LeNet and 0.1 for the others.
        validation: share that decides when to stop, where there is no val/; None as for `test`.
        epochs: at most so many times through the photos; None is what suits the network.
        patience: stop after so many epochs without a better validation loss.
        batch_size: photos in a step.
        optimizer: "adam", "adamw", "rmsprop" or "sgd".
        learning_rate: how far a step goes.
        seed: decides the split, the weights and the order.
        resume: go on with the unfinished run of the same arguments in `output`, or in the newest of
            runs/FOLDER-1, ...; it ends as if it had never been stopped. Where there is none a new
            one begins. A run folder stands for itself as `output`.
        offline: fetch no weights; SACCADE_OFFLINE=1 in the environment says the same.
        time: how long it may take, "30s", "5m" or "1h": from the call to the finished run folder.
            What can be done in it is measured first: how large the photos are read, whether most
            of the network is trained, and how long. Two such runs are not equal to the bit.
        listener: who is told what happens; None prints plain lines, and `Listener()` is silent.

    Returns:
        The run, which predicts and evaluates.

    Raises:
        SaccadeError: a folder or choice that cannot work, or a loss that became NaN.
        StateError: another training writes into the run folder; or the run to go on with is of
            other arguments, photos or weights. NotWritten: the disk is full.
        KeyboardInterrupt: stopped by the user; the run folder holds the best model so far, and
            what `resume` needs.

    Example:
        >>> run = train("photos/", epochs=3)          # doctest: +SKIP
        >>> run.metrics["test.accuracy"]              # doctest: +SKIP
        0.8281
        >>> run.predict("new/1.jpg")[0].class_name    # doctest: +SKIP
        'apple'
    """
    given = {name: value for name, value in locals().items() if name != "listener"}
    return train_photos(Choices(**given), listener or Lines())


@sigterm_heard()
@default_data_format("channels_last")  # whatever a script has set for networks of its own
def train_photos(choices: Choices, listener: Listener, budget: TimeBudget | None = None) -> Run:
    """The same, with the choices already checked.

    Args:
        budget: the time that it may take, which may have begun before; None is as chosen, from now.
    """
    budget = budget or TimeBudget(choices.time_s)
    if choices.has_ended and choices.output is not None:
        listener.says(f"The run in {choices.output} has come to its end: nothing is left to do.")
        UnfinishedRun(choices.output).remove()  # what a kill in its last moment may have left
        return Run.load(choices.output)
    check_writable(choices.output or RUNS)
    earlier = take_up(listener, choices)
    try:
        photos = find_photos(choices.folder)
        choices.shares(set(photos.given_parts))  # wrong ones are refused before anything is opened
        read = open_photos(listener, photos, choices, earlier, budget)
        asked, choices, photos, pixels = choices, read.choices, read.photos, read.pixels
        parts = photos.split(choices.shares(set(photos.given_parts)), choices.seed)
        tell_photos(listener, choices, photos, pixels, parts, read.why)
        if read.note:
            listener.warns(f"Note: {read.note}")
        # `overwrite` may replace the very file of weights.
        came_from = {} if read.weights is None else weights_record(read.weights)
        found = _settled(choices, photos, pixels, came_from)
        if earlier is None:
            run = RunFolder.create(asked, record_of(asked, found))
        else:
            check_settled(earlier.record, found)
            run = RunFolder.reopen(earlier)
    except BaseException:
        if earlier is not None:
            earlier.lock.release()
        raise
    begun = run.unfinished.record.content
    try:
        run.write_classes(photos.index.class_names)
        with _threads(listener, begun["threads"]):
            transfer = None
            if read.weights is None:
                model, recorder = train_lenet(listener, run, choices, photos, pixels, parts, budget)
                rate, own = shortest(model.optimizer.learning_rate), {}
            else:
                transfer = Transfer(
                    listener, run, choices, photos, pixels, parts, read.weights, budget
                )
                model, recorder, phases = transfer.train()
                rate = phases.rows[-1]["learning_rate"]
                own = came_from | phases.to_dict() | {"views": choices.views}
                if transfer.features.trained is not None:
                    own["train.images_in_time"] = transfer.features.trained
            scores = _judge(model, choices, photos, pixels, parts, transfer)
            metrics = describe_run(
                choices, photos, pixels, parts, model, recorder, scores, rate, begun
            )
        run.write_metrics(metrics | own)
        draw_curves(run.path)
        if scores:
            draw_confusion(run.path)
        run.end()
    except BaseException as stop:
        tell_stop(listener, run, stop, asked.going_on(run.unfinished.run))
        raise
    tell_end(
        listener,
        run,
        recorder,
        scores,
        budget.spent_s,
        rate_falls=read.weights is not None and choices.fine_tune,
    )
    return Run.load(run.path)


def _judge(
    model: Any,
    choices: Choices,
    photos: Photos,
    pixels: Pixels,
    parts: dict[str, np.ndarray],
    transfer: Transfer | None,
) -> dict[str, Scores]:
    """The scores of the held-out parts that have photos: the test part's last, and once."""
    names, mirrored = photos.index.class_names, pixels.preprocessing.mirrored
    scores = {}
    for part in ("validation", "test"):
        if not len(parts[part]):
            continue
        known = None if transfer is None else transfer.judge(part)
        source = plain_source(choices, photos, pixels, parts[part])
        scores[part] = known or judge(model, source, names, mirrored)
    return scores


def _settled(
    choices: Choices, photos: Photos, pixels: Pixels, came_from: dict[str, str]
) -> dict[str, Any]:
    """What must be the same in a run that goes on, and the number of threads."""
    height, width, _ = pixels.preprocessing.image_shape
    few = height * width * choices.batch_size < SMALL_BATCH_PIXELS
    # The others would spin more than work, and slow a busy machine.
    one = few and "OMP_NUM_THREADS" not in os.environ
    names = ("architecture", "epochs", "patience", "optimizer")
    plan = {"side_px": max(height, width), "fine_tune": choices.fine_tune}
    plan |= {"mirrored": choices.augment}
    return ({} if choices.time is None else {"plan": plan}) | {
        "settled": {name: getattr(choices, name) for name in names}
        | choices.shares(set(photos.given_parts)),
        "photos": fingerprint(photos.index),
        "weights": came_from.get("weights.sha256"),
        "preprocessing": pixels.preprocessing.to_dict(),
        "threads": 1 if one else torch.get_num_threads(),
    }


@contextmanager
def _threads(listener: Listener, count: int) -> Iterator[None]:
    """So many threads, as the run began with: their number decides the last bits.

    The user's own OMP_NUM_THREADS is left alone.
    """
    before = torch.get_num_threads()
    if "OMP_NUM_THREADS" in os.environ:
        if count != before:
            listener.warns(
                f"Note: the run began with {count} threads for numbers, and goes on with {before} "
                "(OMP_NUM_THREADS). So its last bits may differ from those of a run that was never "
                "stopped."
            )
        count = before
    try:
        if count != before:
            torch.set_num_threads(count)
        yield
    finally:
        torch.set_num_threads(before)

"""`saccade train FOLDER`: photos in class folders become a model with honest numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saccade.cli.flags import flags_of, in_flags
from saccade.recipe.choices import Choices


def train(
    folder: Annotated[
        Path,
        typer.Argument(
            help="One subfolder of photos for each class; or train/, val/ and test/ with these."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="The run folder.", show_default="runs/FOLDER-1, then -2, ..."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an earlier run's files in --output.")
    ] = False,
    architecture: Annotated[
        str,
        typer.Option(
            "--architecture",
            "--arch",
            help="lenet, a network of saccade.applications, as resnet50 or mobilenetv2, or auto: "
            "resnet50 for photographs, where its weights are there or can be fetched.",
        ),
    ] = "auto",
    weights: Annotated[
        Path | None,
        typer.Option(
            help="The network's weights: .h5, .keras or .safetensors.",
            show_default="Keras's file in its cache, fetched once",
        ),
    ] = None,
    size: Annotated[
        str,
        typer.Option(
            help="Pixels of a side, or HEIGHTxWIDTH. auto: what the network is made for, as 224, "
            "or 9/7 of it where most photos are as large; for lenet the photos' own size where all "
            "have one from 28 to 64, else 28."
        ),
    ] = "auto",
    color: Annotated[
        str, typer.Option(help="grayscale, rgb, or auto: grey where every photo is.")
    ] = "auto",
    augment: Annotated[
        bool,
        typer.Option(
            help="Train on changed copies, new in each epoch: turned, moved and zoomed a little "
            "for lenet; cut out, mirrored, in another light and mixed for others."
        ),
    ] = True,
    views: Annotated[
        int,
        typer.Option(
            help="Versions of each photo that the last layer of others than lenet learns from."
        ),
    ] = 1,
    fine_tune: Annotated[
        bool,
        typer.Option(
            help="Train most of the network after its last layer, with --epochs, --patience, "
            "--optimizer and --learning-rate; the better one is kept."
        ),
    ] = True,
    precision: Annotated[
        str,
        typer.Option(
            help="float32, bfloat16, or auto: bfloat16 where the machine has it, but for lenet."
        ),
    ] = "auto",
    test: Annotated[
        float | None,
        typer.Option(
            help="Share of the photos for the final test, where there is no test/.",
            show_default="0.2 for lenet, 0.1 for others",
        ),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            help="Share that decides when to stop, where there is no val/.",
            show_default="0.2 for lenet, 0.1 for others",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="At most so many times through the photos.",
            show_default="100 for lenet; else 16 of fine-tuning, or 40 of a last layer alone",
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Stop after so many epochs without a better validation loss.",
            show_default="10; 5 for a last layer alone",
        ),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Photos in a step.")] = 32,
    optimizer: Annotated[
        str | None,
        typer.Option(
            help="adam, adamw, rmsprop or sgd.", show_default="adam for lenet, adamw for others"
        ),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            help="How far a step goes.",
            show_default="the optimizer's, as adam's 0.001; fine-tuning 0.0001",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides the split, the weights and the order.")] = 0,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the unfinished run of this command, in --output or in the newest of "
            "runs/FOLDER-1, ...; where there is none a new one begins.",
        ),
    ] = False,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline",
            help="Fetch no weights; SACCADE_OFFLINE=1 in the environment says the same.",
        ),
    ] = False,
    time: Annotated[
        str | None,
        typer.Option(
            help="How long it may take, 30s, 5m or 1h, from the start to the finished run folder; "
            "what can be done in it is measured first.",
            show_default="as long as it needs",
        ),
    ] = None,
) -> None:
    """Train a classifier on a folder of photos.

    The photos are split at random into three parts: one to train on, one (validation) that says
    when to stop, and one (test) that is looked at once, at the end. The best epoch's model and all
    numbers end up in the run folder.
    """
    words = dict(locals())
    choices = Choices(**words)  # wrong ones are told before torch loads
    from saccade.cli.live import ConsoleListener
    from saccade.cli.tables import make_console
    from saccade.recipe.training.time_budget import TimeBudget, process_age_s
    from saccade.recipe.training.trainer import train_photos

    flags = flags_of(train)
    budget = TimeBudget(choices.time_s, process_age_s())
    listener = ConsoleListener(make_console(), lambda text: in_flags(text, flags))
    train_photos(choices, listener, budget)

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
            help="lenet, resnet50, or auto: resnet50 for photographs, where its weights are there.",
        ),
    ] = "auto",
    weights: Annotated[
        Path | None,
        typer.Option(
            help="ResNet50's weights: .h5, .keras or .safetensors.",
            show_default="Keras's file in its cache",
        ),
    ] = None,
    size: Annotated[
        str,
        typer.Option(
            help="Pixels of a side, or HEIGHTxWIDTH. auto: for resnet50 288 where most photos are "
            "as large, else 224; for lenet the photos' own size where all have one from 28 to 64, "
            "else 28."
        ),
    ] = "auto",
    color: Annotated[
        str, typer.Option(help="grayscale, rgb, or auto: grey where every photo is.")
    ] = "auto",
    augment: Annotated[
        bool,
        typer.Option(
            help="Train on changed copies, new in each epoch: turned, moved and zoomed a little "
            "for lenet; cut out, mirrored, in another light and mixed for resnet50."
        ),
    ] = True,
    views: Annotated[
        int, typer.Option(help="Versions of each photo that resnet50's last layer learns from.")
    ] = 1,
    fine_tune: Annotated[
        bool,
        typer.Option(
            help="Train most of resnet50 after its last layer, with --epochs, --patience, "
            "--optimizer and --learning-rate; the better one is kept."
        ),
    ] = True,
    precision: Annotated[
        str,
        typer.Option(
            help="float32, bfloat16, or auto: bfloat16 for resnet50 where the machine has it."
        ),
    ] = "auto",
    test: Annotated[
        float | None,
        typer.Option(
            help="Share of the photos for the final test, where there is no test/.",
            show_default="0.2; 0.1 for resnet50",
        ),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            help="Share that decides when to stop, where there is no val/.",
            show_default="0.2; 0.1 for resnet50",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="At most so many times through the photos.",
            show_default="100; resnet50 is fine-tuned for 16, or its last layer trained for 40",
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            help="Stop after so many epochs without a better validation loss.",
            show_default="10; 5 for resnet50's last layer alone",
        ),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Photos in a step.")] = 32,
    optimizer: Annotated[
        str | None,
        typer.Option(help="adam, adamw, rmsprop or sgd.", show_default="adam; adamw for resnet50"),
    ] = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            help="How far a step goes.",
            show_default="the optimizer's, as adam's 0.001; fine-tuning resnet50 0.0001",
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
    from saccade.recipe.training.trainer import train_photos

    flags = flags_of(train)
    train_photos(choices, ConsoleListener(make_console(), lambda text: in_flags(text, flags)))

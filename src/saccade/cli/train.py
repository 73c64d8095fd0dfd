"""`saccade train FOLDER`: photos in class folders become a model with honest numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from saccade.cli.choices import Choices


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
    architecture: Annotated[str, typer.Option(help="The network.")] = "lenet",
    size: Annotated[
        str,
        typer.Option(
            help="Pixels of a side, or HEIGHTxWIDTH. auto: the photos' own size where all have "
            "one from 28 to 64, else 28."
        ),
    ] = "auto",
    color: Annotated[
        str, typer.Option(help="grayscale, rgb, or auto: grey where every photo is.")
    ] = "auto",
    augment: Annotated[
        bool,
        typer.Option(help="Train on slightly turned, moved and zoomed copies, new in each epoch."),
    ] = True,
    test: Annotated[
        float | None,
        typer.Option(
            help="Share of the photos for the final test, where there is no test/.",
            show_default="0.2",
        ),
    ] = None,
    validation: Annotated[
        float | None,
        typer.Option(
            help="Share that decides when to stop, where there is no val/.", show_default="0.2"
        ),
    ] = None,
    epochs: Annotated[int, typer.Option(help="At most so many times through the photos.")] = 100,
    patience: Annotated[
        int, typer.Option(help="Stop after so many epochs without a better validation loss.")
    ] = 10,
    batch_size: Annotated[int, typer.Option(help="Photos in a step.")] = 32,
    optimizer: Annotated[str, typer.Option(help="adam, rmsprop or sgd.")] = "adam",
    learning_rate: Annotated[
        float | None,
        typer.Option(help="How far a step goes.", show_default="the optimizer's; adam's is 0.001"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides the split, the weights and the order.")] = 0,
) -> None:
    """Train a classifier on a folder of photos.

    The photos are split at random into three parts: one to train on, one (validation) that says
    when to stop, and one (test) that is looked at once, at the end. The best epoch's model and all
    numbers end up in the run folder.
    """
    choices = Choices(
        folder=folder,
        output=output,
        overwrite=overwrite,
        architecture=architecture,
        size=size,
        color=color,
        augment=augment,
        test=test,
        validation=validation,
        epochs=epochs,
        patience=patience,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        seed=seed,
    )
    from saccade.cli.trainer import train_photos  # torch loads now, once the words are checked

    train_photos(choices)

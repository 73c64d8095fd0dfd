"""What is doubtful about batches of images, yet no error: sentences for the user.

They ask only for the attributes that Keras's iterators have, so they serve any of that shape.
"""

from __future__ import annotations

import os
from typing import Any

from saccade.data.folders.folder_errors import count_of


def subset_notes(flow: Any, where: str) -> list[str]:
    """What a user should know of the subset that an iterator was asked for.

    Args:
        flow: an iterator with `subset`, `samples`, `augments` and `image_data_generator`.
        where: what the sentences start with.
    """
    transform = flow.image_data_generator
    if flow.subset is None or transform is None:
        return []
    if not transform.validation_split:
        share = "every image" if flow.subset == "training" else "no image"
        return [
            f'{where}: subset="{flow.subset}" of a generator without validation_split is {share}. '
            "Give ImageDataGenerator(validation_split=0.25)."
        ]
    if not flow.samples:
        return [
            f"{where}: the {flow.subset} subset is empty: validation_split="
            f"{transform.validation_split} of each class is less than one file."
        ]
    return [_AUGMENTED.format(where)] if flow.subset == "validation" and flow.augments else []


_AUGMENTED = (
    "{}: the generator changes validation images at random too, so their scores are not those of "
    "real photos. Make them with a second ImageDataGenerator of the same validation_split and no "
    "augmentation."
)


def validation_notes(train: Any, validation: Any) -> list[str]:
    """What a user should know where one iterator validates what another trains: images in both,
    images changed at random.

    Args:
        train, validation: what `fit` was given, of any kind.
    """
    notes = []
    told = getattr(validation, "subset", None) == "validation"  # when it was made
    if getattr(validation, "augments", False) and not told:
        notes.append(_AUGMENTED.format("validation_data"))
    if hasattr(train, "filepaths") and hasattr(validation, "filepaths"):
        both = len(_files(train) & _files(validation))
        if both:
            notes.append(
                f"validation_data: {count_of(both, 'image')} of {len(validation.filepaths)} "
                "also train, so validation says nothing about new photos. Give the generators of "
                "both the same validation_split, and each flow its subset."
            )
    return notes


def class_mode_notes(flow: Any, outputs: int | None) -> list[str]:
    """What a user should know where an iterator's labels do not fit a network's outputs.

    Args:
        flow: what `fit` was given, of any kind.
        outputs: the size of the network's output, if it has one that is known.
    """
    mode = getattr(flow, "class_mode", "other")
    classes = len(getattr(flow, "class_indices", ()))
    if outputs is None or not classes or mode not in ("categorical", "binary", "sparse"):
        return []
    if mode == "categorical" and outputs != classes:
        do = f"give the last layer {classes} units"
        if outputs == 1 and classes == 2:
            do = 'say class_mode="binary" (one number for an image)'
        elif outputs == 1:
            do += ' and softmax, and the loss "categorical_crossentropy"'
        return [_misfit(mode, f"{classes} columns for {classes} classes", outputs, do)]
    if mode in ("binary", "sparse") and outputs == 1 and classes > 2:
        do = f'give the last layer {classes} units and the loss "sparse_categorical_crossentropy"'
        return [_misfit(mode, f"numbers from 0 to {classes - 1}", outputs, do)]
    if mode in ("binary", "sparse") and 1 < outputs < classes:
        do = f"give the last layer {classes} units"
        return [_misfit(mode, f"numbers from 0 to {classes - 1}", outputs, do)]
    if mode == "binary" and outputs > classes:
        do = (
            'say class_mode="categorical" for the loss "categorical_crossentropy", or "sparse" '
            'for "sparse_categorical_crossentropy"; with "binary" the last layer has one unit'
        )
        return [_misfit(mode, "one number for an image", outputs, do)]
    return []


def _misfit(mode: str, labels: str, outputs: int, do: str) -> str:
    ends = "one output" if outputs == 1 else f"{outputs} outputs"
    return f'class_mode="{mode}" gives {labels}, and the network has {ends}: {do}.'


def _files(flow: Any) -> set[str]:
    folder = os.path.realpath(getattr(flow, "directory", None) or "")
    return {os.path.normpath(os.path.join(folder, name)) for name in flow.filenames}

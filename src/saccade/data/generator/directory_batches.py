"""Batches from a folder that has one subfolder for each class: Keras's `DirectoryIterator`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from saccade.data.files.faulty_files import unreadable_files
from saccade.data.files.orientation import count_rotated
from saccade.data.folders.folder_errors import count_of, list_some
from saccade.data.folders.folder_notes import folder_notes, note_beyond_keras
from saccade.data.folders.held_out import keras_split, random_share
from saccade.data.folders.index import FolderIndex, index_folder, require_images
from saccade.data.folders.walk import GENERATOR_EXTENSIONS
from saccade.data.generator.file_batches import FileBatches
from saccade.data.generator.flow_notes import subset_notes
from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.image_reading import CLASS_MODES, ImageReading
from saccade.data.generator.image_transform import ImageTransform
from saccade.data.generator.iterator import check_batch_size, check_seed
from saccade.data.generator.saved_batches import Saving
from saccade.data.pool import workers
from saccade.errors import InvalidArgument
from saccade.notes import note_once
from saccade.old_arguments import old_name_of

MOST_LOOKED_AT = 10_000  # files whose header is read for a note; each takes some 20 us


class DirectoryIterator(FileBatches):
    """The batches (x, y) of a folder's images, or of one subset of them.

    x is (batch, height, width, channels), y as `class_mode` says: "categorical" (batch, classes),
    "sparse" and "binary" (batch,), "input" a copy of x; None gives x alone. Both have `dtype`.
    `ImageDataGenerator.flow_from_directory` makes it and describes its arguments.

    Attributes:
        samples (and n), num_classes, filenames, filepaths, class_indices: what was found.
        classes (and labels): the class number of each file, int32 (n,), in the order of
            `filenames`, the order of the predictions when `shuffle=False`.
        skipped: the files left out by `on_error="skip"`, and what is wrong with each.
        image_shape, target_size, color_mode, class_mode, interpolation, keep_aspect_ratio,
            data_format, subset, directory, dtype: as given.

    Source: Keras 3, legacy/preprocessing/image.py, DirectoryIterator.
    """

    allowed_class_modes = frozenset(CLASS_MODES)

    nb_class = old_name_of("num_classes", "Iterator")

    def __init__(
        self,
        directory: str | os.PathLike[str],
        image_data_generator: ImageTransform | None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = None,
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        follow_links: bool = False,
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: str | type | np.dtype | None = None,
    ):
        reading, options = self._settle(
            image_data_generator,
            class_mode,
            subset,
            data_format,
            dtype,
            target_size,
            color_mode=color_mode,
            interpolation=interpolation,
            keep_aspect_ratio=keep_aspect_ratio,
        )
        check_batch_size(batch_size)
        check_seed(seed)

        _keep_apart(options.cache, directory)
        index = index_folder(
            directory, options.all_extensions, classes, follow_links=follow_links, allow_empty=True
        )
        self.skipped: dict[str, str] = {}
        if options.on_error == "skip":
            index = self._readable(index, reading, options)
        chosen = self._choose(index, image_data_generator, options)
        self.class_indices = index.class_indices
        self.num_classes = len(index.class_names)
        self.classes = index.labels[chosen]
        super().__init__(
            directory,
            [index.paths[i] for i in chosen],
            reading,
            image_data_generator,
            batch_size,
            shuffle,
            seed,
            Saving(save_to_dir, save_prefix, save_format),
            options,
        )
        sys.stdout.write(f"Found {self.samples} images belonging to {self.num_classes} classes.\n")
        require_images(index, options.all_extensions)
        known = (*GENERATOR_EXTENSIONS, *options.extensions)
        notes = [*folder_notes(index), *note_beyond_keras(index, known, "flow_from_directory")]
        for note in [*notes, *self._notes(index, options)]:
            note_once(note)
        if not options.exif and self.samples:
            self._note_rotation(index.directory)

    def _readable(
        self, index: FolderIndex, reading: ImageReading, options: FlowOptions
    ) -> FolderIndex:
        """The index without the files that cannot be decoded, which are listed."""
        files = [index.full_path(i) for i in range(len(index))]
        faults = unreadable_files(files, reading, workers(options.workers or None))
        self.skipped = {index.paths[i]: str(fault) for i, fault in sorted(faults.items())}
        if not faults:
            return index
        note_once(
            f'"{index.directory}": left out {count_of(len(faults), "file")} that cannot be '
            f"decoded: {list_some(list(self.skipped))}. `skipped` tells what is wrong with each."
        )
        good = np.array([i for i in range(len(index)) if i not in faults], dtype=np.intp)
        return replace(index, paths=tuple(index.paths[i] for i in good), labels=index.labels[good])

    def _choose(
        self, index: FolderIndex, transform: ImageTransform | None, options: FlowOptions
    ) -> np.ndarray:
        if self.subset is None or transform is None:
            return np.arange(len(index))
        if options.split == "first":
            return keras_split(index, transform.validation_split)[self.subset]
        validates = random_share(index, transform.validation_split, options.split_seed)
        return np.flatnonzero(validates if self.subset == "validation" else ~validates)

    def _notes(self, index: FolderIndex, options: FlowOptions) -> list[str]:
        where = f'"{index.directory}"'
        notes = subset_notes(self, where)
        if self.class_mode == "binary" and self.num_classes != 2:
            notes.append(
                f'{where}: class_mode="binary" with {self.num_classes} classes labels '
                'them by number, as "sparse" does.'
            )
        return notes

    def _note_rotation(self, directory: str) -> None:
        """Say once for a folder how many photos are shown otherwise than their camera meant; of
        very many, a sample is looked at."""
        files = self.filepaths[:: -(-self.samples // MOST_LOOKED_AT)]
        rotated = count_rotated(files)
        if not rotated:
            return
        of = f"{self.samples}" if len(files) == self.samples else f"{len(files)} looked at"
        note_once(
            f'"{directory}": {count_of(rotated, "photo")} of {of} will lie on their side, upside '
            "down or mirrored, as in Keras; ImageDataGenerator(exif=True) turns them as the camera "
            "noted.",
            key=f"rotated photos in {os.path.realpath(directory)}",
        )


def _keep_apart(cache: bool | str, directory: str | os.PathLike[str]) -> None:
    """Refuse a cache below the photos: the next run would take it for a class."""
    if isinstance(cache, bool) or cache == "auto" or not isinstance(directory, str | os.PathLike):
        return
    photos, kept = Path(os.fspath(directory)).resolve(), Path(cache).resolve()
    if kept.is_relative_to(photos):
        raise InvalidArgument(
            f'cache="{cache}"',
            "must lie outside the folder of photos",
            f'inside "{directory}"',
            "Its next reader would take it for a class.",
        )

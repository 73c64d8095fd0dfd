"""Batches from a table of file names and labels: Keras's `DataFrameIterator`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data.files.faulty_files import unreadable_files
from saccade.data.folders.folder_errors import count_of, list_some
from saccade.data.folders.held_out import share_of_names
from saccade.data.generator.file_batches import FileBatches
from saccade.data.generator.flow_notes import subset_notes
from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.image_reading import ImageReading
from saccade.data.generator.image_transform import ImageTransform
from saccade.data.generator.saved_batches import Saving
from saccade.data.generator.table_columns import (
    check_folder,
    check_table,
    column_of,
    no_files,
    require_kinds,
    require_one_column,
    rows_of_classes,
    rows_with_a_file,
    values_of,
)
from saccade.data.pool import workers
from saccade.errors import DataError, InvalidArgument
from saccade.notes import note_once

CLASS_MODES = ("binary", "categorical", "input", "multi_output", "raw", "sparse", None)
_WITH_CLASSES = ("binary", "categorical", "sparse")


class DataFrameIterator(FileBatches):
    """The batches of the images that a table names, with labels from its columns.

    `ImageDataGenerator.flow_from_dataframe` makes it and describes its arguments. The table is
    asked for its columns only, `dataframe[column]`, so a pandas frame serves, and a dict of lists.

    Attributes:
        samples (and n), filenames, filepaths: the rows that were kept.
        class_indices, classes: the class numbers by name; of each row (a list of numbers where a
            row has several labels). Only for "binary", "categorical" and "sparse".
        labels: `classes`, or the columns of "raw" and "multi_output".

    Source: Keras 3, legacy/preprocessing/image.py, DataFrameIterator.
    """

    allowed_class_modes = frozenset(CLASS_MODES)

    def __init__(
        self,
        dataframe: Any,
        directory: str | os.PathLike[str] | None = None,
        image_data_generator: ImageTransform | None = None,
        x_col: str = "filename",
        y_col: str | Sequence[str] = "class",
        weight_col: str | None = None,
        target_size: Sequence[int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        data_format: str | None = "channels_last",
        save_to_dir: str | None = None,
        save_prefix: str = "",
        save_format: str = "png",
        subset: str | None = None,
        interpolation: str = "nearest",
        keep_aspect_ratio: bool = False,
        dtype: str | type | np.dtype | None = "float32",
        validate_filenames: bool = True,
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
        if classes and class_mode not in _WITH_CLASSES:
            note_once(f"flow_from_dataframe: class_mode={class_mode!r} has no use for classes.")
        folder = check_folder(directory)
        check_table(dataframe)
        if not isinstance(x_col, str):
            raise InvalidArgument("x_col", "must be the name of one column", repr(x_col))
        names = column_of(dataframe, x_col)
        if not names:
            raise DataError("flow_from_dataframe", "the table must have rows", "none")
        require_kinds("x_col", x_col, names, (str,))
        rows = np.arange(len(names))
        if validate_filenames:
            rows = rows_with_a_file(folder, names, options.all_extensions, x_col)
        if not len(rows):
            raise no_files(folder, names, options.all_extensions, x_col)
        self.skipped: dict[str, str] = {}
        if options.on_error == "skip":
            rows = self._readable(rows, folder, names, reading, options)

        labels: list[Any] = []
        if class_mode in _WITH_CLASSES:
            require_one_column(y_col, class_mode)
            labels = column_of(dataframe, y_col)
            allowed = (str, list, tuple) if class_mode == "categorical" else (str,)
            require_kinds("y_col", y_col, labels, allowed)
            class_names, rows, labels = rows_of_classes(labels, rows, classes)
            if class_mode == "binary" and len(class_names) != 2:
                raise InvalidArgument(
                    "class_mode",
                    '"binary" needs two classes',
                    f"{len(class_names)} ({list_some(class_names)})",
                    'Say class_mode="categorical" or "sparse".',
                )
            if not len(rows):
                wanted = f"must have rows of the classes asked for ({list_some(class_names)})"
                raise DataError(f'column "{y_col}"', wanted, "none")
            self.class_indices = {name: number for number, name in enumerate(class_names)}
        places = self._choose(
            [names[i] for i in rows],
            [_as_text(one) for one in labels],
            image_data_generator,
            options,
        )
        rows = rows[places]
        if class_mode in _WITH_CLASSES:
            self.classes = [self._numbers(labels[i]) for i in places]
        elif class_mode == "raw":
            self._raw = values_of(dataframe, y_col)[rows]
        elif class_mode == "multi_output":
            if isinstance(y_col, str) or not isinstance(y_col, Sequence):
                raise InvalidArgument("y_col", 'must be a list for "multi_output"', repr(y_col))
            columns = [column_of(dataframe, column) for column in y_col]
            self._raw = [np.array([column[i] for i in rows]) for column in columns]
        several = class_mode == "multi_output"
        self._y_names: list[Any] = list(y_col) if several else [y_col]
        if weight_col is not None:
            weights = np.asarray(column_of(dataframe, weight_col))
            if weights.dtype.kind not in "biuf":
                raise DataError(f'column "{weight_col}"', "must hold numbers", str(weights.dtype))
            self.sample_weight = weights[rows]
        super().__init__(
            folder,
            [names[i] for i in rows],
            reading,
            image_data_generator,
            batch_size,
            shuffle,
            seed,
            Saving(save_to_dir, save_prefix, save_format),
            options,
        )
        found = "validated" if validate_filenames else "non-validated"
        belonging = ""
        if class_mode in _WITH_CLASSES:
            belonging = f" belonging to {len(self.class_indices)} classes"
        sys.stdout.write(f"Found {self.samples} {found} image filenames{belonging}.\n")
        for note in subset_notes(self, "flow_from_dataframe"):
            note_once(note)

    @property
    def labels(self) -> Any:
        """`classes`, or the values of "raw" and of "multi_output" (a list of arrays)."""
        return self._raw if self.class_mode in ("raw", "multi_output") else self.classes

    def check_targets(self) -> None:
        """Raise where a column that is handed out as it is holds no numbers to train on.

        Raises:
            DataError: it names the column and one of its words.
        """
        columns = {"raw": [getattr(self, "_raw", [])], "multi_output": getattr(self, "_raw", [])}
        for name, values in zip(
            self._y_names, columns.get(self.class_mode or "", []), strict=False
        ):
            values = np.asarray(values)
            if values.size and values.dtype.kind not in "biuf":
                word = next((one for one in values.flat if isinstance(one, str)), values.flat[0])
                raise DataError(
                    f"flow_from_dataframe(y_col={name!r}, class_mode={self.class_mode!r})",
                    "the column must hold numbers, which are trained on as they are",
                    repr(str(word)),
                    'For names of classes take class_mode="categorical" or "sparse".',
                )

    def _targets(self, indices: np.ndarray) -> Any:
        if self.class_mode == "multi_output":
            return [column[indices] for column in self._raw]
        if self.class_mode == "raw":
            return self._raw[indices]
        return super()._targets(indices)

    def _numbers(self, label: Any) -> Any:
        if isinstance(label, str):
            return self.class_indices[label]
        return [self.class_indices[one] for one in label]

    def _readable(
        self,
        rows: np.ndarray,
        folder: str,
        names: list[str],
        reading: ImageReading,
        options: FlowOptions,
    ) -> np.ndarray:
        files = [os.path.join(folder, names[i]) for i in rows]
        faults = unreadable_files(files, reading, workers(options.workers or None))
        self.skipped = {names[rows[i]]: str(fault) for i, fault in sorted(faults.items())}
        if faults:
            note_once(
                f"flow_from_dataframe: left out {count_of(len(faults), 'file')} that cannot be "
                f"decoded: {list_some(list(self.skipped))}. `skipped` tells what is wrong with "
                "each."
            )
        return np.delete(rows, list(faults))

    def _choose(
        self,
        names: list[str],
        labels: list[str],
        transform: ImageTransform | None,
        options: FlowOptions,
    ) -> np.ndarray:
        """The places of the subset among the rows that were kept."""
        if self.subset is None or transform is None:
            return np.arange(len(names))
        if options.split == "first":
            cut = int(transform.validation_split * len(names))
            return np.arange(cut) if self.subset == "validation" else np.arange(cut, len(names))
        validates = share_of_names(
            names, labels, transform.validation_split, options.split_seed, "flow_from_dataframe"
        )
        return np.flatnonzero(validates if self.subset == "validation" else ~validates)


def _as_text(label: Any) -> str:
    return label if isinstance(label, str) else ", ".join(label)

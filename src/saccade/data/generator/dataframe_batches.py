"""Batches from a table of file names and labels: Keras's `DataFrameIterator`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data.files.decode import check_target_size
from saccade.data.files.faulty_files import unreadable_files
from saccade.data.folders.folder_errors import count_of, list_some
from saccade.data.folders.held_out import share_of_names
from saccade.data.generator.file_batches import FileBatches
from saccade.data.generator.flow_notes import subset_notes
from saccade.data.generator.flow_options import FlowOptions
from saccade.data.generator.image_transform import ImageTransform
from saccade.data.generator.row_reading import ImageReading
from saccade.data.generator.saved_batches import Saving
from saccade.data.generator.setting_checks import check_dtype, check_subset
from saccade.data.pool import workers
from saccade.data_formats import check_channels_last
from saccade.errors import DataError, InvalidArgument
from saccade.names import unknown_name
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
        options = getattr(image_data_generator, "options", FlowOptions())
        self.data_format = check_channels_last(data_format)
        self.dtype = check_dtype(dtype)
        if class_mode not in CLASS_MODES:
            raise unknown_name("class_mode", class_mode, [str(mode) for mode in CLASS_MODES])
        self.class_mode = class_mode
        self.subset = check_subset(subset, image_data_generator is not None)
        if classes and class_mode not in _WITH_CLASSES:
            note_once(f"flow_from_dataframe: class_mode={class_mode!r} has no use for classes.")
        reading = ImageReading(
            check_target_size(target_size),
            color_mode,
            interpolation,
            keep_aspect_ratio,
            exif=options.exif,
            fast=options.fast_decode,
        )
        folder = _check_folder(directory)
        _check_table(dataframe)
        if not isinstance(x_col, str):
            raise InvalidArgument("x_col", "must be the name of one column", repr(x_col))
        names = _column(dataframe, x_col)
        if not names:
            raise DataError("flow_from_dataframe", "the table must have rows", "none")
        _require_words("x_col", x_col, names, (str,))
        rows = np.arange(len(names))
        if validate_filenames:
            rows = _existing(folder, names, options.all_extensions, x_col)
        if not len(rows):
            raise _no_files(folder, names, options.all_extensions, x_col)
        self.skipped: dict[str, str] = {}
        if options.on_error == "skip":
            rows = self._readable(rows, folder, names, reading, options)

        labels: list[Any] = []
        if class_mode in _WITH_CLASSES:
            _require_one_column(y_col, class_mode)
            labels = _column(dataframe, y_col)
            allowed = (str, list, tuple) if class_mode == "categorical" else (str,)
            _require_words("y_col", y_col, labels, allowed)
            class_names, rows, labels = _of_classes(labels, rows, classes)
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
            [names[i] for i in rows], [_word(one) for one in labels], image_data_generator, options
        )
        rows = rows[places]
        if class_mode in _WITH_CLASSES:
            self.classes = [self._numbers(labels[i]) for i in places]
        elif class_mode == "raw":
            self._raw = _values(dataframe, y_col)[rows]
        elif class_mode == "multi_output":
            if isinstance(y_col, str) or not isinstance(y_col, Sequence):
                raise InvalidArgument("y_col", 'must be a list for "multi_output"', repr(y_col))
            columns = [_column(dataframe, column) for column in y_col]
            self._raw = [np.array([column[i] for i in rows]) for column in columns]
        if weight_col is not None:
            weights = np.asarray(_column(dataframe, weight_col))
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


def _check_folder(directory: Any) -> str:
    if directory is None:
        return ""
    if not isinstance(directory, str | os.PathLike):
        raise InvalidArgument(
            "directory",
            "must be the path of the folder that the names are relative to",
            type(directory).__name__,
            "The table comes first: flow_from_dataframe(dataframe, directory).",
        )
    return os.fspath(directory)


def _check_table(dataframe: Any) -> None:
    if isinstance(dataframe, str | os.PathLike):
        raise InvalidArgument(
            "dataframe", "must be a table", repr(dataframe), "Read it: pandas.read_csv(path)."
        )
    if not hasattr(dataframe, "__getitem__"):
        raise InvalidArgument("dataframe", "must be a table", type(dataframe).__name__)


def _no_files(folder: str, names: list[str], extensions: tuple[str, ...], column: str) -> DataError:
    """Why no row is left: names without an ending, or no such file."""
    if not any(name.lower().endswith(extensions) for name in names):
        got, do = f"{names[0]!r} and the like", 'Add it: dataframe[column] + ".jpg".'
        return DataError(f'column "{column}"', "must hold names with the ending of images", got, do)
    return DataError(
        f'column "{column}"',
        f'must name images in "{folder or os.getcwd()}"',
        f"{len(names)} rows, and no such file",
        "Give directory=, the folder that the names are relative to.",
    )


def _column(dataframe: Any, name: Any) -> list[Any]:
    try:
        return list(dataframe[name])
    except (KeyError, TypeError, IndexError) as fault:
        columns = [str(one) for one in getattr(dataframe, "columns", dataframe)]
        raise unknown_name("dataframe column", name, columns) from fault


def _values(dataframe: Any, columns: str | Sequence[str]) -> np.ndarray:
    """One column as (n,), several as (n, columns)."""
    if isinstance(columns, str):
        return np.asarray(_column(dataframe, columns))
    return np.stack([np.asarray(_column(dataframe, one)) for one in columns], axis=1)


def _require_one_column(y_col: Any, class_mode: str) -> None:
    if not isinstance(y_col, str):
        raise InvalidArgument(
            "y_col",
            f'must be one column for class_mode="{class_mode}"',
            repr(y_col),
            'For several say class_mode="raw" or "multi_output".',
        )


def _require_words(
    argument: str, column: Any, values: list[Any], allowed: tuple[type, ...]
) -> None:
    for row, value in enumerate(values):
        if not isinstance(value, allowed):
            kinds = " or ".join(kind.__name__ for kind in allowed)
            do = "Turn it into words: dataframe[column].astype(str)."
            if isinstance(value, float) and np.isnan(value):
                do = "Leave out the rows without one: dataframe.dropna(subset=[column])."
            raise DataError(
                f'{argument}="{column}"', f"must hold {kinds}", f"{value!r} in row {row}", do
            )


def _existing(
    folder: str, names: list[str], extensions: tuple[str, ...], column: str
) -> np.ndarray:
    """The rows whose file is there and is an image by its name."""
    good = [
        row
        for row, name in enumerate(names)
        if name.lower().endswith(extensions) and os.path.isfile(os.path.join(folder, name))
    ]
    lost = sorted(set(range(len(names))).difference(good))
    if lost and good:
        note_once(
            f"flow_from_dataframe: left out {count_of(len(lost), 'row')} whose file in "
            f'"{column}" is missing or no image by its name: '
            f"{list_some([names[row] for row in lost])}."
        )
    return np.array(good, dtype=np.intp)


def _of_classes(
    labels: list[Any], rows: np.ndarray, classes: Sequence[str] | None
) -> tuple[list[str], np.ndarray, list[Any]]:
    """The class names, and the rows that have one of them with their labels."""
    if not classes:
        present = set()
        for row in rows:
            present.update([labels[row]] if isinstance(labels[row], str) else labels[row])
        return sorted(present), rows, [labels[row] for row in rows]
    names = list(dict.fromkeys(classes))
    kept, chosen = [], []
    for row in rows:
        label = labels[row]
        label = label if isinstance(label, str) else [one for one in label if one in names]
        if label and (not isinstance(label, str) or label in names):
            kept.append(row)
            chosen.append(label)
    return names, np.array(kept, dtype=np.intp), chosen


def _word(label: Any) -> str:
    return label if isinstance(label, str) else ", ".join(label)

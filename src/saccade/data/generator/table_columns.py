"""Table columns: the names, labels and weights that a table holds, checked, and its usable rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from saccade.data.folders.folder_errors import count_of, list_some
from saccade.errors import DataError, InvalidArgument
from saccade.names import unknown_name
from saccade.notes import note_once


def check_folder(directory: Any) -> str:
    """The folder that the names are relative to, "" for None; raise InvalidArgument for no path."""
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


def check_table(dataframe: Any) -> None:
    """Raise InvalidArgument for what has no columns."""
    if isinstance(dataframe, str | os.PathLike):
        raise InvalidArgument(
            "dataframe", "must be a table", repr(dataframe), "Read it: pandas.read_csv(path)."
        )
    if not hasattr(dataframe, "__getitem__"):
        raise InvalidArgument("dataframe", "must be a table", type(dataframe).__name__)


def no_files(folder: str, names: list[str], extensions: tuple[str, ...], column: str) -> DataError:
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


def column_of(dataframe: Any, name: Any) -> list[Any]:
    """One column; raise UnknownName where the table has none of that name."""
    try:
        return list(dataframe[name])
    except (KeyError, TypeError, IndexError) as fault:
        columns = [str(one) for one in getattr(dataframe, "columns", dataframe)]
        raise unknown_name("dataframe column", name, columns) from fault


def values_of(dataframe: Any, columns: str | Sequence[str]) -> np.ndarray:
    """One column as (n,), several as (n, columns)."""
    if isinstance(columns, str):
        return np.asarray(column_of(dataframe, columns))
    return np.stack([np.asarray(column_of(dataframe, one)) for one in columns], axis=1)


def require_one_column(y_col: Any, class_mode: str) -> None:
    """Raise InvalidArgument for several columns where a class mode needs one."""
    if not isinstance(y_col, str):
        raise InvalidArgument(
            "y_col",
            f'must be one column for class_mode="{class_mode}"',
            repr(y_col),
            'For several say class_mode="raw" or "multi_output".',
        )


def require_kinds(argument: str, column: Any, values: list[Any], allowed: tuple[type, ...]) -> None:
    """Raise DataError unless every value of a column is of one of these types."""
    for row, value in enumerate(values):
        if not isinstance(value, allowed):
            kinds = " or ".join(kind.__name__ for kind in allowed)
            do = "Turn it into words: dataframe[column].astype(str)."
            if isinstance(value, float) and np.isnan(value):
                do = "Leave out the rows without one: dataframe.dropna(subset=[column])."
            raise DataError(
                f'{argument}="{column}"', f"must hold {kinds}", f"{value!r} in row {row}", do
            )


def rows_with_a_file(
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


def rows_of_classes(
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

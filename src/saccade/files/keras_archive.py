"""The `.keras` file: a zip of records and weights that Keras reads too.

In the order in which they are written::

    metadata.json       the version of the format and the date
    config.json         the record of the model, with how it was built and compiled
    model.weights.h5    see `weight_store`
    saccade.json        what travels with a model beyond Keras, which leaves this entry alone
    assets/             files that layers of the user's write, if any
"""

from __future__ import annotations

import datetime
import json
import lzma
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saccade.disk.regular_file import open_regular
from saccade.errors import FileFormatError, InvalidArgument, NotSupported
from saccade.files import optimizer_state, plain_config, weight_store
from saccade.files.extras import checked_extras, extras_of
from saccade.files.formats import HDF5_START
from saccade.files.hdf5 import check_unpacked, open_h5, whole
from saccade.files.kept_weights import kept_weights
from saccade.files.old.compile_configs import compile_config
from saccade.files.old.model_configs import in_todays_words
from saccade.files.replacement import replacing
from saccade.files.zipped.assets import read_assets, write_assets
from saccade.files.zipped.stored_entry import check_directory, check_entries, open_entry
from saccade.layers.core.build_mark import holds_weights
from saccade.layers.core.custom_storage import is_own
from saccade.notes import note_once
from saccade.plain_json import check_size, json_text, read_json
from saccade.shown_text import Listed
from saccade.version import KERAS_VERSION

METADATA, CONFIG, WEIGHTS, EXTRAS = (
    "metadata.json",
    "config.json",
    "model.weights.h5",
    "saccade.json",
)
_OF_PYTHON = (EOFError, NotImplementedError, RuntimeError, OSError, ValueError, struct.error)
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, *_OF_PYTHON)
_LEAST_BYTES, _BYTES_OF_LAYER = 1 << 20, 1 << 14  # of HDF5's own, and of small weights
_BYTES_OF_NUMBER = 40  # in double precision, with four of an optimizer's beside it
_READ = (METADATA, CONFIG, WEIGHTS, EXTRAS)
_OF_A_MODEL = "config.json must describe a model"
WITHOUT_OPTIMIZER = "load_model(..., compile=False) loads the model without its optimizer."


# -- writing -------------------------------------------------------------------------------


def write(
    model: Any,
    path: Path,
    overwrite: bool = True,
    include_optimizer: bool = True,
) -> None:
    """Write a model with all that it needs to go on: layers, weights, how it trains, where it is.

    Args:
        model: built or not; `model.preprocessing` and `model.class_names` go along.
        path: an existing file stays as it is until the new one is whole.
        overwrite: False raises where the file exists.
        include_optimizer: False leaves out how the model trains, with the optimizer's state.

    Raises:
        InvalidArgument: the file exists, or the model holds something that JSON can't.
        NoSuchFile: the folder does not exist.
    """
    where = "save"
    with kept_weights(model, path, overwrite):
        record = plain_config.full_record(model)
        record["compile_config"] = (model.get_compile_config() if include_optimizer else None) or {}
        texts = {
            METADATA: json.dumps(
                {
                    "keras_version": KERAS_VERSION,  # whose format it is; ours is in saccade.json
                    "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S"),
                }
            ),
            CONFIG: json.dumps(plain_config.to_plain(where, record, "model")),
            EXTRAS: json_text(extras_of(where, model), indent=1),
        }
    if not holds_weights(model):
        note_once(
            f"{model.where} is not built: the file will hold its layers but no weights.",
            key="not built",
        )
    with replacing(where, path, overwrite) as draft:
        weights = draft.with_name(WEIGHTS)  # HDF5 jumps while it writes, a zip can't
        with open_h5(where, weights, "w") as file:
            weight_store.write_weights(file, model, include_optimizer)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(METADATA, texts[METADATA])
            archive.writestr(CONFIG, texts[CONFIG])
            archive.write(weights, WEIGHTS)
            archive.writestr(EXTRAS, texts[EXTRAS])
            write_assets(archive, model)


# -- reading -------------------------------------------------------------------------------


class KerasArchive:
    """An open `.keras` file.

    Attributes:
        where: how messages name the file.
        config: the record of the model, in the words of today.
        extras: what `saccade.json` holds; empty in a file that Keras wrote.
    """

    def __init__(self, where: str, archive: zipfile.ZipFile):
        self.where, self._zip = where, archive
        check_entries(where, archive, _READ)
        self.config = self._json(CONFIG)
        told = self._json(METADATA) if METADATA in archive.namelist() else {}
        if str(told.get("keras_version", "")).startswith("2."):  # of tf.keras
            with whole(where, _OF_A_MODEL):
                self.config = in_todays_words(self.config)
                training = self.config.get("compile_config") or {}
                self.config["compile_config"] = compile_config(training)
        extras = self._json(EXTRAS) if EXTRAS in archive.namelist() else {}
        self.extras = checked_extras(where, extras)

    def numbers(self) -> int:
        """How many the weights in the file have at most.

        Raises:
            FileFormatError: they unpack to far more than weights do.
        """
        if WEIGHTS not in self._zip.namelist():
            raise self._lacks(WEIGHTS)
        entry = self._zip.getinfo(WEIGHTS)
        check_unpacked(self.where, WEIGHTS, entry.file_size, entry.compress_size)
        return entry.file_size

    @contextmanager
    def weights(self) -> Iterator[dict[str, Any]]:
        """The datasets of the weights by path, to be read while this is open."""
        if WEIGHTS not in self._zip.namelist():
            raise self._lacks(WEIGHTS)
        try:
            entry = open_entry(self._zip, WEIGHTS)
        except _DAMAGED as error:
            raise self._damaged(WEIGHTS, error) from error
        with entry, open_h5(self.where, entry) as file:
            yield weight_store.datasets_in(self.where, file)

    def restore(self, model: Any, compile: bool) -> None:
        """Read the weights, and the optimizer's state where the model has an optimizer.

        Raises:
            FileFormatError: what does not fit; each fault is listed.
        """
        self._check_need(model)
        with self.weights() as saved:
            weight_store.read_weights(self.where, saved, model, fresh=True)
            faults: list[str] = []
            if model.optimizer is not None:
                state = weight_store.optimizer_in(saved)
                with whole(self.where):
                    faults = optimizer_state.restore_state(
                        model.optimizer, state, model.trainable_weights
                    )
        if faults and optimizer_state.are_of_other_weights(faults):  # Keras goes on, too
            note_once(
                f"{self.where}: the optimizer's state is of other trainable weights, so it starts "
                f"anew: {faults[0]}."
            )
        elif faults:
            raise FileFormatError(
                self.where,
                "the optimizer's state must fit the model",
                Listed(f"{len(faults)} that do not:", faults),
                WITHOUT_OPTIMIZER,
            )
        read_assets(self.where, self._zip, model)

    def _json(self, name: str) -> dict[str, Any]:
        if name not in self._zip.namelist():
            raise self._lacks(name)
        # A few bytes in a zip can claim to be gigabytes.
        check_size(self.where, name, self._zip.getinfo(name).file_size)
        try:
            text = self._zip.read(name)
        except _DAMAGED as error:
            raise self._damaged(name, error) from error
        value = read_json(self.where, name, text)
        if not isinstance(value, dict):
            raise self._damaged(name, f"{type(value).__name__} instead of an object")
        return value

    def _check_need(self, model: Any) -> None:
        """Look at how large the weights are, before they are unpacked, by what the model needs."""
        entry = self._zip.getinfo(WEIGHTS)
        if entry.compress_type == zipfile.ZIP_STORED:  # it takes what it unpacks to
            return
        places = list(weight_store.places(model))
        needed = _LEAST_BYTES
        for place in places:
            needed += _BYTES_OF_LAYER + _BYTES_OF_NUMBER * sum(one.numel() for one in place.weights)
        owns = any(is_own(one.layer, "load_own_variables") for one in places)
        if entry.file_size > needed and not owns:
            raise FileFormatError(
                self.where,
                f"{WEIGHTS} must have at most the {needed:,} bytes that its model needs",
                f"{entry.file_size:,}",
                "The file was made to take the memory: get it from where it was saved.",
            )

    def _lacks(self, name: str) -> FileFormatError:
        found = ", ".join(self._zip.namelist()) or "nothing"
        return FileFormatError(self.where, f"a .keras file must hold {name}", f"only {found}")

    def _damaged(self, name: str, cause: object) -> FileFormatError:
        return FileFormatError(
            self.where,
            f"{name} must be whole",
            str(cause),
            "The file was damaged: copy or save it again.",
        )


@contextmanager
def open_archive(filepath: str | os.PathLike[str]) -> Iterator[KerasArchive]:
    """Open a `.keras` file for reading.

    Raises:
        NoSuchFile: there is none. NotSupported: a folder or an .h5 file.
        FileFormatError: not a `.keras` file, cut short, or damaged.
    """
    try:
        path = Path(os.fspath(filepath))
    except TypeError:
        raise InvalidArgument("load_model", "needs a path", repr(filepath)) from None
    where = f'"{path}"'
    if path.is_dir():
        raise NotSupported(
            where,
            "a model is a .keras or .h5 file; a folder (SavedModel) is not supported",
            "a folder",
            'Where TensorFlow is: tf.keras.models.load_model(folder).save("model.h5").',
        )
    with open_regular(path, where, "the file must exist", FileFormatError) as file:
        start = file.read(8)
        if start == HDF5_START:
            raise NotSupported(
                where,
                "a file called .keras must be a zip",
                "an HDF5 file",
                "Call it .h5: then it is read as what it is.",
            )
        check_directory(where, file)
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGED as error:
            got = "one that was cut short" if start[:4] == b"PK\x03\x04" else "another kind of file"
            raise FileFormatError(
                where,
                "a .keras file must be a whole zip archive",
                f"{got} ({path.stat().st_size:,} bytes)",
                "Copy or save it again.",
            ) from error
        with archive:
            yield KerasArchive(where, archive)


@contextmanager
def open_weights(where: str, path: Path) -> Iterator[dict[str, Any]]:
    """The datasets of the weights by path, to be read while this is open."""
    with open_archive(path) as archive, archive.weights() as saved:
        yield saved

"""Nothing that saccade writes holds a pickle, which runs what it says where it is read.

The scan looks at every byte from which a pickle can begin. It stands for fickling and picklescan:
both look into files of known endings alone.
"""

from __future__ import annotations

import io
import json
import pickle
import pickletools
import zipfile
from pathlib import Path

import numpy as np
import pytest

import saccade
from faces.photo_folders import make_photos
from saccade import layers
from saccade.callbacks import BackupAndRestore, CSVLogger, ModelCheckpoint, TensorBoard
from saccade.files.formats import FORMATS
from saccade.models import Sequential

RUNS = {"GLOBAL", "STACK_GLOBAL", "INST", "REDUCE", "OBJ", "NEWOBJ", "NEWOBJ_EX", "EXT1", "EXT2"}
_PROTOCOLS = tuple(bytes([number]) for number in range(2, 6))
LEAST = 3  # operations; shorter ones are chance


def pickles_in(data: bytes) -> list[int]:
    """Where whole pickles of protocol 2 or later begin, and those that name something to call."""
    found = []
    place = data.find(b"\x80")
    while place >= 0:
        if data[place + 1 : place + 2] in _PROTOCOLS and _is_pickle(data, place):
            found.append(place)
        place = data.find(b"\x80", place + 1)
    if _is_pickle(data, 0):
        found.append(0)
    return found


def _is_pickle(data: bytes, place: int) -> bool:
    try:
        names = [one[0].name for one in pickletools.genops(io.BytesIO(data[place:]))]
    except Exception:  # genops raises of all kinds for what is none
        return False
    return names[-1] == "STOP" and (len(names) > LEAST + 2 or bool(RUNS & set(names)))


def scan(folder: Path) -> dict[str, list[int]]:
    """Every file below a folder, entries of zips too, with a pickle in it."""
    found = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        contents = {path.name: path.read_bytes()}
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents |= {f"{path.name}/{one}": archive.read(one) for one in archive.namelist()}
        found |= {name: places for name, data in contents.items() if (places := pickles_in(data))}
    return found


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_scan_finds_what_it_looks_for(tmp_path, protocol):
    held = {"weights": np.zeros(3), "call": print}
    (tmp_path / "a.bin").write_bytes(pickle.dumps(held, protocol))
    if protocol >= 2:
        with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.pkl", b"before" + pickle.dumps(held, protocol))
    assert len(scan(tmp_path)) == (1 if protocol < 2 else 2)


def test_no_file_of_a_run_or_a_model_holds_one(tmp_path):
    run = tmp_path / "run"
    saccade.train(make_photos(tmp_path / "photos", count=4), run, epochs=1, batch_size=8)
    model = Sequential([layers.Dense(3, input_shape=(4,))])
    model.compile("adam", "mse")
    kept = tmp_path / "kept"
    kept.mkdir()
    callbacks = [
        BackupAndRestore(kept / "backup", delete_checkpoint=False),
        CSVLogger(kept / "log.csv"),
        ModelCheckpoint(kept / "best.keras"),
        TensorBoard(kept / "events"),
    ]
    x = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    model.fit(x, x[:, :3], epochs=2, verbose=0, callbacks=callbacks)
    for one in FORMATS:
        if one.write_model:
            model.save(kept / f"model{one.suffix}")
        if one.write_weights:
            model.save_weights(kept / f"weights{one.suffix}")
    written = [one for folder in (run, kept) for one in folder.rglob("*") if one.is_file()]
    assert len(written) > 14
    assert scan(run) | scan(kept) == {}
    for path in (one for one in written if one.suffix == ".json"):
        json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)

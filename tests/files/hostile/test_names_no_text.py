"""Names in an HDF5 file that are no UTF-8: h5py gives bytes for them, and each is told in words."""

import io
import zipfile

import h5py
import numpy as np
import pytest

from saccade.errors import SaccadeError
from saccade.layers import BatchNormalization, Dense
from saccade.models import Sequential, load_model

ENDINGS = (".weights.h5", ".h5", ".keras")


def made():
    model = Sequential([Dense(2, input_shape=(3,)), BatchNormalization()])
    model.compile("adam", "mse")
    model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0)
    return model


def save(model, path):
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)


def inner(path):
    """The bytes of the HDF5 file that it is, or that is in it."""
    if path.suffix == ".h5":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return archive.read("model.weights.h5")


def put(path, content):
    if path.suffix == ".h5":
        path.write_bytes(content)
        return
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (entries | {"model.weights.h5": content}).items():
            archive.writestr(name, data)


def names_in(content):
    found = set()
    with h5py.File(io.BytesIO(content)) as file:
        file.visit(lambda path: found.update(path.encode().split(b"/")))
        file.visititems(lambda _, item: found.update(name.encode() for name in item.attrs))
        found.update(name.encode() for name in file.attrs)
    return sorted(name for name in found if len(name) > 3)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_name_that_is_no_text_is_told(tmp_path, ending):
    model, path = made(), tmp_path / f"m{ending}"
    save(model, path)
    content, weights, told = inner(path), model.get_weights(), []
    names = names_in(content)
    assert len(names) > 5
    for name in names:
        put(path, content.replace(name, b"\xff" + name[1:]))
        try:
            if ending != ".weights.h5":
                load_model(path)
            else:
                model.load_weights(path)
        except SaccadeError as fault:
            told.append(str(fault))
            for before, now in zip(weights, model.get_weights(), strict=True):
                np.testing.assert_array_equal(before, now)
    assert len(told) > len(names) // 2
    assert all(path.name in words for words in told)

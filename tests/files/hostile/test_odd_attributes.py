"""Attributes of HDF5 files that hold neither numbers nor text: told, and never read.

A damaged one whose type is a sequence of any length makes HDF5 crash (found by `make soak`).
"""

import h5py
import numpy as np
import pytest

from saccade import Input, Sequential
from saccade.errors import FileFormatError
from saccade.files.hdf5 import attribute
from saccade.layers import Dense
from saccade.models import load_model

ODD = {
    "sequence": h5py.vlen_dtype(np.int32),
    "reference": h5py.ref_dtype,
    "record": np.dtype([("a", "i4")]),
    "enumeration": h5py.enum_dtype({"no": 0, "yes": 1}),
    "bytes": np.dtype("V4"),
}


def odd(group, name, kind):
    group.attrs.pop(name, None)
    h5py.h5a.create(
        group.id, name.encode(), h5py.h5t.py_create(ODD[kind], logical=True),
        h5py.h5s.create(h5py.h5s.SCALAR),
    )  # fmt: skip


@pytest.fixture
def model():
    return Sequential([Input((3,)), Dense(2, name="dense")])


@pytest.mark.parametrize("kind", ODD)
def test_it_is_told(tmp_path, kind):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        odd(file, "name", kind)
        file.attrs["text"], file.attrs["words"], file.attrs["number"] = "a", ["b", "c"], 1.5
        with pytest.raises(TypeError, match="name holds neither numbers nor text"):
            attribute(file, "name")
        assert attribute(file, "text") == "a"
        assert [str(one) for one in attribute(file, "words")] == ["b", "c"]
        assert attribute(file, "number") == 1.5
        assert attribute(file, "none", 5) == 5


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", ["model_config", "keras_version"])
def test_a_model_with_one_is_refused(tmp_path, model, kind, name):
    model.save(path := tmp_path / "m.h5")
    with h5py.File(path, "r+") as file:
        odd(file, name, kind)
    with pytest.raises(FileFormatError):
        load_model(path)


@pytest.mark.parametrize("kind", ODD)
def test_old_weights_with_one_are_refused(tmp_path, model, kind):
    model.save(path := tmp_path / "m.h5")
    with h5py.File(path, "r+") as file:
        odd(file["model_weights"]["dense"], "weight_names", kind)
    with pytest.raises(FileFormatError):
        model.load_weights(path)


@pytest.mark.parametrize("kind", ODD)
def test_the_name_of_a_layer_is_not_needed(tmp_path, model, kind):
    model.save_weights(path := tmp_path / "m.weights.h5")
    expected = model.get_weights()
    with h5py.File(path, "r+") as file:
        odd(file["layers/dense/vars"], "name", kind)
    model.set_weights([np.zeros_like(one) for one in expected])
    model.load_weights(path)
    for one, other in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(one, other)

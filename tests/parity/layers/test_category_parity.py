"""CategoryEncoding and Discretization give what Keras's give."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from parity.reference import keras
from saccade import Sequential, layers
from saccade.errors import InvalidArgument, NotSupported, StateError
from saccade.models import load_model

pytestmark = [  # Keras's own
    pytest.mark.filterwarnings("ignore:__array__"),
    pytest.mark.filterwarnings("ignore:torch.searchsorted"),
]
NUMBERS = np.array([[0, 1, 1], [3, 0, 2]])
VALUES = np.array([[-1.0, 0.0, 0.5], [3.0, 1.0, 0.99]], np.float32)
MODES = ("multi_hot", "one_hot", "count")


def same(ours, theirs):
    assert str(ours.dtype) == f"torch.{keras.backend.standardize_dtype(theirs.dtype)}"
    np.testing.assert_array_equal(np.asarray(ours), keras.ops.convert_to_numpy(theirs))


@pytest.mark.parametrize("mode", [*MODES, "binary"])
@pytest.mark.parametrize("x", [NUMBERS, NUMBERS[0], NUMBERS[:, :1], NUMBERS.astype(np.float32)])
def test_rows_of_numbers(mode, x):
    ours, theirs = (one.CategoryEncoding(5, mode) for one in (layers, keras.layers))
    if x.dtype == np.float32:
        x = torch.as_tensor(x).long().numpy().astype(np.int32)
    same(ours(x), theirs(x))
    assert ours.compute_output_shape(x.shape) == tuple(theirs.compute_output_shape(x.shape))
    config = theirs.get_config()
    assert {key: one for key, one in ours.get_config().items() if key not in ("name", "dtype")} == {
        key: one for key, one in config.items() if key not in ("name", "dtype")
    }


def test_counts_with_weights():
    weights = np.array([[1.0, 2.0, 3.0], [0.5, 0.5, 0.0]], np.float32)
    ours, theirs = (one.CategoryEncoding(5, "count") for one in (layers, keras.layers))
    same(ours(NUMBERS, count_weights=weights), theirs(NUMBERS, count_weights=weights))
    with pytest.raises(InvalidArgument, match="count_weights"):
        layers.CategoryEncoding(5)(NUMBERS, count_weights=weights)


@pytest.mark.parametrize("mode", ["int", *MODES])
@pytest.mark.parametrize("x", [VALUES, VALUES[0], VALUES[:, :1]])
def test_numbers_of_bins(mode, x):
    made = [one.Discretization([0.0, 1.0], output_mode=mode) for one in (layers, keras.layers)]
    ours, theirs = made
    same(ours(x), theirs(x))
    assert ours.compute_output_shape(x.shape) == tuple(theirs.compute_output_shape(x.shape))


@pytest.mark.parametrize("bins", [2, 5, 30])
@pytest.mark.parametrize("count", [7, 400, 3001])
def test_boundaries_of_data(bins, count):
    data = np.random.RandomState(count).randn(count).astype(np.float32)
    ours, theirs = (one.Discretization(num_bins=bins) for one in (layers, keras.layers))
    for given in (data, [data[: count // 2], data[count // 2 :]]):
        ours.adapt(given)
        theirs.reset_state()  # its `adapt` asks for TensorFlow
        for batch in given if isinstance(given, list) else [given]:
            theirs.update_state(batch)
        theirs.finalize_state()
        assert ours.bin_boundaries == theirs.bin_boundaries
    same(ours(data), theirs(data))
    again = layers.Discretization.from_config(ours.get_config())
    assert again.bin_boundaries == ours.bin_boundaries
    read = keras.layers.Discretization.from_config(ours.get_config())
    assert read.bin_boundaries == theirs.bin_boundaries


def test_files_go_both_ways(tmp_path):
    found = []
    for family in (keras, None):
        parts, stack = (keras.layers, keras.Sequential) if family else (layers, Sequential)
        first = parts.Discretization(num_bins=3, output_mode="one_hot")
        if family is None:
            first.adapt(np.linspace(-1, 1, 50, dtype=np.float32))
        else:
            first.bin_boundaries = [-0.34, 0.32]
        model = stack([(keras if family else layers).Input((3,)), first, parts.Flatten()])
        model.save(tmp_path / "m.keras")
        for load in (keras.saving.load_model, load_model):
            found.append(load(tmp_path / "m.keras").predict(VALUES, verbose=0))
    for one in found:
        np.testing.assert_array_equal(one, found[0])


def test_what_cannot_work_is_refused():
    with pytest.raises(InvalidArgument, match="0 to 4"):
        layers.CategoryEncoding(5)(NUMBERS + 2)
    with pytest.raises(NotSupported, match="sparse"):
        layers.CategoryEncoding(5, sparse=True)
    with pytest.raises(InvalidArgument, match="num_tokens"):
        layers.CategoryEncoding()
    for both in ({}, {"bin_boundaries": [0.0], "num_bins": 2}):
        with pytest.raises(InvalidArgument, match="bin_boundaries or num_bins"):
            layers.Discretization(**both)
    with pytest.raises(StateError, match="adapt"):
        layers.Discretization(num_bins=2)(VALUES)
    with pytest.raises(InvalidArgument, match="nothing to adapt"):
        layers.Discretization([0.0]).adapt(VALUES)

"""split_dataset and plot_model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from saccade.data.dataset import Dataset
from saccade.errors import InvalidArgument, StateError
from saccade.layers import Add, Conv2D, Dense, Flatten, Input
from saccade.models import Model, Sequential, dot
from saccade.utils import model_to_dot, plot_model, split_dataset

X, Y = np.arange(10.0, dtype="float32"), np.arange(10)


@pytest.mark.parametrize("data", [(X, Y), [X, Y], Dataset.from_tensor_slices((X, Y))])
@pytest.mark.parametrize(
    ("sizes", "counts"),
    [({"left_size": 0.8}, (8, 2)), ({"right_size": 3}, (7, 3)),
     ({"left_size": 0.5, "right_size": 0.2}, (5, 2)), ({"left_size": 4}, (4, 6))],
)  # fmt: skip
def test_the_first_and_those_that_follow(data, sizes, counts):
    left, right = split_dataset(data, **sizes)
    assert (len(left), len(right)) == counts
    assert [int(y) for _, y in left] == list(range(counts[0]))
    assert [int(y) for _, y in right] == list(range(counts[0], sum(counts)))


class OfTorch(torch.utils.data.Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, place):
        return {"x": (X[place : place + 1], torch.ones(2, 3) * place), "y": int(Y[place])}


class Stream(torch.utils.data.IterableDataset):
    def __iter__(self):
        return map(OfTorch().__getitem__, range(10))


@pytest.mark.parametrize("data", [OfTorch(), Stream()])
def test_a_dataset_of_torch_s(data):
    left, right = split_dataset(data, left_size=0.2)
    assert (len(left), len(right)) == (2, 8)
    places = range(10)
    for place, element in zip(places, [*left, *right], strict=True):
        assert int(element["y"]) == place
        assert [tuple(one.shape) for one in element["x"]] == [(1,), (2, 3)]
        assert float(element["x"][1][0, 0]) == place


def test_in_another_order_nothing_is_lost_and_the_halves_stay():
    left, right = split_dataset((X, Y), 0.7, shuffle=True, seed=3)
    first = [int(y) for _, y in left], [int(y) for _, y in right]
    assert first[0] != list(range(7))
    assert sorted(first[0] + first[1]) == list(range(10))
    assert first == ([int(y) for _, y in left], [int(y) for _, y in right])


@pytest.mark.parametrize("sizes", [{}, {"left_size": 10}, {"left_size": 8, "right_size": 5}])
def test_sizes_that_cannot_be(sizes):
    with pytest.raises(InvalidArgument, match="split_dataset"):
        split_dataset(X, **sizes)


@pytest.fixture
def model():
    image = Input((6, 6, 1), name="image")
    inner = Sequential([Input((6, 6, 1)), Conv2D(1, 3, activation="relu", name="c")], name="inner")
    x = inner(image)
    x = Add(name="sum")([x, x])
    return Model(image, Dense(2, name="d")(Flatten(name="f")(x)), name="whole")


def test_boxes_and_arrows(model):
    text = model_to_dot(model, show_shapes=True, rankdir="LR").to_string()
    assert 'digraph "whole"' in text
    assert "rankdir=LR" in text
    assert '"d" [label="d: Dense\\n(None, 2)"];' in text
    for arrow in ('"image" -> "inner"', '"inner" -> "sum"', '"sum" -> "f"', '"f" -> "d"'):
        assert text.count(arrow) == 1
    assert '"c"' not in text
    open_ = model_to_dot(
        model, expand_nested=True, show_layer_activations=True, show_trainable=True
    )
    assert '"inner/c" [label="c: Conv2D\\nrelu\\ntrainable"];' in open_
    assert '"inner/c" -> "sum"' in open_
    assert model_to_dot(model, subgraph=True).startswith('  "image"')


def test_text_is_written_and_pictures_need_a_program(model, tmp_path, monkeypatch):
    plot_model(model, tmp_path / "m.dot", False)
    assert '"d" [label="Dense"];' in (tmp_path / "m.dot").read_text()
    monkeypatch.setattr(dot.shutil, "which", lambda _: None)
    with pytest.raises(StateError, match="Install Graphviz"):
        plot_model(model, tmp_path / "m.png")
    with pytest.raises(StateError, match="must be built"):
        model_to_dot(Sequential([Dense(1)]))


def test_a_script_goes_on_without_the_program(model, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(dot.shutil, "which", lambda _: None)
    monkeypatch.setattr(dot, "is_script_door_open", lambda: True)
    plot_model(model, to_file=str(tmp_path / "m.png"), show_shapes=True)
    assert (tmp_path / "m.dot").read_text().startswith("digraph")
    assert not (tmp_path / "m.png").exists()
    assert [one for one in caplog.messages if "the program dot" in one and "m.dot" in one]


def test_the_program_is_given_the_text(model, tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\n[ "$1" = -Tsvg ] && cat > "$3"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    plot_model(model, to_file=tmp_path / "m.svg")
    assert (tmp_path / "m.svg").read_text() == model_to_dot(model, show_layer_names=False)
    with pytest.raises(InvalidArgument, match="dot must draw it"):
        plot_model(model, to_file=tmp_path / "m.xyz")


def test_no_element_is_on_both_sides_where_the_dataset_shuffles():
    shuffled = Dataset.from_tensor_slices(np.arange(100)).shuffle(100, seed=1)
    for _ in range(2):
        left, right = split_dataset(shuffled, left_size=0.8)
        for _ in range(2):
            assert sorted([int(x) for x in left] + [int(x) for x in right]) == list(range(100))


@pytest.mark.parametrize("size", [1.5, -0.5, float("nan")])
def test_a_size_between_shares_and_numbers_is_refused(size):
    with pytest.raises(InvalidArgument, match="a share between 0 and 1"):
        split_dataset(np.arange(20), left_size=size)

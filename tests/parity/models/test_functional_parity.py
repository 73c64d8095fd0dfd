"""Functional models beside Keras 3.15.1's: order of layers, records, values, files, summaries."""

import json
import random

import numpy as np
import pytest

from parity.reference import array, keras
from saccade import layers, models

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

X = np.random.RandomState(0).rand(3, 6).astype(np.float32)


def grown(library, seed):
    """A random graph of shared and merging layers, the same for both libraries."""
    draw = random.Random(seed)
    make = library.layers
    inputs = [library.layers.Input((6,), name=f"in_{n}") for n in range(draw.choice([1, 1, 2]))]
    pool = [make.Dense(4, name=f"start_{n}")(one) for n, one in enumerate(inputs)]
    shared = make.Dense(4, activation="tanh", name="shared")
    for n in range(draw.randrange(3, 12)):
        kind = draw.choice(["dense", "add", "shared", "concat", "activation"])
        one = draw.choice(pool)
        if kind == "dense":
            new = make.Dense(4, name=f"dense_{n}")(one)
        elif kind == "shared":
            new = shared(one)
        elif kind == "activation":
            new = make.Activation("relu", name=f"activation_{n}")(one)
        elif kind == "add":
            new = make.Add(name=f"add_{n}")([one, draw.choice(pool), draw.choice(pool)])
        else:
            both = make.Concatenate(name=f"concat_{n}")([one, draw.choice(pool)])
            new = make.Dense(4, name=f"after_{n}")(both)
        pool.append(new)
    outputs = draw.sample(pool, draw.choice([1, 1, 2]))
    model = library.models.Model(inputs, outputs if len(outputs) > 1 else outputs[0], name="grown")
    return model


class ours:
    layers, models = layers, models


@pytest.mark.parametrize("seed", range(40))
def test_layers_weights_and_values_are_keras(seed):
    mine, theirs = grown(ours, seed), grown(keras, seed)
    assert [layer.name for layer in mine.layers] == [layer.name for layer in theirs.layers]
    assert [w.path for w in mine.weights] == [w.path for w in theirs.weights]
    mine.set_weights([array(weight) for weight in theirs.weights])
    x = [X, X[::-1].copy()][: len(mine.inputs)]
    for one, other in zip(_listed(mine(x)), _listed(theirs(x)), strict=True):
        np.testing.assert_allclose(
            one.detach().numpy(), other.detach().numpy(), rtol=1e-5, atol=1e-6
        )


def _listed(nest):
    return nest if isinstance(nest, (list, tuple)) else [nest]


@pytest.mark.parametrize("seed", range(12))
def test_records_are_read_both_ways(seed):
    mine, theirs = grown(ours, seed), grown(keras, seed)
    record = json.loads(json.dumps(theirs.get_config()))
    again = models.Model.from_config(record)
    assert [layer.name for layer in again.layers] == [layer.name for layer in theirs.layers]
    back = keras.Model.from_config(json.loads(json.dumps(mine.get_config())))
    assert [layer.name for layer in back.layers] == [layer.name for layer in mine.layers]
    ours_calls = {one["name"]: one["inbound_nodes"] for one in mine.get_config()["layers"]}
    keras_calls = {one["name"]: one["inbound_nodes"] for one in record["layers"]}
    assert json.loads(json.dumps(ours_calls)) == keras_calls
    for key in ("input_layers", "output_layers", "name", "trainable"):
        assert json.loads(json.dumps(mine.get_config()[key])) == record[key]


@pytest.mark.sampled
@pytest.mark.parametrize("seed", range(12))
def test_files_are_read_both_ways(seed, tmp_path):
    mine, theirs = grown(ours, seed), grown(keras, seed)
    x = [X, X[::-1].copy()][: len(mine.inputs)]
    mine.save(tmp_path / "mine.keras")
    theirs.save(tmp_path / "theirs.keras")
    for model, path, load in (
        (mine, "mine.keras", keras.models.load_model),
        (theirs, "theirs.keras", models.load_model),
    ):
        loaded = load(tmp_path / path)
        for one, other in zip(_listed(model(x)), _listed(loaded(x)), strict=True):
            np.testing.assert_allclose(
                one.detach().numpy(), other.detach().numpy(), rtol=1e-5, atol=1e-6
            )


def nested(library):
    make, Model = library.layers, library.models.Model
    inner_in = make.Input((4,), name="inner_in")
    inner_out = make.Dense(4, name="inner_dense")(inner_in)
    inner = Model(inner_in, inner_out, name="inner")
    stack = library.models.Sequential(
        [make.Input((4,)), make.Dense(3, name="s_1"), make.Dense(4, name="s_2")], name="stack"
    )
    outer = make.Input((6,), name="outer")
    x = make.Dense(4, name="first")(outer)
    x = inner(x)
    x = stack(x)
    x = inner(x)
    x = make.Dropout(0.5, name="drop")(x, training=False)
    out = make.Dense(2, name="last")(x)
    return Model(outer, out, name="nested")


def test_nested_models_are_keras(tmp_path):
    mine, theirs = nested(ours), nested(keras)
    assert [layer.name for layer in mine.layers] == [layer.name for layer in theirs.layers]
    mine.set_weights([array(weight) for weight in theirs.weights])
    y = theirs(X).detach().numpy()
    np.testing.assert_allclose(mine(X).detach().numpy(), y, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(mine(X, training=True).detach().numpy(), y, rtol=1e-5, atol=1e-6)
    mine.save(tmp_path / "mine.keras")
    theirs.save(tmp_path / "theirs.keras")
    for loaded in (
        keras.models.load_model(tmp_path / "mine.keras"),
        models.load_model(tmp_path / "theirs.keras"),
        models.load_model(tmp_path / "mine.keras"),
    ):
        np.testing.assert_allclose(loaded(X).detach().numpy(), y, rtol=1e-5, atol=1e-6)


def test_a_model_may_end_with_a_model(tmp_path):
    """Keras counts the calls of an inner model from 1 where a graph ends."""

    def made(library):
        make, Model = library.layers, library.models.Model
        inner_in = make.Input((6,), name="inner_in")
        inner = Model(inner_in, make.Dense(6, name="inner_dense")(inner_in), name="inner")
        outer = make.Input((6,), name="outer")
        return Model(outer, [inner(make.Dense(6, name="first")(outer)), inner(outer)])

    mine, theirs = made(ours), made(keras)
    record = json.loads(json.dumps(mine.get_config()))
    for key in ("input_layers", "output_layers"):
        assert record[key] == json.loads(json.dumps(theirs.get_config()))[key]
    mine.set_weights([array(weight) for weight in theirs.weights])
    expected = [one.detach().numpy() for one in theirs(X)]
    mine.save(tmp_path / "mine.keras")
    theirs.save(tmp_path / "theirs.keras")
    for loaded in (
        keras.models.load_model(tmp_path / "mine.keras"),
        models.load_model(tmp_path / "theirs.keras"),
        models.load_model(tmp_path / "mine.keras"),
    ):
        for one, other in zip(loaded(X), expected, strict=True):
            np.testing.assert_allclose(one.detach().numpy(), other, rtol=1e-5, atol=1e-6)


def table(model, **options):
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text), line_length=100, **options)
    return "\n".join(lines)


@pytest.mark.parametrize(
    "options", [{}, {"expand_nested": True}, {"show_trainable": True, "expand_nested": True}]
)
def test_the_summary_is_keras(options, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    mine, theirs = nested(ours), nested(keras)
    assert table(mine, **options) == table(theirs, **options)
    for seed in range(5):
        assert table(grown(ours, seed), **options) == table(grown(keras, seed), **options)

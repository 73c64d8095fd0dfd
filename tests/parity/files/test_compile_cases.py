"""Optimizers, losses and metrics of two outputs, in files both ways: training goes on alike."""

import json
import zipfile

import numpy as np
import pytest
import torch

import saccade
import saccade.losses
import saccade.metrics
import saccade.optimizers
from parity.reference import close, keras, normal
from saccade.models import Model, load_model

# Keras's own arrays lag behind NumPy 2.
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Gradients do not exist:UserWarning"),  # of an output alone
]

X = normal((24, 5), 1)
Y = {"kind": np.arange(24) % 3, "size": normal((24, 2), 2)}
WEIGHTS = {"kind": np.linspace(0.5, 2, 24, dtype="float32"), "size": np.ones(24, "float32")}
WORDS = ["sparse_categorical_crossentropy", "mse"]


def gap(y_true, y_pred):
    return abs(y_true - y_pred).mean(-1)


OWN = {"gap": gap}


def cosine(library):
    return library.optimizers.schedules.CosineDecay(0.05, 10, alpha=0.1)


def steps(library):
    return library.optimizers.schedules.PiecewiseConstantDecay([2, 4], [0.1, 0.05, 0.01])


CASES = {
    "dict of words": lambda k: {
        "optimizer": "rmsprop",
        "loss": {"kind": "sparse_categorical_crossentropy", "size": "mae"},
        "metrics": {"kind": ["acc"], "size": ["mse"]},
    },
    "objects": lambda k: {
        "optimizer": k.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        "loss": {
            "kind": k.losses.SparseCategoricalCrossentropy(name="told"),
            "size": k.losses.MeanAbsoluteError(reduction="sum"),
        },
        "metrics": {
            "kind": [k.metrics.SparseTopKCategoricalAccuracy(2, name="top2")],
            "size": [k.metrics.MeanAbsoluteError(name="off"), "mse"],
        },
    },
    "list of objects": lambda k: {
        "optimizer": k.optimizers.Adam(0.02, amsgrad=True),
        "loss": [k.losses.SparseCategoricalCrossentropy(), k.losses.LogCosh()],
        "metrics": [["acc", k.metrics.SparseCategoricalCrossentropy()], None],
    },
    "weights": lambda k: {
        "optimizer": "sgd",
        "loss": WORDS,
        "loss_weights": [0.3, 2.0],
        "weighted_metrics": [["acc"], ["mae"]],
    },
    "dict of weights": lambda k: {
        "optimizer": "sgd",
        "loss": {"kind": "sparse_categorical_crossentropy", "size": "mse"},
        "loss_weights": {"kind": 0.3, "size": 2.0},
        "metrics": {"size": "mse"},
        "weighted_metrics": {"kind": ["acc"], "size": [k.metrics.MeanSquaredError(name="w")]},
    },
    "one loss alone": lambda k: {"optimizer": "adam", "loss": {"size": "mse"}},
    "schedule": lambda k: {"optimizer": k.optimizers.Adam(cosine(k)), "loss": WORDS},
    "steps": lambda k: {"optimizer": k.optimizers.SGD(steps(k), momentum=0.5), "loss": WORDS},
    "scaled": lambda k: {
        "optimizer": k.optimizers.LossScaleOptimizer(k.optimizers.Adam(0.01), initial_scale=64.0),
        "loss": WORDS,
    },
    "scaled schedule": lambda k: {
        "optimizer": k.optimizers.LossScaleOptimizer(k.optimizers.SGD(cosine(k), momentum=0.9)),
        "loss": WORDS,
    },
    "average": lambda k: {
        "optimizer": k.optimizers.Adam(0.02, use_ema=True, ema_momentum=0.5),
        "loss": WORDS,
    },
    "functions": lambda k: {
        "optimizer": "sgd",
        "loss": [k.losses.sparse_categorical_crossentropy, k.losses.log_cosh],
        "metrics": [None, [k.losses.mean_absolute_error]],
    },
    "own function": lambda k: {
        "optimizer": "sgd",
        "loss": {"kind": "sparse_categorical_crossentropy", "size": gap},
        "metrics": {"size": [gap]},
    },
}


def compiled(library, case):
    parts = library.layers
    inputs = parts.Input((5,), name="features")
    x = parts.Dense(6, activation="tanh")(inputs)
    kind = parts.Dense(3, activation="softmax", name="kind")(x)
    size = parts.Dense(2, name="size")(x)
    listed = isinstance(CASES[case](library)["loss"], list)
    outputs = [kind, size] if listed else {"kind": kind, "size": size}
    model = (keras.Model if library is keras else Model)(inputs, outputs)
    model.compile(**CASES[case](library))
    model.set_weights([0.3 * normal(w.shape, 5 + n) for n, w in enumerate(model.weights)])
    return model


def given(case):
    """Targets and sample weights in the structure of the outputs."""
    if isinstance(CASES[case](saccade)["loss"], list):
        return {"y": list(Y.values()), "sample_weight": list(WEIGHTS.values())}
    if case == "one loss alone":
        return {"y": {"size": Y["size"]}}
    return {"y": Y, "sample_weight": WEIGHTS}


def train(model, case):
    model.fit(X, batch_size=8, shuffle=False, verbose=0, **given(case))
    return model


def numbers(model, case):
    found = model.evaluate(X, verbose=0, return_dict=True, **given(case))
    return {name: float(value) for name, value in found.items()}


def agree(one, other, case):
    assert numbers(one, case) == pytest.approx(numbers(other, case), abs=1e-5, rel=1e-5)
    assert int(one.optimizer.iterations) == int(other.optimizer.iterations)
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        close(mine, theirs)


def record_in(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))["compile_config"]


@pytest.mark.sampled
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("writer", ["saccade", "keras"])
def test_training_goes_on_elsewhere(tmp_path, case, writer):
    torch.manual_seed(3)
    written = train(compiled(keras if writer == "keras" else saccade, case), case)
    written.save(tmp_path / "m.keras")
    load = load_model if writer == "keras" else keras.saving.load_model
    read = load(tmp_path / "m.keras", custom_objects=OWN)
    agree(written, read, case)
    agree(train(written, case), train(read, case), case)


@pytest.mark.parametrize("case", CASES)
def test_training_goes_on_here_to_the_bit(tmp_path, case):
    torch.manual_seed(3)
    written = train(compiled(saccade, case), case)
    written.save(tmp_path / "m.keras")
    read = load_model(tmp_path / "m.keras", custom_objects=OWN)
    if case != "functions":  # which come back as their words
        read.save(tmp_path / "again.keras")
        assert record_in(tmp_path / "again.keras") == record_in(tmp_path / "m.keras")
    train(written, case)
    train(read, case)
    for mine, other in zip(written.get_weights(), read.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("case", CASES)
def test_the_two_write_the_same_record(tmp_path, case):
    def assert_same(ours, theirs, place):
        if isinstance(theirs, dict):
            for key in theirs.keys() - {"name", "shared_object_id", "registered_name", "module"}:
                assert key in ours, f"{place}.{key} is missing"
                assert_same(ours[key], theirs[key], f"{place}.{key}")
        elif isinstance(theirs, list):
            assert len(ours) == len(theirs), place
            for n, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                assert_same(one, other, f"{place}[{n}]")
        elif isinstance(theirs, float):
            assert ours == pytest.approx(theirs, rel=1e-6), place
        else:
            assert ours == theirs, place

    for library in (saccade, keras):
        compiled(library, case).save(tmp_path / f"{library.__name__}.keras")
    ours, theirs = (record_in(tmp_path / f"{one}.keras") for one in ("saccade", "keras"))
    assert_same(ours, theirs, "compile_config")
    assert ours.keys() == theirs.keys()

"""Models of several inputs and outputs: losses, metrics and weights find their outputs."""

import numpy as np
import pytest

from saccade.errors import DataError, InvalidArgument
from saccade.layers import Add, Dense, Input, Layer
from saccade.models import Model, Sequential

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(12, 4).astype(np.float32)
LABELS = RANDOM.randint(0, 3, 12)
VALUES = RANDOM.rand(12, 1).astype(np.float32)


def two_outputs(**options):
    entry = Input((4,), name="entry")
    trunk = Dense(5, activation="tanh")(entry)
    kind = Dense(3, activation="softmax", name="kind")(trunk)
    size = Dense(1, name="size")(trunk)
    model = Model(entry, [kind, size])
    for weight in model.weights:
        weight.assign(np.random.RandomState(1).standard_normal(weight.shape))
    model.compile(
        **{"optimizer": "sgd", "loss": ["sparse_categorical_crossentropy", "mse"], **options}
    )
    return model


def losses_of(model):
    kind, size = (one.detach().numpy() for one in model(X))
    return (
        -np.log(kind[np.arange(12), LABELS]).mean(),
        ((size - VALUES) ** 2).mean(),
    )


@pytest.mark.parametrize(
    "y", [[LABELS, VALUES], (LABELS, VALUES), {"size": VALUES, "kind": LABELS}], ids=type
)
@pytest.mark.parametrize(
    ("weights", "factors"), [(None, (1, 1)), ([2.0, 0.5], (2, 0.5)), ({"size": 0.5}, (1, 0.5))]
)
def test_the_loss_is_the_weighted_sum_and_each_is_reported(y, weights, factors):
    model = two_outputs(loss_weights=weights)
    kind, size = losses_of(model)
    logs = model.evaluate(X, y, verbose=0, return_dict=True)
    assert logs["kind_loss"] == pytest.approx(kind, rel=1e-5)
    assert logs["size_loss"] == pytest.approx(size, rel=1e-5)
    assert logs["loss"] == pytest.approx(factors[0] * kind + factors[1] * size, rel=1e-5)
    history = model.fit(X, y, verbose=0, batch_size=12).history
    assert history["loss"][0] == pytest.approx(logs["loss"], rel=1e-5)


def test_metrics_find_their_outputs():
    expected = {"loss", "kind_loss", "size_loss", "kind_acc", "size_mae"}
    for metrics in ({"kind": "acc", "size": ["mae"]}, ["acc", "mae"], [["acc"], ["mae"]]):
        model = two_outputs(metrics=metrics)
        logs = model.evaluate(X, [LABELS, VALUES], verbose=0, return_dict=True)
        assert set(logs) == expected
        kind, size = (one.detach().numpy() for one in model(X))
        assert logs["kind_acc"] == pytest.approx((kind.argmax(1) == LABELS).mean())
        assert logs["size_mae"] == pytest.approx(np.abs(size - VALUES).mean(), rel=1e-5)


def test_the_order_of_evaluate_is_keras():
    model = two_outputs(metrics={"kind": "acc", "size": ["mae"]})
    values = model.evaluate(X, [LABELS, VALUES], verbose=0)
    logs = model.evaluate(X, [LABELS, VALUES], verbose=0, return_dict=True)
    names = ["loss", "kind_loss", "size_loss", "kind_acc", "size_mae"]
    assert values == [logs[name] for name in names]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"metrics": ["acc"]},
        {"metrics": {"kind": ["acc"], "size": ["mae", "mse"]}},
        {"metrics": [["acc"], ["mae"]], "weighted_metrics": [["acc"], ["mae", "mse"]]},
    ],
)
def test_metrics_names_are_those_of_the_values(options):
    model = two_outputs(**options)
    y = [LABELS, VALUES]
    model.train_on_batch(X, y)
    for values in (model.evaluate(X, y, verbose=0), model.test_on_batch(X, y)):
        logs = model.evaluate(X, y, verbose=0, return_dict=True)
        assert len(set(model.metrics_names)) == len(model.metrics_names)
        assert dict(zip(model.metrics_names, np.atleast_1d(values), strict=True)) == logs
    assert model.metrics_names[:3] == ["loss", "kind_loss", "size_loss"]


def test_metrics_names_of_one_output():
    model = Sequential([Input((4,)), Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", ["acc"], weighted_metrics=["acc"])
    assert (model.fit(X, LABELS, verbose=0), model.metrics_names)[1] == [
        "loss", "acc", "weighted_acc",
    ]  # fmt: skip
    assert len(model.evaluate(X, LABELS, verbose=0)) == 3


def test_an_output_may_have_no_loss():
    for loss, y in (
        ([None, "mse"], [LABELS, VALUES]),
        ({"size": "mse"}, {"size": VALUES}),
        ([None, "mse"], [VALUES]),
    ):
        model = two_outputs(loss=loss)
        logs = model.evaluate(X, y, verbose=0, return_dict=True)
        assert set(logs) == {"loss"}
        assert logs["loss"] == pytest.approx(losses_of(model)[1], rel=1e-5)


def test_sample_weights_for_all_or_for_each():
    model = two_outputs()
    weight = np.linspace(0, 1, 12).astype(np.float32)
    y = [LABELS, VALUES]
    for_all = model.evaluate(X, y, sample_weight=weight, verbose=0)
    for_each = model.evaluate(X, y, sample_weight=[weight, weight], verbose=0)
    by_name = model.evaluate(X, y, sample_weight={"kind": weight, "size": weight}, verbose=0)
    assert for_all == for_each == by_name
    other = model.evaluate(X, y, sample_weight={"kind": weight}, verbose=0)
    assert other[1] == for_all[1]
    assert other[2] != for_all[2]


def test_weighted_metrics_are_weighted_and_plain_ones_are_not():
    model = Model(entry := Input((4,)), Dense(1)(entry))
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae", "mse"])
    weight = np.linspace(0, 1, 12).astype(np.float32)
    logs = model.evaluate(X, VALUES, sample_weight=weight, verbose=0, return_dict=True)
    error = np.abs(model(X).detach().numpy() - VALUES)[:, 0]
    assert logs["mae"] == pytest.approx(error.mean(), rel=1e-5)
    assert logs["weighted_mae"] == pytest.approx((error * weight).sum() / weight.sum(), rel=1e-5)
    assert logs["mse"] == pytest.approx((error**2 * weight).sum() / weight.sum(), rel=1e-5)


def test_several_inputs_as_list_and_by_name():
    left, right = Input((4,), name="left"), Input((4,), name="right")
    model = Model([left, right], Dense(1)(Add()([left, right])))
    model.compile("sgd", "mse")
    expected = model([X, 2 * X]).detach().numpy()
    for x in ([X, 2 * X], (X, 2 * X), {"right": 2 * X, "left": X}):
        np.testing.assert_allclose(model.predict(x, batch_size=5, verbose=0), expected, rtol=1e-5)
        model.fit(x, VALUES, epochs=1, validation_split=0.25, verbose=0, batch_size=4)
        expected = model([X, 2 * X]).detach().numpy()
    batches = [([X[:6], X[:6]], VALUES[:6]), ([X[6:], X[6:]], VALUES[6:])]
    assert len(model.fit(batches, epochs=2, verbose=0).history["loss"]) == 2


def test_predict_gives_the_nest_of_the_outputs():
    model = two_outputs()
    kind, size = model.predict(X, batch_size=5, verbose=0)
    assert (kind.shape, size.shape) == ((12, 3), (12, 1))

    class Named(Layer):
        def call(self, x):
            return {"a": x * 1.0, "b": x * 2.0}

    entry = Input((4,))
    named = Model(entry, Named()(entry))
    named.compile("sgd", {"a": "mse", "b": "mae"}, metrics={"b": ["mse"]})
    assert set(named.predict(X, verbose=0)) == {"a", "b"}
    y = {"a": np.zeros_like(X), "b": np.zeros_like(X)}
    logs = named.evaluate(X, y, verbose=0, return_dict=True)
    assert set(logs) == {"loss", "a_loss", "b_loss", "b_mse"}
    assert logs["loss"] == pytest.approx((X**2).mean() + (2 * X).mean(), rel=1e-5)


def test_a_subclass_shows_its_outputs_with_the_first_batch():
    class Two(Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = Dense(3, activation="softmax"), Dense(1)

        def call(self, x):
            return self.a(x), self.b(x)

    model = Two()
    model.compile("adam", ["sparse_categorical_crossentropy", "mse"], metrics=[["acc"], None])
    history = model.fit(X, [LABELS, VALUES], epochs=2, verbose=0).history
    assert set(history) == {"loss", "output_0_loss", "output_1_loss", "output_0_acc"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"loss": {"kinds": "mse"}}, 'kind, size, got .kinds.. Did you mean "kind"'),
        ({"metrics": {"kinds": "acc"}}, 'metrics must name outputs.*Did you mean "kind"'),
        ({"metrics": {"kinds": ["acc", "mse"]}}, "metrics must name outputs"),
        ({"metrics": [["acc"]]}, "metrics needs an entry for each of the outputs kind, size"),
        ({"loss": ["mse"] * 3}, "loss needs an entry for each"),
        ({"loss_weights": [1.0]}, "loss_weights needs an entry"),
    ],
)
def test_compile_says_what_does_not_fit(options, words):
    with pytest.raises(InvalidArgument, match=words):
        two_outputs(**options)


def test_targets_that_do_not_fit():
    model = two_outputs()
    with pytest.raises(DataError, match="2 targets are needed, for kind, size"):
        model.fit(X, VALUES, verbose=0)
    with pytest.raises(DataError, match='targets are needed for the output "size"'):
        model.fit(X, {"kind": LABELS}, verbose=0)
    with pytest.raises(DataError, match="from 0 to 2"):
        model.fit(X, [LABELS + 1, VALUES], verbose=0)
    with pytest.raises(InvalidArgument, match="one output"):
        model.fit(X, [LABELS, VALUES], class_weight={0: 2.0}, verbose=0)


@pytest.mark.parametrize("given", [[], (), {}, [[], []], None])
def test_no_metrics_are_none_for_each_output(given):
    model = two_outputs(metrics=given, weighted_metrics=given)
    found = model.fit(X, [LABELS, VALUES], verbose=0).history
    assert sorted(found) == ["kind_loss", "loss", "size_loss"]

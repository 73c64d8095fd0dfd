"""Cross-entropies are computed from the logits where a softmax or sigmoid is really last."""

import numpy as np
import pytest
import torch

from saccade import activations, losses
from saccade.layers import Activation, Dense, Dropout, Flatten, Layer
from saccade.models import Model, Sequential

CASES = {
    "sparse": (losses.SparseCategoricalCrossentropy, "softmax", lambda: torch.tensor([1, 0, 2])),
    "categorical": (losses.CategoricalCrossentropy, "softmax", lambda: torch.eye(3)[[1, 0, 2]]),
    "binary": (losses.BinaryCrossentropy, "sigmoid", lambda: torch.eye(3)[[1, 0, 2]]),
}


def logits(scale=1.0):
    values = torch.tensor([[0.3, -0.2, 0.9], [2.0, 0.1, -1.0], [-0.5, 0.5, 0.0]])
    return (values * scale).requires_grad_(True)


def squashed(word, x):
    return activations.get(word)(x)


@pytest.mark.parametrize(("make", "word", "target"), CASES.values(), ids=CASES)
def test_equal_to_the_loss_of_the_logits(make, word, target):
    for scale in (1.0, 100.0):
        x = logits(scale)
        ours = make()(target(), squashed(word, x))
        reference = make(from_logits=True)(target(), x)
        torch.testing.assert_close(ours, reference, rtol=0, atol=0)
        gradients = [torch.autograd.grad(loss, x)[0] for loss in (ours, reference)]
        torch.testing.assert_close(*gradients, rtol=0, atol=0)


@pytest.mark.parametrize(("make", "word", "target"), CASES.values(), ids=CASES)
def test_a_saturated_output_still_learns(make, word, target):
    """A difference of 100 between logits: the probability is 0 in float32, the slope is 1."""
    x = torch.tensor([[100.0, -100.0, -100.0]] * 3, requires_grad=True)
    y = target()[[0, 0, 0]]
    loss = make()(y, squashed(word, x))
    (gradient,) = torch.autograd.grad(loss, x)
    expected = squashed(word, x.detach()) - torch.eye(3)[[1, 1, 1]]
    # binary: the mean over three outputs too
    torch.testing.assert_close(gradient, expected / (9 if word == "sigmoid" else 3))
    assert loss.item() > 60
    clipped = make()(y, squashed(word, x) * 1)
    assert float(torch.autograd.grad(clipped, x)[0].abs().max()) == 0, "no longer a question"


def test_a_saturated_model_learns_in_fit():
    """Dense(softmax) started at a wrong certainty: Keras's formula would never move it."""
    model = Sequential([Dense(2, activation="softmax", input_shape=(1,))])
    model.set_weights([np.array([[100.0, -100.0]]), np.zeros(2)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    x = np.ones((4, 1), np.float32)
    loss = model.fit(x, np.ones(4), epochs=1, verbose=0).history["loss"][0]
    np.testing.assert_allclose(loss, 200.0, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[0], [[99.99, -99.99]], rtol=1e-6)
    assert model.evaluate(x, np.ones(4), verbose=0) == pytest.approx(199.96, rel=1e-5)


CHANGED = {
    "times one": lambda y: y * 1,
    "a slice": lambda y: y[:],
    "a clone": lambda y: y.clone(),
    "reshaped": lambda y: y.reshape(3, 3),
    "a layer": lambda y: Flatten()(y.unsqueeze(-1)),
    "relu": lambda y: Activation("relu")(y),
    "softmax again": lambda y: y.softmax(-1),
    "in place": lambda y: y.mul_(0.5),
    "in place on a view": lambda y: (y.view(-1).mul_(0.5), y)[1],
    "one element": lambda y: (y.__setitem__((0, 0), 0.25), y)[1],
}


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
@pytest.mark.parametrize(("make", "word", "target"), CASES.values(), ids=CASES)
def test_anything_done_afterwards_switches_it_off(make, word, target, change, mode):
    with mode():
        x = logits().detach() * 1.0
        y = change(squashed(word, x))
        assert activations.logits_of(y, word) is None
        loss = make(reduction="none")(target(), y)
        plain = make(reduction="none")(target(), y.clone())
        torch.testing.assert_close(loss, plain, rtol=0, atol=0)


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("word", ["softmax", "sigmoid"])
def test_logits_that_changed_since_do_not_count(word, mode):
    with mode():
        x = logits().detach() * 1.0
        y = squashed(word, x)
        assert activations.logits_of(y, word) is x
        x += 5.0 * torch.eye(3)
        assert activations.logits_of(y, word) is None


@pytest.mark.parametrize("pass_on", [
    Activation("linear"), Dropout(0.5), Sequential([Activation("linear")]),
], ids=lambda layer: layer.name)  # fmt: skip
def test_a_layer_that_passes_its_input_on_keeps_it(pass_on):
    y = pass_on(squashed("softmax", logits()), training=False)
    assert activations.logits_of(y, "softmax") is not None


def test_dropout_while_training_switches_it_off():
    y = Dropout(0.5)(squashed("softmax", logits()), training=True)
    assert activations.logits_of(y, "softmax") is None


def test_only_the_matching_function_counts():
    """Binary cross-entropy of a softmax, and categorical of sigmoids, mean what they say."""
    x = logits()
    for make, word, other in (
        (losses.BinaryCrossentropy, "softmax", "sigmoid"),
        (losses.CategoricalCrossentropy, "sigmoid", "softmax"),
    ):
        y, target = squashed(word, x), torch.eye(3)
        assert activations.logits_of(y, other) is None
        torch.testing.assert_close(make()(target, y), make()(target, y.clone()), rtol=0, atol=0)


def test_a_softmax_along_another_axis_does_not_count():
    x = torch.randn(3, 4, 3, generator=torch.Generator().manual_seed(0))
    assert activations.logits_of(activations.softmax(x, axis=1), "softmax") is None
    assert activations.logits_of(activations.softmax(x, axis=2), "softmax") is x
    assert activations.logits_of(activations.softmax(x), "softmax") is x
    assert activations.logits_of(torch.softmax(x, -1), "softmax") is None


def test_from_logits_is_taken_at_its_word():
    """from_logits=True on probabilities is a mistake of the user's; it is obeyed, not guessed."""
    x = logits()
    y = squashed("softmax", x)
    target = torch.tensor([1, 0, 2])
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)(target, y)
    torch.testing.assert_close(loss, torch.nn.functional.cross_entropy(y, target))


def test_others_see_probabilities():
    """Metrics, losses of the user's, predict and a call: rows that sum to one."""
    seen = []

    def loss(y_true, y_pred):
        seen.append(y_pred.detach().sum(-1))
        return ((y_pred - 1) ** 2).mean(-1)

    def metric(y_true, y_pred):
        seen.append(y_pred.sum(-1))
        return y_pred.max(-1).values

    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    x = np.random.RandomState(0).standard_normal((8, 4)).astype(np.float32)
    model.compile("sgd", loss, metrics=[metric])
    model.fit(x, np.zeros(8), verbose=0)
    model.evaluate(x, np.zeros(8), verbose=0)
    assert len(seen) == 4
    for sums in [*seen, torch.tensor(model.predict(x, verbose=0).sum(-1)), model(x).sum(-1)]:
        torch.testing.assert_close(sums.detach(), torch.ones(8))


class Halved(Layer):
    """Changes its input in place, and hands it on."""

    def call(self, x):
        x *= 0.5
        return x

    def compute_output_shape(self, input_shape):
        return input_shape


class Net(Model):
    def __init__(self, halve):
        super().__init__()
        self.dense = Dense(3, activation="softmax")
        self.halve = Halved() if halve else Activation("linear")

    def call(self, x):
        return self.halve(self.dense(x))


@pytest.mark.parametrize("halve", [False, True])
def test_evaluate_computes_from_the_logits_only_where_it_may(halve):
    """The value of fit where softmax is last; that of the probabilities where they were changed."""
    torch.manual_seed(0)
    model = Net(halve)
    x = np.random.RandomState(0).standard_normal((8, 4)).astype(np.float32) * 30
    y = np.eye(3, dtype=np.float32)[np.arange(8) % 3]
    loss = losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile("sgd", loss)
    evaluated = model.evaluate(x, y, verbose=0)
    by_hand = float(loss(y, model.predict(x, verbose=0)))
    if halve:
        assert evaluated == pytest.approx(by_hand, rel=1e-6)
    else:
        assert evaluated > by_hand + 1, "the logits carry more than p"
        assert model.fit(x, y, verbose=0).history["loss"] == [evaluated]


def test_marks_hold_no_graph_after_predict():
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    y = model.predict(np.zeros((2, 4), np.float32), verbose=0)
    assert type(y) is np.ndarray
    with torch.inference_mode():
        assert model(np.zeros((2, 4), np.float32)).grad_fn is None

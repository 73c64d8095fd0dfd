"""Every loss and every argument against Keras: values and gradients to 1e-5.

Predictions are given as plain tensors here, so both sides compute from the same numbers; what a
cross-entropy makes of a real softmax is in tests/laws/test_from_logits.py.
"""

import inspect

import numpy as np
import pytest
import torch

from parity.reference import array, close, keras, normal
from parity.scores.loss_cases import BATCH, CLASSES, OTHERS, predictions, targets
from saccade import layers, losses, models
from saccade.errors import NotSupported

CROSS = ["SparseCategoricalCrossentropy", "CategoricalCrossentropy", "BinaryCrossentropy"]
REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None]
WEIGHTS = {
    "no weights": None,
    "weights": np.array([1, 0, 2, 0.5, 3, 1], np.float32),
    "weights (N,1)": np.array([[1], [0], [2], [0.5], [3], [1]], np.float32),
}
IGNORE = {"ignore_class": 2}


def value_and_gradient(loss, y_true, y_pred, sample_weight):
    y_pred = torch.tensor(y_pred, requires_grad=True)
    value = loss(torch.as_tensor(y_true), y_pred, sample_weight=sample_weight)
    (gradient,) = torch.autograd.grad(value.sum(), y_pred)
    return array(value), array(gradient)


def agree(name, options, y_true, y_pred, sample_weight=None):
    ours = value_and_gradient(getattr(losses, name)(**options), y_true, y_pred, sample_weight)
    theirs = value_and_gradient(
        getattr(keras.losses, name)(**options), y_true, y_pred, sample_weight
    )
    assert ours[0].size == theirs[0].size
    close(ours[0].reshape(theirs[0].shape), theirs[0], what="value")
    close(ours[1], theirs[1], what="gradient")


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", [*CROSS, "MeanSquaredError", "Circle", "Hinge"])
def test_reductions_and_weights(name, reduction, weights):
    agree(name, {"reduction": reduction}, targets(name), predictions(name, False), weights)


@pytest.mark.parametrize("weights", ["no weights", "weights"])
@pytest.mark.parametrize(
    ("name", "options"),
    [(name, options) for name, case in OTHERS.items() for options in [{}, *case[2]]],
    ids=str,
)
def test_every_other_loss(name, options, weights):
    y_true, y_pred = targets(name), predictions(name, options.get("from_logits", False))
    if options.get("axis") == 0 or name in ("Dice", "Tversky"):
        weights = "no weights"  # one number is left, or one a column
    agree(name, options, y_true, y_pred, WEIGHTS[weights])


@pytest.mark.parametrize("signs", [False, True])
@pytest.mark.parametrize("name", ["Hinge", "SquaredHinge"])
def test_hinges_take_signs_and_bits(name, signs):
    y_true = targets(name) * (2 if signs else 1) - (1 if signs else 0)
    agree(name, {}, y_true, predictions(name, False))
    y_true[0] = 0  # 0 beside -1 is a number of its own
    agree(name, {}, y_true, predictions(name, False))


def test_a_row_without_a_partner_has_no_circle_loss():
    y_true, y_pred = np.array([0, 1, 1, 2, 3, 3]), predictions("Circle", False)
    ours = losses.Circle(reduction="none")(y_true, y_pred)
    assert [bool(one) for one in ours > 0] == [False, True, True, False, True, True]
    agree("Circle", {"reduction": "none"}, y_true, y_pred)
    agree("Circle", {}, y_true[:, None], y_pred)
    others, numbers = predictions("Circle", False, 7), np.array([1, 0, 3, 2, 1, 0])
    for options in ({}, {"remove_diagonal": False}):
        mine, theirs = (
            family.circle(torch.tensor(y_true), torch.tensor(y_pred), numbers, others, **options)
            for family in (losses, keras.losses)
        )
        close(mine, theirs)


@pytest.mark.parametrize("name", [*CROSS[1:], *sorted(OTHERS)])
def test_functions(name):
    """The function beside every class: one number a sample, not reduced."""
    word = losses.snake_case(name).replace("kldivergence", "kl_divergence")
    y_true, y_pred = targets(name), predictions(name, False)
    more = (0.5,) if name == "CategoricalGeneralizedCrossEntropy" else ()
    ours, theirs = (
        getattr(family, word)(torch.tensor(y_true), torch.tensor(y_pred), *more)
        for family in (losses, keras.losses)
    )
    close(ours, theirs)
    assert {n for n in dir(keras.losses) if n[0] != "_"} <= {*losses.__all__, "CTC", "ctc"}


@pytest.mark.parametrize("axis", [1, -2, 2])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("name", [CROSS[0], CROSS[1], "CategoricalFocalCrossentropy"])
def test_classes_along_another_axis(name, from_logits, axis):
    """Held to the same numbers with the classes last."""
    y_pred = torch.tensor(predictions(name, from_logits, shape=(2, 3, 5, CLASSES)))
    y_true = torch.tensor(targets(name, shape=(2, 3, 5, CLASSES)))
    options = {} if name == CROSS[0] else {"label_smoothing": 0.1}
    cls = getattr(losses, name)
    moved = y_true if name == CROSS[0] else y_true.movedim(-1, axis)
    last = cls(from_logits=from_logits, reduction="none", **options)(y_true, y_pred)
    other = cls(from_logits=from_logits, reduction="none", axis=axis, **options)
    close(other(moved, y_pred.movedim(-1, axis)), last)
    assert cls.from_config(other.get_config()).axis == axis


def test_weights_of_zero_leave_nothing_to_learn():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    p = torch.ones(3, 1, requires_grad=True)
    value = loss(torch.zeros(3, 1), p, np.zeros(3))
    (gradient,) = torch.autograd.grad(value, p)
    assert value.detach() == 0.0
    assert torch.equal(gradient, torch.zeros(3, 1))
    theirs = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    close(theirs(torch.zeros(3, 1), p.detach(), np.zeros(3)), 0.0)


@pytest.mark.parametrize("word", ["ctc", "CTC", {"class_name": "CTC", "config": {}}], ids=str)
def test_what_is_left_out_is_refused_by_name(word):
    with pytest.raises(NotSupported, match=r"CTC is not in saccade\. .*ctc_loss"):
        losses.get(word)


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"from_logits": True},
        {"label_smoothing": 0.2},
        {"label_smoothing": 0.2, "from_logits": True},
        {"label_smoothing": 1.0},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", CROSS[1:])
def test_cross_entropy_options(name, options, weights):
    y_pred = predictions(name, options.get("from_logits", False))
    agree(name, options, targets(name), y_pred, weights)


@pytest.mark.parametrize("weights", WEIGHTS.values(), ids=WEIGHTS)
@pytest.mark.parametrize(
    "options",
    [
        {"from_logits": True},
        IGNORE,
        IGNORE | {"from_logits": True},
        IGNORE | {"reduction": "sum"},
        IGNORE | {"reduction": "mean_with_sample_weight"},
        IGNORE | {"reduction": "none"},
        {"ignore_class": 0},
        {"ignore_class": -1},
        {"ignore_class": 255, "from_logits": True},
    ],
    ids=str,
)
def test_sparse_options(options, weights):
    y_true = targets(CROSS[0])
    if options.get("ignore_class") in (-1, 255):
        y_true[[1, 4]] = options["ignore_class"]
    y_pred = predictions(CROSS[0], options.get("from_logits", False))
    agree(CROSS[0], options, y_true, y_pred, weights)


def test_all_labels_ignored():
    y_true = np.full(BATCH, 2)
    agree(CROSS[0], IGNORE, y_true, predictions(CROSS[0], False))


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "float32"])
def test_sparse_label_shapes_and_dtypes(from_logits, dtype):
    y_pred = predictions(CROSS[0], from_logits)
    labels = targets(CROSS[0]).astype(dtype)
    agree(CROSS[0], {"from_logits": from_logits}, labels, y_pred)
    agree(CROSS[0], {"from_logits": from_logits}, labels[:, None], y_pred)


@pytest.mark.parametrize("name", ["BinaryCrossentropy", "MeanSquaredError"])
@pytest.mark.parametrize(
    ("true_shape", "pred_shape"),
    [
        ((BATCH, 1), (BATCH, 1)),
        ((BATCH,), (BATCH, 1)),
        ((BATCH, 1), (BATCH,)),
        ((BATCH, 3), (BATCH, 3)),
        ((BATCH, 2, 3), (BATCH, 2, 3)),
    ],
    ids=str,
)
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
def test_single_outputs(name, true_shape, pred_shape, reduction):
    y_true, y_pred = targets(name, 2, true_shape), predictions(name, False, 1, pred_shape)
    agree(name, {"reduction": reduction}, y_true, y_pred)
    if len(true_shape) < 3:  # Keras does not spread (batch,) weights over more axes
        agree(name, {"reduction": reduction}, y_true, y_pred, WEIGHTS["weights"])


@pytest.mark.parametrize("name", [CROSS[0], CROSS[1]])
@pytest.mark.parametrize("from_logits", [False, True])
def test_a_class_for_every_pixel(name, from_logits):
    """DEPARTURES.md, 3: Keras on torch raises in the gradient of the sparse one."""
    shape = (2, 3, 3, CLASSES)
    y_pred, y_true = predictions(name, from_logits, shape=shape), targets(name, shape=shape)
    one_hot = np.eye(CLASSES, dtype=np.float32)[y_true] if name == CROSS[0] else y_true
    for weights in (None, normal((2, 3, 3), 5) ** 2):
        loss, reference = getattr(losses, name), keras.losses.CategoricalCrossentropy
        ours = value_and_gradient(loss(from_logits), y_true, y_pred, weights)
        theirs = value_and_gradient(reference(from_logits), one_hot, y_pred, weights)
        close(ours[0], theirs[0])
        close(ours[1], theirs[1])


@pytest.mark.parametrize("name", CROSS)
def test_probabilities_of_zero_and_one(name):
    """log(0) never happens: probabilities are clipped to [1e-7, 1 - 1e-7] on both sides."""
    y_pred = np.array([[1, 0], [0, 1], [0.5, 0.5]], np.float32)
    y_true = {CROSS[0]: np.array([0, 0, 1])}.get(name, np.array([[1, 0], [1, 0], [0, 1]], "f4"))
    agree(name, {"reduction": "none"}, y_true, y_pred)


@pytest.mark.parametrize("name", CROSS)
def test_logits_far_apart(name):
    y_pred = np.array([[120, -40], [-60, 80], [3, 4]], np.float32)
    y_true = {CROSS[0]: np.array([1, 0, 1])}.get(name, np.array([[0, 1], [1, 0], [0, 1]], "f4"))
    agree(name, {"reduction": "none", "from_logits": True}, y_true, y_pred)


@pytest.mark.parametrize("name", [*CROSS, "MeanSquaredError"])
def test_lists_of_numbers(name):
    """Called by hand with plain lists, whole numbers among them, as tutorials do."""
    y_pred = [[1, 0, 0], [0, 1, 0]]
    y_true = [0, 1] if name == CROSS[0] else [[1, 0, 0], [0, 0, 1]]
    ours = getattr(losses, name)()(y_true, y_pred)
    theirs = getattr(keras.losses, name)()(np.array(y_true, "f4"), np.array(y_pred, "f4"))
    close(ours, theirs)


@pytest.mark.parametrize("word", sorted(losses._WORDS))
def test_words_mean_the_same(word):
    name = type(losses.as_loss(word)).__name__
    y_true, y_pred = targets(name), predictions(name, False)
    older = {
        "cosine": "cosine_similarity",
        "cosine_proximity": "cosine_similarity",
        "huber_loss": "huber",
        "kullback_leibler_divergence": "kl_divergence",
        "logcosh": "log_cosh",
    }
    theirs = older.get(word, word)
    if "generalized" in word.lower():  # not among Keras's words
        theirs = keras.losses.CategoricalGeneralizedCrossEntropy()
    theirs = keras.losses.get(theirs)
    theirs = theirs() if isinstance(theirs, type) else theirs
    reference = theirs(torch.as_tensor(y_true), torch.as_tensor(y_pred))
    reference = array(reference)
    if name == "Circle":
        reference = reference[reference > 0]
    close(losses.as_loss(word)(y_true, y_pred), np.mean(reference))
    ours = losses.get(word)
    assert inspect.isfunction(ours) == (not word[0].isupper())
    if "generalized" not in word.lower() and name != "Circle":
        close(ours(y_true, y_pred), reference)
        np.testing.assert_equal(np.shape(array(ours(y_true, y_pred))), np.shape(reference))


def test_none_is_none():
    assert losses.get(None) is None
    assert keras.losses.get(None) is None


@pytest.mark.parametrize(
    "word", ["mse", "sparse_categorical_crossentropy", "MSE", "MeanSquaredError"]
)
def test_what_get_gives_goes_into_compile(word):
    x = np.random.RandomState(0).rand(8, 4).astype(np.float32)
    y = np.arange(8) % 3 if word.startswith("sparse") else x[:, :3]
    found = []
    for loss in (word, losses.get(word)):
        dense = layers.Dense(3, activation="softmax", kernel_initializer="ones")
        model = models.Sequential([dense])
        model.compile("sgd", loss)
        found.append(model.fit(x, y, verbose=0, shuffle=False).history)
        assert type(model._objective.loss) is type(losses.as_loss(word))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", sorted(losses.CLASSES))
def test_config(name):
    """Huber's delta and the axes that Keras's own configs lose are kept here."""
    for options in [{}, {"reduction": "sum"}, *(OTHERS[name][2] if name in OTHERS else [])]:
        ours, theirs = getattr(losses, name)(**options), getattr(keras.losses, name)(**options)
        config = ours.get_config()
        lost = {k: v for k, v in config.items() if k not in theirs.get_config()}
        assert config == theirs.get_config() | lost
        assert lost == {k: v for k, v in options.items() if k in lost}
        assert type(theirs).from_config(config).get_config() == theirs.get_config()
        assert losses.get(losses.serialize(ours)).get_config() == config
        if not lost:
            assert losses.serialize(ours) == keras.losses.serialize(theirs)
        assert ours.name == theirs.name

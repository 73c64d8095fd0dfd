"""Every loss of saccade, found by looking, put through the same checks."""

import copy
import inspect
import json
import pickle

import numpy as np
import pytest
import torch

from conformance.own_classes import of_keras
from parity.reference import keras
from parity.scores.loss_cases import OTHERS, predictions, targets
from saccade import activations, losses
from saccade.dtype_policy import DTypePolicy
from saccade.errors import InvalidArgument, UnknownName

# Another value for every option that must bite.
CROSS = {
    "BinaryCrossentropy": [{"from_logits": True}, {"label_smoothing": 0.3}, {"axis": 0}],
    "CategoricalCrossentropy": [{"from_logits": True}, {"label_smoothing": 0.3}, {"axis": 0}],
    "SparseCategoricalCrossentropy": [{"from_logits": True}, {"ignore_class": 2}],
}
BITES = CROSS | {
    "BinaryFocalCrossentropy": [
        {"apply_class_balancing": True},
        {"gamma": 1.0},
        {"from_logits": True},
        {"label_smoothing": 0.3},
        {"axis": 0},
    ],
    "CategoricalFocalCrossentropy": [
        {"alpha": 0.5},
        {"gamma": 1.0},
        {"from_logits": True},
        {"label_smoothing": 0.3},
        {"axis": 0},
    ],
    "CategoricalGeneralizedCrossEntropy": [{"q": 0.2}],
    "Circle": [{"gamma": 8.0}, {"margin": 0.1}, {"remove_diagonal": False}],
    "CosineSimilarity": [{"axis": 0}],
    "Dice": [{"axis": 1}],
    "Huber": [{"delta": 0.2}],
    "Tversky": [{"alpha": 0.1}, {"beta": 0.9}, {"axis": 1}],
}
# Options that are seen only beside another.
BESIDE = {("BinaryFocalCrossentropy", "alpha"), ("SparseCategoricalCrossentropy", "axis")}
NAMES = sorted(losses.CLASSES)
ONE_NUMBER = {"Dice", "Tversky"}  # a batch has one overlap
TOGETHER = {*ONE_NUMBER, "Circle", "Hinge", "SquaredHinge"}  # rows depend on one another


def pair(name):
    y, p = targets(name), predictions(name, False)
    if name == "Circle":
        y = np.array([0, 1, 0, 1, 2, 2])
    return torch.as_tensor(y), torch.as_tensor(p)


def value(name, /, **options):
    return losses.CLASSES[name](**{"reduction": "none"} | options)(*pair(name))


def test_every_loss_is_here():
    exported = {name for name in losses.__all__ if name[0].isupper()} - {"Loss"}
    assert exported == set(losses.CLASSES) == {*OTHERS, *CROSS}
    theirs = {name for name in dir(keras.losses) if name[0].isupper()} - {"Loss"}
    assert theirs == set(of_keras(losses.CLASSES)) | set(losses.REFUSED)
    for word, cls in losses._WORDS.items():
        assert type(losses.as_loss(word)) is type(losses.as_loss(word.upper())) is cls


@pytest.mark.parametrize("name", sorted(set(NAMES) - TOGETHER))
def test_a_batch_of_one_is_a_row_of_the_batch(name):
    loss = losses.CLASSES[name](reduction="none")
    target, p = pair(name)
    whole = loss(target, p)
    assert whole.shape == (6,)
    for i in range(6):
        torch.testing.assert_close(loss(target[i : i + 1], p[i : i + 1])[0], whole[i])
    torch.testing.assert_close(losses.CLASSES[name]()(target, p), whole.mean())
    torch.testing.assert_close(losses.CLASSES[name](reduction="sum")(target, p), whole.sum())


@pytest.mark.parametrize("name", NAMES)
def test_the_slope_is_the_gradient(name):
    """torch's gradcheck in float64: a loss computes in its predictions' own precision.

    What it gives is float32 then, as of Keras's objects; its functions give float64.
    """
    options = {"gamma": 5.0} if name == "Circle" else {}
    y, p = pair(name)
    p = p.double().requires_grad_(True)
    loss = losses.CLASSES[name](**options)
    assert torch.autograd.gradcheck(lambda p: loss.call(y, p).mean(), p)
    assert loss(y, p).dtype == torch.float32


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_is_computed_in_the_dtype_that_is_asked_for(name):
    half, double = (value(name, dtype=dtype) for dtype in ("bfloat16", "float64"))
    assert (half.dtype, double.dtype) == (torch.bfloat16, torch.float64)
    torch.testing.assert_close(double.float(), value(name), rtol=1e-3, atol=1e-5)
    if name != "Circle":  # its exponents are of 80
        torch.testing.assert_close(half.float(), value(name), rtol=0.05, atol=0.02)
    loss = losses.CLASSES[name](dtype=DTypePolicy("mixed_float16"))
    assert loss.dtype == losses.CLASSES[name].from_config(loss.get_config()).dtype == "float16"
    assert "dtype" not in losses.CLASSES[name]().get_config()
    with pytest.raises(AttributeError):
        loss.dtype = "float32"


@pytest.mark.parametrize("name", NAMES)
def test_every_argument_is_keras_s_and_bites(name):
    cls = losses.CLASSES[name]
    mine, theirs = (
        [(p.name, p.default, p.kind) for p in inspect.signature(one).parameters.values()]
        for one in (cls, getattr(keras.losses, name))
    )
    assert mine == theirs
    cases = [*BITES.get(name, []), {"reduction": "sum"}]
    tried = {option for options in cases for option in options}
    tried |= {option for loss, option in BESIDE if loss == name}
    assert tried == {one[0] for one in mine} - {"name", "dtype"}
    for options in cases:
        if name not in ONE_NUMBER or "reduction" not in options:
            changed, usual = value(name, **options), value(name)
            assert changed.shape != usual.shape or not torch.equal(changed, usual), options
    with pytest.raises(InvalidArgument, match="must be one of"):
        cls(dtype="int32")
    assert cls(name="mine").name == "mine"


@pytest.mark.parametrize("name", NAMES)
def test_config_and_copies(name):
    cls = losses.CLASSES[name]
    for options in [*BITES.get(name, []), {"reduction": "sum"}]:
        loss = cls(**options)
        config = json.loads(json.dumps(loss.get_config()))
        again = cls.from_config(config)
        assert again.get_config() == loss.get_config()
        assert getattr(keras.losses, name).from_config(config).name == loss.name
        for twin in (again, copy.deepcopy(loss), pickle.loads(pickle.dumps(loss))):
            assert torch.equal(twin(*pair(name)), loss(*pair(name)))


SMOOTH = ["BinaryCrossentropy", "CategoricalCrossentropy"]
SMOOTH += ["BinaryFocalCrossentropy", "CategoricalFocalCrossentropy"]


@pytest.mark.parametrize("name", sorted({*CROSS, *SMOOTH}))
def test_the_logits_behind_a_softmax_or_sigmoid_are_used(name):
    """Equal to from_logits=True to the bit, and a saturated output still learns."""
    y, _ = pair(name)
    x = (torch.as_tensor(predictions(name, True)) * 60).requires_grad_(True)
    squash = activations.sigmoid if "Binary" in name else activations.softmax
    cls = losses.CLASSES[name]
    values = [cls(reduction="none")(y, squash(x)), cls(reduction="none", from_logits=True)(y, x)]
    assert torch.equal(*values)
    slopes = [torch.autograd.grad(one.sum(), x)[0] for one in values]
    assert torch.equal(*slopes)
    assert slopes[0].isfinite().all()
    clipped = torch.autograd.grad(cls(reduction="none")(y, squash(x) * 1).sum(), x)[0]
    assert float(slopes[0].abs().sum()) > float(clipped.abs().sum()) + 0.5


def test_the_generalised_one_learns_from_the_logits_too():
    x = torch.tensor([[0.0, 40.0], [1.0, 0.0]], requires_grad=True)
    loss = losses.CategoricalGeneralizedCrossEntropy(q=0.1, reduction="sum")
    ours = loss(torch.tensor([0, 0]), activations.softmax(x))
    plain = loss(torch.tensor([0, 0]), torch.softmax(x, -1))
    torch.testing.assert_close(ours, plain)


def test_words_that_cannot_work():
    with pytest.raises(UnknownName, match='Did you mean "sum"'):
        losses.MeanSquaredError(reduction="sums")
    for name in SMOOTH:
        for smoothing in (-0.1, 1.5):
            with pytest.raises(InvalidArgument, match="label_smoothing"):
                losses.CLASSES[name](label_smoothing=smoothing)
        with pytest.raises(InvalidArgument, match="axis must be a whole number"):
            losses.CLASSES[name](axis=True)
    for q in (0, 1, -0.5):
        with pytest.raises(InvalidArgument, match="q must be between"):
            losses.CategoricalGeneralizedCrossEntropy(q)


def test_a_loss_of_the_users():
    class Huge(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_true - y_pred).abs().sum(-1) * 100

    y, p = pair("CategoricalCrossentropy")
    loss = Huge(reduction="sum")
    assert loss.name == "huge"
    assert losses.get(loss) is loss
    torch.testing.assert_close(loss(y, p), (y - p).abs().sum() * 100)
    plain = losses.as_loss(lambda t, p: (t - p).abs().sum(-1))
    torch.testing.assert_close(plain(y, p), (y - p).abs().sum(-1).mean())
    weight = torch.arange(6.0)
    torch.testing.assert_close(plain(y, p, weight), ((y - p).abs().sum(-1) * weight).mean())
    record = losses.serialize(loss)
    again = losses.deserialize(record, {"Huge": Huge})
    torch.testing.assert_close(again(y, p), loss(y, p))

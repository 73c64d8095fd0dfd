"""Regularizers and constraints against Keras: values, slopes, words, records and arguments."""

import inspect

import numpy as np
import pytest
import torch

from parity.reference import close, keras, normal
from saccade import constraints, regularizers
from saccade.errors import InvalidArgument, ShapeError, UnknownName

PENALTIES = {
    "L1": [{}, {"l1": 0.3}, {"l1": None}, {"l1": 0}],
    "L1L2": [{}, {"l1": 0.3}, {"l2": 0.2}, {"l1": 0.3, "l2": 0.2}, {"l1": None, "l2": None}],
    "L2": [{}, {"l2": 0.3}, {"l2": None}],
    "OrthogonalRegularizer": [{}, {"factor": 0.3}, {"mode": "columns"}],
}
LIMITS = {
    "MaxNorm": [{}, {"max_value": 0.5}, {"max_value": 1, "axis": 1}, {"axis": [0, 1]}],
    "MinMaxNorm": [
        {},
        {"min_value": 1.5, "max_value": 2.0},
        {"rate": 0.3},
        {"axis": 1, "min_value": 0.5},
    ],
    "NonNeg": [{}],
    "UnitNorm": [{}, {"axis": 1}, {"axis": [0, 1]}],
}
FAMILIES = {"regularizers": (regularizers, PENALTIES), "constraints": (constraints, LIMITS)}
ALL = [
    (family, name, options)
    for family, (_, table) in FAMILIES.items()
    for name, cases in table.items()
    for options in cases
]


@pytest.mark.parametrize(("family", "name", "options"), ALL, ids=str)
@pytest.mark.parametrize("shape", [(4, 5), (1, 3), (3, 3, 2, 4)], ids=str)
def test_values_and_slopes(family, name, options, shape):
    if name == "OrthogonalRegularizer" and (len(shape) != 2 or 1 in shape):
        return
    ours = getattr(FAMILIES[family][0], name)(**options)
    theirs = getattr(getattr(keras, family), name)(**options)
    x = torch.tensor(normal(shape, 3), requires_grad=True)
    with torch.no_grad():
        x[0] = 0.0  # a row without a direction
    mine, other = ours(x), theirs(x)
    close(mine, other)
    assert mine.dtype == torch.float32
    if family == "regularizers" and other.requires_grad:
        slopes = [torch.autograd.grad(v.sum(), x, allow_unused=True)[0] for v in (mine, other)]
        if slopes[1] is not None and slopes[1].isfinite().all():
            close(*slopes)


@pytest.mark.parametrize(("family", "name", "options"), ALL, ids=str)
def test_records(family, name, options):
    module, reference = FAMILIES[family][0], getattr(keras, family)
    ours, theirs = (getattr(where, name)(**options) for where in (module, reference))
    assert ours.get_config() == theirs.get_config()
    record = module.serialize(ours)
    assert record == reference.serialize(theirs)
    assert module.get(record).get_config() == ours.get_config()
    assert module.deserialize(record).get_config() == ours.get_config()
    assert reference.deserialize(record).get_config() == ours.get_config()


@pytest.mark.parametrize("family", FAMILIES)
def test_names_words_and_arguments(family):
    module, table = FAMILIES[family]
    reference = getattr(keras, family)
    theirs = {name for name in dir(reference) if name[0] != "_"}
    assert {name for name in theirs if not hasattr(module, name)} == set()
    assert set(module.CLASSES) == set(table)
    for name, cls in module.CLASSES.items():
        signatures = [inspect.signature(one).parameters for one in (cls, getattr(reference, name))]
        ours, others = ([(p.name, p.default) for p in one.values()] for one in signatures)
        assert ours == others
    for word in theirs - {"Regularizer", "Constraint", "get", "serialize", "deserialize", "l1_l2"}:
        assert module.serialize(module.get(word)) == reference.serialize(reference.get(word))
    assert module.get(None) is None
    assert module.serialize(None) is None
    with pytest.raises(UnknownName, match="Did you mean"):
        module.get("l22" if family == "regularizers" else "max_nrom")


def test_the_word_for_both_has_keras_s_documented_strength():
    """Keras's page says 0.01 each; its code knows the word no more."""
    assert regularizers.get("l1_l2").get_config() == {"l1": 0.01, "l2": 0.01}
    assert regularizers.l1_l2(l2=0.1).get_config() == {"l1": 0.0, "l2": 0.1}


def test_users_own():
    def double(x):
        return 2 * x.sum()

    class Own(regularizers.Regularizer):
        def __init__(self, a=1.0):
            self.a = a

        def __call__(self, x):
            return self.a * x.sum()

        def get_config(self):
            return {"a": self.a}

    class Clip(constraints.Constraint):
        def __call__(self, w):
            return w.clamp(-1, 1)

    assert regularizers.get(double) is double
    assert regularizers.serialize(double) is double
    record = regularizers.serialize(Own(3.0))
    assert (record["class_name"], record["config"]) == ("Own", {"a": 3.0})
    assert regularizers.deserialize(record, {"Own": Own}).a == 3.0
    with pytest.raises(UnknownName):
        regularizers.deserialize(record)
    assert float(regularizers.get(Own)(torch.ones(2))) == 2.0
    clip = constraints.get(Clip)
    np.testing.assert_array_equal(clip(torch.tensor([3.0, -3.0, 0.5])), [1, -1, 0.5])
    again = constraints.deserialize(constraints.serialize(clip), {"Clip": Clip})
    assert type(again) is Clip
    with pytest.raises(NotImplementedError, match="get_config"):
        regularizers.Regularizer().get_config()


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf"), "0.1"])
def test_strengths_that_cannot_work(value):
    for make in (regularizers.L1, regularizers.L2, regularizers.OrthogonalRegularizer):
        with pytest.raises(InvalidArgument, match="must be a number from 0 up"):
            make(value)
    with pytest.raises(InvalidArgument, match="l2 must be"):
        regularizers.L1L2(l2=value)


def test_orthogonal_needs_a_matrix():
    with pytest.raises(ShapeError, match="must be a matrix"):
        regularizers.OrthogonalRegularizer()(torch.ones(2, 2, 2))
    with pytest.raises(UnknownName, match="mode"):
        regularizers.OrthogonalRegularizer(mode="diagonal")

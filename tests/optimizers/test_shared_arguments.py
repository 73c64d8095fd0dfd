"""The arguments that all optimizers share are written once, and every optimizer takes them."""

import inspect
from typing import get_type_hints

import pytest

from saccade.optimizers import CLASSES, SGD, Adam, AdamW, Muon, Optimizer
from saccade.optimizers.options import SharedArguments

SHARED = [
    name for name in inspect.signature(Optimizer).parameters if name not in ("learning_rate", "old")
]


def test_type_checkers_know_what_all_optimizers_take():
    assert {*get_type_hints(SharedArguments)} == {*SHARED, "lr", "decay"}


@pytest.mark.parametrize("cls", CLASSES.values())
def test_a_signature_ends_in_the_shared_arguments(cls):
    names = list(inspect.signature(cls).parameters)
    own = SHARED[1:] if cls in (AdamW, Muon) else SHARED
    after = names[names.index("name") + 1 :]
    assert names[0] == "learning_rate"
    assert names[: -len(after)][-len(own) :] == own
    assert after[-1] == "old"
    assert len(after) == 1 or cls is Muon  # whose own come after them, as in Keras
    assert set(SHARED) <= set(names)
    assert names == list(inspect.signature(cls.__init__).parameters)[1:]


@pytest.mark.parametrize("cls", CLASSES.values())
def test_shared_arguments_are_taken_by_position_too(cls):
    given = {"weight_decay": 0.02, "clipnorm": 0.5, "use_ema": True, "name": "mine"}
    parameters = list(inspect.signature(cls).parameters.values())[:-1]
    by_position = cls(*(given.get(one.name, one.default) for one in parameters))
    assert by_position.get_config() == cls(**given).get_config()
    assert by_position.get_config().items() >= given.items()


def test_errors_name_the_optimizer():
    with pytest.raises(TypeError, match=r"Adam.__init__\(\): multiple values .* 'learning_rate'"):
        Adam(0.1, learning_rate=0.2)
    with pytest.raises(TypeError, match=r"SGD.__init__\(\): too many positional arguments"):
        SGD(*range(20))

"""Rates that a script leaves out, and that were others in Keras without TensorFlow."""

import inspect

import pytest

from saccade import optimizers
from saccade.notes import forget_notes
from saccade.optimizers.options import OLD_RATES
from saccade.script_door import mark_tensorflow_script, open_script_door
from scripts.warm_process import python


@pytest.fixture
def script():
    """As in a script of Keras's that has not imported tensorflow."""
    open_script_door()
    forget_notes()
    yield
    open_script_door(False)
    mark_tensorflow_script(False)
    forget_notes()


@pytest.mark.parametrize("name", OLD_RATES)
@pytest.mark.parametrize("as_word", [True, False])
def test_a_script_is_told_once(name, as_word, script, caplog):
    for _ in range(2):
        optimizers.get(name.lower()) if as_word else getattr(optimizers, name)()
    assert caplog.text.count(f"learning_rate={OLD_RATES[name]:g}") == 1


def test_nobody_else_is_told(script, caplog):
    for name, rate in OLD_RATES.items():
        cls = getattr(optimizers, name)
        config = cls(0.5).get_config()
        for made in (cls(learning_rate=rate), cls(lr=0.5), cls.from_config(config)):
            assert float(made.learning_rate) != pytest.approx(0.001)
    for name in set(optimizers.CLASSES) - {one.lower() for one in OLD_RATES}:
        optimizers.get(name)
    mark_tensorflow_script()
    caplog.clear()
    optimizers.Adadelta()
    open_script_door(False)
    mark_tensorflow_script(False)
    optimizers.Adadelta()
    assert "without a learning rate" not in caplog.text


def test_todays_rate_is_that_of_keras_3():
    from parity.reference import keras

    for cls in optimizers.CLASSES.values():
        theirs = inspect.signature(getattr(keras.optimizers, cls.__name__)).parameters
        mine = inspect.signature(cls).parameters
        assert mine["learning_rate"].default == theirs["learning_rate"].default


@pytest.mark.parametrize(
    ("first", "room", "told"),
    [
        ("", "keras", True),
        ("import tensorflow as tf\n", "keras", True),  # for its functions
        ("import tensorflow as tf\n", "tensorflow.keras", False),
        ("", "tensorflow.keras", False),
    ],
)
def test_a_real_script_is_told(first, room, told, tmp_path):
    script = tmp_path / "old.py"
    script.write_text(
        f"{first}from {room}.models import Sequential\nfrom {room}.layers import Dense\n"
        "model = Sequential([Dense(2, input_shape=(4,))])\nmodel.compile('adadelta', 'mse')\n"
    )
    done = python("-m", "saccade", script, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ("write learning_rate=1" in done.stderr) is told

"""Every callback of saccade.callbacks, found by looking, beside Keras's of the same name."""

import inspect

import pytest

import saccade.callbacks
from parity.reference import keras
from saccade.callbacks import REFUSED, Callback, CallbackList
from saccade.errors import NotSupported
from saccade.training.callbacks.callback import HOOKS

NAMES = sorted(saccade.callbacks.__all__)
# What a constructor can't do without.
NEEDED = {
    "BackupAndRestore": ("backup",),
    "CSVLogger": ("log.csv",),
    "LearningRateScheduler": (lambda epoch: 0.1,),
    "ModelCheckpoint": ("model.keras",),
}
# Keras swallows any other argument here; saccade says that it has no use for it.
SWALLOWS = {"ReduceLROnPlateau"}


def make(name):
    if name == "TensorBoard":
        pytest.importorskip("tensorboard")
    return getattr(saccade.callbacks, name)(*NEEDED.get(name, ()))


def arguments(function):
    return [
        (one.name, one.default, one.kind) for one in inspect.signature(function).parameters.values()
    ]


def test_every_name_of_keras_is_here_or_refused():
    theirs = {name for name in dir(keras.callbacks) if name[0].isupper()}
    assert theirs == set(NAMES) | set(REFUSED)
    assert not set(NAMES) & set(REFUSED)


@pytest.mark.parametrize("name", NAMES)
def test_constructors_take_what_keras_takes(name):
    theirs = arguments(getattr(keras.callbacks, name).__init__)
    if name in SWALLOWS:
        theirs = [one for one in theirs if one[2] is not inspect.Parameter.VAR_KEYWORD]
    assert arguments(getattr(saccade.callbacks, name).__init__) == theirs


@pytest.mark.parametrize("name", NAMES)
def test_every_argument_is_kept_under_its_name(name):
    """Code that looks at `callback.patience` finds it, as in Keras."""
    made = make(name)
    theirs = getattr(keras.callbacks, name)
    if name == "TensorBoard":
        pytest.importorskip("tensorboard")
    reference = theirs(*NEEDED.get(name, ()))
    for argument, _, kind in arguments(theirs.__init__):
        kept = argument in vars(reference) and kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        if kept and not callable(vars(reference)[argument]):
            assert getattr(made, argument) == vars(reference)[argument], argument


@pytest.mark.parametrize("name", NAMES)
def test_the_hooks_are_keras_s(name):
    assert issubclass(getattr(saccade.callbacks, name), Callback) or name == "CallbackList"
    for hook in (*HOOKS, "on_batch_begin", "on_batch_end", "set_params", "set_model"):
        base = inspect.signature(getattr(keras.callbacks.Callback, hook))
        if name == "Callback":
            mine = inspect.signature(getattr(Callback, hook))
            assert list(mine.parameters) == list(base.parameters), hook
        else:
            assert callable(getattr(make(name), hook, None)), hook


@pytest.mark.parametrize("name", NAMES)
def test_a_state_comes_back(name):
    """What a callback says of itself is plain, and makes another of its kind the same."""
    if name == "CallbackList":
        pytest.skip("it only calls others")
    from saccade.files.plain_state import as_plain, from_plain

    first, second = make(name), make(name)
    state = first.state()
    if state is None:
        return
    plain = from_plain(as_plain(state, []), [])
    if name != "CSVLogger":  # which would write to its file
        second.restore(plain)
        assert as_plain(second.state(), []) == as_plain(state, [])


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused_names_say_what_to_use(name):
    with pytest.raises(NotSupported, match="is not in saccade") as caught:
        getattr(saccade.callbacks, name)
    assert REFUSED[name] in str(caught.value)
    with pytest.raises(ImportError, match="is not in saccade"):
        exec(f"from saccade.callbacks import {name}")
    assert not hasattr(saccade.callbacks, name)
    assert getattr(saccade.callbacks, name, None) is None


def test_other_names_are_unknown():
    with pytest.raises(AttributeError, match="no attribute 'EarlyStoping'"):
        _ = saccade.callbacks.EarlyStoping


@pytest.mark.parametrize("package", [saccade.callbacks, keras.callbacks], ids=["ours", "keras"])
def test_a_list_tells_all_of_them_as_keras_does(package):
    """With logs by place, by name and left out; the old names are those of training."""
    told = []

    class Told(package.Callback):
        def on_epoch_end(self, epoch, logs=None):
            told.append((epoch, logs))

        def on_batch_begin(self, batch, logs=None):
            told.append((batch, logs))

        def on_test_end(self, logs=None):
            told.append(logs)

    model, one = keras.Sequential(), Told()
    listed = package.CallbackList([one], model=model, epochs=3, steps=2, verbose=0)
    assert one.params == {"epochs": 3, "steps": 2, "verbose": 0}
    assert one.model is model
    listed.on_train_begin()
    listed.on_epoch_end(1, {"a": 1.0})
    listed.on_epoch_end(2, logs={"b": 2.0})
    listed.on_epoch_end(3)
    listed.on_train_batch_begin(4)
    listed.on_train_end()
    listed.on_test_begin()
    listed.on_test_end()
    assert told == [(1, {"a": 1.0}), (2, {"b": 2.0}), (3, {}), (4, {}), {}]


def test_a_list_adds_what_is_asked_for():
    names = {name: getattr(saccade.callbacks, name) for name in ("History", "ProgbarLogger")}
    made = CallbackList(add_history=True, add_progbar=True, verbose=0, epochs=1, steps=1)
    assert [type(one) for one in made.callbacks] == list(names.values())
    given = [names["History"](), names["ProgbarLogger"]()]
    made = CallbackList(given, add_history=True, add_progbar=True, verbose=0, epochs=1, steps=1)
    assert made.callbacks == given

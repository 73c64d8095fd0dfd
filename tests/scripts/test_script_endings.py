"""Names of files that end in nothing we know: what scripts of Keras 1 and 2 mean by them."""

import numpy as np
import pytest

from saccade import layers, models
from saccade.callbacks import ModelCheckpoint
from saccade.errors import InvalidArgument, NotSupported
from saccade.notes import forget_notes
from saccade.script_door import mark_tensorflow_script, open_script_door

X = np.ones((4, 3), "float32")


@pytest.fixture
def in_a_script(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_script_door()
    yield tmp_path
    open_script_door(False)


def made():
    model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    model.compile("adam", "mse")
    return model


def test_h5_under_any_name(tmp_path):
    model = made()
    model.save(tmp_path / "digits.model", save_format="h5")
    assert (tmp_path / "digits.model").read_bytes()[:4] == b"\x89HDF"
    again = models.load_model(tmp_path / "digits.model")
    np.testing.assert_array_equal(again(X).detach(), model(X).detach())
    model.save_weights(tmp_path / "digits", save_format="h5")
    again.set_weights([0 * one for one in again.get_weights()])
    again.load_weights(tmp_path / "digits")
    np.testing.assert_array_equal(again(X).detach(), model(X).detach())


@pytest.mark.parametrize("name", ["my_model", "deep/folder/my_model", "mask.model"])
def test_a_model_without_an_ending_is_one_file_in_a_script(in_a_script, name):
    model = made()
    model.save(name)
    model.save(name)  # over it
    again = models.load_model(name)
    np.testing.assert_array_equal(again(X).detach(), model(X).detach())


@pytest.mark.parametrize("name", ["weights", "training_1/cp.ckpt"])
def test_weights_without_an_ending_are_a_checkpoint_in_a_script(in_a_script, name):
    model = made()
    model.save_weights(name)
    assert (in_a_script / f"{name}.index").is_file()
    folder = (in_a_script / name).parent
    last = f'model_checkpoint_path: "{(in_a_script / name).name}"'
    assert (folder / "checkpoint").read_text().startswith(last)
    again = made()
    status = again.load_weights(name)
    assert status.expect_partial() is status.assert_consumed()
    np.testing.assert_array_equal(again(X).detach(), model(X).detach())


def test_checkpoints_without_an_ending(in_a_script):
    model = made()
    kept = [
        ModelCheckpoint("run/cp-{epoch:02d}.ckpt", save_weights_only=True),
        ModelCheckpoint("best_model"),
    ]
    model.fit(X, X[:, :2], epochs=2, verbose=0, callbacks=kept)
    names = sorted(one.name for one in (in_a_script / "run").iterdir())
    assert names == ["checkpoint", "cp-01.ckpt.index", "cp-02.ckpt.index"]
    np.testing.assert_array_equal(models.load_model("best_model")(X).detach(), model(X).detach())


def test_outside_of_scripts_names_are_as_keras_3_wants_them(tmp_path):
    with pytest.raises(NotSupported, match="SavedModel"):
        made().save(tmp_path / "my_model")
    with pytest.raises(ValueError, match="must end in"):
        made().save_weights(tmp_path / "weights")
    with pytest.raises(InvalidArgument, match=r'must be "keras", "h5" or "tf"'):
        made().save(tmp_path / "m.keras", save_format="zip")


class Called(layers.Layer):
    def __init__(self, function):
        super().__init__()
        self.function, self.inner = function, layers.Dense(2)

    def call(self, x):
        return self.function(self.inner(x))


def square(x):
    return x * x


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
def test_what_no_file_can_describe_is_refused_and_nothing_is_lost(tmp_path, name):
    model = models.Sequential([layers.Input((3,)), Called(square)])
    model.compile("adam", "mse")
    checkpoint = ModelCheckpoint(tmp_path / "kept.keras")
    model.fit(X, X[:, :2], epochs=2, verbose=0, callbacks=[checkpoint])
    with pytest.raises(NotImplementedError, match=r"get_config.*m\.weights\.h5"):
        model.save(tmp_path / name)
    for kept in ("m.weights.h5", "kept.weights.h5"):
        again = models.Sequential([layers.Input((3,)), Called(square)])
        again.load_weights(tmp_path / kept)
        np.testing.assert_array_equal(again(X).detach(), model(X).detach())


class Own:
    by = 2.0


class Stubborn(layers.Activation):
    def get_config(self):
        raise RuntimeError("not today")


def refused():
    own, pair, table = Own(), {1, 2}, {1: 2.0}
    return {
        "an object": (layers.Lambda(lambda x: x * own.by), r"\(own\).*got Own"),
        "a set": (layers.Lambda(lambda x: x * len(pair)), "got set"),
        "numbers as keys": (layers.Activation(lambda x: x * table[1]), "got 1"),
        "a default": (layers.Lambda(lambda x, by=own: x * by.by), "its defaults"),
        "an error of the user's": (Stubborn("relu"), "not today"),
    }


@pytest.mark.parametrize("name", ["m.keras", "m.h5"])
@pytest.mark.parametrize("what", refused())
def test_what_is_refused_at_save_leaves_its_weights(in_a_script, name, what):
    """And tells where they are, and how they are loaded."""
    layer, why = refused()[what]
    model = models.Sequential([layers.Input((3,)), layers.Dense(2), layer])
    model.compile("adam", "mse")
    checkpoint = ModelCheckpoint(f"kept.{name[2:]}")
    model.fit(X, X[:, :2], epochs=1, verbose=0, callbacks=[checkpoint])
    with pytest.raises(Exception, match=why) as error:
        model.save(name)
    said = "\n".join([str(error.value), *getattr(error.value, "__notes__", [])])
    assert 'model.load_weights("m.weights.h5")' in said
    assert error.value.kept.name == "m.weights.h5"
    assert not (in_a_script / name).exists()
    for kept in ("m.weights.h5", "kept.weights.h5"):
        again = models.Sequential([layers.Input((3,)), layers.Dense(2), refused()[what][0]])
        again.load_weights(kept)
        np.testing.assert_array_equal(again(X).detach(), model(X).detach())


def test_model_facts_that_no_file_holds_are_left_out(in_a_script, caplog):
    model = made()
    model.preprocessing = {"function": print}
    model.save("m.keras")
    assert "preprocessing" in caplog.text
    assert getattr(models.load_model("m.keras"), "preprocessing", None) is None


@pytest.mark.parametrize(
    ("of_tensorflow", "whose"), [(True, "TensorFlow wrote"), (False, "Keras 2")]
)
def test_notes_name_the_whole_path_and_whose_way_it_was(in_a_script, caplog, of_tensorflow, whose):
    mark_tensorflow_script(of_tensorflow)
    for save, call in ((made().save, "load_model"), (made().save_weights, "load_weights")):
        forget_notes()
        caplog.clear()
        save("folder/digits.model")
        (said,) = caplog.messages
        assert said.startswith(f'saccade: {save.__name__}("folder/digits.model"): {whose}')
        assert f'{call}("folder/digits.model")' in said
    assert '"folder/digits.model.index"' in said


class Named(layers.Layer):
    def __init__(self, function, rate, /, *more, table=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)


def test_the_error_shows_the_get_config_of_that_very_class():
    called = Called(square)
    with pytest.raises(NotImplementedError) as error:
        called.get_config()
    assert "{**super().get_config(), 'function': self.function}" in str(error.value)
    assert "got something else for function=" in str(error.value)
    with pytest.raises(NotImplementedError) as error:
        Named(square, 3, square, table={square}).get_config()
    assert "something else for function=, rate=, more= and table=" in str(error.value)
    assert "'function': self.function, 'rate': self.rate, 'table': self.table}" in str(error.value)

"""Settings and small tools of `config`, `backend` and `utils`, against the installed Keras."""

from __future__ import annotations

import itertools
import logging
import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import pytest
import torch

from saccade import backend, callbacks, config, mixed_precision, preprocessing, utils
from saccade.keras_alias import keras_face
from saccade.layers import Dense, Input
from saccade.models import Sequential

KINDS = ["bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "float16",
         "bfloat16", "float32", "float64", int, float, bool, None]  # fmt: skip


def test_kinds_of_numbers_meet_as_under_keras():
    for pair in itertools.product(KINDS, KINDS):
        if not {"int64", "float64", "uint32"} & {*pair}:  # whose sum is another on TensorFlow
            assert backend.result_type(*pair) == keras.backend.result_type(*pair), pair
    assert backend.result_type("int64", "float32") == "float32"
    assert backend.result_type("int8", "int64") == backend.result_type("uint32", "int8") == "int64"
    assert backend.result_type("float64", "float16") == "float64"
    assert backend.result_type() == keras.backend.result_type() == "float32"


@pytest.mark.parametrize("kind", [*KINDS, torch.float16, np.dtype("uint8"), np.int32, str])
def test_the_name_of_a_kind(kind):
    for word in ("standardize_dtype", "is_float_dtype", "is_int_dtype"):
        assert getattr(backend, word)(kind) == getattr(keras.backend, word)(kind), word
    assert utils.standardize_dtype(kind) == keras.utils.standardize_dtype(kind)


def test_no_kind():
    for of in (backend, keras.backend):
        with pytest.raises(ValueError, match="dtype"):
            of.standardize_dtype("float31")


ROWS = [[1, 2, 3, 4], [5], [], [6, 7]]


@pytest.mark.parametrize("settings", [
    {}, {"maxlen": 3}, {"maxlen": 2, "padding": "post"}, {"maxlen": 2, "truncating": "post"},
    {"value": -1.5, "dtype": "float32"}, {"maxlen": 6, "padding": "post", "value": 9},
])  # fmt: skip
def test_rows_of_one_length(settings):
    vectors = [np.ones((n, 2)) for n in (1, 3)]
    for rows in (ROWS, vectors):
        found = utils.pad_sequences(rows, **settings)
        expected = keras.utils.pad_sequences(rows, **settings)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("call", [
    lambda pad: pad([1, 2]),
    lambda pad: pad(ROWS, padding="middle"),
    lambda pad: pad(ROWS, truncating="middle"),
    lambda pad: pad([np.ones((1, 2)), np.ones((1, 3))]),
    lambda pad: pad([["a"]], value="b"),
])  # fmt: skip
def test_rows_that_are_refused(call):
    for pad in (utils.pad_sequences, keras.utils.pad_sequences):
        with pytest.raises(ValueError):  # noqa: PT011 (the words differ)
            call(pad)


@pytest.mark.parametrize("kind", [utils.Config, keras.utils.Config])
def test_named_settings(kind):
    settings = kind(rate=0.1)
    settings.epochs = 3
    settings["seed"] = 7
    settings.update({"size": 28})
    assert (settings.rate, settings["epochs"], settings.get("seed")) == (0.1, 3, 7)
    assert settings.pop("size") == 28
    assert sorted(settings) == sorted(settings.keys()) == ["epochs", "rate", "seed"]
    assert "rate" in settings
    assert len(settings) == 3
    assert settings.as_dict() == {"rate": 0.1, "epochs": 3, "seed": 7}
    assert kind(a=1).to_json() == '{"a": 1}'
    with pytest.raises(AttributeError, match="epochs"):
        settings.epochz  # noqa: B018
    settings.freeze()
    assert settings.frozen
    for change in (lambda: setattr(settings, "rate", 1), lambda: settings.pop("rate")):
        with pytest.raises(ValueError, match="frozen"):
            change()
    settings.unfreeze()
    del settings["rate"]
    assert "rate" not in settings


def small():
    model = Sequential([Input((2,)), Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_limits_of_training(caplog):
    x, y = np.ones((20, 2)), np.ones((20, 1))
    config.set_max_epochs(2)
    config.set_max_steps_per_epoch(3)
    try:
        model = small()
        history = model.fit(x, y, epochs=5, batch_size=2, verbose=0)
        assert (config.max_epochs(), config.max_steps_per_epoch()) == (2, 3)
        assert len(history.epoch) == 2
        assert int(model.optimizer.iterations) == 6
        assert len(model.predict(x, batch_size=2, verbose=0)) == 6
    finally:
        config.set_max_epochs(None)
        config.set_max_steps_per_epoch(None)
    assert "max_epochs" in caplog.text
    assert len(small().fit(x, y, epochs=3, verbose=0).epoch) == 3
    with pytest.raises(ValueError, match="max_epochs"):
        config.set_max_epochs(0)


def test_progress_in_the_log(capsys, caplog):
    assert config.is_interactive_logging_enabled()
    utils.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, "saccade"):
            small().fit(np.ones((4, 2)), np.ones((4, 1)), verbose=2)
            utils.Progbar(2, verbose=2).update(2)
    finally:
        config.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    assert any("loss" in record.message for record in caplog.records)


@pytest.mark.parametrize("value", [1.0, np.array(1.0), [0.0, 2.0], np.float32(1), torch.ones(3)])
def test_a_bar_shows_the_mean_of_several_numbers(value, capsys):
    utils.Progbar(1, verbose=2).update(1, [("v", value)])
    assert "v: 1.0000" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("size", [(4, 4), (3, 8), (9, 2)])
@pytest.mark.parametrize("way", ["bilinear", "nearest", "lanczos3"])
def test_an_image_keeps_its_proportions(size, way):
    x = np.random.RandomState(3).uniform(0, 255, (2, 7, 10, 3)).astype("float32")
    ours, theirs = preprocessing.image.smart_resize, keras.preprocessing.image.smart_resize
    for one in (x, x[0]):
        found = ours(one, size, way)
        assert isinstance(found, np.ndarray)
        assert found.shape == (*one.shape[:-3], *size, 3)
        if way != "lanczos3":  # which Keras has on TensorFlow alone
            np.testing.assert_allclose(found, theirs(one, size, way), rtol=1e-4, atol=1e-3)
    first = ours(torch.tensor(np.moveaxis(x, -1, 1)), size, way, data_format="channels_first")
    np.testing.assert_array_equal(first.numpy(), np.moveaxis(ours(x, size, way), -1, 1))


def test_callbacks_are_told_by_name_and_say_what_they_watch():
    heard = []
    tell = callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: heard.append(epoch),
        on_train_batch_end=lambda batch, logs: heard.append((batch, logs)),
    )
    group = callbacks.CallbackList([tell], model=small(), epochs=2)
    group.on_epoch_begin(epoch=4)
    group.on_train_batch_end(batch=1, logs={"loss": 2.0})
    assert heard == [4, (1, {"loss": 2.0})]
    assert group.params == {"epochs": 2}
    assert group.model.built
    watching = callbacks.EarlyStopping("loss")
    assert watching.monitor_op is None
    small().fit(np.ones((4, 2)), np.ones((4, 1)), callbacks=[watching], verbose=0)
    assert bool(watching.monitor_op(torch.tensor(1.0), torch.tensor(2.0)))
    drawing = utils.model_to_dot(small(), splines="curved")
    assert "splines=curved" in str(drawing.to_string())


def test_words_without_effect():
    assert config.is_flash_attention_enabled() is None
    config.enable_flash_attention()
    assert config.is_flash_attention_enabled()
    config.disable_flash_attention()
    assert not config.is_flash_attention_enabled()
    assert not config.is_nnx_enabled()
    config.set_backend("torch")
    with pytest.raises(ValueError, match="torch"):
        config.set_backend("jax")


def test_a_policy_without_a_name_is_the_global_one():
    try:
        mixed_precision.set_global_policy("mixed_bfloat16")
        assert mixed_precision.FloatDTypePolicy().name == "mixed_bfloat16"
    finally:
        mixed_precision.set_global_policy("float32")
    assert mixed_precision.FloatDTypePolicy().name == "float32"
    with pytest.raises(TypeError, match="123"):
        mixed_precision.FloatDTypePolicy(123)


def test_names_at_keras_s_top():
    policies = keras_face.dtype_policies
    policy = policies.DTypePolicy("mixed_bfloat16")
    assert policies.deserialize(policies.serialize(policy)) == policies.get("mixed_bfloat16")
    assert mixed_precision.FloatDTypePolicy is policies.DTypePolicy
    assert policy.quantization_mode is None
    inputs = Input((2,))
    function = keras_face.Function(inputs, inputs * 3.0)
    found = function(np.ones((1, 2), "float32"))
    np.testing.assert_array_equal(found.detach().numpy(), [[3.0, 3.0]])

    pair = [keras_face.KerasTensor((None, 2)), keras_face.KerasTensor((None, 2))]
    adding = keras_face.Function(pair, pair[0] + pair[1])
    x = np.ones((1, 2), "float32")
    np.testing.assert_array_equal(adding([x, 2 * x]).detach().numpy(), [[3.0, 3.0]])

    class Twice(keras_face.Operation):
        def call(self, x):
            return 2 * x

    assert Twice()(inputs).shape == (None, 2)
    with keras_face.device("cpu:0"):
        assert torch.ones(1).device.type == "cpu"
    x = torch.ones(2, requires_grad=True)
    keras_face.remat(torch.exp)(x).sum().backward()
    torch.testing.assert_close(x.grad, torch.exp(x.detach()))
    with pytest.raises(AttributeError, match="one device"):
        keras_face.distribution  # noqa: B018

"""Half precision: what is computed in it, what stays in float32, and who decides."""

import numpy as np
import pytest
import torch

from saccade import layers, mixed_precision
from saccade.errors import InvalidArgument, NotSupported
from saccade.layers import Conv2D, Dense, Flatten, Input, Layer
from saccade.models import Model, Sequential, load_model

X = np.random.RandomState(0).rand(6, 8).astype(np.float32)


@pytest.fixture(params=["mixed_bfloat16", "mixed_float16"])
def policy(request):
    mixed_precision.set_global_policy(request.param)
    yield request.param
    mixed_precision.set_global_policy("float32")


def half(policy):
    return getattr(torch, policy.removeprefix("mixed_"))


def test_layers_made_under_a_policy_compute_in_it_and_keep_weights_in_float32(policy):
    layer = Dense(3)
    y = layer(X)
    assert y.dtype is half(policy)
    assert layer.kernel.dtype is torch.float32
    assert (layer.compute_dtype, layer.variable_dtype, layer.dtype) == (
        policy.removeprefix("mixed_"),
        "float32",
        "float32",
    )
    expected = torch.tensor(X).to(half(policy)) @ layer.kernel.to(half(policy))
    torch.testing.assert_close(y, expected, rtol=1e-2, atol=1e-2)
    gradient = torch.autograd.grad(y.float().sum(), layer.kernel)[0]
    assert gradient.dtype is torch.float32


def test_a_layer_may_have_a_precision_of_its_own(policy):
    model = Sequential([Input((8,)), Dense(4), Dense(3, activation="softmax", dtype="float32")])
    assert model(X).dtype is torch.float32
    mixed_precision.set_global_policy("float32")
    alone = Sequential([Input((8,)), Dense(4, dtype=policy), Dense(3)])
    assert alone.layers[0](X).dtype is half(policy)
    assert alone(X).dtype is torch.float32


def test_a_user_layer_sees_its_weights_in_the_precision_of_the_computation(policy):
    class Scale(Layer):
        def build(self, input_shape):
            self.scale = self.add_weight((input_shape[-1],), "ones", name="scale")
            self.exact = self.add_weight((1,), "ones", autocast=False, name="exact")

        def call(self, x):
            self.seen = (x.dtype, self.scale.dtype, self.exact.dtype)
            return x * self.scale

    layer = Scale()
    layer(X)
    assert layer.seen == (half(policy), half(policy), torch.float32)
    assert layer.scale.dtype is torch.float32  # outside of the call
    assert layer.scale is layer.weights[0]


@pytest.mark.parametrize("functional", [False, True])
def test_training_moves_float32_weights_and_predicts_float32(policy, functional):
    stack = [Conv2D(4, 3, activation="relu"), Flatten(), Dense(2, activation="softmax")]
    if functional:
        x = entry = Input((8, 8, 1))
        for layer in stack:
            x = layer(x)
        model = Model(entry, x)
    else:
        model = Sequential([Input((8, 8, 1)), *stack])
    images = np.random.RandomState(1).rand(32, 8, 8, 1).astype(np.float32)
    labels = (images.mean((1, 2, 3)) > 0.5).astype(int)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["acc"])
    history = model.fit(images, labels, epochs=3, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert all(weight.dtype is torch.float32 for weight in model.weights)
    y = model.predict(images, verbose=0)
    assert np.isfinite(y).all()
    np.testing.assert_allclose(np.asarray(y, np.float64).sum(1), 1.0, atol=0.02)


def test_the_policy_travels_with_the_model(policy, tmp_path):
    model = Sequential([Input((8,)), Dense(4)])
    model.save(tmp_path / "m.keras")
    mixed_precision.set_global_policy("float32")
    loaded = load_model(tmp_path / "m.keras")
    assert loaded.layers[0].dtype_policy.name == policy
    torch.testing.assert_close(loaded(X), model(X), rtol=0, atol=0)


def test_the_policy_is_float32_until_somebody_chooses():
    assert mixed_precision.global_policy().name == "float32"
    assert mixed_precision.dtype_policy() == mixed_precision.Policy("float32")
    assert Dense(1).dtype_policy.name == "float32"


def test_other_precisions_are_refused_by_name():
    for word in ("int8", "float8"):
        with pytest.raises(NotSupported, match=f"mixed_bfloat16.*got '{word}'"):
            mixed_precision.set_global_policy(word)
    with pytest.raises(InvalidArgument):
        mixed_precision.set_global_policy(None)
    assert mixed_precision.global_policy().name == "float32"


@pytest.mark.filterwarnings("ignore")  # Keras's
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("LayerNormalization", {}),
        ("GroupNormalization", {"groups": 2}),
        ("BatchNormalization", {}),
        ("UnitNormalization", {}),
    ],
)
def test_normalisations_beyond_what_float16_holds(name, options):
    """Two of them take their inputs as they come, so that large ones are numbers, as in Keras."""
    from parity.reference import array, keras

    x = np.array([[1e5, 2e5, 3e5, 9e4], [-70000.0, 1, 2, 3]], np.float32)
    found = []
    for library in (layers, keras.layers):
        layer = getattr(library, name)(dtype="mixed_float16", **options)
        y = layer(x)
        assert y.dtype == torch.float16
        found.append(array(y))
    np.testing.assert_array_equal(np.isfinite(found[0]), np.isfinite(found[1]))
    if name in ("LayerNormalization", "GroupNormalization"):
        assert np.isfinite(found[0]).all()
    np.testing.assert_allclose(*found, rtol=2e-3)


@pytest.mark.parametrize("word", ["float16", "bfloat16", "float64"])
def test_a_model_of_one_precision_trains_in_it(word, tmp_path):
    """What is computed, the weights and what the file keeps."""
    kind = getattr(torch, word)
    made = [
        Input((8,), dtype=word),
        Dense(4, activation="relu", dtype=word),
        layers.BatchNormalization(dtype=word),
        Dense(3, activation="softmax", dtype=word),
    ]
    model = Sequential(made)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    before = model.get_weights()
    loss = model.fit(X, np.arange(6) % 3, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(loss).all()
    assert {weight.dtype for weight in model.weights} == {kind}
    assert model(X).dtype is kind
    assert model.output.dtype == model.input.dtype == word
    assert not np.array_equal(before[0], model.get_weights()[0])
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    assert again.layers[-1].kernel.dtype is kind
    for one, other in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("word", ["float16", "float64", "int32", "bool"])
def test_a_weight_may_have_a_dtype_of_its_own(word):
    layer = Layer()
    weight = layer.add_weight((2,), "ones", dtype=word, trainable=False, name="w")
    assert weight.dtype is getattr(torch, word)
    assert layer.non_trainable_weights == [weight]

"""Calling a layer: building, casting, `training` as an argument, torch's hooks."""

import copy
import pickle
import threading

import numpy as np
import pytest
import torch

from saccade.errors import InvalidArgument, ShapeError, StateError
from saccade.layers import (
    Activation,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    Layer,
    MaxPooling2D,
)
from saccade.models import Model, Sequential
from saccade.nests import map_nest
from saccade.notes import forget_notes
from saccade.variables import Variable

X = np.random.RandomState(0).standard_normal((4, 3)).astype(np.float32)


def values(tensor):
    return tensor.detach().numpy()


class Notes(Layer):
    """Writes down the `training` that it gets."""

    def __init__(self, inner=None):
        super().__init__()
        self.seen = Seen()
        self.inner = inner

    def call(self, x, training=None):
        self.seen.append(training)
        return x if self.inner is None else self.inner(x)

    def compute_output_shape(self, input_shape):
        return input_shape


class Seen(list):
    """Not a plain list, so that it is not tracked."""


class Fixed(Layer):
    """Calls its inner layer with a `training` of its own."""

    def __init__(self, inner, training):
        super().__init__()
        self.inner, self.value = inner, training

    def call(self, x):
        return self.inner(x, training=self.value)

    def compute_output_shape(self, input_shape):  # else the layer would be run to find out
        return input_shape


@pytest.mark.parametrize("training", [None, False, True])
def test_inner_layers_take_over_the_outer_calls_training(training):
    deep = Notes()
    middle = Sequential([deep])
    outer = Notes(middle)
    outer(X, training=training)
    assert outer.seen == deep.seen == [training]
    outer(X)
    assert deep.seen[-1] is None, "a call's training must not outlive it"


def test_an_inner_call_may_say_otherwise():
    deep = Notes()
    outer = Notes(Fixed(Notes(deep), False))
    outer(X, training=True)
    assert deep.seen == [False]
    after = Notes()
    Sequential([Fixed(Notes(), False), after])(X, training=True)
    assert after.seen == [True]


def test_training_ends_with_an_exception_too():
    class Fails(Layer):
        def call(self, x):
            raise RuntimeError("on purpose")

    layer, deep = Fails(), Notes()
    with pytest.raises(RuntimeError, match="on purpose"):
        layer(X, training=True)
    deep(X)
    assert deep.seen == [None]


def test_a_layer_without_the_argument_is_called_without_it():
    class Plain(Layer):
        def call(self, x):
            return x + 1

    np.testing.assert_array_equal(values(Plain()(X, training=True)), X + 1)


def test_modules_are_never_switched():
    """torch's own train() and eval() change nothing: `training` is an argument."""
    layer = Dropout(0.5)
    x = torch.ones(1000)
    for switch in (layer.eval, layer.train):
        switch()
        assert int((layer(x) == 0).sum()) == 0
        assert int((layer(x, training=True) == 0).sum()) > 300


def test_training_in_one_thread_is_not_seen_in_another():
    barrier, deep = threading.Barrier(2, timeout=20), Notes()

    class Waits(Layer):
        def call(self, x):
            barrier.wait()
            y = deep(x)
            barrier.wait()
            return y

    layer = Waits()
    layer.built = True
    results = {}

    def work(training):
        results[training] = layer(X, training=training)

    threads = [threading.Thread(target=work, args=(flag,)) for flag in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(deep.seen) == [False, True]


def test_torch_hooks_work():
    layer = Dense(2)
    seen = []
    layer.register_forward_pre_hook(lambda module, args: seen.append("before"))
    handle = layer.register_forward_hook(lambda module, args, output: output * 2)
    model = Sequential([layer])
    y = model(X, training=True)
    handle.remove()
    np.testing.assert_allclose(values(y), 2 * values(model(X)), rtol=1e-6)
    assert seen == ["before", "before"]
    kernels = []
    layer.kernel.register_hook(lambda g: kernels.append(g.shape))
    model(X).sum().backward()
    assert kernels == [layer.kernel.shape]


def test_an_attribute_error_inside_a_property_keeps_its_cause():
    class Own(Layer):
        @property
        def size(self):
            return self.kernel_that_is_not_there.shape

        @property
        def fine(self):
            return 3

    layer = Own()
    with pytest.raises(AttributeError, match="kernel_that_is_not_there"):
        _ = layer.size
    with pytest.raises(AttributeError, match="nowhere"):
        _ = layer.nowhere
    assert layer.fine == 3
    assert getattr(layer, "nowhere", 5) == 5


# -- building ------------------------------------------------------------------------------


def test_weights_made_by_a_first_call_in_inference_mode_can_be_trained():
    for make in (lambda: Dense(2), lambda: Sequential([Dense(2)])):
        layer = make()
        with torch.inference_mode():
            layer(X)
        layer(X).sum().backward()
        assert all(w.grad is not None for w in layer.weights)
        layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])


def test_predict_then_fit():
    model = Sequential([Dense(2)])
    model.compile("sgd", "mse")
    model.predict(X, verbose=0)
    model.fit(X, np.zeros((4, 2)), verbose=0)


def test_a_layer_is_built_once_by_several_threads():
    barrier = threading.Barrier(4, timeout=20)
    built = []

    class Slow(Dense):
        def build(self, input_shape):
            built.append(threading.get_ident())
            threading.Event().wait(0.05)
            super().build(input_shape)

    layer = Slow(2)
    outputs = []

    def work():
        barrier.wait()
        outputs.append(values(layer(X)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert len(layer.weights) == 2
    for y in outputs[1:]:
        np.testing.assert_array_equal(y, outputs[0])


def test_build_of_the_users_need_not_say_that_it_built():
    class Own(Layer):
        def build(self, input_shape):
            self.scale = self.add_weight((input_shape[-1],), "ones", name="scale")

        def call(self, x):
            return x * self.scale

    layer = Own()
    assert not layer.built
    with pytest.raises(StateError, match=r"Own .* built"):
        layer.count_params()
    with pytest.raises(StateError):
        _ = layer.input_shape
    layer(X)
    layer(X)
    assert layer.built
    assert len(layer.weights) == 1
    assert layer.count_params() == 3
    assert layer.input_shape == (None, 3)
    assert layer.output_shape == (None, 3)
    by_hand = Own()
    by_hand.build([None, 5])
    assert by_hand.built
    assert by_hand.input_shape == (None, 5)


def test_a_layer_is_not_built_before_its_build_ends():
    """super().build() in the first line must not let another thread call a half-made layer."""
    seen = []

    class Own(Layer):
        def build(self, input_shape):
            super().build(input_shape)
            seen.append(self.built)
            self.scale = self.add_weight((3,), "ones")

        def call(self, x):
            return x * self.scale

    class More(Own):
        def build(self, input_shape):
            super().build(input_shape)
            seen.append(self.built)

    More()(X)
    assert seen == [False, False]


def test_a_failed_build_can_be_tried_again():
    layer = Conv2D(3, 3, groups=3)
    with pytest.raises(ShapeError, match="multiple of groups"):
        layer(np.zeros((1, 5, 5, 2), np.float32))
    assert not layer.built
    assert layer.weights == []
    assert layer(np.zeros((1, 5, 5, 6), np.float32)).shape == (1, 3, 3, 3)


def test_kernels_lie_channels_last_in_memory():
    layer = Conv2D(4, (3, 2), input_shape=(8, 8, 5))
    layer.build_on((None, 8, 8, 5))
    for kernel in (
        layer.kernel,
        copy.deepcopy(layer).kernel,
        pickle.loads(pickle.dumps(layer)).kernel,
    ):
        assert kernel.shape == (3, 2, 5, 4)
        as_torch = kernel.permute(3, 2, 0, 1)
        assert as_torch.is_contiguous(memory_format=torch.channels_last)
    layer.set_weights([np.ones((3, 2, 5, 4)), np.ones(4)])
    assert layer.kernel.permute(3, 2, 0, 1).is_contiguous(memory_format=torch.channels_last)
    y = layer(np.ones((2, 8, 8, 5), np.float32))
    assert y.is_contiguous(), "an NHWC batch comes out as it went in"
    np.testing.assert_allclose(values(y), 31.0)


def test_layouts_of_get_weights():
    conv, dense = Conv2D(4, (3, 2)), Dense(7)
    conv.build_on((None, 8, 8, 5))
    dense.build_on((None, 6))
    assert [w.shape for w in conv.get_weights()] == [(3, 2, 5, 4), (4,)]
    assert [w.shape for w in dense.get_weights()] == [(6, 7), (7,)]
    taken = dense.get_weights()
    taken[0][:] = 99
    assert not (dense.get_weights()[0] == 99).any(), "get_weights() must give copies"
    given = [np.arange(42, dtype=np.float64).reshape(6, 7), np.zeros(7)]
    dense.set_weights(given)
    np.testing.assert_array_equal(dense.get_weights()[0], given[0])
    assert dense.kernel.dtype == torch.float32


@pytest.mark.parametrize(
    "given",
    [[], [np.zeros((6, 7))], [np.zeros((7, 6)), np.zeros(7)], [np.zeros((6, 7)), np.zeros(8)]],
    ids=str,
)
def test_set_weights_of_other_shapes_changes_nothing(given):
    dense = Dense(7)
    dense.build_on((None, 6))
    before = dense.get_weights()
    with pytest.raises(ShapeError, match=r"\(6, 7\)"):
        dense.set_weights(given)
    for one, other in zip(dense.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)


# -- inputs --------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [
    X, X.astype(np.float64), X.tolist(), torch.tensor(X), torch.tensor(X).double(),
    torch.tensor(X).half().float(), np.asfortranarray(X), X[:, ::-1][:, ::-1],
], ids=lambda x: type(x).__name__)  # fmt: skip
def test_arrays_of_every_kind(x):
    layer = Dense(2, kernel_initializer="ones")
    y = layer(x)
    assert y.dtype == torch.float32
    np.testing.assert_allclose(values(y)[:, 0], X.sum(1), rtol=1e-2, atol=1e-2)


def test_several_inputs_are_all_converted():
    class Adds(Layer):
        def call(self, x, y):
            return x + y

    for first, second in ((X, torch.tensor(X)), (torch.tensor(X), X), (X, X.tolist())):
        y = Adds()(first, second)
        assert y.dtype == torch.float32
        np.testing.assert_allclose(values(y), 2 * X)


def test_a_list_of_inputs():
    class Sums(Layer):
        def call(self, parts):
            return parts[0] + parts[1]

    layer = Sums()
    np.testing.assert_allclose(values(layer([torch.tensor(X), torch.tensor(X)])), 2 * X)
    assert layer.input_shape == [(None, 3), (None, 3)]


def test_a_call_without_its_input():
    with pytest.raises(InvalidArgument, match=r"Dense .* input is missing"):
        Dense(2)()


IMAGES = {
    "Conv2D": lambda: Conv2D(2, 2),
    "MaxPooling2D": MaxPooling2D,
    "AveragePooling2D": AveragePooling2D,
}


@pytest.mark.parametrize("make", IMAGES.values(), ids=IMAGES)
@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("shape", [(4, 4), (5, 4, 4), (2, 4, 4, 3, 1), (4,)], ids=str)
def test_images_of_the_wrong_rank(make, built, shape):
    layer = make()
    if built:
        layer(np.zeros((1, 4, 4, 3), np.float32))
    with pytest.raises(ShapeError) as caught:
        layer(np.zeros(shape, np.float32))
    text = str(caught.value)
    assert text.startswith(f'{type(layer).__name__} "')
    assert "(batch, height, width, channels)" in text
    assert f"got {shape}" in text
    assert ("x[..., None]" in text) == (len(shape) == 3 and built)
    assert ("x[None]" in text) == (len(shape) == 3 and not built)


@pytest.mark.parametrize("built", [False, True])
def test_dense_of_the_wrong_size(built):
    layer = Dense(2)
    layer.build_on((None, 6))
    with pytest.raises(ShapeError, match=r"input must be \(batch, 6\), got \(4, 3\)"):
        layer(X)
    with pytest.raises(ShapeError, match=r"Add Flatten\(\) before it"):
        layer(np.zeros((2, 5, 5, 3), np.float32))
    with pytest.raises(ShapeError):
        Dense(2)(np.zeros(6, np.float32))
    with pytest.raises(ShapeError):
        layer.compute_output_shape((None, 5))


def test_other_channels_than_built_for():
    layer = Conv2D(2, 2)
    layer(np.zeros((1, 4, 4, 3), np.float32))
    with pytest.raises(ShapeError, match=r"3 channels, got 1 in \(1, 4, 4, 1\)"):
        layer(np.zeros((1, 4, 4, 1), np.float32))


@pytest.mark.parametrize("layer", [
    Conv2D(2, 5), MaxPooling2D(5), AveragePooling2D((5, 2)), Conv2D(2, 3, dilation_rate=2),
], ids=lambda layer: layer.name)  # fmt: skip
def test_an_image_smaller_than_the_window(layer):
    for shape in ((1, 4, 4, 3),):
        with pytest.raises(ShapeError, match="must fit inside the input"):
            layer.compute_output_shape(shape)
        with pytest.raises(ShapeError, match="must fit inside the input"):
            layer(np.zeros(shape, np.float32))


def test_flatten_and_activation_take_any_rank():
    for rank in range(1, 6):
        x = np.zeros((2,) * rank, np.float32)
        assert Flatten()(x).shape == (2, 2 ** (rank - 1))
        assert Activation("relu")(x).shape == x.shape
    assert Flatten()(np.zeros((0, 3, 2), np.float32)).shape == (0, 6)


# -- the layer's own arguments -------------------------------------------------------------


@pytest.mark.parametrize(("make", "text"), [
    (lambda: Conv2D(0, 3), "filters must be a positive integer, got 0"),
    (lambda: Conv2D("six", 3), "filters must be a positive integer, got 'six'"),
    (lambda: Conv2D(None, 3), "filters must be a positive integer, got None"),
    (lambda: Conv2D(2.5, 3), "filters must be a positive integer, got 2.5"),
    (lambda: Conv2D(4, (3, 3, 3)), "kernel_size must be a positive integer or a pair"),
    (lambda: Conv2D(4, 0), "kernel_size"),
    (lambda: Conv2D(4, 3, strides=0), "strides"),
    (lambda: Conv2D(4, 3, strides=2, dilation_rate=2), "can't both be above 1"),
    (lambda: Conv2D(4, 3, groups=3), "multiple of groups=3"),
    (lambda: Conv2D(4, 3, padding="smae"), 'Did you mean "same"'),
    (lambda: Conv2D(4, 3, activation="rleu"), 'Did you mean "relu"'),
    (lambda: Conv2D(4, 3, activation=3), "activation: must be a word or a function, got 3"),
    (lambda: Conv2D(4, 3, kernel_initializer="he_uniformm"), 'Did you mean "he_uniform"'),
    (lambda: Conv2D(4, 3, bias_initializer="zeross"), 'Did you mean "zeros"'),
    (lambda: Conv2D(4, 3, kernel_regularizer="l3"), "regularizer: must be one of"),
    (lambda: Conv2D(4, 3, data_format="channels"), "channels_last"),
    (lambda: Conv2D(4, 3, input_shpae=(3, 3, 1)), "Did you mean input_shape="),
    (lambda: Conv2D(4, 3, name=""), "name must be a word"),
    (lambda: Conv2D(4, 3, name=""), "name must be"),
    (lambda: Conv2D(4, 3, dtype="int8"), "float32"),
    (lambda: Conv2D(4, 3, input_shape=28), "a shape is a tuple"),
    (lambda: Conv2D(4, 3, input_shape=(28, 0, 1)), "must be positive"),
    (lambda: Conv2D(4, 3, input_shape=(28, "a", 1)), "sizes of a shape must be"),
    (lambda: Dense(0), "units must be a positive integer, got 0"),
    (lambda: Dense("ten"), "units must be a positive integer, got 'ten'"),
    (lambda: Dense(None), "units must be a positive integer, got None"),
    (lambda: Dense(float("nan")), "units must be a positive integer"),
    (lambda: Dense(3, activation="sotfmax"), 'Did you mean "softmax"'),
    (lambda: Dropout(1.5), r"rate must be in [0, 1], got 1.5"),
    (lambda: Dropout(-0.1), "rate must be"),
    (lambda: Dropout("half"), "rate must be in [0, 1], got 'half'"),
    (lambda: Dropout(float("nan")), "rate must be"),
    (lambda: Dropout(0.5, noise_shape=(0, 1)), "noise_shape"),
    (lambda: Dropout(0.5, noise_shape="ab"), "noise_shape"),
    (lambda: Dropout(0.5, noise_shape=3), "noise_shape"),
    (lambda: Dropout(0.5, seed="a"), "seed"),
    (lambda: MaxPooling2D(0), "pool_size"),
    (lambda: MaxPooling2D(2, padding=1), "padding"),
    (lambda: Activation("relu7"), 'Did you mean "relu'),
    (lambda: Input(), "give either shape= or batch_shape="),
    (lambda: Input((3,), batch_shape=(None, 3)), "give either"),
    (lambda: Input((3,), sparse=True), "sparse is not supported yet"),
    (lambda: Input((3,), dtype="string"), "float32"),
    (lambda: Layer(trainble=False), "Did you mean"),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_arguments_that_cannot_work(make, text):
    with pytest.raises(InvalidArgument) as caught:
        make()
    assert text in str(caught.value)


def test_a_pool_of_half_a_window_of_noise():
    with pytest.raises(ShapeError, match="noise_shape"):
        Dropout(0.5, noise_shape=(None, 1, 1))(X, training=True)
    with pytest.raises(ShapeError, match="noise_shape"):
        Dropout(0.5, noise_shape=(None, 2))(X, training=True)


def test_add_weight():
    class Own(Layer):
        def build(self, input_shape):
            self.first = self.add_weight(shape=(2, 3), initializer="ones", name="first")
            self.kept = self.add_weight((), "zeros", trainable=False, name="kept")
            self.old = self.add_weight("old", (4,))
            self.drawn = self.add_weight((2,), lambda shape, dtype: torch.full(shape, 7.0))

    layer = Own()
    layer.build((None, 1))
    assert [w.name for w in layer.weights] == ["first", "old", "variable", "kept"]
    assert layer.weights[0].path == f"{layer.name}/first"
    assert [w.name for w in layer.non_trainable_weights] == ["kept"]
    assert layer.drawn.numpy()[0] == 7
    assert layer.kept.shape == ()
    for options, text in (
        ({"regularizer": "l3"}, "regularizer"),
        ({"constraint": "huge_norm"}, "constraint"),
        ({"dtype": "int8x"}, "float32"),
        ({"overwrite_with_gradient": True}, "overwrite_with_gradient"),
        ({"initializer": lambda shape, dtype: torch.ones(3)}, "initialiser must give shape"),
    ):
        with pytest.raises(InvalidArgument, match=text):
            layer.add_weight((2,), **options)
    assert len(layer.weights) == 4


def test_a_frozen_layer_has_no_trainable_weights():
    layer = Dense(2, trainable=False)
    layer(X)
    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 2
    assert not layer.kernel.requires_grad
    layer.trainable = True
    assert len(layer.trainable_weights) == 2
    assert layer.kernel.requires_grad


def test_freezing_one_weight():
    layer = Dense(2)
    layer(X)
    layer.kernel.trainable = False
    assert [w is layer.bias for w in layer.trainable_weights] == [True]
    assert [w is layer.kernel for w in layer.non_trainable_weights] == [True]


def test_freezing_reaches_layers_inside():
    inner = Sequential([Dense(2), Sequential([Dense(2)])])
    model = Sequential([inner, Dense(2)])
    model(X)
    inner.trainable = False
    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 4
    assert not inner.layers[1].layers[0].trainable
    model.trainable = True
    assert len(model.trainable_weights) == 6


def test_forgetting_super_init_says_so():
    class Own(Model):
        def __init__(self):
            self.dense = Dense(2)

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Own()


def test_attributes_may_come_before_super_init():
    class Own(Layer):
        def __init__(self, **kwargs):
            self.size = 2
            self.scale = Variable(torch.ones(3))
            self.blocks = []
            self.dense = Dense(2)
            super().__init__(**kwargs)
            self.blocks.append(Dense(3))

        def call(self, x):
            return self.dense(self.blocks[0](x * self.scale))

    layer = Own()
    layer(np.ones((1, 3)))
    assert len(layer.weights) == 5
    assert layer.weights[0] is layer.scale
    assert Own(trainable=False).trainable_weights == []
    assert copy.deepcopy(layer).weights[0] is not layer.scale


def test_zeros_that_show_a_shape_add_nothing_to_the_loss():
    class Adds(Layer):
        def call(self, x):
            self.add_loss(0.5 * (x * 0 + 1).mean())
            return x

    model = Sequential([Input((3,)), Adds(), Dense(1)])
    assert model.losses == []
    for _ in range(2):
        model(np.ones((2, 3), "float32"))
        assert [float(one) for one in model.losses] == [0.5]


class WithWord(Layer):
    def call(self, x, doubled):
        return x * 2 if doubled else x


def test_a_word_that_call_needs_reaches_it_on_symbols_too():
    x = Input((3,))
    model = Model(x, WithWord()(x, doubled=True))
    assert model.output_shape == (None, 3)
    np.testing.assert_array_equal(model(np.ones((1, 3))), [[2, 2, 2]])


@pytest.mark.parametrize("shapes", ["s", "(s, s)", "[s, s]", '{"a": s, "b": (s, [s])}'])
def test_symbols_come_in_the_nest_of_the_shapes(shapes):
    class Shaped(Layer):
        def call(self, x):
            raise AssertionError("nobody asks for values")

        def compute_output_shape(self, input_shape):
            return eval(shapes, {"s": input_shape})

    found = Shaped().compute_output_spec(Input((3,)))
    expected = eval(shapes, {"s": (None, 3)})
    assert map_nest(lambda symbol: symbol.shape, found) == expected


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_model_gives_symbols_in_the_nest_of_its_outputs(kind):
    x = Input((3,))
    model = Model(x, kind([Dense(2)(x), Dense(1)(x)]))
    for one in (model, Model.from_config(model.get_config())):
        assert type(one(Input((3,)))) is type(one(np.ones((1, 3)))) is kind


def test_a_layer_without_a_function_says_so():
    for method in ("call", "compute_output_shape"):
        with pytest.raises(NotImplementedError, match="has no call"):
            getattr(Layer(), method)((None, 3))


def test_inputs_by_a_name_that_the_model_has_not_are_told(caplog):
    a = Input((3,), name="a")
    for model in (Model({"a": a}, a * 5), Model(a, a * 5)):
        caplog.clear()
        forget_notes()
        for _ in range(2):
            model({"a": np.ones((2, 3)), "other": np.ones((2, 1))})
        assert caplog.text.count("takes the inputs a; other is left aside") == 1

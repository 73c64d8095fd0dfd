"""Every layer of saccade.layers, found by looking, put through the same checks."""

import copy

import numpy as np
import pytest
import torch

from conformance.calls import (
    ABSTRACT,
    STEPPED,
    WHOLE,
    build,
    call,
    keras_options,
    numbers,
    output_shape,
)
from conformance.layer_examples import EXAMPLES
from conformance.own_classes import of_keras
from parity.reference import keras
from saccade import layers
from saccade.errors import InvalidArgument
from saccade.layers import Layer
from saccade.layers.core.pixel_layer import PixelLayer
from saccade.models import Sequential

# Options of Keras's that are refused by name, with a value that Keras would take.
REFUSED = {
    "crop_to_aspect_ratio": True,  # beside pad_to_aspect_ratio
    "dtype": "int8",
    "flash_attention": True,
    "gptq_unpacked_column_size": 3,
    "fill_mode": "reflect",
    "input_tensor": 1,  # no symbol
    "lora_alpha": 8,
    "lora_rank": 4,
    "optional": True,
    "quantization_config": "int8",
    "ragged": True,
    "renorm": True,
    "renorm_clipping": {"rmax": 3.0},
    "renorm_momentum": 0.5,
    "sparse": True,
    "synchronized": True,
    "weights": [np.ones(3)],
}
# What says where a layer stands, not what it computes; tests/models and tests/layers look at it.
PLACE = {"name", "trainable", "autocast", "placement", "shape", "batch_size", "batch_shape",
         "input_shape", "batch_input_shape", "input_dim", "self"}  # fmt: skip
NAMES = sorted(set(layers.CLASSES) - ABSTRACT)
# Options that all layers take that have them, with another value.
SHARED = {"activity_regularizer": "l2", "data_format": "channels_first"}
# Layers that do the same to each value, wherever the channels stand.
WITHOUT_CHANNELS = {"MixUp", "RandomBrightness", "RandomInvert", "RandomPosterization",
                    "Solarization"}  # fmt: skip
# Options that only change computed shapes and masks; tests/layers looks at them.
SHAPES = {
    ("Lambda", "output_shape"),
    ("Lambda", "mask"),
    ("CategoryEncoding", "sparse"),
    ("Discretization", "epsilon"),
    ("Discretization", "num_bins"),
    ("Discretization", "sparse"),
    ("Embedding", "mask_zero"),
    ("Embedding", "weights"),
    ("Masking", "mask_value"),
    ("MultiHeadAttention", "attention_axes"),
}
# Their output is of a size that is drawn.
UNSIZED = {"RandomHeight", "RandomWidth"}
# It divides its kernel in training, frozen or not.
MOVED = {"SpectralNormalization"}


def make(name, /, **options):
    config, _, _ = EXAMPLES[name]
    return layers.CLASSES[name](**{**config, **options})


def sample(name, seed=0):
    """A batch; for a layer of several inputs, whose example lists their shapes, a list of them."""
    stream = np.random.RandomState(seed)

    def draw(shape):
        return numbers(name, shape, stream)

    return each(draw, EXAMPLES[name][1])


def each(function, nest):
    """The function of one array or shape, or of each in a list of them."""
    return [function(one) for one in nest] if isinstance(nest, list) else function(nest)


def batch_of(x):
    """The shape of a batch whose size is not known yet."""
    return each(lambda one: (None, *one.shape[1:]), x)


def run(layer, x, training=False):
    return call(layer, each(torch.as_tensor, x), training=training)


def others(name):
    """Another value for each option that must bite."""
    shared = {key: value for key, value in SHARED.items() if key in arguments(layers.CLASSES[name])}
    if name in WITHOUT_CHANNELS:
        del shared["data_format"]
    both = {**shared, **EXAMPLES[name][2]}
    return {key: value for key, value in both.items() if value is not None or key not in SHARED}


def arguments(cls):
    """All arguments of a layer by name, those of Layer too."""
    import inspect

    own = set(inspect.signature(cls.__init__).parameters)
    takes_more = "placement" in own
    shared = set(inspect.signature(Layer.__init__).parameters) if takes_more else set()
    return own | shared


def to_record_name(cls):
    return cls.__dict__.get("exported_as", cls.__name__)


def test_every_layer_is_here():
    exported = {
        name
        for name in layers.__all__
        if isinstance(getattr(layers, name), type)
        and issubclass(getattr(layers, name), Layer)
        and getattr(layers, name) is not Layer
    }
    classes = {to_record_name(getattr(layers, name)) for name in exported}
    assert classes == set(layers.CLASSES) == set(EXAMPLES)
    for alias in of_keras(exported - set(layers.CLASSES)):
        name = to_record_name(getattr(layers, alias))
        assert getattr(layers, alias) is layers.CLASSES[name]
        assert getattr(keras.layers, alias) is getattr(keras.layers, name)


def test_every_alias_of_keras_is_here():
    """Where Keras has another word for one of our layers, we have it too."""
    for word in dir(keras.layers):
        thing = getattr(keras.layers, word)
        name = {"GroupedQueryAttention": word}.get(getattr(thing, "__name__", ""))
        name = name or getattr(thing, "__name__", "")
        if isinstance(thing, type) and name in layers.CLASSES:
            assert getattr(layers, word) is layers.CLASSES[name]
            assert word in layers.__all__


@pytest.mark.parametrize("name", sorted(set(NAMES) - UNSIZED))
def test_built_shape_is_the_computed_shape(name):
    layer, x = make(name), sample(name)
    y = run(layer, x)
    assert tuple(y.shape) == output_shape(layer, each(lambda one: one.shape, x))
    assert layer.output_shape == (None, *y.shape[1:])
    assert layer.built
    fresh = make(name)
    fresh.build_on(batch_of(x))
    assert [w.shape for w in fresh.weights] == [w.shape for w in layer.weights]
    unknown = each(lambda one: (None,) * one.ndim, x)
    if not layer.weights:
        assert output_shape(fresh, unknown)[0] is None


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_one_is_a_row_of_the_batch(name):
    layer, x = make(name), sample(name)
    whole = run(layer, x).detach().numpy()
    for i in range(len(whole)):
        row = run(layer, each(lambda one, i=i: one[i : i + 1], x)).detach().numpy()
        np.testing.assert_allclose(row[0], whole[i], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", sorted(set(NAMES) - WHOLE - STEPPED))
def test_the_slope_is_the_gradient(name):
    """Along random directions, in the input and in every weight; float32, so to a percent."""
    layer = make(name)
    x = each(lambda one: torch.tensor(one, requires_grad=True), sample(name, 3))
    run(layer, x)
    probe = torch.tensor(np.random.RandomState(1).standard_normal(run(layer, x).shape)).float()
    places = [*(x if isinstance(x, list) else [x]), *layer.trainable_weights]
    gradients = torch.autograd.grad((run(layer, x) * probe).sum(), places)
    stream = torch.Generator().manual_seed(5)
    for place, gradient in zip(places, gradients, strict=True):
        for _ in range(3):
            direction = torch.randn(place.shape, generator=stream)
            step = 2e-3
            with torch.no_grad():
                values = []
                for sign in (1, -1):
                    place += sign * step * direction
                    values.append((run(layer, x).double() * probe).sum())
                    place -= sign * step * direction
            slope = (values[0] - values[1]) / (2 * step)
            expected = (gradient * direction).sum().double()
            tolerance = 0.02 * float(gradient.norm() * direction.norm()) / place.numel() ** 0.5
            assert abs(float(slope - expected)) < max(tolerance, 2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_config_round_trip(name):
    layer, x = make(name), sample(name)
    y = run(layer, x)
    again = layers.CLASSES[name].from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    run(again, x)
    again.set_weights(layer.get_weights())
    torch.testing.assert_close(run(again, x), y, rtol=0, atol=0)
    plain = make(name, name="same").get_config()
    for option, value in others(name).items():
        other = make(name, name="same", **{option: value})
        config = layers.CLASSES[name].from_config(other.get_config()).get_config()
        assert config == other.get_config() != plain, option


@pytest.mark.parametrize("name", of_keras(NAMES))
def test_config_is_keras_config(name):
    """Keras makes its own layer from our config, and ours from Keras's, to the same config."""
    import json

    ours = make(name, name="mine")
    config = json.loads(json.dumps(ours.get_config()))
    theirs = getattr(keras.layers, name).from_config(copy.deepcopy(config))
    back = layers.CLASSES[name].from_config(json.loads(json.dumps(theirs.get_config())))
    assert json.loads(json.dumps(back.get_config())) == config
    assert set(config) == set(theirs.get_config())


@pytest.mark.parametrize("name", of_keras(NAMES))
def test_weights_have_keras_names_shapes_and_order(name):
    x = sample(name)
    ours = make(name, name="a")
    theirs = getattr(keras.layers, name)(**keras_options(EXAMPLES[name][0]), name="a")
    run(ours, x)
    build(theirs, batch_of(x))
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert [tuple(w.shape) for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert ours.count_params() == theirs.count_params()


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("name", "where"),
    [
        (name, where)
        for name in sorted(set(NAMES) - UNSIZED - MOVED)
        if not isinstance(EXAMPLES[name][1], list)  # a Sequential has one input
        for where in ("layer", "model", "argument")
        if where != "argument" or name not in ("InputLayer", "Pipeline")
    ],
)
def test_frozen_is_unmoved(name, where):
    layer = make(name, trainable=False) if where == "argument" else make(name)
    inner = Sequential([layer]) if name != "InputLayer" else layer
    model = Sequential([inner, layers.Flatten(), layers.Dense(1)])
    x = sample(name)
    model(x)
    if where != "argument":
        {"layer": layer, "model": inner}[where].trainable = False
    before = [w.copy() for w in layer.get_weights()]
    head = model.layers[-1].get_weights()[0]
    model.compile("adam", "mse")
    model.fit(x, np.ones(len(x)), epochs=2, verbose=0)
    for one, other in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(model.layers[-1].get_weights()[0], head)
    (inner if where == "model" else layer).trainable = True
    model.fit(x, np.ones(len(x)), epochs=2, verbose=0)
    for one, other in zip(layer.get_weights(), before, strict=True):
        assert not np.array_equal(one, other)


def outcome(name, options):
    """What a layer does: values, what it adds to the loss, weights and what their constraints
    make of them; at rest and in training, from fixed draws."""
    torch.manual_seed(3)
    layer, x = make(name, **options), sample(name)
    results = [run(layer, x), *layer.losses, run(layer, x, training=True), *layer.losses]
    results += layer.weights
    results += [w.constraint(w) for w in layer.weights if w.constraint is not None]
    return [one.detach().numpy() for one in results]


@pytest.mark.sampled
@pytest.mark.parametrize("name", NAMES)
def test_every_option_bites(name):
    """Another value changes something that the layer does; the same value changes nothing."""
    reference = outcome(name, {})
    assert same(outcome(name, {}), reference)
    for option, value in others(name).items():
        assert not same(outcome(name, {option: value}), reference), option


def same(one, other):
    return len(one) == len(other) and all(
        a.shape == b.shape and np.array_equal(a, b) for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_looked_at(name):
    """Each argument bites, is refused by name, or says only where the layer stands."""
    config = EXAMPLES[name][0]
    for option in arguments(layers.CLASSES[name]) - PLACE - set(others(name)):
        if name == "InputLayer" and option == "dtype":
            value = "string"
        elif (
            option in config
            or (name, option) in SHAPES
            or (option == "data_format" and name in WITHOUT_CHANNELS)
            or option == "optional"  # tests/models/test_inputs_of_a_graph.py
            or (option == "dtype" and issubclass(layers.CLASSES[name], PixelLayer))  # any
        ):
            continue
        else:
            value = {**SHARED, **REFUSED}[option]
        with pytest.raises(InvalidArgument, match=option if option != "dtype" else "float32"):
            make(name, **{option: value})


@pytest.mark.parametrize("name", of_keras(NAMES))
def test_every_option_of_keras_is_taken_or_refused_by_name(name):
    import inspect

    parameters = set(inspect.signature(getattr(keras.layers, name).__init__).parameters)
    missing = parameters - arguments(layers.CLASSES[name]) - {"kwargs"}
    for option in missing:
        with pytest.raises(InvalidArgument, match=option):
            make(name, **{option: 1})


@pytest.mark.parametrize("name", NAMES)
def test_deepcopy_computes_the_same_and_shares_nothing(name):
    layer, x = make(name), sample(name)
    y = run(layer, x)
    copied = copy.deepcopy(layer)
    torch.testing.assert_close(run(copied, x), y, rtol=0, atol=0)
    for weight in copied.weights:
        with torch.no_grad():
            weight.zero_()
    torch.testing.assert_close(run(layer, x), y, rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_the_input_is_left_as_it_was(name):
    layer, x = make(name), each(torch.tensor, sample(name))
    before = each(torch.clone, x)
    for training in (False, True):
        run(layer, x, training)
        for one, other in zip(x, before, strict=True):
            assert torch.equal(one, other)

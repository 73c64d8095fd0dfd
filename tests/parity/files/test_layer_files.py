"""A file with each layer there is, both ways: the same predictions, the same tree of weights."""

import zipfile

import h5py
import numpy as np
import pytest
import torch

import saccade
from conformance.calls import ABSTRACT, call, keras_options, numbers
from conformance.layer_examples import EXAMPLES
from parity.reference import close, keras, normal
from saccade import layers
from saccade.layers.augmentation.random_transform import RandomTransform
from saccade.models import Model, load_model

# Keras's own arrays lag behind NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# Those that change images have tests of their own (test_augmenting_layer_parity.py): their files
# hold no weights, and what they give is drawn.
CHANGING = (RandomTransform, layers.Pipeline)
NAMES = sorted(
    name
    for name, one in layers.CLASSES.items()
    if not issubclass(one, CHANGING) and name not in ABSTRACT
)


def shapes_of(name):
    shapes = EXAMPLES[name][1]
    return shapes if isinstance(shapes, list) else [shapes]


def around(library, name):
    """A functional model of one layer of the class, with weights that tell themselves apart."""
    config = EXAMPLES[name][0]
    if name == "Lambda":
        word = config["function"].__name__
        config = {**config, "function": getattr(library.activations, word)}
    inputs = [library.layers.Input(shape[1:]) for shape in shapes_of(name)]
    if name == "InputLayer":
        outputs = library.layers.Dense(2)(inputs[0])
    else:
        is_keras = library is keras
        cls = getattr(keras.layers, name) if is_keras else layers.CLASSES[name]
        layer = cls(**(keras_options(config) if is_keras else config))
        outputs = call(layer, inputs if len(inputs) > 1 else inputs[0])
    model = (keras.Model if library is keras else Model)(
        inputs if len(inputs) > 1 else inputs[0], outputs
    )
    model.set_weights([abs(normal(w.shape, 7 + n)) + 0.5 for n, w in enumerate(model.weights)])
    return model


def batch(name):
    found = [
        numbers(name, shape, np.random.RandomState(20 + n))
        for n, shape in enumerate(shapes_of(name))
    ]
    return found if len(found) > 1 else found[0]


def predicted(model, x):
    with torch.no_grad():
        y = model(
            [torch.as_tensor(one) for one in x] if isinstance(x, list) else torch.as_tensor(x)
        )
    return y.detach().numpy()


def tree_of(path):
    """The shape of each weight by its place, state of random streams aside."""
    found = {}

    def visit(place, item):
        if isinstance(item, h5py.Dataset) and "seed_generator" not in place:
            found[place] = item.shape

    with zipfile.ZipFile(path) as archive, h5py.File(archive.open("model.weights.h5")) as file:
        file.visititems(visit)
    return found


@pytest.mark.sampled
@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_ours_is_read_by_keras(tmp_path, name):
    ours = around(saccade, name)
    ours.save(tmp_path / "ours.keras")
    theirs = keras.saving.load_model(tmp_path / "ours.keras", safe_mode=name != "Lambda")
    x = batch(name)
    close(predicted(ours, x), predicted(theirs, x))
    theirs.save(tmp_path / "theirs.keras")
    assert tree_of(tmp_path / "ours.keras") == tree_of(tmp_path / "theirs.keras")


@pytest.mark.sampled
@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_keras_is_read_here(tmp_path, name):
    theirs = around(keras, name)
    theirs.save(tmp_path / "theirs.keras")
    ours = load_model(tmp_path / "theirs.keras")
    x = batch(name)
    close(predicted(ours, x), predicted(theirs, x))
    ours.save(tmp_path / "ours.keras")
    assert tree_of(tmp_path / "ours.keras") == tree_of(tmp_path / "theirs.keras")
    again = load_model(tmp_path / "ours.keras")
    assert again.get_config() == ours.get_config()


def test_examples_have_weights_to_lose():
    """The comparison above says something: most layers with weights are among the examples."""
    with_weights = {name for name in NAMES if around(saccade, name).weights}
    assert {"BatchNormalization", "Conv2D", "Dense", "PReLU", "SeparableConv2D"} <= with_weights


OTHERWISE = {  # in a model of all, sizes must not shrink to nothing, and nothing is drawn
    "AdaptiveAveragePooling2D": {"output_size": 24},
    "AdaptiveMaxPooling2D": {"output_size": 24},
    "CenterCrop": {"height": 8, "width": 8},
    "Conv2D": {"padding": "same"},
    "DepthwiseConv2D": {"padding": "same"},
    "SeparableConv2D": {"padding": "same"},
    "SpatialDropout2D": {"rate": 0.0},
}


def of_all_image_layers(library):
    """Every layer of images after another, one model."""
    parts = library.layers
    inputs = x = parts.Input((24, 24, 3))
    for name in NAMES:
        config, shape, _ = EXAMPLES[name]
        if isinstance(shape, list) or len(shape) != 4:
            continue
        if name.startswith("Global"):
            x = parts.Add()([x, getattr(parts, name)(keepdims=True)(x)])
        else:
            x = getattr(parts, name)(**{**config, **OTHERWISE.get(name, {})})(x)
    x = parts.Flatten()(parts.PReLU()(x))
    outputs = parts.Dense(3, activation="softmax")(x)
    model = (keras.Model if library is keras else Model)(inputs, outputs)
    # not Adam, which makes whole steps of gradients that are nothing but rounding
    optimizer = library.optimizers.SGD(0.01, momentum=0.9)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["acc"])
    return model


@pytest.mark.parametrize("writer", ["saccade", "keras"])
def test_all_image_layers_in_one_model_go_on_training(tmp_path, writer):
    x, y = normal((12, 24, 24, 3), 1), np.arange(12) % 3

    def train(model):
        model.fit(x, y, batch_size=12, verbose=0)
        return [np.asarray(one) for one in model.get_weights()]

    torch.manual_seed(4)
    keras.utils.set_random_seed(4)
    written = of_all_image_layers(keras if writer == "keras" else saccade)
    train(written)
    written.save(tmp_path / "m.keras")
    read = (load_model if writer == "keras" else keras.saving.load_model)(tmp_path / "m.keras")
    close(predicted(written, x), predicted(read, x))
    for one, other in zip(train(written), train(read), strict=True):
        close(one, other)
    read.save(tmp_path / "again.keras")
    assert tree_of(tmp_path / "m.keras") == tree_of(tmp_path / "again.keras")

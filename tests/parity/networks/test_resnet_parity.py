"""ResNet against the installed Keras's: layers, their order and settings, numbers, arguments."""

import json
import warnings

import numpy as np
import pytest
import torch

import saccade.layers
import saccade.models
import saccade.preprocessing
from house.slow_cases import slow_unless
from parity.reference import close, keras, normal
from saccade.applications import imagenet_utils, resnet
from saccade.errors import FileFormatError

# Keras's own arrays on torch.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

NAMES = ("ResNet50", "ResNet101", "ResNet152")
COUNTS = {  # with the top, without it, not trained
    "ResNet50": (25_636_712, 23_587_712, 53_120),
    "ResNet101": (44_707_176, 42_658_176, 105_344),
    "ResNet152": (60_419_944, 58_370_944, 151_424),
}


@pytest.fixture(autouse=True)
def _no_fetching(monkeypatch):
    def refuse(file, **_):
        pytest.fail(f"{file.address} must not be asked in a test")

    monkeypatch.setattr("saccade.applications.building.network.kept_file", refuse)


@pytest.mark.parametrize("name", slow_unless(NAMES[0].__eq__, NAMES))
def test_layers_order_settings_and_counts(name):
    ours = getattr(resnet, name)(weights=None)
    theirs = getattr(keras.applications.resnet, name)(weights=None)
    assert [layer.name for layer in ours.layers][1:] == [one.name for one in theirs.layers][1:]
    assert ours.name == theirs.name
    assert ours.count_params() == theirs.count_params() == COUNTS[name][0]
    still = sum(int(np.prod(weight.shape)) for weight in ours.non_trainable_weights)
    assert still == COUNTS[name][2]
    for mine, other in zip(ours.layers[1:], theirs.layers[1:], strict=True):
        assert type(mine).__name__ == type(other).__name__
        shapes = [tuple(weight.shape) for weight in mine.weights]
        assert shapes == [tuple(weight.shape) for weight in other.weights], mine.name
        assert mine.output_shape == tuple(other.output.shape), mine.name
        for key in ("padding", "strides", "epsilon", "momentum", "kernel_size", "use_bias"):
            assert _plain(mine, key) == _plain(other, key), (mine.name, key)


def _plain(layer, key):
    return json.loads(json.dumps(layer.get_config().get(key)))


@pytest.mark.parametrize("name", NAMES[:1])
def test_without_a_top(name):
    ours = getattr(resnet, name)(include_top=False, weights=None)
    theirs = getattr(keras.applications.resnet, name)(include_top=False, weights=None)
    assert [layer.name for layer in ours.layers][1:] == [one.name for one in theirs.layers][1:]
    assert ours.count_params() == theirs.count_params() == COUNTS[name][1]
    assert ours.output_shape == theirs.output_shape == (None, None, None, 2048)


def small(**options):
    """The arguments as ours and Keras's take them, for a network that is quickly made."""
    return {"weights": None, "input_shape": (32, 32, 3), **options}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"classes": 3}, marks=pytest.mark.slow),
        {"classes": 3, "classifier_activation": None},
        {"include_top": False, "pooling": "avg"},
        pytest.param({"include_top": False, "pooling": "max"}, marks=pytest.mark.slow),
        pytest.param({"include_top": False, "input_shape": (640, 480, 3)}, marks=pytest.mark.slow),
        {"include_top": False, "input_shape": (32, None, 3)},
        pytest.param({"include_top": False, "input_shape": (64, 32, 1)}, marks=pytest.mark.slow),
        pytest.param({"classes": 3, "name": "mine"}, marks=pytest.mark.slow),
    ],
)
def test_arguments(options):
    ours = resnet.ResNet50(**small(**options))
    theirs = keras.applications.resnet.ResNet50(**small(**options))
    assert [layer.name for layer in ours.layers][1:] == [one.name for one in theirs.layers][1:]
    assert (ours.name, ours.output_shape) == (theirs.name, tuple(theirs.output_shape))
    last = (ours.layers[-1].get_config(), theirs.layers[-1].get_config())
    assert last[0].get("activation") == last[1].get("activation")
    assert ours.input_shape == tuple(theirs.input_shape)


@pytest.mark.parametrize(
    "options",
    [
        {"weights": "imagenet", "input_shape": (640, 480, 3)},
        {"weights": "imagenet", "classes": 3},
        {"weights": "imagenet", "include_top": False, "input_shape": (32, 32, 1)},
        {"weights": "imagnet"},
        {"input_shape": (31, 64, 3)},
        {"input_shape": (64, 31, 3), "include_top": False},
        {"input_shape": (None, None, 3)},
        {"input_shape": (32, 32)},
    ],
)
def test_what_keras_refuses_is_refused(options):
    for build in (resnet.ResNet50, keras.applications.resnet.ResNet50):
        with pytest.raises(ValueError, match=r"weights|input|shape|channels|images|size|classes"):
            build(**options)


def test_an_input_tensor_brings_its_layers_along():
    counts = []
    for package, network in ((saccade, resnet), (keras, keras.applications.resnet)):
        image = package.layers.Input((40, 40, 3))
        x = package.layers.Rescaling(2.0, name="before")(image)
        model = network.ResNet50(include_top=False, weights=None, input_tensor=x)
        assert [layer.name for layer in model.layers][1:3] == ["before", "conv1_pad"]
        counts.append((len(model.layers), model.count_params(), tuple(model.output_shape)))
    assert counts[0] == counts[1]


# -- pixels and classes --------------------------------------------------------------------


def pixels(shape, dtype="float32"):
    return np.random.RandomState(31).uniform(0, 255, shape).astype(dtype)


@pytest.mark.parametrize("mode", ["caffe", "tf", "torch"])
@pytest.mark.parametrize(
    ("shape", "data_format"),
    [
        ((2, 5, 4, 3), None),
        ((5, 4, 3), "channels_last"),
        ((2, 3, 5, 4), "channels_first"),
        ((3, 5, 4), "channels_first"),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64", "uint8"])
def test_preprocess_input(mode, shape, data_format, dtype):
    theirs = pixels(shape, dtype)
    needed = keras.applications.imagenet_utils.preprocess_input(theirs, data_format, mode)
    ours = pixels(shape, dtype)
    got = imagenet_utils.preprocess_input(ours, data_format, mode)
    assert got.dtype == needed.dtype
    np.testing.assert_array_equal(got, needed)
    np.testing.assert_array_equal(ours, theirs)  # changed in place where Keras changes it
    tensor = torch.from_numpy(pixels(shape, dtype))
    again = imagenet_utils.preprocess_input(tensor, data_format, mode)
    assert again.numpy().dtype == needed.dtype
    close(again, needed, 1e-5)
    np.testing.assert_array_equal(tensor.numpy(), pixels(shape, dtype))


def test_resnets_own_is_the_caffe_one():
    needed = keras.applications.resnet.preprocess_input(pixels((2, 4, 4, 3)))
    for function in (resnet.preprocess_input, imagenet_utils.preprocess_input):
        np.testing.assert_array_equal(function(pixels((2, 4, 4, 3))), needed)
        assert function.draws_nothing is True


@pytest.mark.parametrize("mode", ["caffe", "tf", "torch"])
@pytest.mark.parametrize(
    ("shape", "data_format"), [((5, 4, 3), None), ((3, 5, 4), "channels_first")]
)
def test_preprocess_input_as_layers_that_keras_reads(mode, shape, data_format, tmp_path):
    image = saccade.layers.Input(shape)
    model = saccade.models.Model(image, imagenet_utils.preprocess_input(image, data_format, mode))
    batch = pixels((2, *shape))
    needed = imagenet_utils.preprocess_input(batch.copy(), data_format, mode)
    close(model.predict(batch, verbose=0), needed, 1e-4)
    model.save(tmp_path / "m.keras")
    theirs = keras.saving.load_model(tmp_path / "m.keras")
    close(theirs.predict(batch, verbose=0), needed, 1e-4)


def test_decode_predictions(tmp_path, monkeypatch):
    names = {str(n): [f"n{n:08d}", f"class {n}"] for n in range(1000)}
    path = tmp_path / "names.json"
    path.write_text(json.dumps(names))
    monkeypatch.setattr(imagenet_utils, "kept_file", lambda file: path)
    monkeypatch.setattr("keras.src.applications.imagenet_utils.CLASS_INDEX", names)
    scores = pixels((3, 1000)).round(0)  # with equal ones
    needed = keras.applications.resnet.decode_predictions(scores, top=7)
    assert resnet.decode_predictions(scores, top=7) == needed
    assert resnet.decode_predictions(torch.from_numpy(scores)) == [one[:5] for one in needed]
    for shape in ((1000,), (2, 999), (1, 2, 1000)):
        for decode in (resnet.decode_predictions, keras.applications.resnet.decode_predictions):
            with pytest.raises(ValueError, match="decode_predictions"):
                decode(np.zeros(shape, "float32"))


# -- weights -------------------------------------------------------------------------------


FORMATS = ("m.h5", "m.keras", "m.weights.h5", "m.safetensors")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A ResNet50 of Keras's, and the folder of its files; of one format by way of ours."""
    folder = tmp_path_factory.mktemp("written")
    theirs = keras.applications.resnet.ResNet50(**small(classes=3))
    theirs.set_weights([normal(one.shape, 7) * 0.05 + 0.1 for one in theirs.weights])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.save(folder / "m.h5")
    theirs.save(folder / "m.keras")
    theirs.save_weights(folder / "m.weights.h5")
    ours = resnet.ResNet50(**small(classes=3))
    ours.load_weights(folder / "m.h5")
    ours.save_weights(folder / "m.safetensors")
    return theirs, folder


@pytest.mark.parametrize("name", slow_unless(FORMATS[0].__eq__, FORMATS))
def test_a_file_that_keras_wrote(written, name, tmp_path):
    theirs, folder = written
    ours = resnet.ResNet50(**small(classes=3, weights=folder / name))
    for mine, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())
    backbone = resnet.ResNet50(
        **small(include_top=False, weights=str(folder / name))
    )  # out of a file with a top
    for mine, other in zip(backbone.weights, theirs.weights[:-2], strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())
    with pytest.raises(FileFormatError, match="include_top=False takes it without"):
        resnet.ResNet50(**small(classes=4, weights=folder / name))
    backbone.save_weights(tmp_path / "backbone.weights.h5")
    with pytest.raises(FileFormatError, match="include_top=False takes it without"):
        resnet.ResNet50(**small(classes=3, weights=tmp_path / "backbone.weights.h5"))


@pytest.mark.slow
def test_a_deeper_network_does_not_fit_the_file(written):
    with pytest.raises(FileFormatError, match="conv4_block7_1_conv: needed, not in the file"):
        resnet.ResNet101(**small(include_top=False, weights=written[1] / "m.h5"))


@pytest.fixture(scope="module")
def published(shared):
    path = shared / "weights" / "resnet50_weights_tf_dim_ordering_tf_kernels.h5"
    if not path.is_file():
        pytest.skip("the weights of ResNet50 are not in the folder `shared`")
    return path


def photos(shared, count, side_px):
    files = sorted((shared / "data" / "fruits" / "train").glob("*/*.jpg"))
    if not files:
        pytest.skip("the photos of fruits are not in the folder `shared`")
    chosen = files[:: len(files) // count][:count]
    load = saccade.preprocessing.image.load_img
    return np.stack([np.asarray(load(one, target_size=(side_px, side_px))) for one in chosen])


@pytest.mark.slow
def test_fifty_photos_get_kerass_probabilities(shared, published):
    batch = resnet.preprocess_input(photos(shared, 50, 224).astype("float32"))
    theirs = keras.applications.ResNet50(weights=str(published)).predict(batch, verbose=0)
    ours = resnet.ResNet50(weights=published).predict(batch, verbose=0)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)
    best = [np.argsort(rows, axis=1)[:, ::-1][:, :5] for rows in (ours, theirs)]
    np.testing.assert_array_equal(*best)


@pytest.mark.slow
def test_features_at_150_pixels(shared, published):
    batch = resnet.preprocess_input(photos(shared, 6, 150).astype("float32"))
    options = {"include_top": False, "input_shape": (150, 150, 3)}
    theirs = keras.applications.ResNet50(weights=None, **options)
    theirs.load_weights(published, by_name=True)
    needed = theirs.predict(batch, verbose=0)
    got = resnet.ResNet50(weights=published, **options).predict(batch, verbose=0)
    assert got.shape == (6, 5, 5, 2048)
    np.testing.assert_allclose(got, needed, rtol=1e-4, atol=1e-4 * needed.max())

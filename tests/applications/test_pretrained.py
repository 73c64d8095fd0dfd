"""weights="imagenet": which file is taken, what is said when there is none."""

import dataclasses
import hashlib

import h5py
import numpy as np
import pytest

import saccade.applications.resnet
from saccade.applications import imagenet_utils, resnet
from saccade.applications.building import network
from saccade.applications.building.network_options import NetworkOptions
from saccade.applications.building.network_record import NetworkRecord, Top
from saccade.errors import FileFormatError, InvalidArgument, NoSuchFile, ShapeError
from saccade.files.published import kept_file as kept
from saccade.files.published.remote_file import RemoteFile
from saccade.layers import Add, GlobalAveragePooling2D, Input, LayerNormalization, Rescaling

NAMES = ("resnet50", "resnet101", "resnet152")


def _narrow(image, options):
    return resnet._resnet(image, (1, 1, 1, 1))


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A ResNet of one narrow block a stage, its two published files, and what was fetched."""
    monkeypatch.setattr(resnet, "_FILTERS", (4, 4, 4, 4))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(kept, "_spare", lambda: tmp_path / "spare")
    fetched = []
    files = {}
    none = resnet.PRETRAINED["resnet50"]

    def build(weights="imagenet", include_top=False, pretrained=None, **options):
        given = {"input_tensor": None, "input_shape": None, "pooling": "avg", "classes": 1000}
        given |= {"classifier_activation": "softmax", "name": "small", **options}
        made = NetworkOptions(include_top, weights, **given)
        record = NetworkRecord("small", pretrained or files["pretrained"])
        return network.build_network(made, _narrow, record)

    for top in (True, False):
        path = tmp_path / f"top_{top}.weights.h5"
        model = build(None, top, none)
        model.set_weights([np.full(one.shape, 1 + top, "float32") for one in model.weights])
        model.save_weights(path)
        files[top] = RemoteFile(
            f"https://example.org/{path.name}", hashlib.md5(path.read_bytes()).hexdigest()
        )
    files["pretrained"] = dataclasses.replace(none, with_top=files[True], without_top=files[False])

    def download(file, target, *_, **__):
        fetched.append(file.name)
        target.write_bytes((tmp_path / file.name).read_bytes())

    monkeypatch.setattr(kept, "download", download)
    return build, files, fetched


@pytest.mark.parametrize("top", [True, False])
def test_the_file_that_fits_is_fetched_once(small, top):
    build, files, fetched = small
    for _ in range(2):
        model = build(include_top=top)
        assert model.get_weights()[0].max() == 1 + top
        assert model.input_record == files["pretrained"].input_record
    assert fetched == [f"top_{top}.weights.h5"]


def test_a_kept_file_with_a_top_serves_both(small):
    build, _, fetched = small
    build(include_top=True)
    assert build(include_top=False).get_weights()[0].max() == 2
    assert fetched == ["top_True.weights.h5"]


def test_a_network_published_with_its_top_only(small):
    build, files, fetched = small
    only = dataclasses.replace(files["pretrained"], without_top=None)
    assert build(include_top=False, pretrained=only).get_weights()[0].max() == 2
    assert fetched == ["top_True.weights.h5"]


def test_what_cant_be_fetched_is_said_before_anything_is_built(small, monkeypatch):
    build, _, _ = small

    def offline(file, target, instead, **_):
        raise NoSuchFile(file.name, "must be fetched once", "no connection", instead)

    monkeypatch.setattr(kept, "download", offline)
    monkeypatch.setattr(network, "Input", lambda *_: pytest.fail("built before"))
    with pytest.raises(NoSuchFile, match=r'Or give "small" weights=PATH, or weights=None'):
        build()


@pytest.mark.parametrize("name", NAMES)
def test_the_addresses_are_kerass(name):
    from keras.src.applications import resnet as theirs

    record = resnet.PRETRAINED[name]
    assert (record.with_top.md5, record.without_top.md5) == theirs.WEIGHTS_HASHES[name]
    stem = f"{name}_weights_tf_dim_ordering_tf_kernels"
    assert record.with_top.address == f"{theirs.BASE_WEIGHTS_PATH}{stem}.h5"
    assert record.without_top.address == f"{theirs.BASE_WEIGHTS_PATH}{stem}_notop.h5"
    assert record.with_top.name == f"{stem}.h5"
    assert record.classes == 1000


def test_the_address_of_the_class_names_is_kerass():
    from keras.src.applications import imagenet_utils as theirs

    assert imagenet_utils.CLASS_INDEX.address == theirs.CLASS_INDEX_PATH


def test_wrong_arguments_name_the_right_ones(small):
    build, _, _ = small
    with pytest.raises(InvalidArgument, match='pooling must be None, "avg" or "max"'):
        build(None, pooling="mean")
    with pytest.raises(InvalidArgument, match="input_tensor must come from Input"):
        build(None, input_tensor=np.zeros((1, 32, 32, 3)))
    with pytest.raises(InvalidArgument, match='must be "softmax" or None'):
        build(include_top=True, classifier_activation="relu")
    with pytest.raises(NoSuchFile, match="the path of a file that exists"):
        build("gone.h5")


def test_pixels_that_are_no_image():
    with pytest.raises(ShapeError, match="3 channels"):
        resnet.preprocess_input(np.zeros((2, 4, 4, 1)))
    with pytest.raises(InvalidArgument, match="needs an array of pixels"):
        resnet.preprocess_input([1, 2, 3])
    with pytest.raises(InvalidArgument, match="caffe, tf, torch"):
        imagenet_utils.preprocess_input(np.zeros((2, 2, 3)), mode="kaffe")
    with pytest.raises(InvalidArgument, match="channels_first, channels_last"):
        resnet.preprocess_input(np.zeros((2, 2, 3)), "channel_last")
    with pytest.raises(ShapeError, match="a batch of images"):
        resnet.preprocess_input(Input((4, 3)))
    with pytest.raises(InvalidArgument, match="top must be at least 1"):
        resnet.decode_predictions(np.zeros((1, 1000)), top=0)


def test_a_file_without_a_top_cant_serve_a_network_with_one(small, tmp_path):
    build, files, _ = small
    with pytest.raises(FileFormatError, match=r"no top for these classes: include_top=False"):
        build(tmp_path / files[False].name, include_top=True)


def test_several_inputs_keep_their_order(small):
    build, _, _ = small
    left, right = Input((32, 32, 3)), Input((32, 32, 3))
    model = build(None, input_tensor=Add()([left, Rescaling(2.0)(right)]))
    assert list(map(id, model.inputs)) == [id(left), id(right)]


def test_an_array_that_cant_be_written_to_is_copied():
    still = np.zeros((2, 2, 3), "float32")
    still.flags.writeable = False
    assert resnet.preprocess_input(still)[0, 0, 0] == np.float32(-103.939)
    assert not still.any()


def test_the_modules_have_kerass_names():
    from saccade.applications import resnet50

    assert resnet50.ResNet50 is resnet.ResNet50 is saccade.applications.ResNet50
    assert resnet50.preprocess_input is resnet.preprocess_input
    assert resnet50.decode_predictions is resnet.decode_predictions


@pytest.mark.parametrize("include_top", [True, False])
def test_an_older_file_with_other_names_is_taken_in_order_and_said(
    small, tmp_path, caplog, include_top
):
    build, _, _ = small
    whole = build(None, include_top=True)
    whole.set_weights([np.full(w.shape, n, "float32") for n, w in enumerate(whole.weights, 1)])
    layers = [layer for layer in whole.layers if layer.weights]
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file.attrs["layer_names"] = [f"res{number}" for number in range(len(layers))]
        for number, layer in enumerate(layers):
            group = file.create_group(f"res{number}")
            group.attrs["weight_names"] = [f"res{number}_{w.name}" for w in layer.weights]
            for weight in layer.weights:
                group[f"res{number}_{weight.name}"] = weight.numpy()
    model = build(tmp_path / "old.h5", include_top)
    for mine, needed in zip(model.weights, whole.weights, strict=False):
        np.testing.assert_array_equal(mine.numpy(), needed.numpy())
    assert "its layers have other names (res0 for conv1_conv)" in caplog.text


@pytest.mark.parametrize("include_top", [True, False])
def test_a_norm_at_the_end_takes_the_place_of_the_top_s(small, tmp_path, monkeypatch, include_top):
    # ConvNeXt's top has a norm with a name; the network without its top ends in one without.
    def flatten(features):
        return LayerNormalization(name="head_norm")(GlobalAveragePooling2D()(features))

    top = Top(flatten, ("head_dense",), end=lambda features: LayerNormalization()(features))
    monkeypatch.setattr(
        network,
        "build_network",
        lambda options, body, record, build=network.build_network: build(
            options, body, dataclasses.replace(record, top=top)
        ),
    )
    build, _, _ = small
    whole = build(None, include_top=True)
    whole.set_weights([np.full(w.shape, n, "float32") for n, w in enumerate(whole.weights)])
    whole.save_weights(tmp_path / "whole.h5")
    model = build(tmp_path / "whole.h5", include_top)
    assert len(model.weights) == len(whole.weights) - (0 if include_top else 2)
    for mine, needed in zip(model.weights, whole.weights, strict=False):
        np.testing.assert_array_equal(mine.numpy(), needed.numpy())

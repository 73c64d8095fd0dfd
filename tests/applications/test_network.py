"""A network is layers and a record: what `network` makes of the two."""

import inspect
import pickle

import pytest

from saccade import applications
from saccade.applications import NETWORKS
from saccade.applications.building import network
from saccade.applications.building.network_options import MARK, PARAGRAPH
from saccade.applications.building.network_record import NetworkRecord
from saccade.applications.resnet import PRETRAINED
from saccade.layers import Conv2D


@pytest.fixture
def tiny(monkeypatch):
    """A family of one network, as its file would define it."""
    monkeypatch.setattr(network, "NETWORKS", {})

    @network.network(NetworkRecord("tiny", PRETRAINED["resnet50"], default_px=20, least_px=5))
    def Tiny(image, options):
        """Build Tiny.

        Args:
        {arguments}

        Source: nobody.
        """
        return Conv2D(4, 3, name="only")(image)

    return Tiny


def test_a_function_that_gives_features_becomes_keras_s(tiny):
    assert next(iter(inspect.signature(tiny).parameters)) == "include_top"
    assert (tiny.__name__, tiny.__module__) == ("Tiny", __name__)
    model = tiny(weights=None, classes=3)
    assert (model.name, model.output_shape) == ("tiny", (None, 3))
    assert model.input_shape == (None, 20, 20, 3)
    assert [layer.name for layer in model.layers[1:]] == ["only", "avg_pool", "predictions"]
    assert tiny(False, None).output_shape == (None, None, None, 4)
    with pytest.raises(ValueError, match='"tiny": images must be at least 5 x 5'):
        tiny(weights=None, input_shape=(4, 8, 3))
    with pytest.raises(TypeError, match=r"Tiny\(\) got an unexpected keyword argument 'clases'"):
        tiny(clases=3)


def test_it_stands_in_the_table(tiny):
    assert list(network.NETWORKS) == ["Tiny"]
    assert network.NETWORKS["Tiny"].module == "resnet"


def test_its_docstring_is_whole(tiny):
    text = inspect.getdoc(tiny)
    lines = text.splitlines()
    assert lines[:4] == [
        "Build Tiny.",
        "",
        "Args:",
        "    include_top: whether the network ends in its classifier.",
    ]
    assert lines[-1] == "Source: nobody."
    assert "each side at least 5, None" in text
    assert "only (20, 20, 3)." in text


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_tells_all_of_its_arguments(name):
    function = getattr(applications, name)
    text = inspect.getdoc(function)
    assert MARK not in text
    assert text.startswith(f"Build {name}")
    assert f"`keras.applications.{NETWORKS[name].module}.{name}`" in " ".join(text.split())
    for argument in inspect.signature(function).parameters:
        assert text.count(f"\n    {argument}: ") == 1, argument
    assert PARAGRAPH.rstrip().endswith(text.partition("FileFormatError: ")[2].split("\n")[0])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_pickled_by_its_name(name):
    function = getattr(applications, name)
    assert pickle.loads(pickle.dumps(function)) is function
    assert function.__qualname__ == function.__name__ == name
    module = getattr(applications, NETWORKS[name].module)
    assert getattr(module, name) is function


def test_every_width_and_size_of_a_mobilenet_is_told():
    assert "only a square of 128, 160, 192 or 224." in inspect.getdoc(applications.MobileNet)
    assert "only a square of 96, 128, 160, 192 or 224." in inspect.getdoc(applications.MobileNetV2)
    assert "only (380, 380, 3)." in inspect.getdoc(applications.EfficientNetB4)

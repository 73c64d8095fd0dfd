"""NASNet's own rules: for the size of images, and for the names of its files."""

import pytest

from saccade.applications import nasnet
from saccade.errors import InvalidArgument, NoSuchFile
from saccade.files.published import kept_file as kept
from saccade.layers import Input


@pytest.fixture
def shapes(monkeypatch):
    """The shapes of the images that bodies were built for; the bodies are not built."""
    found = []

    def body(image, size):
        found.append(image.shape)
        return image

    monkeypatch.setattr(nasnet, "_body", body)
    return found


@pytest.mark.parametrize(("name", "px"), [("NASNetMobile", 224), ("NASNetLarge", 331)])
def test_without_a_shape_both_take_images_of_their_own_size(shapes, name, px):
    for include_top in (True, False):
        getattr(nasnet, name)(include_top=include_top, weights=None)
    assert shapes == [(None, px, px, 3)] * 2


@pytest.mark.parametrize(
    "options", [{"input_shape": (None, None, 3)}, {"input_shape": (64, None, 3)}]
)
def test_sides_must_be_known(options):
    for name in ("NASNetMobile", "NASNetLarge"):
        with pytest.raises(InvalidArgument, match="images must have sides that are known"):
            getattr(nasnet, name)(include_top=False, weights=None, **options)


def test_of_a_tensor_too():
    with pytest.raises(InvalidArgument, match="images must have sides that are known"):
        nasnet.NASNetMobile(False, input_tensor=Input((None, None, 3)), weights=None)


@pytest.mark.parametrize("include_top", [True, False])
def test_its_files_are_kept_under_other_names_than_they_are_published(
    include_top, tmp_path, monkeypatch
):
    asked = []

    def download(file, target, instead, **_):
        asked.append((file.address.rpartition("/")[2], target.name))
        raise NoSuchFile(file.name, "must be fetched once", "no connection", instead)

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(kept, "_spare", lambda: tmp_path / "spare")
    monkeypatch.setattr(kept, "download", download)
    with pytest.raises(NoSuchFile, match="weights=PATH"):
        nasnet.NASNetMobile(include_top=include_top)
    ending = ("", "") if include_top else ("-no-top", "_no_top")
    assert asked == [(f"NASNet-mobile{ending[0]}.h5", f"nasnet_mobile{ending[1]}.h5")]

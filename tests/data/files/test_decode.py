import io
import sys

import numpy as np
import pytest
from PIL import Image

from saccade.data import UnreadableImage, decode, load_img
from saccade.errors import DataError, InvalidArgument, NoSuchFile, UnknownName

QUARTERS = np.array([[10, 60], [120, 240]], np.uint8)  # four greys tell all eight orientations


def save(path, values, **options):
    Image.fromarray(values).save(path, **options)
    return path


@pytest.fixture
def photo(tmp_path):
    values = np.random.RandomState(1).randint(0, 256, (6, 8, 3)).astype(np.uint8)
    return save(tmp_path / "photo.png", values)


def test_pixels_are_height_width_channels(photo):
    image_hwc = decode(photo)
    assert image_hwc.shape == (6, 8, 3)
    assert image_hwc.dtype == np.uint8
    assert np.array_equal(image_hwc, np.asarray(Image.open(photo)))
    image_hwc[:] = 0  # an array of its own


@pytest.mark.parametrize(("mode", "channels"), [("grayscale", 1), ("rgb", 3), ("rgba", 4)])
def test_colour_modes(photo, mode, channels):
    assert decode(photo, mode, (3, 5)).shape == (3, 5, channels)


def test_greyscale_keeps_16_bits(tmp_path):
    path = save(tmp_path / "deep.png", np.array([[0, 256], [1000, 65535]], np.uint16))
    image_hwc = decode(path, "grayscale")
    assert image_hwc[:, :, 0].tolist() == [[0, 256], [1000, 65535]]
    assert decode(path, "rgb").dtype == np.uint8


def test_the_crop_is_centred_and_as_large_as_can_be(tmp_path):
    values = np.zeros((10, 30), np.uint8)
    values[:, 10:20] = 255
    path = save(tmp_path / "wide.png", values)
    assert decode(path, "grayscale", (5, 5), keep_aspect_ratio=True).min() == 255
    assert decode(path, "grayscale", (5, 5)).min() == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright_only_when_asked(tmp_path, orientation):
    stored_as = {  # where the upright picture's rows and columns went, by the EXIF standard
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.T,
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a.T[::-1, ::-1],
        8: lambda a: np.rot90(a, -1),
    }[orientation]
    stored = np.ascontiguousarray(stored_as(QUARTERS))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "turned.png", stored, exif=exif)
    assert decode(path, "grayscale", exif=True)[:, :, 0].tolist() == QUARTERS.tolist()
    assert decode(path, "grayscale")[:, :, 0].tolist() == stored.tolist()


def test_exif_is_applied_before_the_resize(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "turned.png", np.arange(12, dtype=np.uint8).reshape(3, 4), exif=exif)
    assert decode(path, "grayscale", (4, 3), exif=True)[:, 0, 0].tolist() == [8, 9, 10, 11]


def test_a_missing_file(tmp_path):
    with pytest.raises(NoSuchFile, match="nothing of that name") as caught:
        decode(tmp_path / "none.png")
    assert isinstance(caught.value, FileNotFoundError)
    assert str(tmp_path / "none.png") in str(caught.value)


BROKEN = {
    "text.jpg": b"this is no picture",
    "empty.png": b"",
    "cut.png": None,  # the first half of a real one
    "._photo.jpg": b"\0\5\26\7",
    "phone.heic": b"\0\0\0\x18ftypheic",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_reason(tmp_path, photo, name):
    path, content = tmp_path / name, photo.read_bytes()
    path.write_bytes(content[: len(content) // 2] if BROKEN[name] is None else BROKEN[name])
    with pytest.raises(UnreadableImage, match="must be an image that can be decoded") as caught:
        decode(path)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, DataError)
    assert isinstance(caught.value, OSError)
    assert caught.value.__cause__ is not None
    assert caught.value.do
    if name.startswith("._"):
        assert "macOS" in caught.value.do


def test_a_picture_of_too_many_pixels(tmp_path, photo, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(UnreadableImage, match="too many pixels"):
        decode(photo)


def test_a_folder_is_not_readable_as_a_file(tmp_path):
    with pytest.raises(UnreadableImage, match="must be an image file, got a folder"):
        decode(tmp_path)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"color_mode": "gray"}, UnknownName),
        ({"interpolation": "bilinar"}, UnknownName),
        ({"target_size": 5}, InvalidArgument),
        ({"target_size": (5,)}, InvalidArgument),
        ({"target_size": (5.0, 5)}, InvalidArgument),
        ({"target_size": (0, 5)}, InvalidArgument),
        ({"target_size": (5, 5, 3)}, InvalidArgument),
    ],
)
def test_options_are_checked_before_the_file_is_touched(tmp_path, options, error):
    with pytest.raises(error):
        decode(tmp_path / "there-is-no-file.png", **options)


def test_images_from_bytes_and_byte_paths(photo):
    expected = decode(photo)
    for source in (io.BytesIO(photo.read_bytes()), str(photo), str(photo).encode()):
        assert np.array_equal(np.asarray(load_img(source)), expected)
    with pytest.raises(TypeError, match="must be a path"):
        load_img(3)  # type: ignore[arg-type]


def test_the_file_is_closed_and_its_pixels_read(photo):
    image = load_img(photo)
    photo.unlink()
    assert image.getpixel((0, 0)) is not None


def scene(height, width):
    """A smooth picture with a bright corner: any shift, turn or crop shows."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [255 * x / width, 255 * y / height, 127 + 100 * np.sin(x / 9) * np.cos(y / 7)]
    picture = np.stack(planes, axis=-1)
    picture[: height // 4, : width // 4] = 250
    return picture.astype(np.uint8)


FAST = {
    "rgb": ("RGB", (401, 603), (28, 40), {}),
    "odd": ("RGB", (449, 449), (28, 28), {}),
    "grey": ("L", (401, 603), (28, 40), {"color_mode": "grayscale"}),
    "colour as grey": ("RGB", (401, 603), (28, 40), {"color_mode": "grayscale"}),
    "grey as colour": ("L", (401, 603), (28, 40), {}),
    "cmyk": ("CMYK", (401, 603), (28, 40), {}),
    "cmyk as rgba": ("CMYK", (401, 603), (28, 40), {"color_mode": "rgba"}),
    "cropped": ("RGB", (401, 903), (28, 28), {"keep_aspect_ratio": True}),
    "cropped upright": ("RGB", (903, 401), (30, 60), {"keep_aspect_ratio": True}),
}


@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
@pytest.mark.parametrize("case", FAST)
def test_fast_is_nearly_the_same_picture(tmp_path, case, orientation):
    mode, size, target, options = FAST[case]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.jpg"
    Image.fromarray(scene(*size)).convert(mode).save(path, quality=95, exif=exif)
    for turned in (False, True):
        options = {**options, "target_size": target, "interpolation": "bilinear", "exif": turned}
        exact, fast = decode(path, **options), decode(path, **options, fast=True)
        assert fast.shape == exact.shape
        assert fast.dtype == np.uint8
        assert (
            np.abs(fast.astype(int) - exact).mean() < 2.5
        )  # a shift by half a pixel gives 4 and more


@pytest.mark.parametrize(
    ("size", "target", "scale"),
    [
        ((400, 800), (50, 100), 4),  # eight would leave the target itself
        ((400, 800), (25, 50), 8),
        ((399, 800), (25, 50), 4),  # 399 / 8 is less than 2 * 25
        ((400, 800), (100, 100), 2),
        ((400, 800), (101, 100), 1),
        ((40, 800), (25, 50), 1),
    ],
)
def test_fast_never_goes_below_twice_the_target(tmp_path, monkeypatch, size, target, scale):
    module = sys.modules["saccade.data.files.decode"]  # the package has a function of that name
    sizes = []
    convert = module._convert

    def watch(image, *arguments):
        sizes.append((image.height, image.width))
        return convert(image, *arguments)

    monkeypatch.setattr(module, "_convert", watch)
    path = save(tmp_path / "photo.jpg", scene(*size))
    decode(path, "rgb", target, fast=True)
    assert sizes == [tuple(-(-side // scale) for side in size)]
    assert scale == 1 or min(sizes[0][0] / target[0], sizes[0][1] / target[1]) >= 2


def test_fast_leaves_small_jpegs_and_other_formats_to_the_bit(tmp_path):
    for name in ("small.jpg", "large.png", "large.webp"):
        size = (50, 60) if name == "small.jpg" else (400, 600)
        path = save(tmp_path / name, scene(*size))
        exact = decode(path, "rgb", (28, 31), "bilinear")
        assert np.array_equal(decode(path, "rgb", (28, 31), "bilinear", fast=True), exact)


def test_fast_without_a_target_changes_nothing(tmp_path):
    path = save(tmp_path / "photo.jpg", scene(400, 600))
    assert np.array_equal(decode(path, fast=True), decode(path))


def test_content_decides_not_the_name(tmp_path, photo):
    expected = decode(photo)
    for name in ("photo.jpg", "photo.gif", "photo"):
        (tmp_path / name).write_bytes(photo.read_bytes())
        assert np.array_equal(decode(tmp_path / name), expected)


def test_the_first_picture_of_an_animation(tmp_path):
    frames = [Image.new("RGB", (4, 3), color) for color in ("red", "blue")]
    for name in ("two.gif", "two.webp", "two.png", "two.tif"):
        options = {"lossless": True} if name == "two.webp" else {}
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
        assert decode(tmp_path / name).reshape(-1, 3).tolist() == [[255, 0, 0]] * 12


def test_a_palette_with_transparency(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])
    image.save(tmp_path / "p.png", transparency=b"\x40\xff")
    assert decode(tmp_path / "p.png").tolist() == [[[255, 0, 0], [0, 0, 255]]]
    assert decode(tmp_path / "p.png", "rgba").tolist() == [[[255, 0, 0, 64], [0, 0, 255, 255]]]

"""`saccade contours PHOTO`: the picture, its name, and what is said when it cannot be made."""

from __future__ import annotations

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from saccade.cli.contours import contours
from saccade.drawing.contours import LONG_SIDE_PX, MARGIN_PX, TITLE_PX, draw_contours
from saccade.errors import DataError, InvalidArgument, NoSuchFile, SaccadeError, ShapeError

app = typer.Typer()
app.command()(contours)


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(path, pixels, **options):
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path, **options)
    return path


def half_bright(height=200, width=300):
    """Dark on the left, bright on the right."""
    pixels = np.zeros((height, width), np.uint8)
    pixels[:, width // 2 :] = 255
    return pixels


def read_panels(path, width, height):
    """The four panels (grey, height x width) and the margin's colour."""
    with Image.open(path) as file:
        page = np.asarray(file.convert("L"))
    assert page.shape == (
        TITLE_PX + height + MARGIN_PX,
        4 * (width + MARGIN_PX) + MARGIN_PX,
    )
    lefts = [MARGIN_PX + place * (width + MARGIN_PX) for place in range(4)]
    rows = slice(TITLE_PX, TITLE_PX + height)
    return [page[rows, left : left + width] for left in lefts], page


def test_the_command_writes_beside_the_working_directory_and_says_where(bench):
    (bench / "photos").mkdir()
    save(bench / "photos" / "cat.v2.jpg", half_bright())
    result = CliRunner().invoke(app, ["photos/cat.v2.jpg"])
    assert result.exit_code == 0, result.output
    assert result.output == "Wrote cat.v2-contours.png\n"
    assert [path.name for path in (bench / "photos").iterdir()] == ["cat.v2.jpg"]
    with Image.open(bench / "cat.v2-contours.png") as file:
        assert file.format == "PNG"


def test_the_command_writes_where_it_is_told(bench):
    save(bench / "cat.png", half_bright())
    (bench / "out").mkdir()
    result = CliRunner().invoke(app, ["cat.png", "-o", "out/lines.png"])
    assert (result.exit_code, result.output) == (0, "Wrote out/lines.png\n")
    assert (bench / "out" / "lines.png").is_file()


def test_the_command_raises_what_the_app_turns_into_an_exit_code(bench):
    result = CliRunner().invoke(app, ["no-such-cat.png"])
    assert isinstance(result.exception, NoSuchFile)


def test_the_panels_show_the_photo_and_each_kind_of_contour(bench):
    drawn = draw_contours(save(bench / "step.png", half_bright(480, 480)), bench / "out.png")
    (original, horizontal, vertical, magnitude), page = read_panels(drawn, 480, 480)
    assert (original == half_bright(480, 480)).all()
    assert not horizontal.any()
    line = np.zeros((480, 480))
    line[1:-1, 239:241] = 255  # where the edge is in the photo; the outermost pixels stay black
    assert (vertical == line).all()
    assert (magnitude == line).all()
    assert page[0].min() == 255  # the page is white
    assert (page[:TITLE_PX] < 100).any()  # titles


def test_a_lying_edge_is_a_horizontal_contour(bench):
    photo = save(bench / "step.png", half_bright(480, 480).T)
    (_, horizontal, vertical, _), _ = read_panels(draw_contours(photo, "out.png"), 480, 480)
    assert horizontal[239:241, 1:-1].min() == 255
    assert not vertical.any()


def test_a_large_photo_is_shown_at_a_sensible_size(bench):
    photo = save(bench / "large.jpg", half_bright(1000, 2000))
    (_, _, vertical, _), _ = read_panels(draw_contours(photo, "out.png"), 480, 240)
    assert vertical[5:-5].max(axis=1).min() > 200  # the line has not been lost in the shrinking


def test_a_small_image_is_enlarged_pixel_by_pixel(bench):
    photo = save(bench / "small.png", half_bright(6, 6))
    (original, _, vertical, _), _ = read_panels(draw_contours(photo, "out.png"), 480, 480)
    assert (original == np.repeat(np.repeat(half_bright(6, 6), 80, 0), 80, 1)).all()
    assert (vertical[80:400, 160:320] == 255).all()
    assert vertical.astype(float).sum() == 255 * 320 * 160


def test_a_photo_taken_sideways_is_shown_upright(bench):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its side: turn a quarter clockwise
    photo = save(bench / "turned.png", half_bright(240, 480), exif=exif)
    (original, horizontal, vertical, _), _ = read_panels(draw_contours(photo, "o.png"), 240, 480)
    assert (original == half_bright(240, 480).T).all()
    assert horizontal.any()
    assert not vertical.any()


def test_colour_stays_in_the_original_and_contours_are_grey(bench):
    red = np.zeros((480, 480, 3), np.uint8)
    red[:, 240:] = [255, 0, 0]
    drawn = draw_contours(save(bench / "red.png", red), bench / "out.png")
    assert read_panels(drawn, 480, 480)[0][2].any()  # red counts as bright
    with Image.open(drawn) as file:
        page = np.asarray(file.convert("RGB")).astype(int)
    assert page[TITLE_PX + 9, MARGIN_PX + 400].tolist() == [255, 0, 0]
    assert np.ptp(page[:, 480 + 2 * MARGIN_PX :], axis=-1).max() == 0


def test_a_photo_without_contours_is_black_not_an_error(bench):
    photo = save(bench / "flat.png", np.full((480, 480), 90))
    (original, *contour_panels), _ = read_panels(draw_contours(photo, "out.png"), 480, 480)
    assert (original == 90).all()  # not stretched to the contours' scale
    assert not np.any(contour_panels)


def test_transparent_parts_are_white(bench):
    pixels = np.zeros((480, 480, 4))
    pixels[:, 240:, 3] = 255
    (original, *_), _ = read_panels(draw_contours(save("a.png", pixels), "out.png"), 480, 480)
    assert (original[:, :240] == 255).all()
    assert (original[:, 240:] == 0).all()


def test_scans_of_sixteen_bits_are_not_clipped(bench):
    scan = np.tile(np.linspace(0, 60000, 480).astype(np.uint16), (480, 1))
    Image.fromarray(scan).save("scan.png")
    (original, *_), _ = read_panels(draw_contours("scan.png", "out.png"), 480, 480)
    assert np.abs(original[0] - np.linspace(0, 255, 480)).max() <= 1


@pytest.mark.parametrize("size", [(3, 3), (3, 2000), (700, 4)])
def test_narrow_images_are_drawn(bench, size):
    draw_contours(save("narrow.png", np.zeros(size)), "out.png")
    with Image.open("out.png") as file:
        assert file.height <= LONG_SIDE_PX + TITLE_PX + MARGIN_PX


def test_a_picture_that_is_there_is_replaced(bench):
    (bench / "out.png").write_text("yesterday's")
    draw_contours(save("cat.png", half_bright()), "out.png")
    with Image.open("out.png") as file:
        file.load()


def test_a_missing_photo_and_a_folder_are_named(bench):
    with pytest.raises(NoSuchFile, match=r"contours: .*got cat\.png, which is not there"):
        draw_contours("cat.png", "out.png")
    (bench / "cats").mkdir()
    with pytest.raises(NoSuchFile, match=r"contours: .*got cats, a folder"):
        draw_contours("cats", "out.png")


def test_a_file_that_is_no_image_is_named(bench):
    (bench / "notes.jpg").write_text("not an image")
    with pytest.raises(DataError, match=r"the photo must be an image file, got notes\.jpg"):
        draw_contours("notes.jpg", "out.png")


@pytest.mark.parametrize("name", ["cat.png", "cat.jpg", "cat.gif", "cat.bmp", "cat.tif"])
def test_a_damaged_image_is_an_error_and_leaves_no_picture(bench, name):
    whole = save(bench / name, np.random.default_rng(3).integers(0, 256, (64, 64))).read_bytes()
    (bench / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="the photo must be an image file"):
        draw_contours(name, "out.png")
    assert not (bench / "out.png").exists()


@pytest.mark.parametrize("size", [(2, 9), (9, 2), (1, 1)])
def test_a_photo_smaller_than_the_kernels_is_refused_with_its_size(bench, size):
    save("tiny.png", np.zeros(size))
    with pytest.raises(ShapeError, match=f"at least 3 × 3 .*, {size[1]} × {size[0]}"):
        draw_contours("tiny.png", "out.png")


def test_a_folder_that_is_not_there_is_named_and_not_made(bench):
    save("cat.png", half_bright())
    with pytest.raises(NoSuchFile, match=r"folder of the output must exist, got nowhere\."):
        draw_contours("cat.png", "nowhere/out.png")
    assert not (bench / "nowhere").exists()


@pytest.mark.parametrize("output", ["out.jpg", "out", ".", "folder.png"])
def test_an_output_that_is_no_png_is_refused(bench, output):
    (bench / "folder.png").mkdir()
    save("cat.png", half_bright())
    with pytest.raises(InvalidArgument, match=r"a file name that ends in \.png"):
        draw_contours("cat.png", output)


def test_the_photo_itself_is_never_overwritten(bench):
    before = save(bench / "cat.png", half_bright()).read_bytes()
    with pytest.raises(SaccadeError, match="must not be the photo itself"):
        draw_contours("cat.png", bench / "cat.png")
    assert (bench / "cat.png").read_bytes() == before

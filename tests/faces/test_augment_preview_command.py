"""`saccade augment-preview FOLDER`: the sheet, what is on it, what is said when it cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from saccade.cli import app
from saccade.cli.augment_preview import read_range
from saccade.data.generator.augmentation import Augmentation
from saccade.drawing.augmentation import (
    GROUP_GAP_PX,
    LABEL_PX,
    MARGIN_PX,
    ROW_GAP_PX,
    TILE_GAP_PX,
    draw_augmentations,
    preview_rows,
    tile_size,
)
from saccade.errors import InvalidArgument, NoSuchFile, ShapeError
from saccade.recipe.augmentation_preview import SENSIBLE, read_size, spread


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """A working directory with a folder of six photos in two classes."""
    monkeypatch.chdir(tmp_path)
    stream = np.random.RandomState(1)
    for number in range(6):
        folder = tmp_path / "photos" / ("apple" if number < 3 else "pear")
        folder.mkdir(parents=True, exist_ok=True)
        blocks = stream.randint(0, 256, (5, 6, 3)).astype(np.uint8)
        Image.fromarray(blocks).resize((60, 50)).save(folder / f"{number}.png")
    return tmp_path


def call(*words):
    return CliRunner().invoke(app, ["augment-preview", *words])


def read_tiles(path, rows, photos, samples, size_hw):
    """Every tile, [row][photo][sample], and nothing but the page's colour between the tiles."""
    with Image.open(path) as file:
        page = np.asarray(file.convert("RGB"))
    height, width = tile_size(size_hw)
    group = samples * (width + TILE_GAP_PX) - TILE_GAP_PX
    assert page.shape == (
        2 * MARGIN_PX + rows * (height + ROW_GAP_PX) - ROW_GAP_PX,
        MARGIN_PX + LABEL_PX + photos * (group + GROUP_GAP_PX),
        3,
    )
    tiles = np.empty((rows, photos, samples, height, width, 3), np.uint8)
    rest = page.copy()
    for row, photo, sample in np.ndindex(rows, photos, samples):
        top = MARGIN_PX + row * (height + ROW_GAP_PX)
        left = (
            MARGIN_PX + LABEL_PX + photo * (group + GROUP_GAP_PX) + sample * (width + TILE_GAP_PX)
        )
        tiles[row, photo, sample] = page[top : top + height, left : left + width]
        rest[top : top + height, left : left + width] = 255
    assert (rest[:, MARGIN_PX + LABEL_PX :] == 255).all()
    return tiles, page


def test_the_command_writes_a_row_for_each_option_and_says_the_code(bench):
    words = ["--rotation-range", "30", "--brightness-range", ".5,1.5", "--horizontal-flip"]
    result = call("photos", *words, "--photos", "3", "--size", "100x90", "--unchanged", ".25")
    assert result.exit_code == 0, result.output
    assert result.output == (
        "Wrote augment-preview.png\n"
        "ImageDataGenerator(rotation_range=30, horizontal_flip=True, brightness_range=(0.5, 1.5), "
        "unchanged=0.25)\n"
    )
    tiles, page = read_tiles("augment-preview.png", 5, 3, 2, (100, 90))
    assert (tiles[0, :, 1] == 255).all()  # the photo once, and then free space
    for photo in range(3):
        original = tiles[0, photo, 0]
        assert not np.array_equal(tiles[1, photo, 0], original)
        assert not np.array_equal(tiles[1, photo, 0], tiles[1, photo, 1])
        for sample in range(2):
            flipped = tiles[2, photo, sample]
            assert np.array_equal(flipped, original) or np.array_equal(flipped, original[:, ::-1])
    labels = page[:, MARGIN_PX : MARGIN_PX + LABEL_PX].min(axis=(1, 2))
    for row in range(5):
        top = MARGIN_PX + row * (100 + ROW_GAP_PX)
        assert labels[top : top + 100].min() < 100, row  # words


def test_tiles_are_what_the_generator_would_make(bench):
    image_hwc = np.random.RandomState(2).randint(0, 256, (90, 100, 3)).astype(np.uint8)
    draw_augmentations([image_hwc], {"vertical_flip": True, "cval": 3}, "sheet.png", samples=8)
    tiles, _ = read_tiles("sheet.png", 2, 1, 8, (90, 100))
    np.testing.assert_array_equal(tiles[0, 0, 0], image_hwc)
    upright = [np.array_equal(tile, image_hwc) for tile in tiles[1, 0]]
    upside_down = [np.array_equal(tile, image_hwc[::-1]) for tile in tiles[1, 0]]
    assert all(a or b for a, b in zip(upright, upside_down, strict=True))
    assert any(upright)
    assert any(upside_down)


def test_without_options_there_is_a_bit_of_everything(bench):
    result = call("photos", "--photos", "1", "--samples", "1", "--size", "20")
    assert result.exit_code == 0, result.output
    rows = preview_rows(SENSIBLE)
    tiles, _ = read_tiles("augment-preview.png", 1 + len(rows), 1, 1, (20, 20))
    assert len({tile.tobytes() for tile in tiles[:, 0, 0]}) > len(rows) - 3
    assert [label.split("\n")[0] for label, _ in rows] == [*SENSIBLE, "all together"]
    assert rows[-1][1] == Augmentation(**SENSIBLE)


def test_the_same_seed_is_the_same_sheet_and_a_row_does_not_know_the_others(bench):
    few = ["--photos", "2", "--size", "90", "--noise-range", "20"]
    sheets = {}
    for name, more in {
        "a": ["--seed", "1"], "b": ["--seed", "1"], "c": ["--seed", "2"],
        "d": ["--seed", "1", "--blur-range", "2"],
    }.items():  # fmt: skip
        assert call("photos", *few, *more, "-o", f"{name}.png").exit_code == 0
        rows = 4 if name == "d" else 2
        tiles, _ = read_tiles(f"{name}.png", rows, 2, 2, (90, 90))
        sheets[name] = tiles[-2 if name == "d" else -1]
    np.testing.assert_array_equal(sheets["a"], sheets["b"])
    np.testing.assert_array_equal(sheets["a"], sheets["d"])
    assert not np.array_equal(sheets["a"], sheets["c"])


def test_a_label_says_where_a_shift_goes(bench):
    """Keras's choice, which looks like a fault to whoever does not know it."""
    image_hwc = np.arange(40, dtype=np.float32).reshape(5, 8, 1)
    for name, words, axis in (
        ("width_shift_range", "up and down", 0),
        ("height_shift_range", "left and right", 1),
    ):
        ((label, augmentation),) = preview_rows({name: [1]})
        assert words in label
        drawn = augmentation.draw(np.random.RandomState(1), image_hwc.shape)
        moved_hwc = augmentation.apply(image_hwc, drawn)
        assert np.ptp(moved_hwc - image_hwc, axis=1 - axis).max() == 0, name


def test_rows_do_not_share_their_numbers(bench):
    image_hwc = np.full((90, 90, 3), 128, np.uint8)
    nearly_never = {"noise_range": (20, 20), "unchanged": 1e-9}
    draw_augmentations([image_hwc], nearly_never, "sheet.png", samples=1)
    tiles, _ = read_tiles("sheet.png", 3, 1, 1, (90, 90))
    assert not np.array_equal(tiles[1], tiles[2])


def test_small_images_are_shown_in_squares_and_grey_ones_grey(bench):
    image_hwc = np.random.RandomState(3).randint(0, 256, (28, 28, 1)).astype(np.uint8)
    draw_augmentations([image_hwc], {"contrast_range": 0.2}, "sheet.png", samples=1)
    tiles, _ = read_tiles("sheet.png", 2, 1, 1, (28, 28))
    assert tiles.shape[3:5] == (84, 84)
    np.testing.assert_array_equal(tiles[0, 0, 0], image_hwc.repeat(3, 0).repeat(3, 1).repeat(3, 2))
    assert tile_size((600, 300)) == (150, 75)


def test_fill_mode_and_cval_reach_the_pixels(bench):
    words = ["--height-shift-range", "0.9", "--fill-mode", "constant", "--cval", "7"]
    assert call("photos", "--size", "100", "--samples", "4", *words).exit_code == 0
    tiles, _ = read_tiles("augment-preview.png", 2, 4, 4, (100, 100))
    assert (tiles[1] == 7).all(axis=-1).mean() > 0.2


def test_broken_photos_are_named_and_others_taken(bench):
    (bench / "photos" / "apple" / "0.png").write_bytes(b"no picture")
    (bench / "photos" / "apple" / "1.png").write_bytes(b"")
    result = call("photos", "--photos", "4", "--size", "90", "--noise-range", "9")
    assert result.exit_code == 0, result.output
    assert result.stderr.count("Skipped: ") == 2
    assert "0.png" in result.stderr
    assert "1.png" in result.stderr
    read_tiles("augment-preview.png", 2, 4, 2, (90, 90))
    for number in (2, 3, 4, 5):
        next((bench / "photos").glob(f"*/{number}.png")).write_bytes(b"no picture")
    result = call("photos", "--overwrite")
    assert result.exit_code == 2
    assert "must hold a photo that can be decoded" in result.stderr


def test_a_sheet_that_is_there_stays_unless_told(bench):
    assert call("photos", "--noise-range", "9", "--size", "20").exit_code == 0
    before = (bench / "augment-preview.png").read_bytes()
    result = call("photos", "--noise-range", "90", "--size", "20")
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert (bench / "augment-preview.png").read_bytes() == before
    assert call("photos", "--noise-range", "90", "--size", "20", "--overwrite").exit_code == 0
    assert (bench / "augment-preview.png").read_bytes() != before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["photos", "--rotation-range", "much"], "--rotation-range: must be a number"),
        (["photos", "--rotation-range", "1,2"], "rotation_range: must be a number"),
        (["photos", "--brightness-range", "0.5"], "brightness_range: must be two numbers"),
        (["photos", "--contrast-range", "2,1"], "contrast_range: must not be negative, and rise"),
        (["photos", "--rotation-range", "0"], "needs a setting that changes something"),
        (["photos", "--unchanged", "2", "--blur-range", "1"], "must be a fraction from 0 to 1"),
        (["photos", "--fill-mode", "nerest"], 'Did you mean "nearest"?'),
        (["photos", "--size", "big"], "--size: must be a number of pixels"),
        (["photos", "--size", "0"], "--size: must be from 1 to 1024"),
        (["photos", "--photos", "0"], "--photos: must be from 1 to 20"),
        (["photos", "--samples", "99"], "--samples: must be from 1 to 20"),
        (["photos", "--seed", "-1"], "--seed: must be an integer from 0"),
        (["photos", "-o", "sheet.jpg"], "must be a file name that ends in .png"),
        (["photos", "-o", "nowhere/sheet.png"], "the folder of the output must exist"),
        (["empty"], "must hold images"),
        (["missing", "--zoom-range", "1,2,3"], "zoom_range: must be a number or two"),
        (["missing"], "missing"),
    ],
    ids=str,
)
def test_what_cannot_work_ends_with_code_2_and_a_sentence(bench, words, said):
    (bench / "empty").mkdir()
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(bench.glob("*.png"))


def test_numbers_are_read_as_they_are_written():
    assert read_range("x", "10") == 10
    assert isinstance(read_range("x", "10"), int)
    assert isinstance(read_range("x", "10.0"), float)
    assert read_range("x", "-10, 10") == (-10, 10)
    assert read_range("x", "(.5,1.5)") == (0.5, 1.5)
    assert read_size("28") == (28, 28)
    assert read_size("100X50") == (100, 50)
    with pytest.raises(InvalidArgument, match=r"--zoom-range.*a number"):
        read_range("zoom_range", "1;2")


def test_photos_are_spread_over_the_folder_and_none_is_lost():
    paths = [str(i) for i in range(10)]
    assert spread(paths, 2)[:2] == ["2", "7"]
    assert sorted(spread(paths, 3)) == paths
    assert spread(paths, 20) == paths


def test_the_function_refuses_what_it_cannot_draw(bench):
    image_hwc = np.zeros((9, 9, 3), np.uint8)
    with pytest.raises(InvalidArgument, match="at least one photo"):
        draw_augmentations([], {"blur_range": 1}, "sheet.png")
    with pytest.raises(ShapeError, match="one shape"):
        draw_augmentations([image_hwc, image_hwc[1:]], {"blur_range": 1}, "sheet.png")
    with pytest.raises(InvalidArgument, match="rotation_rang"):
        draw_augmentations([image_hwc], {"rotation_rang": 1}, "sheet.png")
    with pytest.raises(NoSuchFile, match="folder of the output"):
        draw_augmentations([image_hwc], {"blur_range": 1}, "nowhere/sheet.png")

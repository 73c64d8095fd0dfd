"""The contours of a photo, found by the lesson's two kernels and drawn side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from saccade.data.files.opening import identify, open_source
from saccade.data.files.silence import quiet
from saccade.drawing.saved_picture import save_picture
from saccade.errors import DataError, InvalidArgument, NoSuchFile, ShapeError
from saccade.numerics.convolution.first_principles import convolve2d
from saccade.numerics.convolution.kernels import HORIZONTAL_CONTOURS, VERTICAL_CONTOURS

if TYPE_CHECKING:
    from PIL.Image import Image

WHERE = "contours"
LONG_SIDE_PX = 480  # of a panel: four fill the width of a wide screen
MARGIN_PX, TITLE_PX, DOTS_PER_INCH = 16, 32, 100


def contours(photo: str | Path, output: str | Path | None = None) -> Path:
    """Draw a photo's horizontal and vertical contours and their magnitude; see `draw_contours`.

    Args:
        photo: an image file that Pillow reads.
        output: the PNG to write; None is the photo's name + "-contours.png", in this folder.

    Returns:
        The path of the PNG.
    """
    return draw_contours(photo, output or Path(f"{Path(photo).stem}-contours.png"))


def draw_contours(photo: str | Path, output: str | Path) -> Path:
    """Draw a photo, its horizontal and vertical contours and their magnitude as one PNG.

    The law, with `grey` the photo in [0, 255], shrunk to the size in which it is shown::

        h = convolve2d(grey, HORIZONTAL_CONTOURS)
        v = convolve2d(grey, VERTICAL_CONTOURS)
        magnitude = sqrt(h^2 + v^2)

    The panels show |h|, |v| and the magnitude on one scale from black (0) to white (the value
    that one pixel in a hundred exceeds), each pixel in its place in the photo. The outermost
    pixels have no neighbours on one side and stay black.

    Args:
        photo: an image file that Pillow reads, at least 3 x 3 pixels. The rotation noted by the
            camera is applied, transparent parts become white.
        output: where to write; the name ends in .png and its folder exists. A picture that is
            there already is replaced, the photo itself never is.

    Returns:
        The path of the PNG.

    Raises:
        NoSuchFile: the photo or the output's folder is not there.
        DataError: the photo is not an image, or is damaged.
        ShapeError: the photo is smaller than the kernels.
        InvalidArgument: an output that cannot be a PNG.

    Example:
        >>> draw_contours("cat.jpg", "cat-contours.png")  # doctest: +SKIP
        PosixPath('cat-contours.png')

    Source: the lesson's kernels for contours.
    """
    photo, output = Path(photo), Path(output)
    _check_output(output, photo)
    image = _fit_for_a_panel(_read(photo))
    grey_hw = np.asarray(image.convert("L"))
    horizontal = convolve2d(grey_hw, HORIZONTAL_CONTOURS)
    vertical = convolve2d(grey_hw, VERTICAL_CONTOURS)
    panels = {
        "original": np.asarray(image),
        "horizontal contours": np.abs(horizontal),
        "vertical contours": np.abs(vertical),
        "magnitude": np.hypot(horizontal, vertical),
    }
    _draw_panels(panels, output)
    return output


def _check_output(output: Path, photo: Path) -> None:
    if output.is_dir() or output.suffix.lower() != ".png":
        raise InvalidArgument(WHERE, "the output must be a file name that ends in .png", output)
    if not output.parent.is_dir():
        do = "Make the folder first, or choose another."
        raise NoSuchFile(WHERE, "the folder of the output must exist", output.parent, do)
    if output.exists() and photo.exists() and output.samefile(photo):
        raise InvalidArgument(WHERE, "the output must not be the photo itself", output)


def _read(photo: Path) -> Image:
    """The photo as RGB, upright, on white."""
    from PIL import Image, ImageOps

    if photo.is_dir() or not photo.exists():
        got = f"{photo}, a folder" if photo.is_dir() else f"{photo}, which is not there"
        raise NoSuchFile(WHERE, "the photo must be an image file", got)
    opened, _ = open_source(photo)
    try:
        with opened as content, quiet():
            file = identify(content)
            image = ImageOps.exif_transpose(file)
            if image.mode.startswith("I") or image.mode == "F":
                image = _eight_bits(image)
            if image.has_transparency_data:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            image = image.convert("RGB")
    # Damaged bytes make Pillow's decoders raise almost anything, SyntaxError included.
    except Exception as error:
        raise DataError(WHERE, "the photo must be an image file", f"{photo} ({error})") from error
    if min(image.size) < len(HORIZONTAL_CONTOURS):
        size = f"{image.width} × {image.height}"
        raise ShapeError(WHERE, "the photo must be at least 3 × 3 pixels", f"{photo}, {size}")
    return image


def _eight_bits(image: Image) -> Image:
    """Scans with 16 bits or more: darkest to brightest becomes 0 to 255 (Pillow would clip)."""
    from PIL import Image

    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    values = values - values.min()
    return Image.fromarray((values * (255 / max(values.max(), 1e-12))).round().astype(np.uint8))


def _fit_for_a_panel(image: Image) -> Image:
    # Contours are taken from the photo as shown: lines one pixel wide, taken at full size, would
    # all but vanish in the shrinking.
    scale = LONG_SIDE_PX / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(3, round(side * scale)) for side in image.size)
    return image.resize((width, height), reducing_gap=3.0)


def _draw_panels(panels: dict[str, NDArray], output: Path) -> None:
    """Original first; one pixel of it is one dot of the PNG, or a square of dots if it is small."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    original, *contours = panels.values()
    white = np.percentile(contours[-1], 99) or 1.0  # a flat photo has no contours at all
    height, width = original.shape[:2]
    dots = max(1, LONG_SIDE_PX // max(height, width))
    panel_width, panel_height = max(width * dots, LONG_SIDE_PX // 2), height * dots
    page_width = len(panels) * (panel_width + MARGIN_PX) + MARGIN_PX
    page_height = TITLE_PX + panel_height + MARGIN_PX

    # No pyplot: it would choose a backend and keep the figure for the whole process.
    figure = Figure(figsize=(page_width / DOTS_PER_INCH, page_height / DOTS_PER_INCH))
    FigureCanvasAgg(figure)
    for place, (title, pixels) in enumerate(panels.items()):
        left = MARGIN_PX + place * (panel_width + MARGIN_PX)
        box = (left / page_width, MARGIN_PX / page_height)
        box += (panel_width / page_width, panel_height / page_height)
        axes = figure.add_axes(box)
        shown = pixels if place == 0 else np.pad(pixels, 1)
        axes.imshow(shown, cmap="gray", vmin=0, vmax=white, interpolation="nearest")
        axes.set_title(title, fontsize=11)
        axes.set_axis_off()
    save_picture(figure, output, DOTS_PER_INCH)

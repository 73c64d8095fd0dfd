"""docs/convolution.md: its examples run, in order, and its picture is one the command draws."""

from __future__ import annotations

import re

from PIL import Image

from saccade.drawing.contours import draw_contours

CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_example_on_the_page_runs(root):
    page = root / "docs" / "convolution.md"
    text = page.read_text(encoding="utf-8")
    blocks = list(CODE.finditer(text))
    assert len(blocks) == text.count("```") / 2  # none is left out for its fence
    assert all("assert" in block[1] for block in blocks)
    namespace: dict[str, object] = {}
    for block in blocks:
        # Empty lines first, so that a traceback shows the line of the page.
        source = "\n" * text.count("\n", 0, block.start(1)) + block[1]
        exec(compile(source, str(page), "exec"), namespace)


def test_the_picture_is_what_the_command_draws(root, tmp_path):
    from sklearn.datasets import load_sample_image

    Image.fromarray(load_sample_image("china.jpg")).save(tmp_path / "china.png")
    drawn = draw_contours(tmp_path / "china.png", tmp_path / "out.png")
    with Image.open(root / "docs" / "pictures" / "contours.png") as there, Image.open(drawn) as now:
        assert there.size == now.size
        rows = (0, 40, there.width, there.height)  # below the titles: fonts differ by version
        small = [image.crop(rows).convert("L").resize((100, 16)) for image in (there, now)]
    pixels = zip(*(image.tobytes() for image in small), strict=True)
    assert max(abs(a - b) for a, b in pixels) <= 2

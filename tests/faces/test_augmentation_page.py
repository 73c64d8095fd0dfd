"""docs/augmentation.md: its examples run, its pictures are what its script draws."""

from __future__ import annotations

import re
import runpy

import numpy as np
import pytest
from PIL import Image

from saccade.data.generator.augmentation import Augmentation

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def page(root):
    return (root / "docs" / "augmentation.md").read_text(encoding="utf-8")


def test_the_pages_examples_run_and_say_what_they_say(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    stream = np.random.RandomState(1)
    for name, mean in (("dark", 60), ("bright", 180)):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(12):
            pixels = stream.randint(mean - 50, mean + 50, (40, 40, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    blocks = [match[1] for match in BLOCK.finditer(page)]
    names: dict[str, object] = {}
    exec("\n".join(blocks), names)
    said = capsys.readouterr().out.splitlines()
    printed = re.findall(r"^print\(.*\)  # (.*)$", "\n".join(blocks), re.MULTILINE)
    assert [line for line in said if not line.startswith("Found ")] == printed
    assert names["best"] > 0
    assert "horizontal_flip" in names["kept"]
    assert names["datagen"].unchanged == 0.25


def test_every_setting_of_augmentation_is_on_the_page(page):
    for name in Augmentation.__dataclass_fields__:
        assert name in page or name == "interpolation_order", name


@pytest.mark.slow
def test_the_pictures_are_what_the_script_draws(root, page, tmp_path):
    script = runpy.run_path(str(root / "scripts" / "augmentation_pictures.py"))
    drawn = script["draw_pictures"](tmp_path)
    assert {path.name for path in drawn} == set(re.findall(r"pictures/(augment_\w+\.png)", page))
    for path in drawn:
        kept = root / "docs" / "pictures" / path.name
        assert kept.stat().st_size < 150_000, path.name
        with Image.open(path) as new, Image.open(kept) as old:
            assert new.size == old.size
            new_hwc, old_hwc = (np.asarray(i.convert("RGB"), np.float32) for i in (new, old))
        # Fonts and palettes may differ from one version of a library to the next.
        assert np.abs(new_hwc - old_hwc)[script["CAPTION_PX"] :].mean() < 3, path.name

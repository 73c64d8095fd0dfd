"""Every ```python block of these pages runs, in order, page by page."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/models.md", "docs/training.md"])
def test_the_pages_examples_run(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)  # an example may write files
    text = (ROOT / page).read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = list(BLOCK.finditer(text))
    assert blocks
    for block in blocks:
        line = text[: block.start(1)].count("\n")
        code = compile("\n" * line + block[1], str(ROOT / page), "exec")
        exec(code, names)
    # a comment after a print says what it prints
    printed = re.findall(r"^print\(.*\)  # (.*)$", "".join(b[1] for b in blocks), re.MULTILINE)
    assert capsys.readouterr().out.splitlines() == printed


def test_every_linked_file_is_there():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"

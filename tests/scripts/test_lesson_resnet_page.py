"""docs/transfer.md: its examples run, in order."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "transfer.md"
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_example_on_the_page_runs():
    text = PAGE.read_text(encoding="utf-8")
    blocks = list(CODE.finditer(text))
    assert len(blocks) == text.count("```python")  # none is left out for its fence
    assert all("assert" in block[1] for block in blocks)
    namespace: dict[str, object] = {}
    for block in blocks:
        # Empty lines first, so that a traceback shows the line of the page.
        source = "\n" * text.count("\n", 0, block.start(1)) + block[1]
        exec(compile(source, str(PAGE), "exec"), namespace)

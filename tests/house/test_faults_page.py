"""Every row of docs/faults.md names a test that there is."""

from __future__ import annotations

import ast
import re


def test_every_row_names_its_test(root):
    text = (root / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    rows = [row for row in rows if not re.match(r"\| (fault|---)|\|---", row)]
    assert len(rows) >= 30
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4, row
        named = re.findall(r"`(tests/[^`:]+)(?:::(\w+))?`", cells[3])
        assert named, f"no test in: {row}"
        for file, name in named:
            if not name:  # all that is in the file
                assert (root / file).is_file(), file
                continue
            tree = ast.parse((root / file).read_text(encoding="utf-8"))
            tests = {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
            assert name in tests, f"{file} has no {name}"

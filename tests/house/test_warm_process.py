"""The warm process shows a program what Python shows it."""

import subprocess
import sys

import pytest

from scripts.warm_process import python

SEES = """\
import os, sys
print(sys.argv, __name__, sys.path[0], os.getcwd(), os.environ["SEEN"], sys.stdin.read())
print(sys.modules["__main__"].__dict__ is globals(), "__file__" in globals(), "runpy" in globals())
sys.stderr.write("said\\n")
{end}
"""
WAYS = ("-m", "-c", "file", "file elsewhere")
ENDS = ("sys.exit('why')", "1 / 0", "os.kill(os.getpid(), 9)")


@pytest.mark.parametrize(
    ("way", "end"), [*((way, "sys.exit(3)") for way in WAYS), *(("-c", end) for end in ENDS)]
)
def test_a_program_is_run_as_by_python(tmp_path, monkeypatch, way, end):
    monkeypatch.setenv("SEEN", "set for this test")
    text = SEES.format(end=end)
    (tmp_path / "below").mkdir()
    for path in ("program.py", "below/program.py"):
        (tmp_path / path).write_text(text)
    first = {
        "-m": ["-m", "program"],
        "-c": ["-c", text],
        "file": ["program.py"],
        "file elsewhere": [str(tmp_path / "below" / "program.py")],
    }[way]
    words = [*first, "a", "--b"]
    plain = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    warm = python(*words, cwd=tmp_path)
    assert (warm.stdout, warm.returncode) == (plain.stdout, plain.returncode)
    assert warm.stderr.splitlines()[-1:] == plain.stderr.splitlines()[-1:]
    assert "said\n" in warm.stderr


def test_what_one_program_does_the_next_does_not_see(tmp_path):
    for _ in range(2):
        code = (
            "import sys, os; print(hasattr(sys, 'mark'), os.getcwd()); sys.mark = 1; os.chdir('/')"
        )
        assert python("-c", code, cwd=tmp_path).stdout == f"False {tmp_path}\n"

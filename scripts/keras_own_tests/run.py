"""Keras's own tests, run on saccade: how many pass of those that pass on Keras itself.

    pip download keras==3.15.1 --no-deps --no-binary :all: && tar xzf keras-3.15.1.tar.gz
    python scripts/keras_own_tests/run.py keras-3.15.1 [--part layers/pooling] [--reference]

The source release brings the tests. They are read from it with `keras.src` renamed, into a folder
that is thrown away; nothing of them is in this project. `--reference` runs them on Keras (with
torch) as well, which takes as long again, and counts those alone that pass there.

Counted apart: tests of what saccade refuses by name, of names that it lacks (most are not public),
and those whose error is raised in other words than Keras's.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEFT = re.compile(
    "backend/(jax|tensorflow|torch)|distribution/|rnn/|quantizers/|export/|datasets/|applications/"
)
"""Of other backends, of several machines, of series; and what would fetch from the network."""
CONFTEST = """
import finder, pytest
from keras_src.testing import test_case
test_case.get_seed_generators = finder.seed_generators
def skip_if_backend(backend, reason):
    return pytest.mark.skipif(backend == "torch", reason=reason)
"""
SECONDS = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", type=Path, help="the unpacked source release of Keras")
    parser.add_argument("--part", default="", help="of the path of the test files")
    parser.add_argument("--reference", action="store_true", help="run Keras itself too")
    asked = parser.parse_args()
    sources = asked.source.resolve() / "keras" / "src"
    files = sorted(str(one.relative_to(sources)) for one in sources.rglob("*_test.py"))
    files = [one for one in files if asked.part in one and not LEFT.search(one)]
    if not files:
        sys.exit(f"{sources}: no test files there with {asked.part!r} in their path.")
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _rename(sources, folder, files)
        for file in files:
            found = _kinds(_run(folder, file, {"KERAS_TESTS": made, "PYTHONPATH": _path(made)}))
            if asked.reference:
                there = _kinds(_run(sources.parent.parent, f"keras/src/{file}", _REFERENCE))
                found = {name: kind for name, kind in found.items() if there.get(name) == "passed"}
            counts = Counter(found.values())
            total += counts
            print(f"{file:70} " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    claimed = total["passed"] + total["failed"] + total["in other words"]
    print(f"\n{dict(total)}")
    print(f"passed of what saccade has: {total['passed'] / max(claimed, 1):.1%}")
    print(f"passed of all: {total['passed'] / max(sum(total.values()) - total['skipped'], 1):.1%}")


_REFERENCE = {"KERAS_BACKEND": "torch"}


def _path(folder: str) -> str:
    return os.pathsep.join([str(HERE), str(HERE.parents[1] / "src"), folder])


def _rename(sources: Path, folder: Path, files: list[str]) -> None:
    """Copies of the tests, and of what they compare with, that import `keras_src`."""
    own = ["testing/test_case.py", "testing/test_utils.py", "backend/common/dtypes.py"]
    for file in [*sources.rglob("*_test.py"), *(sources / one for one in own)]:
        text = file.read_text().replace("keras.src", "keras_src").replace("keras.api", "keras")
        # What torch's own modules hold is none of saccade's promises.
        text = re.sub(r'backend\.backend\(\) == "torch"(?=\n +and expected_num)', "False", text)
        place = folder / file.relative_to(sources)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    names = "from keras_src.testing import test_case, test_utils\n"
    (folder / "testing" / "__init__.py").write_text(
        names + "from keras_src.testing.test_case import *\n"
    )
    (folder / "conftest.py").write_text(CONFTEST)


def _run(folder: Path, file: str, more: dict[str, str]) -> str:
    """What pytest writes about one file: JUnit's XML."""
    with tempfile.TemporaryDirectory() as made:
        place = f"{made}/found.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["--import-mode=importlib", "--junitxml", place, "--rootdir", str(folder), file]
        try:
            subprocess.run(
                command, cwd=folder, env={**os.environ, **more}, capture_output=True,
                timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return "<none/>"
        return Path(place).read_text() if os.path.exists(place) else "<none/>"


def _kinds(report: str) -> dict[str, str]:
    """How each test ended, by its class and name."""
    found = {}
    for case in ET.fromstring(report).iter("testcase"):
        name = f"{str(case.get('classname')).split('.')[-1]}.{case.get('name')}"
        faults = [one.text or "" for one in case if one.tag in ("failure", "error")]
        skipped = any(one.tag == "skipped" for one in case)
        found[name] = _kind(faults[0]) if faults else "skipped" if skipped else "passed"
    return found


def _kind(fault: str) -> str:
    if "saccade lacks" in fault or "NameNotHere" in fault or "has no attribute '_" in fault:
        return "lacking"
    if "NotSupported" in fault:
        return "refused"
    said = [line for line in fault.splitlines() if line.startswith("E ")]
    return "in other words" if any("does not match" in line for line in said) else "failed"


if __name__ == "__main__":
    main()

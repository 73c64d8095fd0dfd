"""Every case gives what the real TensorFlow gave, whose results are in `outcomes.json`.

`scripts/compare_tensorflow.py` writes that file. A case is compared in dtype, shape and numbers;
where TensorFlow raises the thin one must raise, too, unless the case says that it may compute.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import saccade.tensorflow_alias as tf
from tensorflow_alias.evaluation import (
    FOLDER,
    functions_of,
    names_to_use,
    outcome,
    outcome_of,
    printed_by,
    read_cases,
)
from tensorflow_alias.programs import data, tapes, values

EXPECTED = json.loads(Path(__file__).with_name("outcomes.json").read_text(encoding="utf-8"))
PROGRAMS = functions_of(data) | functions_of(tapes) | functions_of(values)
# Words of TensorFlow's own world, for which there is nothing to compute; those of `dtypes` are the
# same objects as in tensorflow itself.
NOT_COMPARED = (
    *("compat", "config", "device", "dtypes", "errors", "test", "__version__"),
    *("io.gfile.mkdir", "io.gfile.walk", "random.set_global_generator"),
    *("Print", "gfile", "logging", "set_random_seed"),  # TensorFlow 1's
    "python",
    "profiler",  # which writes nothing here
    *("train.cosine_decay", "train.create_global_step", "train.exponential_decay"),
    *("train.get_global_step", "train.get_or_create_global_step", "train.inverse_time_decay"),
    *("train.natural_exp_decay", "train.piecewise_constant", "train.polynomial_decay"),
)
FOUND: dict[str, dict[str, Any]] = {}
CASES = [(file.stem, case) for file in sorted(FOLDER.glob("*.txt")) for case in read_cases(file)]


def difference(expected, found, slack: float) -> str:
    """What is not as it should be, in words; empty where all is."""
    if isinstance(expected, dict):
        if not isinstance(found, dict) or expected.keys() != found.keys():
            return f"{found} in place of {expected}"
        if "raises" in expected:
            return ""
        pairs = [(expected[key], found[key]) for key in expected]
        if "of" in expected:
            if len(expected["of"]) != len(found["of"]):
                return f"{len(found['of'])} parts in place of {len(expected['of'])}"
            pairs = list(zip(expected["of"], found["of"], strict=True))
        return next((told for one, two in pairs if (told := difference(one, two, slack))), "")
    if not isinstance(expected, list) or not isinstance(found, list):
        near = isinstance(expected, float) and isinstance(found, float)
        same = near and np.isclose(found, expected, 1e-5, slack, equal_nan=True)
        alike = type(expected) is type(found) and expected == found
        return "" if same or alike else f"{found!r} in place of {expected!r}"
    if not expected or not isinstance(expected[-1], list):  # a shape
        return "" if expected == found else f"{found} in place of {expected}"
    if expected[:-1] != found[:-1]:
        return f"{found[:-1]} in place of {expected[:-1]}"
    mine, theirs = np.asarray(found[-1]), np.asarray(expected[-1])
    if mine.dtype.kind not in "fiub":
        return "" if found[-1] == expected[-1] else f"{found[-1]} in place of {expected[-1]}"
    if np.allclose(mine, theirs, 1e-5, slack or 1e-6, equal_nan=True):
        return ""
    return f"{found[-1]} in place of {expected[-1]}"


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    return {**names_to_use(str(tmp_path_factory.mktemp("files"))), "tf": tf}


def outcomes_of(file: str, names: dict[str, Any]) -> dict[str, Any]:
    """What every case of a file gives, one after the other: some read what earlier ones wrote."""
    if file not in FOUND:
        FOUND[file] = {case.text: outcome(case.text, names) for stem, case in CASES if stem == file}
    return FOUND[file]


@pytest.mark.filterwarnings("ignore")  # np.float32 of what is not finite, and the like
@pytest.mark.parametrize(("file", "case"), CASES, ids=[case.text for _, case in CASES])
def test_case_is_as_under_tensorflow(file, case, names):
    expected, found = EXPECTED[file][case.text], outcomes_of(file, names)[case.text]
    if case.computes and "raises" in expected:
        raises = isinstance(found, dict) and "raises" in found
        assert not raises, f"{found}: take the mark away"
        return
    assert not (told := difference(expected, found, case.slack)), told


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_program_runs_as_under_tensorflow(name, names):
    found = outcome_of(lambda: PROGRAMS[name](tf, SimpleNamespace(**names)))
    assert not (told := difference(EXPECTED["programs"][name], found, 1e-6)), told


def test_a_script_prints_what_it_prints_under_tensorflow():
    found = printed_by([sys.executable, "-m", "saccade"])
    for mine, theirs in zip_longest(found, EXPECTED["printed"]):
        assert mine == theirs


def test_every_name_of_the_table_is_in_a_case():
    written = "\n".join(case.text for _, case in CASES)
    written += "\n".join(inspect.getsource(module) for module in (data, tapes, values))
    written += "\n".join(
        file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py")
    )
    named = set(re.findall(r"\btf((?:\.\w+)+)", written))
    named |= {name.removeprefix(".compat.v1") for name in named}
    for _ in range(2):  # what stands before the last dot is named as well
        named |= {whole.rpartition(".")[0] for whole in named}
    names = {f".{name}" for name in tf.supported_names() if not name.startswith(NOT_COMPARED)}
    assert names <= named, names - named


def test_the_outcomes_are_those_of_the_cases():
    for file in FOLDER.glob("*.txt"):
        assert list(EXPECTED[file.stem]) == [case.text for case in read_cases(file)], (
            "run scripts/compare_tensorflow.py"
        )

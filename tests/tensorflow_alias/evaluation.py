"""Evaluation: cases of the thin tensorflow, computed and written down; under TensorFlow as well.

`scripts/compare_tensorflow.py` runs this under the real TensorFlow, in an interpreter that has
neither saccade nor pytest: nothing but NumPy and Pillow may be imported here.
"""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

FOLDER = Path(__file__).parent / "cases"


class Case(NamedTuple):
    """One expression.

    Attributes:
        slack: how far numbers may be away, beside five digits.
        computes: whether the thin one gives a result where TensorFlow raises.
    """

    text: str
    slack: float
    computes: bool


def read_cases(file: Path) -> Iterator[Case]:
    """Every expression of a file of cases; those of one line stand apart, so that one that raises
    does not hide the others."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        line, computes, _ = line.partition(" ?")
        text, _, slack = line.partition(" ~ ")
        tree = ast.parse(text.strip(), mode="eval").body
        parts = tree.elts if isinstance(tree, ast.Tuple) else [tree]
        for part in parts:
            yield Case(
                str(ast.get_source_segment(text.strip(), part)), float(slack or 0), bool(computes)
            )


def names_to_use(folder: str) -> dict[str, Any]:
    """The fixed arrays that cases may name; files go into `folder`."""
    chance = np.random.default_rng(7)
    u8 = chance.integers(0, 256, (4, 5, 3), np.uint8)
    big8 = chance.integers(0, 256, (16, 16, 3), np.uint8)
    n8 = chance.integers(0, 256, (2, 4, 5, 3), np.uint8)
    rgba = chance.integers(0, 256, (3, 2, 4), np.uint8)
    x = np.array([[-1.5, 0.0, 2.5], [3.25, -0.5, 1.0]], np.float32)
    smooth = np.add.outer(np.arange(8) * 9, np.arange(16) * 5).astype(np.uint8)
    smooth_rgb = np.stack([smooth, smooth[::-1], 255 - smooth], -1)
    deep = (np.arange(6).reshape(2, 3) * 11111).astype(np.uint16)
    made = {
        "__name__": "__main__",  # a case is code of the script's
        "np": np,
        "x": x,
        "q": np.array([[1.0, -2.0, 0.5], [3.25, 4.0, -1.0]], np.float32),
        "p": np.array([[0.5, 1.0, 2.0], [3.0, 0.25, 4.0]], np.float32),
        "v": np.array([1.0, -2.0, 3.0], np.float32),
        "i": np.array([[3, -7, 2], [5, 0, -4]], np.int32),
        "j": np.array([[2, 3, 4], [5, 6, 7]], np.int32),
        "b": np.array([[True, False, True], [False, True, True]]),
        "d": np.array([[1.25, -0.5, 3.0], [0.1, 2.0, -1.0]]),
        "k": chance.standard_normal((2, 2, 3, 2)).astype(np.float32).round(2),
        "u8": u8,
        "g8": u8[..., :1],
        "f8": (u8 / np.float32(255)),
        "n8": n8,
        "nf": (n8 / np.float32(255)),
        "big8": big8,
        "bigf": (big8 / np.float32(255)),
        "rgba": rgba,
        "folder": folder,
        "png": _file(u8, "PNG"),
        "gray_png": _file(u8[..., 0], "PNG"),
        "rgba_png": _file(rgba, "PNG"),
        "la_png": _file(rgba[..., :2], "PNG"),
        "palette_png": _file(Image.fromarray(u8).quantize(8), "PNG"),
        "png16": _file(Image.fromarray(deep), "PNG"),
        "bmp": _file(u8, "BMP"),
        "jpeg": _file(smooth_rgb, "JPEG", quality=95),
        "gray_jpeg": _file(smooth, "JPEG", quality=95),
        "cmyk_jpeg": _file(Image.fromarray(smooth_rgb).convert("CMYK"), "JPEG"),
        "gif": _file(Image.fromarray(u8), "GIF", save_all=True,
                     append_images=[Image.fromarray(u8[::-1].copy())]),
    }  # fmt: skip
    Path(folder, "a.png").write_bytes(made["png"])
    return made


def _file(pixels: Any, kind: str, **options: Any) -> bytes:
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def outcome(text: str, names: dict[str, Any]) -> Any:
    """What an expression gives, written down, or `{"raises": ...}` with the error's class."""
    return outcome_of(lambda: eval(text, dict(names)))


def outcome_of(function: Callable[[], Any]) -> Any:
    """The same of a function."""
    try:
        return written(function())
    except Exception as fault:
        return {"raises": type(fault).__name__}


def written(value: Any) -> Any:
    """A result as JSON can hold it: a tensor or array as [dtype, shape, numbers], nests as lists.

    Python's own numbers and words stay themselves; so a tensor where a number is due is seen.
    """
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return _number(value)
    if type(value) is bytes:
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, dict):
        return {str(key): written(one) for key, one in sorted(value.items())}
    if type(value).__name__ == "TensorShape":
        return {"shape": list(value)}
    if hasattr(value, "numpy"):
        return _array(value, value.numpy())
    if isinstance(value, (np.ndarray, np.generic)):
        return ["numpy", *_array(value, value)]
    if isinstance(value, (list, tuple)):
        return {"of": [written(one) for one in value]}
    return {"class": type(value).__name__}


def _array(value: Any, array: Any) -> list[Any]:
    name = getattr(value.dtype, "name", None) or str(value.dtype).removeprefix("torch.")
    if isinstance(array, (str, bytes)) or getattr(getattr(array, "dtype", None), "kind", "") == "O":
        flat = np.asarray(array, object).reshape(-1).tolist()
        words = [one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in flat]
        return ["string", list(np.shape(np.asarray(array, object))), words]
    array = np.asarray(array)
    flat = array.astype(np.float64) if name in ("bfloat16", "float16") else array
    return [name, list(array.shape), [_number(one) for one in flat.reshape(-1).tolist()]]


def _number(value: Any) -> Any:
    return float(f"{value:.7g}") if isinstance(value, float) else value


def evaluate_all(tf: Any, folder: str) -> dict[str, dict[str, Any]]:
    """Every case's outcome, file by file."""
    names = {**names_to_use(folder), "tf": tf}
    found = {
        file.stem: {case.text: outcome(case.text, names) for case in read_cases(file)}
        for file in sorted(FOLDER.glob("*.txt"))
    }
    from programs import data, tapes, values  # beside this file

    at = SimpleNamespace(**names)
    ran = {
        name: outcome_of(partial(program, tf, at))
        for module in (data, tapes, values)
        for name, program in functions_of(module).items()
    }
    return {**found, "programs": ran}


def printed_by(command: list[str]) -> list[str]:
    """The lines that the script printing.py prints when a command runs it."""
    script = Path(__file__).parent / "programs" / "printing.py"
    ran = subprocess.run([*command, str(script)], capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()


def functions_of(module: Any) -> dict[str, Any]:
    """The functions that are written in a module, in their order."""
    return {
        name: one
        for name, one in vars(module).items()
        if isinstance(one, FunctionType) and one.__module__ == module.__name__
    }


def main() -> None:
    """Write the outcomes of all cases under TensorFlow to the file that is named."""
    import json
    import tempfile

    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        found = evaluate_all(tf, folder)
    printed = json.dumps(printed_by([sys.executable]), indent=0)
    lines = [f'"tensorflow": {json.dumps(tf.__version__)}']
    lines.append(f'"printed": {printed}')
    for name, outcomes in found.items():
        rows = ",\n".join(
            f"{json.dumps(key)}: {json.dumps(one, separators=(',', ':'))}"
            for key, one in outcomes.items()
        )
        lines.append(f"{json.dumps(name)}: {{\n{rows}\n}}")
    Path(sys.argv[1]).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()

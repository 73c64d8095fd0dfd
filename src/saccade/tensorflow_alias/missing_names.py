"""What is said about a name of TensorFlow's that is not there: the line, and what to do instead."""

from __future__ import annotations

import difflib
import os
import sys
from opcode import opmap
from typing import NoReturn

from saccade.names import NameNotHere, NameNotImportable, nearest

_OWN = os.path.dirname(__file__) + os.sep

_GRAPHS = "There are no graphs and sessions: call functions and use .numpy()."

# Names that stay away, and what to do instead: the same below `compat.v1`.
REFUSED = {
    "sysconfig": "torch.__config__.show() says how torch was built.",
    "get_default_session": _GRAPHS,
    "RegisterGradient": "Use tf.custom_gradient.",
    "ragged": "Pad the rows to one length: keras.utils.pad_sequences.",
    "RaggedTensor": "Pad the rows to one length: keras.utils.pad_sequences.",
    "raw_ops": "Use the function of tf that calls it.",
    "autodiff": "Use tf.GradientTape.",
    "hessians": "Use a tf.GradientTape inside another.",
    "placeholder": "There are no graphs and sessions; give arrays to functions.",
    "get_variable": "Use tf.Variable(value).",
    "variable_scope": "There are no graphs; leave the scope out.",
    "app": "Call your main() in the last line of the script.",
    "flags": "Use argparse for the words of the command line.",
    "layers": "Use keras.layers.",
    "lite": "Save with model.save('name.keras'); other formats are not written.",
    "distribute.MultiWorkerMirroredStrategy": "One process trains; use MirroredStrategy.",
    "distribute.experimental.MultiWorkerMirroredStrategy": "Use tf.distribute.MirroredStrategy.",
    "distribute.experimental.CentralStorageStrategy": "Use tf.distribute.MirroredStrategy.",
    "distribute.ParameterServerStrategy": "One process trains; use MirroredStrategy.",
    "train.Saver": "Use tf.train.Checkpoint, or model.save_weights.",
    "estimator": "Use a keras model.",
    "contrib": "It left TensorFlow, too.",
}


def refuse(module: str, name: str, names: list[str]) -> NoReturn:
    """Raise for `tensorflow.<module>.<name>`, with the script's line and the nearest name.

    Args:
        module: the name with dots below tensorflow; "" for tensorflow itself.
        names: all that there are, with dots.

    Raises:
        NameNotHere: an AttributeError. NameNotImportable: the same under `from ... import`.
    """
    asked = f"{module}.{name}".lstrip(".")
    if name.startswith("__"):  # Python looking around
        raise AttributeError(f"module 'tensorflow.{module}'".replace(".'", "'") + f" has no {name}")
    guess = nearest_name(asked, names)
    do = REFUSED.get(asked.removeprefix("compat.v1."))
    do = do or (f"The nearest name that is: tf.{guess}." if guess else "")
    place, imported = script_line()
    kind = NameNotImportable if imported else NameNotHere
    raise kind(f"{place}tensorflow.{asked}", "is not in saccade", None, do)


def nearest_name(asked: str, names: list[str]) -> str | None:
    """The supported name most like the one asked for: the same word elsewhere, or a like one."""
    module, _, word = asked.rpartition(".")
    same = [name for name in names if name.rpartition(".")[2].lower() == word.lower()]
    if same:
        return max(same, key=lambda name: (_likeness(module, name.rpartition(".")[0]), name))
    beside = [name for name in names if name.rpartition(".")[0] == module]
    last = {name.rpartition(".")[2]: name for name in beside}
    found = nearest(word, last)
    if found is not None:
        return last[found]
    return nearest(asked, names)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def script_line() -> tuple[str, bool]:
    """`script.py, line 12: ` of whoever asks, and whether it is a `from ... import`."""
    frame = sys._getframe(2)
    while frame is not None:
        code = frame.f_code
        if not code.co_filename.startswith((_OWN, "<frozen importlib")):
            # Python asks once before, as hasattr does, and then looks for a module of the name.
            imports = code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]
            return f"{os.path.basename(code.co_filename)}, line {frame.f_lineno}: ", imports
        frame = frame.f_back
    return "", False

"""Script door: whether this process runs a script that was written for Keras.

A few things then mean what such a script counts on, and what they mean in Keras 3 in code that is
written for saccade. `Convolution2D(32, 3, 3)` has a kernel of 3 x 3, or strides of 3; a model that
is frozen after `compile` goes on training, or not. What makes `keras` mean saccade opens the door:
`python -m saccade`, `saccade.install()`, `%load_ext saccade`.
"""

from __future__ import annotations

import re

_is_open = False


def open_script_door(wanted: bool = True) -> None:
    """From now on code is a script of Keras's; or, with False, written for saccade again."""
    global _is_open
    _is_open = wanted


def is_script_door_open() -> bool:
    """Whether code is a script of Keras's."""
    return _is_open


def mark_tensorflow_script(imports: bool = True, its_keras: bool = False) -> None:
    """Say whether the script imports tensorflow, whose Keras never had Keras 1's own defaults.

    Args:
        its_keras: whether it imports `tensorflow.keras`, too.
    """
    _imports.clear() if not imports else _imports.add("tensorflow")
    if its_keras:
        _imports.add("tensorflow.keras")


def mark_own_keras() -> None:
    """Say that the script imports keras itself; a tensorflow beside it is the one below Keras."""
    _imports.add("keras")


def is_tensorflow_script() -> bool:
    """Whether the script's Keras is that of TensorFlow."""
    return "tensorflow.keras" in _imports or _imports == {"tensorflow"}


def backend_of(text: str) -> str:
    """What `K.backend()` answers to a script, by its text: "torch", or "tensorflow".

    A script that knows of "tensorflow" and has never heard of torch is one of Keras 1 or 2, or was
    written for Keras 3 on TensorFlow: "torch" would lead it into Theano's branch, or stop it.
    Comments do not count.
    """
    text = re.sub("#.*", "", text)
    knows = '"tensorflow"' in text or "'tensorflow'" in text
    return "tensorflow" if knows and "torch" not in text else "torch"


_imports: set[str] = set()
"""What of Keras and TensorFlow the script has imported."""

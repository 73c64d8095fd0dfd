"""Script door: whether this process runs a script that was written for Keras.

A few things then mean what such a script counts on, and what they mean in Keras 3 in code that is
written for saccade. `Convolution2D(32, 3, 3)` has a kernel of 3 x 3, or strides of 3; a model that
is frozen after `compile` goes on training, or not. What makes `keras` mean saccade opens the door:
`python -m saccade`, `saccade.install()`, `%load_ext saccade`.
"""

from __future__ import annotations

_is_open = _is_tensorflow_script = False


def open_script_door(wanted: bool = True) -> None:
    """From now on code is a script of Keras's; or, with False, written for saccade again."""
    global _is_open
    _is_open = wanted


def is_script_door_open() -> bool:
    """Whether code is a script of Keras's."""
    return _is_open


def mark_tensorflow_script(imports: bool = True) -> None:
    """Say whether the script imports tensorflow, whose Keras never had Keras 1's own defaults."""
    global _is_tensorflow_script
    _is_tensorflow_script = imports


def is_tensorflow_script() -> bool:
    """Whether the script has imported tensorflow."""
    return _is_tensorflow_script

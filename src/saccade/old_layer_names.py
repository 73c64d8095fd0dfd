"""Old layer names: those of ResNet50's layers until Keras 2.2.4, which `get_layer` still finds.

    activation_49 -> conv5_block3_out    res5c_branch2c -> conv5_block3_3_conv
    add_16        -> conv5_block3_add    fc1000         -> predictions

Most scripts for Grad-CAM ask for `activation_49`. The numbers are those of a network that was made
first in its process.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from saccade.notes import note_old_word

_BLOCKS = [f"conv{stage}_block{block + 1}" for stage, count in enumerate((3, 4, 6, 3), 2)
           for block in range(count)]  # fmt: skip
_PLAIN = {
    "conv1": "conv1_conv",
    "bn_conv1": "conv1_bn",
    "activation_1": "conv1_relu",
    "max_pooling2d_1": "pool1_pool",
    "fc1000": "predictions",
}
_BRANCHES = {"1": "0", "2a": "1", "2b": "2", "2c": "3"}
_INNER = re.compile(r"(res|bn)([2-5])([a-f])_branch(1|2a|2b|2c)")


def todays_name(name: str, known: Collection[str]) -> str | None:
    """What a layer of ResNet50 is called today; None for all other names.

    Args:
        known: the names of the model's layers.
    """
    if _BLOCKS[-1] + "_out" not in known or "conv1_relu" not in known:
        return None
    found = _name_of(name)
    if found not in known:
        return None
    note_old_word(f'get_layer("{name}") is an old name of ResNet50\'s layer "{found}".')
    return found


def _name_of(name: str) -> str | None:
    """
    >>> _name_of("activation_49"), _name_of("add_16"), _name_of("bn2a_branch1")
    ('conv5_block3_out', 'conv5_block3_add', 'conv2_block1_0_bn')
    """
    if name in _PLAIN:
        return _PLAIN[name]
    if inner := _INNER.fullmatch(name):
        kind, stage, letter, branch = inner.groups()
        block = ord(letter) - ord("a") + 1
        return f"conv{stage}_block{block}_{_BRANCHES[branch]}_{'conv' if kind == 'res' else 'bn'}"
    word, _, digits = name.partition("_")
    if word not in ("activation", "add") or not digits.isdecimal():
        return None
    number = int(digits) - (1 if word == "add" else 2)
    count = len(_BLOCKS) * (1 if word == "add" else 3)
    if not 0 <= number < count:
        return None
    if word == "add":
        return f"{_BLOCKS[number]}_add"
    block, place = divmod(number, 3)
    return f"{_BLOCKS[block]}_{('1_relu', '2_relu', 'out')[place]}"

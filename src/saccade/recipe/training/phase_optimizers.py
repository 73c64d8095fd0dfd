"""Phase optimizers: who moves the weights of a last layer, and of most of a network.

Source of the numbers: docs/accuracy.md.
"""

from __future__ import annotations

from typing import Any

from saccade import optimizers
from saccade.names import counted_anew
from saccade.optimizers import AdamW
from saccade.recipe.choices import Choices

HEAD_RATE, HEAD_DECAY = 1e-3, 0.01
DECAY, MOST_NORM = 0.05, 1.0


@counted_anew()  # its name stands in the file, whatever the process made before
def head_optimizer(choices: Choices, name: str | None) -> Any:
    """For the last layer; the rate that was chosen is for fine-tuning, where there is one."""
    if name == "adamw":
        made: Any = AdamW(HEAD_RATE, weight_decay=HEAD_DECAY)
    else:
        made = optimizers.get(name)
    if choices.learning_rate is not None and not choices.fine_tune:
        made.learning_rate = choices.learning_rate
    return made


@counted_anew()
def tuning_optimizer(name: str | None, rate: Any) -> Any:
    """For fine-tuning.

    Args:
        rate: a number or a schedule.
    """
    if name == "adamw":
        return AdamW(rate, weight_decay=DECAY, global_clipnorm=MOST_NORM)
    made: Any = type(optimizers.get(name))
    return made(rate, global_clipnorm=MOST_NORM)

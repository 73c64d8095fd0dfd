"""EndedPhase: what a phase that has come to its end hands to the next one, in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from saccade.files.state_file import read_state, write_state
from saccade.numerics.machine.random_streams import random_state, set_random_state
from saccade.recipe.training.phases import Phases
from saccade.recipe.training.recorder import Recorder, set_weights

WHERE = "train(resume=)"


class EndedPhase:
    """The trained weights, what was recorded, and the random streams.

    Args:
        path: the file.
    """

    def __init__(self, path: Path):
        self.path = path

    @property
    def is_there(self) -> bool:
        return self.path.is_file()

    def write(self, model: Any, recorder: Recorder, phases: Phases) -> None:
        """Keep what a phase ended with.

        Raises:
            NotWritten: the disk is full.
        """
        state = {
            "weights": [weight.detach() for weight in model.weights],
            "recorder": recorder.state(),
            "phases": phases.rows,
            "random": random_state(),
        }
        write_state(self.path, state, {"phase": phases.rows[-1]["name"]}, WHERE)

    def restore(self, model: Any, recorder: Recorder, phases: Phases) -> None:
        """Go on after it.

        Raises:
            FileFormatError: a damaged file, or one of another network.
        """
        state, _ = read_state(self.path, WHERE)
        set_weights(model, state["weights"])
        recorder.restore(state["recorder"])
        phases.rows = state["phases"]
        set_random_state(state["random"])

"""LearningRateSchedule: a learning rate that depends on the number of steps done."""

from __future__ import annotations

from typing import Any

from saccade.errors import InvalidArgument, NotSupported
from saccade.names import refuse_hooks


class LearningRateSchedule:
    """What every schedule is; write `__call__` and `get_config` for one of your own.

    Example::

        class Halving(LearningRateSchedule):
            def __init__(self, start, every):
                self.start, self.every = start, every

            def __call__(self, step):
                return self.start * 0.5 ** (step // self.every)

            def get_config(self):
                return {"start": self.start, "every": self.every}

        SGD(Halving(0.1, every=1000))

    Source: Keras 3.
    """

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        hooks = {"CosineDecay": "_decay_function _warmup_function"}
        refuse_hooks(cls, LearningRateSchedule, "schedule", hooks, "Override __call__(step).")

    def __call__(self, step: Any) -> Any:
        """The learning rate of the step with this number, from 0."""
        raise NotSupported(
            type(self).__name__,
            "__call__(self, step) must be written: the rate of the step with that number",
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, for files."""
        raise NotSupported(
            type(self).__name__,
            "get_config() must be written for a schedule that goes into a file",
        )

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        return cls(**config)


def check_steps(schedule: LearningRateSchedule, **options: Any) -> None:
    """Raise unless each number of steps is above 0."""
    for option, value in options.items():
        if not value > 0:
            raise InvalidArgument(type(schedule).__name__, f"{option} must be above 0", repr(value))

"""Strategies: `tf.distribute`, as far as one process on one device goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from enum import Enum
from typing import Any, NoReturn

import torch

from saccade.errors import NotSupported
from saccade.notes import note_once
from saccade.tensorflow_alias.parts.running.devices import device as on_device


class ReduceOp(Enum):
    """How what the devices gave becomes one."""

    SUM = "SUM"
    MEAN = "MEAN"


class Strategy:
    """One process on one device: what a script says to many is done once.

    Source: `tf.distribute.Strategy`.
    """

    num_replicas_in_sync = 1
    _device: str | None = None

    @contextmanager
    def scope(self) -> Iterator[Strategy]:
        """What is made inside is made as always, on the strategy's device if it names one."""
        with on_device(self._device) if self._device else nullcontext():
            yield self

    def run(
        self, fn: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] | None = None,
        options: Any = None,
    ) -> Any:  # fmt: skip
        """The function, once."""
        return fn(*args, **(kwargs or {}))

    experimental_run_v2 = run

    def reduce(self, reduce_op: Any, value: Any, axis: Any = None) -> torch.Tensor:
        """The value; along an axis its sum or mean."""
        if axis is None:
            return value
        word = str(getattr(reduce_op, "value", reduce_op)).upper()
        return value.sum(axis) if word == "SUM" else value.mean(axis)

    def experimental_distribute_dataset(self, dataset: Any, options: Any = None) -> Any:
        """The dataset: there is nobody to share it with."""
        return dataset

    def experimental_local_results(self, value: Any) -> tuple[Any, ...]:
        """What each device gave, in a tuple."""
        return (value,)

    def gather(self, value: Any, axis: int) -> Any:
        """What the devices gave, joined."""
        return value


class MirroredStrategy(Strategy):
    """The first device alone, where TensorFlow shares each batch among all GPUs.

    Source: `tf.distribute.MirroredStrategy`.
    """

    def __init__(self, devices: Any = None, cross_device_ops: Any = None):
        note_once(
            "tf.distribute: saccade trains on one device (the GPU, where there is one). A strategy "
            "is accepted and changes nothing; num_replicas_in_sync is 1."
        )


class OneDeviceStrategy(Strategy):
    """One device, "/gpu:0", on which the weights are made.

    Source: `tf.distribute.OneDeviceStrategy`.
    """

    def __init__(self, device: str):
        self._device = device


_default = Strategy()


def get_strategy() -> Strategy:
    """That of one process on one device."""
    return _default


def has_strategy() -> bool:
    """False: no strategy changes what runs."""
    return False


class TPUClusterResolver:
    """Raises at once, as TensorFlow does where there is no TPU: scripts then go on without.

    Raises:
        NotSupported: a ValueError.
    """

    def __init__(self, tpu: Any = None, *_: Any, **__: Any):
        no_tpu()

    @staticmethod
    def connect(tpu: Any = None, *_: Any, **__: Any) -> NoReturn:
        no_tpu()


def no_tpu(*_: Any, **__: Any) -> NoReturn:
    """What stands for every function of TPUs."""
    raise NotSupported(
        "tf.distribute",
        "there are no TPUs",
        None,
        "Use tf.distribute.get_strategy(), which trains on the processor or the GPU.",
    )

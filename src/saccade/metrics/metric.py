"""Metric: a number that is followed, summed over batches.

State is never changed in place: each update puts new tensors in the place of the old, so a value
can be read later, when somebody asks, without waiting for the device before.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import torch

from saccade import dtype_policy, initializers
from saccade.errors import StateError
from saccade.metrics.held_parts import held_parts
from saccade.metrics.plain_sums import as_plain, as_sum, sums_elsewhere
from saccade.metrics.stateless import StatelessMetric
from saccade.metrics.sum_variable import NamedSum, SumVariable
from saccade.metrics.variable import MetricVariable, plain
from saccade.names import auto_name, refuse_hooks, refuse_overriding, snake_case
from saccade.nests import map_nest
from saccade.notes import note_old_word
from saccade.numerics.tensors.conversion import as_tensor
from saccade.old_add_weight import takes_name_first
from saccade.variables import Variable

_UNDER = "_find_max_under_constraint"
_HOOKS = {
    **dict.fromkeys(("AUC", "F1Score", "FBetaScore", "R2Score"), "_build"),
    **dict.fromkeys(("PrecisionAtRecall", "RecallAtPrecision"), _UNDER),
    **dict.fromkeys(("SensitivityAtSpecificity", "SpecificityAtSensitivity"), _UNDER),
}
"""Methods that Keras calls on its metrics and saccade has not: an override would do nothing."""


class Metric(StatelessMetric):
    """A running number; users' own subclass it.

    Write `update_state(y_true, y_pred, sample_weight=None)` and `result()`. Sums that were made
    with `add_variable` are set to zero by `reset_state()`, saved and gone on from; a metric that
    keeps its sums elsewhere writes `reset_state()` too. A result may be a dict of numbers. Metrics
    and variables that are attributes, in lists and dicts too, are part of it.

    `dtype`: what the result is given in, a float's name or a policy, whose compute dtype counts;
    a whole number's name is kept in the record alone.

    Example:
        >>> class Positives(Metric):
        ...     def __init__(self, name="positives"):
        ...         super().__init__(name=name)
        ...         self.count = self.add_variable((), "zeros", name="count")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.count.assign_add((y_pred > 0.5).sum())
        ...     def result(self):
        ...         return self.count
        >>> float(Positives()(None, torch.tensor([0.2, 0.9])))
        1.0

    Source: `keras.metrics.Metric`.
    """

    keras_module: str | None = None
    _variables: list[MetricVariable]
    _awaited: list[Any]

    def __init__(self, dtype: Any = None, name: str | None = None):
        self.name = name or auto_name(snake_case(type(self).__name__))
        self._dtype = self.checked(dtype)
        self._variables: list[MetricVariable] = []
        self._awaited: list[Any] = []  # values out of a file for variables that are not made yet

    def checked(self, dtype: Any) -> str:
        whole = dtype_policy.plain_word(dtype)
        return whole or dtype_policy.get(dtype or "float32").compute_dtype

    @property
    def dtype(self) -> str:
        """What the result is given in."""
        return self._dtype

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any,
        dtype: Any = None,
        aggregation: str | None = "sum",
        name: str | None = None,
    ) -> MetricVariable:
        """A value that is kept from batch to batch.

        Args:
            shape: its shape, () for a number.
            initializer: its first value, a name or an object; zeros when None.
            dtype: "float32" when None; whole-number types too.
            aggregation: what several processes would do; there is one.
            name: how it is called.

        Raises:
            StateError: before `super().__init__()`.
        """
        if "_variables" not in vars(self):
            raise StateError(type(self).__name__, "super().__init__() must come first")
        initializer = initializers.get("zeros" if initializer is None else initializer)
        kind = str(getattr(dtype, "name", None) or dtype or "float32").removeprefix("torch.")
        value = as_tensor(initializer(tuple(shape))).to(getattr(torch, kind))
        variable = MetricVariable(value, name or f"variable_{len(self._variables)}")
        self._variables.append(variable)
        if self._awaited:
            variable.assign(torch.as_tensor(self._awaited.pop(0), dtype=value.dtype))
        return variable

    @takes_name_first
    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> MetricVariable:
        """`add_variable` under its older name."""
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[MetricVariable]:
        """What `add_variable` made and variables that are attributes, here and in the metrics that
        are attributes."""
        return [*self._own(), *(one for inner in self._inner() for one in inner.variables)]

    def _own(self) -> list[Any]:
        return [*self._variables, *held_parts(self, lambda one: isinstance(one, Variable))]

    def _inner(self) -> list[Metric]:
        return list(held_parts(self, lambda one: isinstance(one, Metric)))

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} has no update_state(): write one.")

    def result(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no result(): write one.")

    def reset_state(self) -> None:
        """Forget all batches: every variable becomes zero."""
        inner = self._inner()
        own = self._own()
        if not own and not inner:
            raise NotImplementedError(
                f"{type(self).__name__} has no variables and no reset_state(): write one."
            )
        for variable in own:
            variable.assign(torch.zeros_like(variable.value))
        for metric in inner:
            metric.reset_state()

    def reset_states(self) -> None:
        """`reset_state` under the name that it had until TensorFlow 2.5; a metric of the user's
        that overrides it is reset by it.
        """
        note_old_word("Metric.reset_states() is the old name of reset_state().", key="reset_states")
        if type(self).reset_state is not type(self).reset_states:
            self.reset_state()
            return
        for cls in type(self).__mro__:  # called by the user's own, for what lies below it
            if cls.__module__.startswith("saccade.") and "reset_state" in vars(cls):
                cls.reset_state(self)
                return

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if "reset_states" in vars(cls) and "reset_state" not in vars(cls):
            cls.reset_state = cls.reset_states
        refuse_hooks(cls, Metric, "metric", _HOOKS, "Override update_state() or result().")

    def reader(self) -> Callable[[], Any]:
        """A function that gives the value as it is now, whenever it is called.

        A number is a float, several are an array, a dict is a dict of those.
        """
        value = self.result()
        if isinstance(value, dict):
            values = {key: _kept(one) for key, one in value.items()}
            return lambda: {key: _read(one) for key, one in values.items()}
        value = _kept(value)
        return lambda: _read(value)

    def readers(self) -> dict[str, Callable[[], Any]]:
        """Readers by the name to report each under; a dict result has one for every key."""
        value = self.result()
        if not isinstance(value, dict):
            return {self.name: self.reader()}
        return {key: _reading(_kept(one)) for key, one in value.items()}

    def state(self) -> dict[str, Any]:
        """The sums so far, as plain numbers and lists."""
        return map_nest(as_plain, self.live_state())

    def live_state(self) -> dict[str, Any]:
        """The sums so far, tensors as they are: every batch puts others in their place."""
        values = [one.value for one in self._variables]
        values += [one.detach().clone() for one in self._own()[len(values) :]]  # changed in place
        state: dict[str, Any] = {"variables": values}
        inner = self._inner()
        own = sums_elsewhere(self) if type(self).reset_state is not Metric.reset_state else {}
        state |= {"own": own} if own else {}
        return state | ({"metrics": [one.live_state() for one in inner]} if inner else {})

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`; variables that are made later get their value then."""
        values = list(state.get("variables", ()))
        for variable in self._own():
            variable.assign(torch.as_tensor(values.pop(0), dtype=variable.value.dtype))
        self._awaited = values
        for name, value in state.get("own", {}).items():
            setattr(self, name, value)
        for metric, saved in zip(self._inner(), state.get("metrics", ()), strict=False):
            metric.restore(saved)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Metric:
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class Sums(Metric):
    """A metric whose state is named sums; those of several processes add up.

    They start as the integer 0, so that a sum of hits stays whole, and fractions are added up in
    float64: a sum of batches stays exact beyond float32's 2**24. The sum `total` is kept as
    `_total`; `metric.total` is the variable that code written for Keras reads.
    """

    sums: tuple[str, ...] = ()
    sum_names: ClassVar[dict[str, str]] = {}  # of variables that are not called as the attribute is

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        if cls.__module__.startswith("saccade."):
            for word in vars(cls).get("sums", ()):
                setattr(cls, word, NamedSum(word))
            if "result" in vars(cls):
                setattr(cls, "result", _in_asked_dtype(cls.result))  # noqa: B010
        instead = "Subclass metrics.Metric, or override update_state() and result()."
        if not cls.__module__.startswith("saccade."):
            refuse_overriding(cls, Sums, "metric", ("add_variable", "add_weight"), instead)

    def __init__(self, dtype: Any = None, name: str | None = None):
        super().__init__(dtype, name)
        self.reset_state()

    def reset_state(self) -> None:
        for name in self.sums:
            setattr(self, f"_{name}", 0)

    def grow(self, **batch: Any) -> None:
        """Add a batch's part to each sum that is named."""
        for name, part in batch.items():
            sofar = getattr(self, f"_{name}")
            if isinstance(part, torch.Tensor):
                apple = part.device.type == "mps"  # which has no float64
                if part.is_floating_point() and not apple:
                    part = part.double()
                if isinstance(sofar, torch.Tensor) and sofar.device != part.device:
                    sofar = (sofar.float() if apple else sofar).to(part.device)
            setattr(self, f"_{name}", sofar + part)

    @property
    def variables(self) -> list[MetricVariable]:
        """The sums by their names, and what a class of the user's added."""
        return [*(SumVariable(self, name) for name in self.sums), *super().variables]

    def held(self, name: str, like: torch.Tensor | None = None) -> torch.Tensor:
        """A sum as a float32 tensor, of the shape of `like`."""
        value = as_tensor(getattr(self, f"_{name}"), dtype=torch.float32)
        return value if like is None else value.to(like.device).expand_as(like)

    def sum_shape(self) -> tuple[int, ...] | None:
        """The shape in which Keras has the sums, also before the first batch; None for as it is."""
        return None

    def shown(self, name: str) -> torch.Tensor:
        """A sum as Keras has it in its variable."""
        value, shape = self.held(name), self.sum_shape()
        if shape is None:
            return value
        return value.reshape(shape) if value.ndim else value.expand(shape)

    def hold(self, name: str, value: torch.Tensor) -> None:
        """Go on from a sum of the shape in which it is shown."""
        # An integer 0 is where every sum begins; it takes the shape of the first batch.
        setattr(self, f"_{name}", value.double() if value.any() else 0)

    def live_state(self) -> dict[str, Any]:
        return {name: getattr(self, f"_{name}") for name in self.sums}

    def restore(self, state: dict[str, Any]) -> None:
        for name in self.sums:
            setattr(self, f"_{name}", as_sum(state[name]))


def _in_asked_dtype(result: Callable[[Any], torch.Tensor]) -> Callable[[Any], torch.Tensor]:
    @functools.wraps(result)
    def given(self: Sums) -> torch.Tensor:
        value = result(self)
        asked = getattr(torch, self.dtype)
        return value.to(asked) if asked.is_floating_point else value

    return given


def spread(sample_weight: Any, values: torch.Tensor) -> torch.Tensor:
    """Weights in the shape of `values`: (batch,) weighs all that belongs to a sample."""
    weight = as_tensor(sample_weight, dtype=torch.float32, device=values.device)
    while weight.ndim > values.ndim and weight.shape[-1] == 1:
        weight = weight.squeeze(-1)
    while weight.ndim < values.ndim:
        weight = weight.unsqueeze(-1)
    return weight.expand_as(values)


def masked_weight(mask: torch.Tensor, sample_weight: Any) -> torch.Tensor:
    """Sample weights that leave out what a mask says does not count."""
    kept = mask.to(torch.float32)
    if sample_weight is None:
        return kept
    weight = as_tensor(sample_weight, dtype=torch.float32, device=kept.device)
    while weight.ndim < kept.ndim:
        weight = weight.unsqueeze(-1)
    while weight.ndim > kept.ndim:
        kept = kept.unsqueeze(-1)
    return weight * kept


def share(part: torch.Tensor, whole: torch.Tensor) -> torch.Tensor:
    """part / whole, 0 where the whole is 0."""
    return torch.where(whole == 0, 0.0, part / torch.where(whole == 0, 1.0, whole))


def _kept(value: Any) -> Any:
    value = plain(value)
    return value.detach().clone() if torch.is_tensor(value) else value


def _read(value: Any) -> Any:
    if not torch.is_tensor(value):
        return float(value) if getattr(value, "ndim", 0) == 0 else value
    return float(value) if value.numel() == 1 else value.cpu().numpy()


def _reading(value: Any) -> Callable[[], Any]:
    return lambda: _read(value)

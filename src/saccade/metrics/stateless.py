"""Stateless metric: what a metric would make of other values, without holding them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Self

import torch

from saccade.errors import ShapeError
from saccade.metrics.variable import MetricVariable, plain
from saccade.user_names import UserNames


class StatelessMetric(UserNames):
    """The methods of a metric that take its values and give others.

    Source: `keras.metrics.Metric.stateless_update_state` and its kin.
    """

    name: str

    @property
    def variables(self) -> list[MetricVariable]:
        raise NotImplementedError

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    def result(self) -> Any:
        raise NotImplementedError

    def reset_state(self) -> None:
        raise NotImplementedError

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Any]:
        """What `update_state` would make of these values of `variables`."""
        twin = self._with(metric_variables)
        twin.update_state(*args, **kwargs)
        return [torch.as_tensor(plain(one.value)) for one in twin.variables]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """What `result` would make of these values of `variables`."""
        return self._with(metric_variables).result()

    def stateless_reset_state(self) -> list[Any]:
        """The values of `variables` after `reset_state`."""
        twin = copy.deepcopy(self)
        twin.reset_state()
        return [torch.as_tensor(plain(one.value)) for one in twin.variables]

    def _with(self, values: Sequence[Any]) -> Self:
        """A copy that holds these values."""
        twin = copy.deepcopy(self)
        if len(values) != len(twin.variables):
            needed = f"metric_variables must be {len(twin.variables)} arrays"
            raise ShapeError(self.name, needed, str(len(values)))
        for variable, value in zip(twin.variables, values, strict=True):
            given = torch.as_tensor(plain(value))
            if variable.value.ndim:
                variable.assign(given)
            else:  # a sum that has met no batch has the shape of none
                variable.value = given
        return twin

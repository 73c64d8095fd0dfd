"""OutputLosses: the loss of each output, and what it is multiplied by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from saccade import losses
from saccade.errors import DataError, InvalidArgument
from saccade.metrics import Mean
from saccade.nests import is_nest, leaves
from saccade.training.batches.labels import check_labels, crossentropy_for
from saccade.training.outputs import map_given, per_output, predictions_of, targets_of, weights_of


class OutputLosses:
    """The losses of `compile`, told apart by output.

    Args:
        given: a name, an object, a function or None; for several outputs a list or dict of such.
        weights: what each output's loss is multiplied by.

    Attributes:
        of: the loss of each output; None for one without.
        means: of each output's loss, where there are several.
    """

    def __init__(self, given: Any, weights: Any):
        # Names that are not known are errors now; what needs a batch's shapes stays a name.
        self._given, self._weights = map_given(_loss, given), weights
        self.of: list[Any] = []
        self.means: list[Mean] = []
        self._factors: list[float | None] = []

    def check_weights(self) -> None:
        """Raise for a loss weight that is no number."""
        for one in leaves(self._weights):
            if one is not None and not isinstance(one, (int, float)):
                raise InvalidArgument("compile", "loss_weights must be numbers", repr(one))

    @property
    def are_apart(self) -> bool:
        """Whether they were given by output, as a list or dict."""
        return isinstance(self._given, (list, dict))

    @property
    def has_any(self) -> bool:
        return any(one is not None for one in leaves(self._given))

    @property
    def single(self) -> Any:
        """The loss of a model of one output."""
        return self.of[0] if len(self.of) == 1 else self._given

    def has_at(self, place: int) -> bool:
        """Whether the output of this number has a loss."""
        return self.of[place] is not None

    def tell_apart(self, names: list[str]) -> None:
        """Give each output its loss."""
        self.of = [_one(loss) for loss in per_output("loss", self._given, names)]
        self._factors = per_output("loss_weights", self._weights, names)
        several = len(names) > 1 and sum(one is not None for one in self.of) > 1
        self.means = [Mean(f"{name}_loss") for name in names] if several else []

    @property
    def reported_means(self) -> list[Mean]:
        """The means of the outputs that have a loss."""
        return [mean for mean, loss in zip(self.means, self.of, strict=False) if loss is not None]

    def values(
        self, y: Any, y_pred: Any, sample_weight: Any, names: Sequence[str], where: str
    ) -> list[torch.Tensor]:
        """The loss of each output on a batch, multiplied by its factor.

        Args:
            names: of the outputs.

        Raises:
            DataError: targets are missing.
        """
        if y is None:
            raise DataError(
                where,
                "targets are needed to compute the loss",
                "x alone",
                'Give y, or class_mode="sparse" to the generator.',
            )
        if len(self.of) == 1 and not is_nest(y_pred) and not is_nest(y):
            return [self._value(0, y, y_pred, sample_weight)]
        predictions = predictions_of(y_pred, names)
        targets = targets_of(y, names, self.has_at, where)
        weights = weights_of(sample_weight, names)
        found = []
        for place, name in enumerate(names):
            if not self.has_at(place):
                continue
            if targets[place] is None:
                raise DataError(where, f'targets are needed for the output "{name}"', "none")
            found.append(self._value(place, targets[place], predictions[place], weights[place]))
        return found

    def _value(self, place: int, y: Any, y_pred: Any, sample_weight: Any) -> torch.Tensor:
        loss = self.of[place]
        if isinstance(loss, str):
            loss = self.of[place] = losses.as_loss(crossentropy_for(y, y_pred))
        value = loss(y, y_pred, sample_weight)
        value = value if value.ndim == 0 else value.mean()
        if self.means:  # each is reported without its factor, as in Keras
            self.means[place].add(value.detach() * len(y_pred), len(y_pred))
        factor = self._factors[place]
        return value if factor is None else value * factor

    def check_targets(self, y: Any, sizes: Any, names: Sequence[str] | None, where: str) -> None:
        """Raise when whole-number labels are out of range; see `Objective.check_targets`."""
        if not isinstance(sizes, list):
            if len(self.of) == 1 and not is_nest(y):
                check_labels(self.of[0], y, sizes, where)
            return
        if y is None or names is None or len(sizes) != len(names):
            return
        targets = targets_of(y, names, self.has_at, where)
        for loss, labels, classes in zip(self.of, targets, sizes, strict=True):
            check_labels(loss, labels, classes, where)


class SumOfLosses(losses.Loss):
    """Several losses of one output, added up."""

    def __init__(self, parts: Sequence[Any]):
        super().__init__("sum_of_losses")
        self.parts = parts

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> torch.Tensor:
        total = torch.zeros((), device=y_pred.device)
        for part in self.parts:
            loss = losses.as_loss(crossentropy_for(y_true, y_pred)) if _is_word(part) else part
            total = total + loss(y_true, y_pred, sample_weight).mean()
        return total


def _one(given: Any) -> Any:
    """The loss of an output: a list of one is that one, and a list of several their sum."""
    if not isinstance(given, (list, tuple)):
        return given
    found = [one for one in leaves(given) if one is not None]
    return SumOfLosses(found) if len(found) > 1 else found[0] if found else None


def _is_word(given: Any) -> bool:
    return isinstance(given, str) and given.lower() in ("crossentropy", "ce")


def _loss(given: Any) -> Any:
    return given if given is None or _is_word(given) else losses.as_loss(given)

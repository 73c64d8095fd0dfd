"""Objective: the losses and the metrics that `compile` was given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from saccade import losses, metrics
from saccade.errors import DataError, InvalidArgument, NotSupported, StateError
from saccade.metrics import Mean
from saccade.nests import is_nest, leaves
from saccade.training.compile_arguments import as_loss, as_metric, each, flat, kinds, metrics_of
from saccade.training.labels import check_labels, crossentropy_for
from saccade.training.logs import LazyLogs
from saccade.training.outputs import (
    names_of,
    per_output,
    predictions_of,
    targets_of,
    weights_of,
)


class Objective:
    """What training makes smaller and what it reports.

    Args:
        loss: a word, an object, a function or None; for several outputs one for all, or a list
            or dict of them.
        metrics: words, objects and functions in a list; for several outputs a list of such, or a
            dict by the outputs' names. "acc" and "accuracy" become the accuracy that fits the
            first batch and are reported under the word that was typed.
        weighted_metrics: the same, counted with the sample weights.
        loss_weights: what each output's loss is multiplied by.
        names: of the model's outputs, where it knows them.
    """

    def __init__(
        self,
        loss: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        loss_weights: Any = None,
        names: Sequence[str] | None = None,
    ):
        self.given_loss, self.given_metrics = loss, metrics
        self.given_weighted_metrics, self.given_loss_weights = weighted_metrics, loss_weights
        self.mean_loss = Mean("loss")
        self.tracked: list[Any] = []  # metrics that layers hold; the model says which
        self._has_followed_loss = False  # also where layers alone add one
        self._model_names = names
        # Words that are not known are errors now; what needs a batch's shapes stays a word.
        self._loss = each(loss, as_loss)
        self._plain = each(metrics, as_metric)
        self._weighted = each(weighted_metrics, as_metric)
        self._check_loss_weights(loss_weights)
        self.outputs: list[str] | None = None
        self._losses: list[Any] = []
        self._factors: list[float | None] = []
        self._means: list[Mean] = []  # of each output's loss, where there are several
        self._plain_of: list[list[Any]] = []
        self._weighted_of: list[list[Any]] = []
        self._reported: list[tuple[str, Any]] | None = None
        if names is not None:
            self._tell_apart(list(names))
        elif not isinstance(self._loss, (list, dict)):
            self._tell_apart(["output"])  # until a batch tells otherwise
            self.outputs = None
        if self._losses and not self._has_words():
            self._resolve(None, None)

    @property
    def has_loss(self) -> bool:
        return any(one is not None for one in leaves(self._loss))

    @property
    def loss(self) -> Any:
        """The loss of a model of one output."""
        return self._losses[0] if len(self._losses) == 1 else self._loss

    # -- one batch -------------------------------------------------------------------------

    def compute(
        self,
        y: Any,
        y_pred: Any,
        sample_weight: Any = None,
        where: str = "fit",
        added: Sequence[torch.Tensor] = (),
    ) -> torch.Tensor:
        """The loss of a batch, one number.

        Args:
            added: what regularizers and layers add to it.
        """
        if self.outputs is None or len(self._losses) != len(self.outputs):
            self.tell_apart(y_pred)
        parts: list[torch.Tensor] = []
        if self.has_loss:
            if y is None:
                raise DataError(
                    where,
                    "targets are needed to compute the loss",
                    "x alone",
                    'Give y, or class_mode="sparse" to the generator.',
                )
            if len(self._losses) == 1 and not is_nest(y_pred) and not is_nest(y):
                parts.append(self._one(0, y, y_pred, sample_weight))
            else:
                parts.extend(self._several(y, y_pred, sample_weight, where))
        parts.extend(one if one.ndim == 0 else one.sum() for one in added)
        if not parts:
            raise StateError(
                where,
                "a loss is needed",
                "compile(loss=None)",
                'Give compile a loss, such as "sparse_categorical_crossentropy".',
            )
        return parts[0] if len(parts) == 1 else torch.stack([one.float() for one in parts]).sum()

    def _one(self, place: int, y: Any, y_pred: Any, sample_weight: Any) -> torch.Tensor:
        loss = self._losses[place]
        if isinstance(loss, str):
            loss = self._losses[place] = losses.get(crossentropy_for(y, y_pred))
        value = loss(y, y_pred, sample_weight)
        value = value if value.ndim == 0 else value.mean()
        if self._means:  # each is reported without its factor, as in Keras
            self._means[place].add(value.detach() * len(y_pred), len(y_pred))
        factor = self._factors[place]
        return value if factor is None else value * factor

    def _several(self, y: Any, y_pred: Any, sample_weight: Any, where: str) -> list[torch.Tensor]:
        names = self.outputs or []
        predictions = predictions_of(y_pred, names)
        targets = targets_of(y, names, self._has_loss_at, where)
        weights = weights_of(sample_weight, names)
        values = []
        for place, name in enumerate(names):
            if not self._has_loss_at(place):
                continue
            if targets[place] is None:
                raise DataError(where, f'targets are needed for the output "{name}"', "none")
            values.append(self._one(place, targets[place], predictions[place], weights[place]))
        return values

    def _has_loss_at(self, place: int) -> bool:
        return self._losses[place] is not None

    def update(
        self,
        y: Any,
        y_pred: Any,
        loss: torch.Tensor | float | None,
        samples: int,
        sample_weight: Any = None,
    ) -> None:
        """Add a batch to the sums. Plain metrics ignore sample weights, as in Keras."""
        if loss is not None:
            self.follow_loss(loss, samples)
        if y is None:
            return
        if self.outputs is None:
            self.tell_apart(y_pred)
        if self._reported is None:
            self._resolve(y, y_pred)
        if not self._reported:
            return
        if len(self._plain_of) == 1 and not is_nest(y_pred) and not is_nest(y):
            for metric in self._plain_of[0]:
                metric.update_state(y, y_pred)
            for metric in self._weighted_of[0]:
                metric.update_state(y, y_pred, sample_weight)
            return
        names = self.outputs or []
        weights = weights_of(sample_weight, names)
        targets = targets_of(y, names, self._has_loss_at)
        for place, one in enumerate(predictions_of(y_pred, names)):
            if targets[place] is None:
                continue
            for metric in self._plain_of[place]:
                metric.update_state(targets[place], one)
            for metric in self._weighted_of[place]:
                metric.update_state(targets[place], one, weights[place])

    def follow_loss(self, loss: torch.Tensor | float, samples: int) -> None:
        """Add a batch's loss to the sums."""
        self._has_followed_loss = True
        self.mean_loss.add(loss * samples, samples)

    # -- outputs told apart ----------------------------------------------------------------

    def tell_apart(self, y_pred: Any) -> None:
        """Give each output its loss and metrics, now that a batch shows them."""
        if self.outputs is not None and len(self._losses) == len(self.outputs):
            return
        if any(is_nest(one) for one in (y_pred.values() if isinstance(y_pred, dict) else ())) or (
            isinstance(y_pred, (list, tuple)) and any(is_nest(one) for one in y_pred)
        ):
            raise NotSupported("fit", "outputs may be a list or a dict, not deeper nests")
        names = names_of(y_pred, self._model_names)
        if len(names) != len(self._losses) or is_nest(y_pred):
            resolved, self._reported = self._reported, None
            self._tell_apart(names)
            if resolved is not None and not self._has_words():
                self._resolve(None, None)
        self.outputs = names

    def _tell_apart(self, names: list[str]) -> None:
        self.outputs = names
        self._losses = per_output("loss", self._loss, names)
        self._factors = per_output("loss_weights", self.given_loss_weights, names)
        count = len(names)
        self._plain_of = [flat(one) for one in metrics_of("metrics", self._plain, names)]
        self._weighted_of = [
            flat(one) for one in metrics_of("weighted_metrics", self._weighted, names)
        ]
        having = sum(one is not None for one in self._losses)
        self._means = [Mean(f"{name}_loss") for name in names] if count > 1 and having > 1 else []

    def find_metrics(self, model: Any, x: Any, y: Any) -> None:
        """Make metrics of words such as "accuracy", which need to see a batch, for a step of the
        user's own that goes through `model.metrics`. Nothing happens where none is missing.
        """
        if self._reported is not None or y is None or not self._has_words():
            return
        try:
            with torch.no_grad():
                y_pred = model(x, training=False)
        except Exception:  # its step does without its call
            return
        self.tell_apart(y_pred)
        self._resolve(y, y_pred)

    def _has_words(self) -> bool:
        many = (*self._plain_of, *self._weighted_of)
        return any(isinstance(one, str) for some in many for one in some)

    def _resolve(self, y: Any, y_pred: Any) -> None:
        """Make metrics of the words that needed shapes, and find each one's name in the logs."""
        names = self.outputs or ["output"]
        if self._has_words():
            predictions = predictions_of(y_pred, names)
            targets = targets_of(y, names, self._has_loss_at)
            for many in (self._plain_of, self._weighted_of):
                for place, some in enumerate(many):
                    some[:] = [
                        metrics.accuracy_for(targets[place], predictions[place], one)
                        if isinstance(one, str)
                        else one
                        for one in some
                    ]
        self._reported = []
        taken: set[str] = set()
        prefixes = [f"{name}_" if len(names) > 1 else "" for name in names]
        for many, weighted in ((self._plain_of, False), (self._weighted_of, True)):
            for prefix, some in zip(prefixes, many, strict=True):
                for metric in some:
                    name = prefix + metric.name
                    if weighted and name in taken:
                        name = f"{prefix}weighted_{metric.name}"
                    stem, count = name, 0
                    while name in taken:
                        count += 1
                        name = f"{stem}_{count}"
                    taken.add(name)
                    self._reported.append((name, metric))

    def _check_loss_weights(self, given: Any) -> None:
        for one in leaves(given):
            if one is not None and not isinstance(one, (int, float)):
                raise InvalidArgument("compile", "loss_weights must be numbers", repr(one))

    # -- labels ----------------------------------------------------------------------------

    def check_targets(self, y: Any, sizes: Any, where: str = "fit") -> None:
        """Raise when whole-number labels are out of range.

        Args:
            sizes: how many classes the output tells apart, or a list of that for several.

        Raises:
            DataError: naming the range that is needed and the one that was found.
        """
        if not isinstance(sizes, list):
            if len(self._losses) == 1 and not is_nest(y):
                check_labels(self._losses[0], y, sizes, where)
            return
        if y is None or self.outputs is None or len(sizes) != len(self.outputs):
            return
        targets = targets_of(y, self.outputs, self._has_loss_at, where)
        for loss, labels, classes in zip(self._losses, targets, sizes, strict=True):
            check_labels(loss, labels, classes, where)

    # -- sums ------------------------------------------------------------------------------

    def reset(self) -> None:
        for metric in (*self.metrics, *self.tracked):
            metric.reset_state()

    @property
    def metrics(self) -> list[Any]:
        """The loss, the metrics, and the losses of several outputs, in Keras's order."""
        reported = [metric for _, metric in self._reported or ()]
        return [self.mean_loss, *reported, *self._own_means()]

    def _own_means(self) -> list[Mean]:
        pairs = zip(self._means, self._losses, strict=False)
        return [mean for mean, loss in pairs if loss is not None]

    def readers(self, with_loss: bool = True) -> dict[str, Callable[[], Any]]:
        """What reads each number, by its name in the logs."""
        found: dict[str, Callable[[], Any]] = {}
        if with_loss:
            found["loss"] = self.mean_loss.reader()
            found |= {mean.name: mean.reader() for mean in self._own_means()}
        for name, metric in self._reported or ():
            readers = metric.readers()
            if list(readers) == [metric.name]:
                found[name] = readers[metric.name]
            else:  # a metric of several numbers
                found |= readers
        for metric in self.tracked:
            found |= metric.readers()
        return found

    def logs(self) -> LazyLogs:
        """The numbers so far, in alphabetical order as Keras prints them."""
        readers = self.readers(self.has_loss or self._has_followed_loss)
        return LazyLogs(dict(sorted(readers.items())))

    def values_in_order(self, logs: dict[str, Any]) -> list[Any]:
        """The numbers as `evaluate` lists them: loss, metrics, then what else, by name."""
        known = [metric.name for metric in self.metrics]
        values = [logs[name] for name in known if name in logs]
        return values + [logs[name] for name in sorted(logs) if name not in known]

    def state(self) -> dict[str, Any]:
        """The sums so far; which accuracy "acc" turned out to be is part of them."""
        return {
            "outputs": self.outputs,
            "plain": [kinds(some) for some in self._plain_of],
            "weighted": [kinds(some) for some in self._weighted_of],
            "resolved": self._reported is not None,
            "sums": [
                metric.state() if hasattr(metric, "state") else None for metric in self._followed()
            ],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`."""
        if state["outputs"] is not None and state["outputs"] != self.outputs:
            self._tell_apart(list(state["outputs"]))
            self._reported = None
        if state["resolved"] and self._reported is None:
            for many, kinds in (
                (self._plain_of, state["plain"]),
                (self._weighted_of, state["weighted"]),
            ):
                for some, saved in zip(many, kinds, strict=True):
                    some[:] = [
                        metrics.CLASSES[kind](name=one) if isinstance(one, str) else one
                        for one, kind in zip(some, saved, strict=True)
                    ]
            self._resolve(None, None)
        for metric, saved in zip(self._followed(), state["sums"], strict=False):
            if saved is not None:
                metric.restore(saved)

    def _followed(self) -> list[Any]:
        reported = [metric for _, metric in self._reported or ()]
        return [self.mean_loss, *self._means, *reported, *self.tracked]

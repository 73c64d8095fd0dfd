"""Objective: the losses and the metrics that `compile` was given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch

from saccade.errors import StateError
from saccade.metrics import Mean
from saccade.nests import is_nest
from saccade.training.logs import LazyLogs
from saccade.training.output_losses import OutputLosses
from saccade.training.outputs import (
    names_of,
    predictions_of,
    targets_of,
    weights_of,
)
from saccade.training.reported_metrics import ReportedMetrics


class Objective:
    """What training makes smaller and what it reports.

    Args:
        loss: a name, an object, a function or None; for several outputs one for all, or a list
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
        self._losses = OutputLosses(loss, loss_weights)
        self._metrics = ReportedMetrics(metrics, weighted_metrics)
        self._losses.check_weights()
        self.outputs: list[str] | None = None
        if names is not None:
            self._tell_apart(list(names))
        elif not self._losses.are_apart:
            self._tell_apart(["output"])  # until a batch tells otherwise
            self.outputs = None
        if self._losses.of and not self._metrics.has_words:
            self._resolve(None, None)

    @property
    def has_loss(self) -> bool:
        return self._losses.has_any

    @property
    def loss(self) -> Any:
        """The loss of a model of one output."""
        return self._losses.single

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
        if self.outputs is None or len(self._losses.of) != len(self.outputs):
            self.tell_apart(y_pred)
        parts: list[torch.Tensor] = []
        if self.has_loss:
            names = self.outputs or []
            parts += self._losses.values(y, y_pred, sample_weight, names, where)
        parts.extend(one if one.ndim == 0 else one.sum() for one in added)
        if not parts:
            raise StateError(
                where,
                "a loss is needed",
                "compile(loss=None)",
                'Give compile a loss, such as "sparse_categorical_crossentropy".',
            )
        return parts[0] if len(parts) == 1 else torch.stack([one.float() for one in parts]).sum()

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
        if not self._metrics.have_names:
            self._resolve(y, y_pred)
        if not self._metrics.named:
            return
        if len(self._losses.of) == 1 and not is_nest(y_pred) and not is_nest(y):
            self._metrics.update(0, y, y_pred, sample_weight)
            return
        names = self.outputs or []
        weights = weights_of(sample_weight, names)
        targets = targets_of(y, names, self._losses.has_at)
        for place, one in enumerate(predictions_of(y_pred, names)):
            if targets[place] is not None:
                self._metrics.update(place, targets[place], one, weights[place])

    def follow_loss(self, loss: torch.Tensor | float, samples: int) -> None:
        """Add a batch's loss to the sums."""
        self._has_followed_loss = True
        self.mean_loss.add(loss * samples, samples)

    # -- outputs told apart ----------------------------------------------------------------

    def tell_apart(self, y_pred: Any) -> None:
        """Give each output its loss and metrics, now that a batch shows them."""
        if self.outputs is not None and len(self._losses.of) == len(self.outputs):
            return
        names = names_of(y_pred, self._model_names)
        if len(names) != len(self._losses.of) or is_nest(y_pred):
            had_names = self._metrics.have_names
            self._tell_apart(names)
            if had_names and not self._metrics.has_words:
                self._resolve(None, None)
        self.outputs = names

    def _tell_apart(self, names: list[str]) -> None:
        self.outputs = names
        self._losses.tell_apart(names)
        self._metrics.tell_apart(names)

    def find_metrics(self, model: Any, x: Any, y: Any) -> None:
        """Make metrics of words such as "accuracy", which need to see a batch, for a step of the
        user's own that goes through `model.metrics`. Nothing happens where none is missing.
        """
        if self._metrics.have_names or y is None or not self._metrics.has_words:
            return
        try:
            with torch.no_grad():
                y_pred = model(x, training=False)
        except Exception:  # its step does without its call
            return
        self.tell_apart(y_pred)
        self._resolve(y, y_pred)

    def _resolve(self, y: Any, y_pred: Any) -> None:
        """Make metrics of the words that needed shapes, and find each one's name in the logs."""
        names = self.outputs or ["output"]
        if self._metrics.has_words:
            predictions = predictions_of(y_pred, names)
            self._metrics.make(targets_of(y, names, self._losses.has_at), predictions)
        self._metrics.find_names(names)

    # -- labels ----------------------------------------------------------------------------

    def check_targets(self, y: Any, sizes: Any, where: str = "fit") -> None:
        """Raise when whole-number labels are out of range.

        Args:
            sizes: how many classes the output tells apart, or a list of that for several.

        Raises:
            DataError: naming the range that is needed and the one that was found.
        """
        self._losses.check_targets(y, sizes, self.outputs, where)

    # -- sums ------------------------------------------------------------------------------

    def reset(self) -> None:
        for metric in (*self.metrics, *self.tracked):
            metric.reset_state()

    @property
    def metrics(self) -> list[Any]:
        """The loss, the metrics, and the losses of several outputs, in Keras's order."""
        reported = [metric for _, metric in self._metrics.named]
        return [self.mean_loss, *reported, *self._losses.reported_means]

    def readers(self, with_loss: bool = True) -> dict[str, Callable[[], Any]]:
        """What reads each number, by its name in the logs."""
        found: dict[str, Callable[[], Any]] = {}
        if with_loss:
            found["loss"] = self.mean_loss.reader()
            found |= {mean.name: mean.reader() for mean in self._losses.reported_means}
        found |= self._metrics.readers()
        for metric in self.tracked:
            found |= metric.readers()
        return found

    def logs(self) -> LazyLogs:
        """The numbers so far, in alphabetical order as Keras prints them."""
        readers = self.readers(self.has_loss or self._has_followed_loss)
        return LazyLogs(dict(sorted(readers.items())))

    def values_in_order(self, logs: dict[str, Any]) -> list[Any]:
        """The numbers as `evaluate` lists them: loss, metrics, then what else, by name."""
        return [logs[name] for name in self.names_in_order(logs)]

    def names_in_order(self, names: Iterable[str]) -> list[str]:
        """The names of what `evaluate` lists, each once: of its values, in their order."""
        left = dict.fromkeys(names)
        known = dict.fromkeys(metric.name for metric in self.metrics)
        return [*(name for name in known if name in left), *sorted(left.keys() - known.keys())]

    def state(self) -> dict[str, Any]:
        """The sums so far; which accuracy "acc" turned out to be is part of them."""
        followed = self._followed()
        return {
            "outputs": self.outputs,
            **self._metrics.state(),
            "kinds": [type(metric).__name__ for metric in followed],
            "sums": [
                metric.live_state() if hasattr(metric, "live_state") else None
                for metric in followed
            ],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state()`.

        Raises:
            StateError: the state is of other metrics.
        """
        if state["outputs"] is not None and state["outputs"] != self.outputs:
            self._tell_apart(list(state["outputs"]))
        if state["resolved"] and not self._metrics.have_names:
            self._metrics.restore(state)
            self._resolve(None, None)
        kinds = [type(metric).__name__ for metric in self._followed()]
        if state["resolved"] and kinds != state["kinds"]:
            raise StateError(
                "run",
                f"the state must have the metrics {kinds}",
                state["kinds"],
                "Give compile() the ones that it had, or begin anew: name another folder.",
            )
        for metric, saved in zip(self._followed(), state["sums"], strict=False):
            if saved is not None:
                metric.restore(saved)

    def _followed(self) -> list[Any]:
        reported = [metric for _, metric in self._metrics.named]
        return [self.mean_loss, *self._losses.means, *reported, *self.tracked]

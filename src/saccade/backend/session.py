"""Sessions: what gave the values of TensorFlow 1's tensors, and gives those of ours.

sess = K.get_session()
boxes = sess.run(model.output, feed_dict={model.input: images, K.learning_phase(): 0})
"""

from __future__ import annotations

from typing import Any

import torch

from saccade.backend.graphs import function
from saccade.backend.values import get_value
from saccade.errors import InvalidArgument, NotSupported
from saccade.graph import Symbol
from saccade.nests import as_given, leaves, map_nest
from saccade.notes import note_old_word

_INSTEAD = "There are no graphs and sessions: call functions and use .numpy()."


class NothingToDo:
    """An operation whose work was done before, as an initializer's; `run` gives None for it."""

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Without effect."""


class Session:
    """Gives the values of tensors and of a model's symbols; nothing else is done in it."""

    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """The values of tensors, or of symbols of a model, as NumPy, in the same lists and dicts.

        Args:
            fetches: what is wanted: `tf.constant(1.0)`, `model.output`, `[loss, accuracy]`.
            feed_dict: arrays for the symbols that the wanted ones are made of, as `model.input`.
            options, run_metadata: without effect.

        Raises:
            NotSupported: an operation that is run for what it does, as an assignment.
            InvalidArgument: symbols without anything fed.
        """
        wanted, fed = leaves(fetches, as_given), dict(feed_dict or {})
        for one in wanted:
            if not isinstance(one, (Symbol, NothingToDo)) and not torch.is_tensor(one):
                where, kind = "Session.run", type(one).__name__
                raise NotSupported(where, "gives the values of tensors alone", kind, _INSTEAD)
        symbols = [one for one in wanted if isinstance(one, Symbol)]
        if symbols and not any(isinstance(one, Symbol) for one in fed):
            raise InvalidArgument(
                "Session.run",
                "feed_dict must hold what the symbols are made of",
                None,
                "Write feed_dict={model.input: images}.",
            )
        found = iter(function(list(fed), symbols)(list(fed.values())) if symbols else ())

        def value(one: Any) -> Any:
            if isinstance(one, NothingToDo):
                return None
            return next(found) if isinstance(one, Symbol) else get_value(one)

        return map_nest(value, fetches)

    def as_default(self) -> Session:
        return self

    def close(self) -> None:
        """Without effect."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *fault: object) -> None:
        pass


_session = Session()


def get_session() -> Session:
    """The one that there is."""
    return _session


def set_session(session: Any) -> None:
    """Without effect: there is one session for all."""
    note_old_word("set_session has no effect: there are no sessions.")

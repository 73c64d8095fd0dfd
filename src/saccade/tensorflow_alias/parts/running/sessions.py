"""Sessions: TensorFlow 1's lines that set one up, which a script for Keras has at its head.

    config = tf.ConfigProto()
    config.gpu_options.allow_growth = True
    K.set_session(tf.Session(config=config))

Memory is taken as it is needed, and every call has its values at once, so that these lines have
nothing to do. `run` gives values of tensors and of a model's symbols (`backend/session.py`).
"""

from __future__ import annotations

from typing import Any

from saccade.backend import clear_session, session
from saccade.notes import note_old_word


class Settings:
    """Settings of TensorFlow's by name, inside others where a dot says so; nobody reads them."""

    def __init__(self, **settings: Any):
        _note(f"tf.{type(self).__name__}")
        vars(self).update(settings)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        inner = vars(self)[name] = Settings()
        return inner


class ConfigProto(Settings):
    """How a session was to use processors and memory."""


class GPUOptions(Settings):
    """How much of a GPU's memory a session was to take."""


class Graph:
    """What a `with` or a thread says that it works in; a model works in all of them."""

    def as_default(self) -> Graph:
        return self

    def finalize(self) -> None:
        """Without effect."""

    def __enter__(self) -> Graph:
        return self

    def __exit__(self, *fault: object) -> None:
        pass


class Session(session.Session):
    """What `K.set_session` takes, and `run` gives values in."""

    def __init__(self, target: str = "", graph: Any = None, config: Any = None):
        _note(f"tf.{type(self).__name__}")
        self.graph = get_default_graph() if graph is None else graph


class InteractiveSession(Session):
    """The same, for a notebook."""


def global_variables_initializer(name: str | None = None) -> session.NothingToDo:
    """What TensorFlow 1 had to run before variables had values; here they have them when made."""
    note_old_word(
        "tf.global_variables_initializer has no effect: variables have their values from the "
        "start. In TensorFlow 1, run after load_weights, it drew weights anew.",
        key="initializers",
    )
    return session.NothingToDo()


def variables_initializer(var_list: Any, name: str | None = None) -> session.NothingToDo:
    """The same for some of them."""
    return global_variables_initializer()


_graph = Graph()


def get_default_graph() -> Graph:
    """The one that there is."""
    return _graph


def reset_default_graph() -> None:
    """Let automatic names count anew, as `keras.backend.clear_session`."""
    clear_session()


def disable_eager_execution() -> None:
    """Without effect: `K.gradients` and `K.function` work beside calls that give values."""
    _note("tf.disable_eager_execution")


def disable_v2_behavior() -> None:
    """Without effect, as `disable_eager_execution`."""
    _note("tf.disable_v2_behavior")


def _note(what: str) -> None:
    note_old_word(
        f"{what} has no effect: there are no sessions, and memory is taken as it is needed.",
        key="sessions",
    )

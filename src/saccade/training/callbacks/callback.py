"""Callback: what a user hangs into the loop, and the list that calls them in Keras's order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from saccade.errors import InvalidArgument
from saccade.names import refuse_hooks
from saccade.user_names import UserNames

HOOKS = (
    "on_train_begin",
    "on_train_end",
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_predict_begin",
    "on_predict_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)


_HOOKS = {
    "BackupAndRestore": "_load_model _save_model _should_save_on_batch",
    "EarlyStopping": "_is_improvement _set_monitor_op",
    "LearningRateScheduler": "_update_optimizer_lr",
    "ModelCheckpoint": """_get_file_path _save_model _set_monitor_op _should_save_model
        _should_save_on_batch""",
    "ProgbarLogger": "_finalize_progbar _maybe_init_progbar _reset_progbar _update_progbar",
    "ReduceLROnPlateau": "_is_improvement _reset _set_monitor_op",
    "SwapEMAWeights": "_apply_to_ema_optimizers _backend_swap_variables _swap_variables",
}
"""Methods that Keras calls on its callbacks and saccade has not: an override would do nothing."""


class Callback(UserNames):
    """Override any `on_*` method; `self.model` and `self.params` are set before the first.

    `params` holds "verbose", "epochs" and "steps". `logs` are dicts of floats. Set
    `self.model.stop_training = True` to stop after the current batch.

    Source: `keras.callbacks.Callback`.
    """

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        instead = "Override a method that Keras documents: on_epoch_end(), on_train_batch_end() ..."
        refuse_hooks(cls, Callback, "callback", _HOOKS, instead)

    def __init__(self):
        self.params: dict[str, Any] = {}
        self.model: Any = None
        self.validation_data: Any = None

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
        self.model = model

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None: ...

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None: ...

    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None: ...

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None: ...

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: dict | None = None) -> None: ...

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None: ...

    def on_predict_batch_begin(self, batch: int, logs: dict | None = None) -> None: ...

    def on_predict_batch_end(self, batch: int, logs: dict | None = None) -> None: ...

    def on_train_begin(self, logs: dict | None = None) -> None: ...

    def on_train_end(self, logs: dict | None = None) -> None: ...

    def on_test_begin(self, logs: dict | None = None) -> None: ...

    def on_test_end(self, logs: dict | None = None) -> None: ...

    def on_predict_begin(self, logs: dict | None = None) -> None: ...

    def on_predict_end(self, logs: dict | None = None) -> None: ...

    def state(self) -> Any:
        """What a resumed run must give back to this callback; None for nothing."""
        return None

    def restore(self, state: Any) -> None:
        """Go on from a `state()`."""


class CallbackGroup:
    """Calls every callback that overrides a hook, in the order given."""

    def __init__(self, callbacks: Iterable[Any], model: Any, params: dict[str, Any]):
        # What keeps the state of the others must hear after them.
        self.callbacks = sorted(callbacks, key=lambda one: _says(one, "hears_last"))
        for callback in self.callbacks:
            if not hasattr(callback, "on_epoch_end"):
                raise InvalidArgument(
                    "callbacks",
                    "each must be a saccade.callbacks.Callback",
                    type(callback).__name__,
                )
        self.set_model(model)
        self.set_params(params)
        self.ends_on_nan = any(_says(one, "ends_on_nan") for one in self.callbacks)
        self._listeners = {
            hook: [
                getattr(callback, hook) for callback in self.callbacks if _listens(callback, hook)
            ]
            for hook in HOOKS
        }

    def set_model(self, model: Any) -> None:
        """Tell all of them which model is theirs, unless it is None."""
        if model is not None:
            for callback in self.callbacks:
                callback.set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Tell all of them what they find in `self.params`, unless it is empty."""
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def show(self, validation_data: Any) -> None:
        """Let callbacks find the held-out arrays in `self.validation_data`, as until Keras 2.3."""
        for callback in self.callbacks:
            if getattr(callback, "validation_data", None) is None:
                callback.validation_data = validation_data

    def tell_keepers(self, hook: str, *args: Any) -> None:
        """Call a hook of the callbacks that keep the run's state, which Keras does not have.

        Args:
            hook: "set_run" before all others, with the run; "before_validation"; "leave_run" at
                last, with the run and the error that ended it, or None.
        """
        for callback in self.callbacks:
            # Only "set_run" may be anybody's; the others are names that a user's class may have.
            if hasattr(type(callback), hook) and (
                hook == "set_run" or _says(callback, "hears_last")
            ):
                getattr(callback, hook)(*args)

    def listens(self, hook: str) -> bool:
        """Whether anybody would hear this hook."""
        return bool(self._listeners[hook])

    def call(self, hook: str, *args: Any) -> None:
        for listener in self._listeners[hook]:
            listener(*args)


def _says(callback: Any, trait: str) -> bool:
    """Whether a callback's class says so of itself; an object may answer to any name."""
    return bool(getattr(type(callback), trait, False))


_ALIASES = {
    "on_train_batch_begin": "on_batch_begin",
    "on_train_batch_end": "on_batch_end",
}


def _listens(callback: Any, hook: str) -> bool:
    """Whether a callback does anything in this hook: skipping the rest keeps batches cheap."""
    names = (hook, _ALIASES[hook]) if hook in _ALIASES else (hook,)
    return any(
        name in vars(callback) or getattr(type(callback), name, None) is not getattr(Callback, name)
        for name in names
    )

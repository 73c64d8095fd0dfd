"""CallbackList: callbacks that are called together, for loops of a user's own."""

from __future__ import annotations

from typing import Any

from saccade.nests import leaves
from saccade.training.callbacks.callback import HOOKS, CallbackGroup
from saccade.training.callbacks.history import History
from saccade.training.callbacks.progbar_logger import ProgbarLogger
from saccade.training.callbacks.progress import Progress


class CallbackList(CallbackGroup):
    """Calls each hook of every callback, in the order given.

    Args:
        callbacks: a list of callbacks.
        add_history: add a `History` unless there is one.
        add_progbar: add a `ProgbarLogger` unless there is one.
        model: what the callbacks are told is their model.
        params: what they find in `self.params`: verbose, epochs, steps.

    Example:
        >>> callbacks = CallbackList([LambdaCallback(on_epoch_end=print)], epochs=1)
        >>> callbacks.on_epoch_end(0, {"loss": 0.5})
        0 {'loss': 0.5}

    Source: `keras.callbacks.CallbackList`.
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ):
        listed = [] if callbacks is None else leaves(callbacks)
        if add_history and not any(isinstance(one, History) for one in listed):
            listed.append(History())
        if add_progbar and not any(isinstance(one, Progress) for one in listed):
            listed.append(ProgbarLogger())
        super().__init__(listed, model, params)
        self.model, self.params = model, params

    def set_model(self, model: Any) -> None:
        """Tell all of them which model is theirs."""
        self.model = model
        super().set_model(model)

    def set_params(self, params: dict[str, Any]) -> None:
        """Tell all of them what they find in `self.params`."""
        self.params = params
        super().set_params(params)


def _teller(hook: str) -> Any:
    def tell(self: CallbackList, *args: Any, logs: dict | None = None, **place: int) -> None:
        args = (*args, *place.values())  # epoch= or batch=
        counts = 2 if hook.startswith("on_epoch") or "batch" in hook else 1
        if len(args) < counts:
            args = (*args, {} if logs is None else logs)
        self.call(hook, *args)

    tell.__name__ = hook
    tell.__doc__ = f"Call `{hook}` of every callback."
    return tell


for _hook in HOOKS:
    setattr(CallbackList, _hook, _teller(_hook))
CallbackList.on_batch_begin = CallbackList.on_train_batch_begin  # type: ignore[attr-defined]
CallbackList.on_batch_end = CallbackList.on_train_batch_end  # type: ignore[attr-defined]

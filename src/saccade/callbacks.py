"""Callbacks, with Keras's names."""

from saccade.training.callback import Callback, CallbackList
from saccade.training.early_stopping import EarlyStopping
from saccade.training.history import History

__all__ = ["Callback", "CallbackList", "EarlyStopping", "History"]

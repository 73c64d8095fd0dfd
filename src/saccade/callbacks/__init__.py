"""Callbacks, with Keras's names."""

from typing import Any

from saccade.names import names_from, refuse_name
from saccade.training.callbacks.backup_and_restore import BackupAndRestore
from saccade.training.callbacks.callback import Callback
from saccade.training.callbacks.callback_list import CallbackList
from saccade.training.callbacks.csv_logger import CSVLogger
from saccade.training.callbacks.early_stopping import EarlyStopping
from saccade.training.callbacks.history import History
from saccade.training.callbacks.lambda_callback import LambdaCallback
from saccade.training.callbacks.learning_rate_scheduler import LearningRateScheduler
from saccade.training.callbacks.model_checkpoint import ModelCheckpoint
from saccade.training.callbacks.progbar_logger import ProgbarLogger
from saccade.training.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from saccade.training.callbacks.swap_ema_weights import SwapEMAWeights
from saccade.training.callbacks.tensorboard import TensorBoard
from saccade.training.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = names_from(globals(), "saccade.training.callbacks")


class BaseLogger(Callback):
    """Keras 1's and 2's, which averaged the numbers of an epoch: they come averaged here.

    Args:
        stateful_metrics: changes nothing.
    """

    def __init__(self, stateful_metrics: Any = None):
        super().__init__()
        self.stateful_metrics = set(stateful_metrics or ())


REFUSED: dict[str, str] = {
    "OrbaxCheckpoint": "ModelCheckpoint saves models and weights, BackupAndRestore a whole run.",
    "RemoteMonitor": "saccade calls no server; subclass Callback and send the logs in "
    "on_epoch_end, or write them with CSVLogger or TensorBoard.",
}
"""Keras's name of a callback, and a sentence that says what to use instead."""


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED)

"""Killing: a run that is killed at moments, gone on with, and compared with one that was not."""

import numpy as np
import pytest
import torch

from saccade.callbacks import BackupAndRestore, Callback
from saccade.layers import BatchNormalization, Dense, Dropout
from saccade.models import Sequential
from saccade.utils import set_random_seed

STREAM = np.random.RandomState(0)
X = STREAM.standard_normal((30, 6)).astype(np.float32)
Y = STREAM.randint(0, 2, 30)
EPOCHS = 4


class Killed(Exception):
    """What ends a run from outside."""


class Kills(Callback):
    """Raises at one moment: ("begin", epoch), ("before", epoch, batch), ("batch", epoch, batch),
    ("end", epoch), ("over",).

    Args:
        hears_last: after the state was taken; else before.
    """

    def __init__(self, *moment, hears_last=True):
        super().__init__()
        self.moment, self.epoch, self.hears_last = moment, 0, hears_last

    def _at(self, *moment):
        if moment == self.moment:
            raise Killed

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
        self._at("begin", epoch)

    def on_train_batch_begin(self, batch, logs=None):
        self._at("before", self.epoch, batch)

    def on_train_batch_end(self, batch, logs=None):
        self._at("batch", self.epoch, batch)

    def on_epoch_end(self, epoch, logs=None):
        self._at("end", epoch)

    def on_train_end(self, logs=None):
        self._at("over")


def network(*more, dropped=0.4):
    parts = [Dense(8, "relu", input_shape=(6,)), BatchNormalization(), Dropout(dropped)]
    return Sequential([*parts, *more, Dense(2, "softmax")])


def compiled(model=None, optimizer="adam", **options):
    model = network() if model is None else model
    loss = "sparse_categorical_crossentropy"
    model.compile(optimizer, loss, **{"metrics": ["acc"], **options})
    return model


def check(tmp_path, make, *moments, save_freq=1, **fit_options):
    """`make` gives (model, data, callbacks); killed at each moment in turn, it ends the same."""

    def fit(folder, *kills):
        set_random_seed(5)
        model, data, listed = make()
        backup = [BackupAndRestore(folder, save_freq=save_freq)] if folder else []
        options = {"epochs": EPOCHS, "verbose": 0, **fit_options}
        if isinstance(data, tuple):
            options["batch_size"] = 6
            history = model.fit(*data, callbacks=[*listed, *backup, *kills], **options)
        else:
            history = model.fit(data, callbacks=[*listed, *backup, *kills], **options)
        return model, history

    whole, expected = fit(None)
    for moment in moments:
        with pytest.raises(Killed):
            fit(tmp_path / "b", Kills(*moment))
    model, history = fit(tmp_path / "b")
    assert history.history == expected.history
    assert history.epoch == expected.epoch
    for one, other in zip(model.weights, whole.weights, strict=True):
        assert torch.equal(one, other)
    for one, other in zip(model.optimizer.variables, whole.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    return model, history

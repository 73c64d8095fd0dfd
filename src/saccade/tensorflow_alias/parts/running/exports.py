"""Exports: `tf.saved_model`, a format that is not written; the model is kept before it is said."""

from __future__ import annotations

import os
from typing import Any, NoReturn

from saccade.errors import NotSupported
from saccade.models import Model


def save(obj: Any, export_dir: Any, signatures: Any = None, options: Any = None) -> NoReturn:
    """Refused, after the model was written to `<export_dir>.keras`.

    Raises:
        NotSupported: always; the message says where the model is.
    """
    kept = ""
    if isinstance(obj, Model):
        path = os.fspath(export_dir).rstrip("/\\") + ".keras"
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        obj.save(path)
        kept = f'Nothing is lost: the model is in "{path}", for keras.models.load_model.'
    raise NotSupported(
        "tf.saved_model.save", "a SavedModel is not written", None,
        kept or "Keep weights with tf.train.Checkpoint.",
    )  # fmt: skip


def load(export_dir: Any, tags: Any = None, options: Any = None) -> NoReturn:
    """Refused.

    Raises:
        NotSupported: always.
    """
    raise NotSupported(
        "tf.saved_model.load",
        "a SavedModel is not read",
        str(export_dir),
        "Where TensorFlow is: keras.models.load_model(folder).save('name.h5'), and load that.",
    )

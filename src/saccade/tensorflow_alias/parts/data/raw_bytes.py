"""Raw bytes: `tf.io`'s ways between bytes, strings and numbers."""

from __future__ import annotations

import base64
import glob
import os
import sys
from typing import Any

import numpy as np
import torch

from saccade.data.dataset.string_scalar import StringScalar
from saccade.tensorflow_alias.parts.images.files import Content
from saccade.tensorflow_alias.parts.tensors.dtypes import as_dtype
from saccade.tensorflow_alias.parts.tensors.tensors import tensor_of
from saccade.tensorflow_alias.parts.text.string_tensors import StringArray


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes) else str(value).encode()


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> StringScalar:
    """The web's letters for bytes, which go into addresses; without "=" at the end."""
    text = base64.urlsafe_b64encode(_bytes(input)).decode()
    return StringScalar(text if pad else text.rstrip("="))


def decode_base64(input: Any, name: str | None = None) -> Content:
    text = _bytes(input)
    return Content(base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4)))


def decode_raw(
    input_bytes: Any, out_type: Any, little_endian: bool = True, name: str | None = None
) -> torch.Tensor:
    """Bytes read as numbers."""
    kind = np.dtype(as_dtype(out_type).as_numpy_dtype)
    numbers = np.frombuffer(_bytes(input_bytes), kind)
    is_ours = little_endian == (sys.byteorder == "little")
    return tensor_of(numbers if is_ours else numbers.byteswap())


def matching_files(pattern: Any, name: str | None = None) -> StringArray:
    """The names of the files that match a pattern, sorted."""
    patterns = pattern if isinstance(pattern, (list, tuple)) else [pattern]
    return StringArray(sorted(file for one in patterns for file in glob.glob(os.fsdecode(one))))

"""PixelLayer: what layers that prepare pixels have beside others, before a network."""

from __future__ import annotations

from typing import Any

import torch

from saccade.dtype_policy import DTypePolicy, plain_word
from saccade.layers.core.weight_holder import WeightHolder
from saccade.user_names import set_inside


class PixelLayer(WeightHolder):
    """A layer that may give any dtype, and that takes a list of images as a batch of them.

    It computes in float32 unless it says otherwise, and casts what it gives; integers lose their
    fractions, as in Keras.

    Attributes:
        gives: the dtype that was asked for; None leaves what is computed as it is.
    """

    joins_lists = True
    _gives: torch.dtype | None = None

    @property
    def dtype_policy(self) -> Any:
        return self._policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        word = plain_word(value)
        if word is None:
            WeightHolder.dtype_policy.fset(self, value)  # type: ignore[attr-defined]
            set_inside(self, "_gives", None)
            return
        set_inside(self, "_policy", DTypePolicy.plain(word))
        set_inside(self, "_computes_in", torch.float32)
        set_inside(self, "_is_mixed", False)
        set_inside(self, "_gives", getattr(torch, word))

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        y = super().forward(*args, **kwargs)  # type: ignore[misc]
        if self._gives is None:
            return y
        if isinstance(y, dict):
            return {**y, "images": self._given(y["images"])}
        return self._given(y)

    def _given(self, y: Any) -> Any:
        return y.to(self._gives) if torch.is_tensor(y) else y

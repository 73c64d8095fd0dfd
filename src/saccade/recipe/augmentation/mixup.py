"""Mixup: photos laid over one another, and their labels with them."""

from __future__ import annotations

import numpy as np
import torch

from saccade.layers import MixUp

ALPHA = 0.2  # small: most mixtures are nearly one photo
_LAYER = MixUp(ALPHA, seed=0, dtype="float32")  # mixes; what it would draw is drawn here


def mix_photos(
    batch_nhwc: torch.Tensor, labels: torch.Tensor, draw: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Lay over each photo another one of its batch.

    Law: x' = s x + (1 - s) x[p] and y' = s y + (1 - s) y[p], with one share s from
    Beta(0.2, 0.2) and one permutation p for the batch.

    Args:
        batch_nhwc: float (n, height, width, channels), in any range.
        labels: float (n, classes), rows that add up to 1.
        draw: where the share and then the permutation come from.

    Source: Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018.
    """
    share = draw.beta(ALPHA, ALPHA)
    mixture = {
        "mix_weight": torch.tensor([share], dtype=torch.float32),  # the layer's is one an image
        "permutation_order": torch.from_numpy(draw.permutation(len(batch_nhwc))),
    }
    return (
        _LAYER.transform_images(batch_nhwc, mixture),
        _LAYER.transform_labels(labels, mixture),
    )

"""Statistics: what a sample of images tells for normalising others, per channel and per pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

EPSILON = 1e-6


@dataclass(frozen=True, eq=False)
class Statistics:
    """Mean, standard deviation and whitening of a sample, each None if it was not asked for.

    Attributes:
        mean, std: (1, 1, channels), over all samples, rows and columns.
        whitening: (d, d) for images of d = height * width * channels values.
    """

    mean: np.ndarray | None = None
    std: np.ndarray | None = None
    whitening: np.ndarray | None = None


def measure(
    sample_nhwc: np.ndarray, center: bool, scale: bool, whiten: bool, zca_epsilon: float
) -> Statistics:
    """Measure a sample.

    Law, with X the sample as a matrix (n, d), centred and scaled first where that is asked for::

        mean = average over samples, rows, columns;   std likewise, of the centred sample
        X^T = U S V^T;   whitening = U diag(sqrt(n) / (s + zca_epsilon)) U^T

    Args:
        sample_nhwc: float (n, height, width, channels); it is overwritten.
        center, scale, whiten: what to measure.
        zca_epsilon: keeps directions without variance from becoming infinite.

    Source: Keras 3, legacy/preprocessing/image.py, ImageDataGenerator.fit.
    """
    mean = std = whitening = None
    if center:
        mean = sample_nhwc.mean(axis=(0, 1, 2)).reshape(1, 1, -1)
        sample_nhwc -= mean
    if scale:
        std = sample_nhwc.std(axis=(0, 1, 2)).reshape(1, 1, -1)
        sample_nhwc /= std + EPSILON
    if whiten:
        n = len(sample_nhwc)
        u, s, _ = np.linalg.svd(sample_nhwc.reshape(n, -1).T, full_matrices=False)
        whitening = (u * (np.sqrt(n) / (s + zca_epsilon))).dot(u.T)
    return Statistics(mean, std, whitening)

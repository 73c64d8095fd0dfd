"""Standardization: what a generator does to the numbers of an image, and the sample it needs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from saccade.errors import ShapeError
from saccade.notes import note_once

EPSILON = 1e-6
SWITCHES = (
    "featurewise_center",
    "samplewise_center",
    "featurewise_std_normalization",
    "samplewise_std_normalization",
    "zca_whitening",
)


@dataclass(frozen=True, eq=False)
class Statistics:
    """Mean, standard deviation and whitening of a sample, each None if it was not asked for.

    Attributes:
        mean, std: (1, 1, channels), over all samples, rows and columns; (channels, 1, 1) of images
            with their channels first.
        whitening: (d, d) for images of d = height * width * channels values.
    """

    mean: np.ndarray | None = None
    std: np.ndarray | None = None
    whitening: np.ndarray | None = None


def measure(
    sample: np.ndarray,
    center: bool,
    scale: bool,
    whiten: bool,
    zca_epsilon: float,
    channel_axis: int = 3,
) -> Statistics:
    """Measure a sample.

    Law, with X the sample as a matrix (n, d), centred and scaled first where that is asked for::

        mean = average over samples, rows, columns;   std likewise, of the centred sample
        X^T = U S V^T;   whitening = U diag(sqrt(n) / (s + zca_epsilon)) U^T

    Args:
        sample: float (n, height, width, channels), or channels first; it is overwritten.
        center, scale, whiten: what to measure.
        zca_epsilon: keeps directions without variance from becoming infinite.
        channel_axis: 3, or 1 where the channels come first.

    Source: Keras 3, legacy/preprocessing/image.py, ImageDataGenerator.fit.
    """
    mean = std = whitening = None
    others = tuple(axis for axis in range(4) if axis != channel_axis)
    along_channels = tuple(-1 if axis == channel_axis else 1 for axis in (1, 2, 3))
    if center:
        mean = sample.mean(axis=others).reshape(along_channels)
        sample -= mean
    if scale:
        std = sample.std(axis=others).reshape(along_channels)
        sample /= std + EPSILON
    if whiten:
        n = len(sample)
        u, s, _ = np.linalg.svd(sample.reshape(n, -1).T, full_matrices=False)
        whitening = (u * (np.sqrt(n) / (s + zca_epsilon))).dot(u.T)
    return Statistics(mean, std, whitening)


class Standardization:
    """The part of `ImageDataGenerator` that shifts and scales values; it describes the settings.

    Attributes:
        mean, std, zca_whitening_matrix: what `fit` measured; None before.
    """

    featurewise_center: bool
    samplewise_center: bool
    featurewise_std_normalization: bool
    samplewise_std_normalization: bool
    zca_whitening: bool
    zca_epsilon: float
    rescale: float | None
    preprocessing_function: Callable[[np.ndarray], np.ndarray] | None
    dtype: np.dtype
    mean: np.ndarray | None
    std: np.ndarray | None
    zca_whitening_matrix: np.ndarray | None

    def standardize(self, x: np.ndarray) -> np.ndarray:
        """Normalise one image, or a batch, in place where it can.

        Law: preprocessing_function, * rescale, - mean(x), / (std(x) + 1e-6), - mean of the sample,
        / (std of the sample + 1e-6), whitening; each only if it was asked for.

        Args:
            x: float image or batch, as the generator's data format has it.

        Returns:
            The result; x itself, changed, unless the function made another array.
        """
        if self.preprocessing_function is not None:
            given = x.shape
            x = np.asarray(self.preprocessing_function(x))
            if x.ndim == 0:  # it would fill the batch, and nobody would notice
                raise ShapeError(
                    "preprocessing_function",
                    f"must return an image of the shape it was given, {given}",
                    "None" if x.dtype == object else "one number",
                    "Does it end with return?",
                )
        normalises = (
            self.rescale
            or self.samplewise_center
            or self.samplewise_std_normalization
            or self.featurewise_center
            or self.featurewise_std_normalization
        )
        if normalises and x.dtype.kind != "f":  # a function may return uint8
            x = x.astype(np.float32)
        if self.rescale:
            x *= self.rescale
        if self.samplewise_center:
            x -= np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x /= np.std(x, keepdims=True) + EPSILON
        if self.featurewise_center and self._measured("featurewise_center", self.mean):
            x -= self.mean
        if self.featurewise_std_normalization and self._measured(
            "featurewise_std_normalization", self.std
        ):
            x /= self.std + EPSILON  # type: ignore[operator]
        if self.zca_whitening and self._measured("zca_whitening", self.zca_whitening_matrix):
            matrix = self.zca_whitening_matrix
            assert matrix is not None
            if math.prod(x.shape[-3:]) != len(matrix):
                raise ShapeError(
                    "zca_whitening",
                    f"needs images of {len(matrix)} values, as those given to fit",
                    x.shape,
                )
            x = (x.reshape(-1, len(matrix)) @ matrix).reshape(x.shape)
        return x

    def _measured(self, option: str, value: np.ndarray | None) -> bool:
        if value is None and not callable(getattr(self, option)):  # a function was noted already
            note_once(
                f"ImageDataGenerator: {option} has no effect before fit(images) has measured a "
                "sample; call it with some of the training images.",
                key="no sample was measured",
            )
        return value is not None

    def _settle_normalisations(self) -> None:
        """Keras's rules for options that imply or exclude one another, each with a note."""
        if self.zca_whitening and self.featurewise_std_normalization:
            note_once("ImageDataGenerator: zca_whitening turns featurewise_std_normalization off.")
            self.featurewise_std_normalization = False
        for option, implied in (
            ("zca_whitening", "featurewise_center"),
            ("featurewise_std_normalization", "featurewise_center"),
            ("samplewise_std_normalization", "samplewise_center"),
        ):
            if getattr(self, option) and not getattr(self, implied):
                note_once(
                    f"ImageDataGenerator: {option} turns {implied} on.",
                    key="implied standardization",
                )
                setattr(self, implied, True)

"""Mixup: one share and one order a batch, for photos and labels alike."""

from __future__ import annotations

import numpy as np
import torch

from saccade.predictor import Preprocessing
from saccade.recipe.augmentation.mixup import ALPHA, mix_photos
from saccade.recipe.photos.pixels import Pixels, PixelSource

LABELS = torch.eye(4)


def photos(count: int = 4) -> torch.Tensor:
    return torch.rand(count, 3, 5, 3, generator=torch.Generator().manual_seed(0))


def test_photos_and_labels_are_mixed_alike():
    x, y = mix_photos(photos(), LABELS, np.random.default_rng(3))
    draw = np.random.default_rng(3)
    share, order = draw.beta(ALPHA, ALPHA), draw.permutation(4)
    assert 0.001 < share < 0.999
    assert not np.array_equal(order, np.arange(4))
    assert torch.allclose(x, share * photos() + (1 - share) * photos()[order], atol=1e-6)
    assert torch.allclose(y, share * LABELS + (1 - share) * LABELS[order], atol=1e-6)
    assert torch.allclose(y.sum(1), torch.ones(4))


def source(mixed: bool, class_weights: np.ndarray | None = None) -> PixelSource:
    stored = torch.from_numpy(
        np.random.default_rng(0).integers(0, 255, (7, 4, 4, 3), dtype=np.uint8)
    )
    preprocessing = Preprocessing((4, 4), "rgb")
    pixels = Pixels([f"{row}.png" for row in range(7)], preprocessing, stored)
    one_hot = np.eye(3, dtype=np.float32)[np.arange(7) % 3]
    return PixelSource(
        pixels, np.arange(7), one_hot, 3, shuffle=True, seed=5, mixed=mixed,
        class_weights=class_weights,
    )  # fmt: skip


def test_each_batch_and_pass_is_mixed_anew_and_can_be_entered_anywhere():
    mixed, plain = source(True), source(False)
    whole = list(mixed.read(1))
    for (x, y, _), (clear, labels, _) in zip(whole, plain.read(1), strict=True):
        assert x.shape == clear.shape
        assert torch.allclose(y.sum(1), torch.ones(len(y)))
        assert torch.equal(labels.sum(1), torch.ones(len(y)))
    labels_of_all = [y for number in range(6) for _, y, _ in mixed.read(number)]
    assert len({round(float((y * y).sum() / len(y)), 4) for y in labels_of_all}) > 5
    for (x, y, _), (again, labels, _) in zip(whole[1:], mixed.read(1, 1), strict=True):
        assert torch.equal(x, again)
        assert torch.equal(y, labels)
    assert not torch.equal(whole[0][0], next(iter(mixed.read(2)))[0])


def test_a_mixed_photo_counts_as_its_label_is_mixed():
    weights = np.array([0.5, 1.0, 2.0], dtype=np.float32)
    seen = []
    weighed = source(True, weights)
    for _, y, counts in (batch for number in range(4) for batch in weighed.read(number)):
        assert torch.allclose(counts, (y * torch.from_numpy(weights)).sum(1))
        seen += counts.tolist()
    assert len(set(seen) - {0.5, 1.0, 2.0}) > 3
    assert all(counts is None for _, _, counts in source(True).read(1))

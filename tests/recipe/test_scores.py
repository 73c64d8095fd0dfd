"""Scores: the numbers of a small case that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from saccade.data.sources.array_source import ArraySource
from saccade.layers import Activation
from saccade.models import Sequential
from saccade.recipe.scores import judge

NAMES = ("ant", "bee", "cow")
IS = [0, 0, 0, 1, 1]
TAKEN_FOR = [0, 1, 1, 1, 0]


def judge_logits(logits: np.ndarray, labels: list[int], names=NAMES, activation="softmax"):
    model = Sequential([Activation(activation, input_shape=logits.shape[1:])])
    source = ArraySource(logits, np.array(labels, dtype=np.int32), batch_size=2)
    return judge(model, source, names)


@pytest.fixture
def scores():
    return judge_logits(np.eye(3, dtype=np.float32)[TAKEN_FOR] * math.log(2), IS)


def test_rows_are_what_it_is_and_columns_what_it_was_taken_for(scores):
    assert scores.confusion == ((1, 2, 0), (1, 1, 0), (0, 0, 0))
    assert scores.images == 5
    assert scores.accuracy == pytest.approx(2 / 5)


def test_precision_recall_and_f1_of_each_class(scores):
    ant, bee, cow = scores.classes
    assert (ant.precision, ant.recall, ant.f1) == pytest.approx((1 / 2, 1 / 3, 2 / 5))
    assert (bee.precision, bee.recall, bee.f1) == pytest.approx((1 / 3, 1 / 2, 2 / 5))
    assert (cow.precision, cow.recall, cow.f1) == (None, None, None)
    assert [each.images for each in scores.classes] == [3, 2, 0]


def test_the_loss_is_the_mean_over_images_not_over_batches(scores):
    right, wrong = -math.log(2 / 4), -math.log(1 / 4)
    assert scores.loss == pytest.approx((2 * right + 3 * wrong) / 5)


def test_a_loss_is_taken_from_logits_so_certain_mistakes_count_in_full():
    logits = np.array([[50.0, 0.0]], dtype=np.float32)
    assert judge_logits(logits, [1], ("no", "yes")).loss == pytest.approx(50)


def test_one_output_is_the_second_of_two_classes():
    logits = np.array([[2.0], [-1.0], [3.0]], dtype=np.float32)
    scores = judge_logits(logits, [1, 0, 0], ("no", "yes"), "sigmoid")
    assert scores.confusion == ((1, 1), (0, 1))
    expected = [math.log1p(math.exp(-2)), math.log1p(math.exp(-1)), math.log1p(math.exp(3))]
    assert scores.loss == pytest.approx(sum(expected) / 3)


def test_the_record_is_plain(scores):
    record = scores.to_dict()
    assert record["confusion"][0] == [1, 2, 0]
    assert record["classes"][2] == {
        "name": "cow",
        "precision": None,
        "recall": None,
        "f1": None,
        "images": 0,
    }
    assert not torch.is_tensor(record["loss"])


class Sided:
    """Says "bee" as surely as the left half is bright."""

    device = torch.device("cpu")

    def __call__(self, x_nhwc: torch.Tensor, training: bool) -> torch.Tensor:
        assert not training
        left = x_nhwc[:, :, : x_nhwc.shape[2] // 2].mean(dim=(1, 2, 3))
        return torch.stack([1 - left, left], dim=1)

    def forward_at_rest(self, images, for_loss=False):
        return self


def test_in_a_mirror_two_answers_are_averaged():
    images = np.zeros((1, 2, 4, 1), dtype=np.float32)
    images[:, :, :2] = 0.9
    images[:, :, 2:] = 0.3
    source = ArraySource(images, np.array([1], dtype=np.int32), batch_size=2)
    assert judge(Sided(), source, ("ant", "bee")).loss == pytest.approx(-math.log(0.9))
    mirrored = judge(Sided(), source, ("ant", "bee"), mirrored=True)
    assert mirrored.loss == pytest.approx(-math.log(0.6))

"""Input shapes: Keras's rules, and what is said where one is broken."""

import pytest

from saccade import notes
from saccade.applications.building.input_shape import obtain_input_shape
from saccade.errors import InvalidArgument


def obtain(shape, include_top=True, weights=None):
    return obtain_input_shape('"net"', shape, 224, 32, include_top, weights)


@pytest.mark.parametrize(
    ("shape", "include_top", "expected"),
    [
        (None, True, (224, 224, 3)),
        (None, False, (None, None, 3)),
        ((64, 48, 3), True, (64, 48, 3)),
        ((32, None, 1), False, (32, None, 1)),
    ],
)
def test_what_is_built(shape, include_top, expected):
    assert obtain(shape, include_top) == expected


@pytest.mark.parametrize(
    ("shape", "include_top", "weights", "said"),
    [
        ((64, 64), False, None, r"must be \(height, width, channels\)"),
        ((64, 64, 3), True, "imagenet", r"input_shape must be \(224, 224, 3\)"),
        ((64, 64, 1), False, "imagenet", "ImageNet's images have 3 channels"),
        ((31, 64, 3), False, None, "at least 32 x 32 pixels"),
        ((64, None, 3), True, None, "needs an input_shape without None"),
    ],
)
def test_what_is_refused(shape, include_top, weights, said):
    with pytest.raises(InvalidArgument, match=f'"net": .*{said}'):
        obtain(shape, include_top, weights)


def test_odd_channels_are_taken_and_noted_once(caplog):
    notes.forget_notes()
    assert obtain((64, 64, 3)) == (64, 64, 3)
    assert not caplog.records
    for _ in range(2):
        assert obtain((64, 64, 4)) == (64, 64, 4)
    assert len(caplog.records) == 1
    assert "images of 4 channels" in caplog.text
    notes.forget_notes()

"""What augmentation draws and in which order, what it refuses, what it leaves alone."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.data.generator.augmentation import IDENTITY, Augmentation
from saccade.data.transforms.affine import affine_matrix, warp
from saccade.data.transforms.focus import blur, sharpen
from saccade.data.transforms.light import brighten, change_contrast, shift_channels
from saccade.data.transforms.noise import add_noise
from saccade.errors import InvalidArgument, ShapeError, UnknownName

EVERYTHING = Augmentation(
    rotation_range=30,
    width_shift_range=0.2,
    height_shift_range=3,
    brightness_range=(0.6, 1.4),
    shear_range=10,
    zoom_range=0.2,
    channel_shift_range=20,
    horizontal_flip=True,
    vertical_flip=True,
    contrast_range=0.3,
    blur_range=2,
    sharpen_range=(0.2, 0.5),
    noise_range=8,
)


def picture(shape=(17, 23, 3), seed=1) -> np.ndarray:
    return np.random.RandomState(seed).uniform(0, 255, shape).astype(np.float32)


def place_of(stream: np.random.RandomState) -> tuple:
    """What the stream would draw next."""
    return tuple(stream.random_sample(4))


def test_ours_are_drawn_after_keras_and_only_where_asked_for():
    stream, again = np.random.RandomState(3), np.random.RandomState(3)
    drawn = EVERYTHING.draw(stream, (17, 23, 3))
    plain = dataclasses.replace(
        EVERYTHING, contrast_range=None, blur_range=None, sharpen_range=None, noise_range=None
    ).draw(again, (17, 23, 3))
    assert list(plain) == list(IDENTITY)
    assert {name: drawn[name] for name in plain} == plain
    assert drawn["contrast"] == again.uniform(0.7, 1.3)
    assert drawn["blur"] == again.uniform(0, 2)
    assert drawn["sharpen"] == again.uniform(0.2, 0.5)
    assert drawn["noise"] == again.uniform(0, 8)
    assert drawn["noise_seed"] == again.randint(2**31)
    assert place_of(stream) == place_of(again)


def test_one_of_ours_alone_draws_itself_alone():
    stream, again = np.random.RandomState(4), np.random.RandomState(4)
    drawn = Augmentation(sharpen_range=0.5).draw(stream, (5, 5, 3))
    again.random_sample(2)  # the flips
    assert drawn == IDENTITY | {"sharpen": again.uniform(0, 0.5)}
    assert place_of(stream) == place_of(again)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1))
@settings(max_examples=50, deadline=None)
def test_an_unchanged_image_costs_the_same_draws(seed, fraction):
    stream, again = np.random.RandomState(seed), np.random.RandomState(seed)
    drawn = dataclasses.replace(EVERYTHING, unchanged=fraction).draw(stream, (17, 23, 3))
    changed = EVERYTHING.draw(again, (17, 23, 3))
    if again.random_sample() < fraction:
        image_hwc = picture()
        assert EVERYTHING.apply(image_hwc, drawn) is image_hwc
    else:
        assert drawn == changed
    assert place_of(stream) == place_of(again)


def test_the_fraction_of_unchanged_images_is_the_one_asked_for():
    augmentation = Augmentation(rotation_range=20, unchanged=0.25)
    stream = np.random.RandomState(5)
    unchanged = [augmentation.draw(stream, (8, 8, 3))["theta"] == 0 for _ in range(4000)]
    assert np.mean(unchanged) == pytest.approx(0.25, abs=0.02)


def test_shifts_are_fractions_pixels_or_lists():
    def shifts(limit):
        augmentation, stream = Augmentation(width_shift_range=limit), np.random.RandomState(6)
        return [augmentation.draw(stream, (10, 200, 3))["ty"] for _ in range(300)]

    assert 35 < max(shifts(0.2)) <= 40  # of 200 px
    assert min(shifts(0.2)) < -35
    assert set(shifts(3)) == {-2, -1, 0, 1, 2}
    assert set(shifts([4, -7])) == {-7, -4, 4, 7}
    assert set(shifts(np.array([0.1, 0.5]))) == {-100, -20, 20, 100}
    assert 2.5 < max(shifts(3.0)) <= 3
    assert set(shifts(0)) == set(shifts([])) == {0}


def test_identity_is_what_never_changes_a_pixel():
    for same in ({}, {"zoom_range": (1, 1)}, {"fill_mode": "wrap", "cval": 3}, {"unchanged": 0.5}):
        augmentation = Augmentation(**same)
        assert augmentation.is_identity, same
        stream, again = np.random.RandomState(7), np.random.RandomState(7)
        assert augmentation.draw(stream, (5, 5, 3)) == IDENTITY
        again.random_sample(2)
        assert place_of(stream) == place_of(again), same
    for name in (field.name for field in dataclasses.fields(EVERYTHING)):
        value = getattr(EVERYTHING, name)
        if value != getattr(Augmentation(), name):
            assert not Augmentation(**{name: value}).is_identity, name
    assert not Augmentation(brightness_range=(1, 1)).is_identity  # it still cuts to whole numbers


def test_the_order_of_the_nine_steps():
    image_hwc = picture()
    drawn = EVERYTHING.draw(np.random.RandomState(20), image_hwc.shape)
    drawn |= {"flip_horizontal": True, "flip_vertical": True}
    matrix = affine_matrix(*(drawn[n] for n in ("theta", "tx", "ty", "shear", "zx", "zy")), 17, 23)
    expected = shift_channels(warp(image_hwc, matrix), drawn["channel_shift_intensity"])
    expected = brighten(expected[::-1, ::-1], drawn["brightness"])
    expected = blur(change_contrast(expected, drawn["contrast"]), drawn["blur"])
    expected = add_noise(sharpen(expected, drawn["sharpen"]), drawn["noise"], drawn["noise_seed"])
    result = EVERYTHING.apply(image_hwc, drawn)
    np.testing.assert_array_equal(result, expected)
    assert result.dtype == np.float32
    assert result.flags.c_contiguous


@pytest.mark.parametrize(
    "parameters",
    [
        {"theta": 10},
        {"flip_horizontal": True},
        {"flip_vertical": 1},
        {"channel_shift_intensity": 5.0},
        {"brightness": 1.2},
        {"contrast": 1.2},
        {"blur": 1.0},
        {"sharpen": 0.5},
        {"noise": 5.0},
    ],
    ids=str,
)
def test_parameters_by_hand_act_alone_and_leave_the_input(parameters):
    image_hwc = picture()
    before = image_hwc.copy()
    result = Augmentation().apply(image_hwc, parameters)
    assert result.shape == image_hwc.shape
    assert not np.array_equal(result, before)
    assert not np.shares_memory(result, image_hwc)
    np.testing.assert_array_equal(image_hwc, before)


def test_nothing_by_hand_is_nothing():
    image_hwc = picture()
    for nothing in ({}, IDENTITY, {"contrast": None, "blur": 0, "noise": None}, {"zx": 1.0}):
        assert EVERYTHING.apply(image_hwc, nothing) is image_hwc


def test_the_settings_reach_the_pixels():
    image_hwc = picture()
    shift = {"ty": 30}
    assert (Augmentation(fill_mode="constant", cval=9).apply(image_hwc, shift) == 9).all()
    turned = {
        order: Augmentation(interpolation_order=order).apply(image_hwc, {"theta": 20})
        for order in (0, 1, 3)
    }
    assert set(np.unique(turned[0])) <= set(np.unique(image_hwc))
    assert np.abs(turned[1] - turned[3]).mean() > 1


def test_alpha_is_left_alone_by_light_and_noise():
    image_hwc = picture((9, 9, 4))
    for parameters in ({"contrast": 0.5}, {"blur": 2}, {"sharpen": 1}, {"noise": 20}):
        result = EVERYTHING.apply(image_hwc, parameters)
        np.testing.assert_array_equal(result[..., 3], image_hwc[..., 3])
        alone = EVERYTHING.apply(image_hwc[..., :3], parameters)
        np.testing.assert_allclose(result[..., :3], alone, atol=1e-3)


@pytest.mark.parametrize(
    ("setting", "word"),
    [
        ({"rotation_range": "20"}, "must be a number"),
        ({"rotation_range": True}, "must be a number"),
        ({"shear_range": float("nan")}, "must be a number"),
        ({"channel_shift_range": (1, 2)}, "must be a number"),
        ({"cval": None}, "must be a number"),
        ({"width_shift_range": "wide"}, "fraction, a number of px or a list"),
        ({"height_shift_range": [[1, 2]]}, "fraction, a number of px or a list"),
        ({"height_shift_range": True}, "fraction, a number of px or a list"),
        ({"brightness_range": 0.2}, "must be two numbers"),
        ({"brightness_range": (1, 2, 3)}, "must be two numbers"),
        ({"zoom_range": (0.5,)}, "a number or two numbers"),
        ({"zoom_range": ("a", "b")}, "a number or two numbers"),
        ({"contrast_range": (1.2, 0.8)}, "rise"),
        ({"contrast_range": 1.5}, "must not be negative"),
        ({"blur_range": -1}, "must not be negative"),
        ({"noise_range": (5, 2)}, "rise"),
        ({"sharpen_range": "much"}, "a number or two numbers"),
        ({"unchanged": 1.5}, "from 0 to 1"),
        ({"unchanged": -0.1}, "from 0 to 1"),
        ({"fill_mode": "mirrored"}, "must be one of"),
        ({"interpolation_order": 7}, "from 0 to 5"),
    ],
    ids=str,
)
def test_what_cannot_work_is_refused_by_name(setting, word):
    with pytest.raises(InvalidArgument, match=word) as refusal:
        Augmentation(**setting)
    assert next(iter(setting)) in str(refusal.value)
    assert ", got " in str(refusal.value)


def test_misspelt_parameters_are_not_passed_over():
    with pytest.raises(UnknownName, match='"brightness"'):
        Augmentation().apply(picture(), {"brightnes": 1.2})


@pytest.mark.parametrize("shape", [(17, 23), (2, 17, 23, 3), (0, 5, 3)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ShapeError, match="one image HWC"):
        Augmentation().apply(np.zeros(shape, np.float32), {"theta": 5})


def test_settings_are_frozen_even_where_they_were_lists():
    limits = [1, 2]
    augmentation = Augmentation(width_shift_range=limits)
    limits.append(100)
    assert augmentation.width_shift_range == (1, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        augmentation.zoom_range = 3  # type: ignore[misc]

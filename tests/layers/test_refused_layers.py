"""What Keras has and saccade has not: refused by name, however it is asked for."""

import re

import pytest

from parity.reference import keras
from saccade import layers
from saccade.errors import NotSupported

# Keras's own that are no layers, or that another module has.
ELSEWHERE = {"Pipeline"}


def test_every_name_of_keras_is_here_or_refused():
    words = {word for word in dir(keras.layers) if not word.startswith("_")}
    assert set(layers.REFUSED) <= words
    assert not set(layers.REFUSED) & set(layers.__all__)
    assert words - set(layers.__all__) - set(layers.REFUSED) <= ELSEWHERE


@pytest.mark.parametrize("name", ["ConvLSTM2D", "LSTM", "StackedRNNCells", "TextVectorization"])
def test_the_sentence_is_seen(name):
    sentence = re.escape(layers.REFUSED[name])
    with pytest.raises(ImportError, match=sentence):
        exec(f"from saccade.layers import {name}")
    with pytest.raises(AttributeError, match=sentence):
        getattr(layers, name)
    with pytest.raises(NotSupported, match=sentence):
        getattr(layers, name)


def test_asking_whether_it_is_there_works():
    assert not hasattr(layers, "LSTM")
    assert getattr(layers, "LSTM", None) is None


def test_a_name_that_nobody_has():
    with pytest.raises(AttributeError, match="no attribute 'Konv'"):
        _ = layers.Konv
    with pytest.raises(ImportError, match="Konv"):
        exec("from saccade.layers import Konv")


def test_every_sentence_is_one():
    for name, sentence in layers.REFUSED.items():
        assert sentence.endswith("."), name
        assert "{" not in sentence, name

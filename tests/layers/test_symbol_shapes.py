"""The shape of a symbol, asked in the ways that TensorFlow and earlier versions of Keras had."""

import json
import pickle

from saccade.layers import Input


def test_the_shape_is_a_tuple_that_can_be_asked_as_tensorflow_does():
    x = Input((8, 8, 3))
    assert x.shape == x.get_shape() == x._keras_shape == (None, 8, 8, 3)
    assert x.get_shape().as_list() == x.shape.as_list() == [None, 8, 8, 3]
    assert x.shape[1:].as_list() == [8, 8, 3]
    assert json.dumps(x.shape) == "[null, 8, 8, 3]"
    assert repr(x.shape) == "(None, 8, 8, 3)"
    assert pickle.loads(pickle.dumps(x.shape)) == x.shape
    assert type(x._keras_shape) is tuple

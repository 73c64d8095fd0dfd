"""Variable: torch's parameter with what code written for Keras asks a weight for."""

import copy
import io
import pickle

import numpy as np
import pytest
import torch

from saccade.errors import ShapeError
from saccade.layers import Conv2D, Dense
from saccade.variables import Variable

VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


def make(trainable=True):
    return Variable(torch.tensor(VALUES), trainable, "kernel")


def test_it_is_a_parameter():
    w = make()
    assert isinstance(w, torch.nn.Parameter)
    assert w.requires_grad
    y = (w * 2).sum()
    assert type(w * 2) is torch.Tensor, "results are plain tensors"
    y.backward()
    np.testing.assert_array_equal(w.grad.numpy(), np.full((2, 3), 2.0))


def test_numpy_is_a_copy():
    w = make()
    taken = w.numpy()
    taken[:] = 9
    np.testing.assert_array_equal(np.asarray(w), VALUES)
    np.testing.assert_array_equal(np.asarray(w, dtype=np.float64), VALUES)
    assert np.asarray(w, dtype=np.float64).dtype == np.float64
    np.testing.assert_array_equal(w.value.numpy(), VALUES)


@pytest.mark.parametrize(
    "value", [VALUES * 2, (VALUES * 2).tolist(), torch.tensor(VALUES * 2), VALUES.astype(int) * 2],
    ids=lambda v: type(v).__name__,
)  # fmt: skip
def test_assign(value):
    w = make()
    place = w.data_ptr()
    np.testing.assert_array_equal(w.assign(value), VALUES * 2)
    np.testing.assert_array_equal(w.numpy(), VALUES * 2)
    assert w.data_ptr() == place
    assert w.dtype == torch.float32


def test_assign_of_another_shape():
    w = make()
    w.path = "dense/kernel"
    with pytest.raises(ShapeError, match=r'weight "dense/kernel".*\(2, 3\).*got \(3, 2\)'):
        w.assign(VALUES.T)
    with pytest.raises(ShapeError):
        w.assign(1.0)
    np.testing.assert_array_equal(w.numpy(), VALUES)


def test_assign_keeps_the_layout_in_memory():
    layer = Conv2D(4, 3)
    layer.build_on((None, 8, 8, 2))
    strides = layer.kernel.stride()
    layer.kernel.assign(np.ones((3, 3, 2, 4)))
    assert layer.kernel.stride() == strides


def test_trainable():
    w = make()
    w.trainable = False
    assert not w.requires_grad
    w.trainable = True
    assert w.trainable
    assert not make(False).trainable


TWINS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda w: pickle.loads(pickle.dumps(w)),
}


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS)
@pytest.mark.parametrize("trainable", [True, False])
def test_copies(twin, trainable):
    w = make(trainable)
    w.path = "dense/kernel"
    other = twin(w)
    assert type(other) is Variable
    assert (other.name, other.path, other.trainable) == ("kernel", "dense/kernel", trainable)
    np.testing.assert_array_equal(other.numpy(), VALUES)
    if twin is not copy.copy:
        other.assign(VALUES * 0)
        np.testing.assert_array_equal(w.numpy(), VALUES)


def test_saved_by_torch():
    layer = Dense(2)
    layer.build_on((None, 3))
    file = io.BytesIO()
    torch.save({key: value.detach() for key, value in layer.state_dict().items()}, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=True)
    other = Dense(2)
    other.build_on((None, 3))
    other.load_state_dict(loaded)
    np.testing.assert_array_equal(other.get_weights()[0], layer.get_weights()[0])


def test_repr():
    w = make()
    w.path = "dense/kernel"
    numbers = str(w.numpy())
    assert repr(w) == (
        f"<Variable path=dense/kernel, shape=(2, 3), dtype=float32, value={numbers}>"
    )

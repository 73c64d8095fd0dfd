"""Operations on symbols, as far as Keras is not needed to judge them: tests/parity has the rest."""

from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest

import saccade
from saccade import backend as K
from saccade import ops
from saccade.engines.inference import is_known
from saccade.errors import InvalidArgument, NotSupported
from saccade.layers import Dense, Input
from saccade.models import Model, clone_model, load_model
from saccade.training.features.frozen_prefix import _is_still
from saccade.variables import Variable

X = np.random.default_rng(0).random((6, 4, 5, 3)).astype("float32")


def make_model():
    saccade.utils.set_random_seed(0)
    x = Input((4, 5, 3))
    bright = ops.relu(x - 0.5)[:, ::2, ::-1] ** 2
    joined = K.concatenate([K.mean(bright, axis=[1, 2]), K.max(abs(x), axis=(1, 2))])
    return Model(x, Dense(2)(joined * np.arange(6.0, dtype="float32")))


def test_a_model_of_operations_is_trained_copied_and_kept(tmp_path, capsys):
    model = make_model()
    model.compile("sgd", "mse")
    losses = model.fit(X, np.ones((6, 2)), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    expected = model.predict(X, verbose=0)
    again = clone_model(model)
    again.set_weights(model.get_weights())
    copies = [again, pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    for file in ("m.keras", "m.h5"):
        model.save(tmp_path / file)
        copies.append(load_model(tmp_path / file))
    for one in copies:
        np.testing.assert_array_equal(one.predict(X, verbose=0), expected)
    model.summary()
    assert "GetItem" in capsys.readouterr().out


def test_numbers_are_those_of_the_formula():
    x = Input((4, 5, 3))
    found = Model(
        x, [x[..., ::-1], x[:, 3:0:-2], K.l2_normalize(x, -1), 1 / x, x // 0.3, X[0] - x]
    )(X)
    expected = [X[..., ::-1], X[:, 3:0:-2], X / np.linalg.norm(X, axis=-1, keepdims=True), 1 / X,
                X // np.float32(0.3), X[0] - X]  # fmt: skip
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda x: K.mean(x), ()),
        (lambda x: ops.mean(x, axis=0), (4, None, 3)),
        (lambda x: ops.reshape(x, (-1, 3)), (None, 3)),
        (lambda x: ops.transpose(x, (0, 3, 1, 2)), (None, 3, 4, None)),
        (lambda x: x[:, :, ::2], (None, 4, None, 3)),
        (lambda x: x[0], (4, None, 3)),
        (lambda x: K.batch_flatten(x[:, :, :2]), (None, 24)),
        (lambda x: ops.shape(x), (None, 4, None, 3)),
    ],
)
def test_sizes_that_are_not_known_stay_so(make, shape):
    made = make(Input((4, None, 3)))
    assert (made if isinstance(made, tuple) else made.shape) == shape


def test_what_cannot_be_noted_is_refused():
    x = Input((3,))
    with pytest.raises(NotSupported, match="would not be trained"):
        _ = ops.multiply(x, Variable(saccade.ops.convert_to_tensor([1.0, 2.0, 3.0])))
    with pytest.raises(InvalidArgument, match="unstack"):
        list(x)
    with pytest.raises(InvalidArgument, match="has no value"):
        bool(x > 0)
    with pytest.raises(InvalidArgument, match="settings must be numbers"):
        ops.mean(x, axis=ops.argmax(x))


@pytest.mark.parametrize("ask", [bool, int, float, iter, np.array, np.asarray])
@pytest.mark.parametrize("kind", [ValueError, TypeError, NotImplementedError])
def test_a_symbol_has_no_value_for_whoever_asks(ask, kind):
    """Code asks by trying, and each of these is what somebody catches."""
    with pytest.raises(kind, match="has no value"):
        ask(Input((3,), name="photo"))


def test_a_symbol_shows_what_it_is():
    assert (
        repr(Input((3,), name="photo"))
        == "<KerasTensor shape=(None, 3), dtype=float32, name=photo>"
    )


def test_truth_values_of_symbols():
    x, rows = Input((3,), dtype="bool"), np.array([[True, False, True]])
    other = np.array([True, True, False])
    for join in (operator.and_, operator.or_, operator.xor):
        model = Model(x, [join(x, other), join(other, x)])
        for found in model(rows):
            np.testing.assert_array_equal(np.asarray(found), join(rows, other))


def test_minus_whole_numbers_stays_whole():
    x = Input((3,), dtype="int32")
    assert (-x).dtype == "int32"
    np.testing.assert_array_equal(np.asarray(Model(x, -x)(np.array([[1, 2, 3]]))), [[-1, -2, -3]])


def test_a_variable_of_the_scripts_own_is_a_number_beside_symbols():
    """`loss = K.variable(0.); loss = loss + ...`, as deep dreams and style transfers begin."""
    x, start = Input((3,)), K.variable(2.0)
    total = start + K.sum(K.square(x))
    function = K.function([x], [total])
    assert float(function([[[1.0, 2.0, 3.0]]])[0]) == 16.0
    K.set_value(start, 5.0)
    assert float(function([[[1.0, 2.0, 3.0]]])[0]) == 19.0
    assert Model(x, start * x).weights == []


def test_the_shape_of_a_symbol_can_be_counted_with():
    x = Input((4, None, 3))
    sizes = K.function([x], [K.prod(K.cast(K.shape(x), "float32")), K.prod(K.shape(x))])
    assert [float(one) for one in sizes([np.zeros((2, 4, 5, 3))])] == [120.0, 120.0]
    assert K.shape(x) == (None, 4, None, 3)
    assert K.shape(x)[1] == 4
    assert K.cast(K.shape(np.zeros((2, 3))), "float32").tolist() == [2.0, 3.0]


def test_an_operation_knows_its_shapes():
    x = Input((4, 5, 3))
    Model(x, x[:, ::2])
    item, product = x[:, ::2].node.layer, ops.subtract(x, x * 2).node.layer
    assert (item.input_shape, item.output_shape) == ((None, 4, 5, 3), (None, 2, 5, 3))
    assert product.input_shape == [(None, 4, 5, 3)] * 2


def test_values_still_give_tensors():
    assert ops.mean([1.0, 3.0]).item() == 2.0
    assert K.argmax([[1.0, 3.0], [5.0, 2.0]]).tolist() == [1, 0]  # along the last axis, in backend
    assert ops.argmax([[1.0, 3.0], [5.0, 2.0]]).item() == 2  # of all of them, in ops
    assert ops.concatenate([[[1.0]], [[2.0]]]).shape == (2, 1)
    assert K.concatenate([[[1.0]], [[2.0]]]).shape == (1, 2)


def test_what_looks_at_the_whole_batch_is_no_part_of_a_frozen_front():
    x = Input((4, 5, 3))
    for apart in (x[..., 0], ops.exp(x), x**2):
        assert _is_still(apart.node)
    for across in (ops.mean(x, axis=0), x / ops.max(x), x[::-1], ops.softmax(x, axis=0)):
        assert not _is_still(across.node)
        assert not is_known(across.node.layer)


def test_many_images_are_predicted_in_their_batches():
    x = Input((4,))
    model = Model(x, Dense(2)(x / ops.max(x)))
    many = np.random.default_rng(1).random((300, 4)).astype("float32")
    expected = [model(many[start : start + 30]).detach().numpy() for start in range(0, 300, 30)]
    found = model.predict(many, batch_size=30, verbose=0)
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-5)

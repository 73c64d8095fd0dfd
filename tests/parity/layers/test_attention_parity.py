"""Attention beside Keras's: every way of calling it, masks, axes, dropout, mixed precision."""

import numpy as np
import pytest
import torch

import saccade
from parity.reference import array, close, keras, normal
from saccade import layers, ops
from saccade.errors import InvalidArgument, NotSupported, ShapeError

pytestmark = pytest.mark.filterwarnings("ignore")
FAMILIES = (layers, keras.layers)
QUERY, VALUE = normal((3, 4, 6), 1), normal((3, 5, 6), 2)
COUNTS = np.array([[1, 1, 0, 1, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
LOOKS = np.random.RandomState(0).rand(3, 4, 5) > 0.4
LOOKS[0, 1] = False  # a query that may look at nothing


def results(name, options, arrays, calls, seed=5):
    """Outputs and gradients of our layer and of Keras's with the same weights."""
    found = []
    for parts in FAMILIES:
        layer = getattr(parts, name)(**options)
        given = [torch.tensor(one, requires_grad=True) for one in arrays]
        words = {word: as_tensor(value) for word, value in calls.items()}
        layer(*given, **words)
        layer.set_weights([normal(w.shape, seed + n) * 0.5 for n, w in enumerate(layer.weights)])
        outputs = layer(*given, **words)
        outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
        total = sum((one * torch.tensor(normal(one.shape, 9))).mean() for one in outputs)
        weights = [getattr(w, "value", w) for w in layer.trainable_weights]
        slopes = torch.autograd.grad(total, [*given, *weights], allow_unused=True)
        found.append([*outputs, *(one for one in slopes if one is not None)])
    return found


def as_tensor(value):
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


CALLS = [
    {},
    {"use_causal_mask": True},
    {"attention_mask": LOOKS},
    {"attention_mask": LOOKS, "use_causal_mask": True},
    {"attention_mask": LOOKS[0]},
    {"value_mask": COUNTS},
    {"return_attention_scores": True},
    {"return_attention_scores": True, "attention_mask": LOOKS, "use_causal_mask": True},
]
LAYERS = [
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "value_dim": 4, "output_shape": (2, 3)}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "sliding_window": 2, "use_gate": True}),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3, "use_bias": False, "dropout": 0.5}),
    ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}),
    ("GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 1,
                             "use_gate": True, "sliding_window": 2}),
]  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("name", "options"), LAYERS)
def test_every_call(name, options, call):
    for arrays in ([QUERY, VALUE], [QUERY, VALUE, normal((3, 5, 6), 3)]):
        ours, theirs = results(name, options, arrays, call)
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            close(one, other)


@pytest.mark.parametrize("axes", [None, 1, 2, (1, 2), -2])
def test_along_other_axes(axes):
    """Images look along their rows, their columns, or at all of themselves."""
    x = normal((2, 3, 4, 5), 4)
    for call in ({}, {"return_attention_scores": True}):
        options = {"num_heads": 2, "key_dim": 3, "attention_axes": axes}
        ours, theirs = results("MultiHeadAttention", options, [x, x], call)
        for one, other in zip(ours, theirs, strict=True):
            close(one, other)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
@pytest.mark.parametrize("call", [{}, {"use_causal_mask": True}, {"return_attention_scores": True}])
@pytest.mark.parametrize("mask", [None, (None, COUNTS), (COUNTS[:, :4], COUNTS)])
def test_one_head(name, call, mask):
    found = []
    for parts in FAMILIES:
        layer = getattr(parts, name)(use_scale=True)
        inputs = [torch.tensor(QUERY), torch.tensor(VALUE)]
        masks = None if mask is None else [as_tensor(one) for one in mask]
        layer(inputs)
        layer.set_weights([normal(w.shape, 5) for w in layer.weights])
        outputs = layer(inputs, mask=masks, **call)
        found.append(outputs if isinstance(outputs, tuple) else [outputs])
    for one, other in zip(*found, strict=True):
        close(one, other)


@pytest.mark.parametrize(("equation", "shape", "bias", "given"), [
    ("abc,cd->abd", (None, 7), "d", (2, 3, 4)),
    ("...x,xy->...y", 7, "y", (2, 3, 5, 4)),
    ("...x,xy->...y", 7, None, (2, 4)),
    ("ab...,bc->ac...", 7, "c", (2, 4, 3, 5)),
    ("abc,cde->abde", (3, 2, 6), "de", (2, 3, 4)),
    ("abcd,cde->abe", (3, 6), "e", (2, 3, 4, 5)),
    ("abc,bde->aced", (4, 5, 6), "ce", (2, 3, 4)),
    ("abc,cb->ab", (3,), "b", (2, 3, 4)),
])  # fmt: skip
def test_equations(equation, shape, bias, given):
    options = {"equation": equation, "output_shape": shape, "bias_axes": bias}
    ours, theirs = results("EinsumDense", options, [normal(given, 3)], {})
    for one, other in zip(ours, theirs, strict=True):
        close(one, other)


def test_the_spread_of_first_weights_counts_the_axes_of_the_equation():
    torch.manual_seed(4)
    layer = layers.EinsumDense("abc,cde->abde", (9, 8, 50))
    layer.build_on((None, 9, 30))
    limit = (6 / (30 + 8 * 50)) ** 0.5
    assert 0.98 * limit < float(layer.kernel.abs().max()) <= limit
    assert layer.kernel_initializer.input_axes is None


@pytest.mark.parametrize("wrong", ["ab,bc", "ab,cd->ad", "ab,bc->abd", "...ab,bc->ac", "a b"])
def test_equations_that_are_none(wrong):
    with pytest.raises(InvalidArgument, match="equation must be"):
        layers.EinsumDense(wrong, 4)


def test_what_cannot_work():
    x = torch.zeros(1, 3, 4)
    with pytest.raises(InvalidArgument, match="needs a query and a value"):
        layers.MultiHeadAttention(2, 3)(x)
    with pytest.raises(ShapeError, match="key and value must have the same steps"):
        layers.MultiHeadAttention(2, 3)(x, x, torch.zeros(1, 5, 4))
    with pytest.raises(ShapeError, match="query and value must have the same features"):
        layers.GroupQueryAttention(2, 4, 2)(x, torch.zeros(1, 3, 5))
    with pytest.raises(InvalidArgument, match="multiple"):
        layers.GroupQueryAttention(2, 4, 3)
    with pytest.raises(NotSupported, match="flash_attention"):
        layers.MultiHeadAttention(2, 3, flash_attention=True)
    with pytest.raises(ShapeError, match=r"\[query, value\]"):
        layers.Attention()(x)
    with pytest.raises(InvalidArgument, match="score_mode"):
        layers.Attention(score_mode="product")


def test_dropout_drops_weights_and_keeps_their_mean():
    x = torch.tensor(normal((1, 1, 8), 3))
    value = torch.ones(1, 400, 8)
    for layer in (
        layers.MultiHeadAttention(1, 8, dropout=0.5, seed=3),
        layers.Attention(dropout=0.5),
    ):
        given = (x, value) if isinstance(layer, layers.MultiHeadAttention) else ([x, value],)
        rest = layer(*given)
        torch.manual_seed(3)
        one, other = (layer(*given, training=True) for _ in range(2))
        assert not torch.equal(one, other)
        close(one, rest, 0.3)
        assert torch.equal(layer(*given), rest)


def test_a_subclass_may_compute_attention_itself():
    class First(layers.MultiHeadAttention):
        def _compute_attention(self, query, key, value, attention_mask=None, training=None,
                               return_attention_scores=False):  # fmt: skip
            return value[:, :1].expand(query.shape), attention_mask

    x = torch.tensor(QUERY)
    layer = First(2, 3)
    y, mask = layer(x, x, use_causal_mask=True, return_attention_scores=True)
    close(y, y[:, :1].expand(y.shape))
    assert mask.shape == (1, 4, 4)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("options", [{}, {"dropout": 0.5}])
def test_in_half_precision(policy, options):
    found = []
    for library, parts in ((saccade, layers), (keras, keras.layers)):
        library.mixed_precision.set_global_policy(policy)
        try:
            layer = parts.MultiHeadAttention(2, 3, **options)
            layer(torch.tensor(QUERY), torch.tensor(VALUE))
            layer.set_weights([normal(w.shape, 5 + n) for n, w in enumerate(layer.weights)])
            found.append(
                layer(torch.tensor(QUERY), torch.tensor(VALUE), attention_mask=torch.tensor(LOOKS))
            )
        finally:
            library.mixed_precision.set_global_policy("float32")
    assert found[0].dtype is found[1].dtype
    scale = float(found[1].float().abs().max())
    close(found[0].float() / scale, found[1].float() / scale, 0.04)


def test_on_symbols_and_in_files(tmp_path):
    """Shapes, the config's calls, both ways through .keras, .weights.h5 and the older .h5."""
    models = []
    for library, parts in ((saccade, layers), (keras, keras.layers)):
        x, z = parts.Input((None, 6)), parts.Input((5, 6))
        y = parts.MultiHeadAttention(2, 3, name="self")(x, x)
        y, _scores = parts.MultiHeadAttention(2, 3, name="cross")(
            query=y, value=z, return_attention_scores=True
        )
        assert tuple(y.shape) == (None, None, 6)
        model = library.Model([x, z], y)
        model.set_weights([normal(w.shape, 5 + n) for n, w in enumerate(model.weights)])
        models.append(model)
    ours, theirs = models
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    x = [QUERY, VALUE]
    given = [torch.tensor(one) for one in x]
    close(ours(given), theirs(given))
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    ours.save_weights(tmp_path / "ours.weights.h5")
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    theirs.save(tmp_path / "theirs.h5")
    ours.save(tmp_path / "ours.h5")
    wanted = array(theirs(given))
    close(keras.saving.load_model(tmp_path / "ours.keras")(given), wanted)
    for name in ("ours.keras", "theirs.keras", "ours.h5", "theirs.h5"):
        close(saccade.models.load_model(tmp_path / name)(given), wanted, what=name)
    close(keras.saving.load_model(tmp_path / "ours.h5")(given), wanted)
    for model, file in ((ours, "theirs.weights.h5"), (theirs, "ours.weights.h5")):
        model.set_weights([np.zeros(w.shape, "f") for w in model.weights])
        model.load_weights(tmp_path / file)
        close(model(given), wanted)


def test_the_functions():
    q, k, v = (normal((2, 4, 2, 3), seed) for seed in (1, 2, 3))
    mask = np.random.RandomState(1).rand(2, 2, 4, 4) > 0.5
    for call in ({}, {"is_causal": True, "scale": 0.3}, {"bias": normal((2, 2, 4, 4), 7)},
                 {"mask": mask}, {"mask": mask, "is_causal": True}):  # fmt: skip
        close(ops.dot_product_attention(q, k, v, **call),
              keras.ops.dot_product_attention(q, k, v, **call))  # fmt: skip
    few = k[:, :, :1]
    close(ops.dot_product_attention(q, few, few), keras.ops.dot_product_attention(q, few, few))
    x, scale = normal((3, 4, 5), 2), normal((5,), 3)
    close(ops.rms_normalization(x, scale, epsilon=0.1),
          keras.ops.rms_normalization(x, scale, epsilon=0.1))  # fmt: skip
    symbol = layers.Input((4, 2, 3))
    assert ops.dot_product_attention(symbol, symbol, symbol).shape == (None, 4, 2, 3)
    images = normal((2, 7, 8, 3), 1)
    for call in ({"size": 2}, {"size": (2, 3), "strides": 1}, {"size": 3, "padding": "same"},
                 {"size": 3, "strides": 2, "padding": "same"}, {"size": 2, "dilation_rate": 2,
                                                                "strides": 1}):  # fmt: skip
        close(ops.image.extract_patches(images, **call),
              keras.ops.image.extract_patches(images, **call))  # fmt: skip

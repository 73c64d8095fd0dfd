"""Masks go where Keras's go: through layers, models, losses and metrics, to the same numbers."""

import numpy as np
import pytest
import torch

import saccade
from conformance.calls import ABSTRACT, keras_options
from conformance.layer_examples import EXAMPLES
from conformance.own_classes import of_keras
from parity.reference import array, close, keras, normal
from saccade import layers
from saccade.notes import forget_notes

pytestmark = pytest.mark.filterwarnings("ignore")
IDS = np.array([[1, 2, 0, 3, 0], [4, 0, 0, 0, 0], [5, 6, 7, 8, 1]])
FAMILIES = ((saccade, layers), (keras, keras.layers))


def series(seed=1):
    """Steps of which some are all zeros."""
    x = normal((3, 5, 4), seed)
    x[IDS == 0] = 0.0
    return x


def weighed(model, seed=5):
    model.set_weights([normal(w.shape, seed + n) * 0.5 for n, w in enumerate(model.weights)])
    return model


def both(make, x, **call):
    """What our model and Keras's give with the same weights, and the masks of that."""
    found = []
    for family, parts in FAMILIES:
        model = weighed(make(family, parts))
        y = model(x if isinstance(x, list) else torch.as_tensor(x), **call)
        found.append(y)
    ours, theirs = found
    close(ours, theirs)
    mine, reference = (getattr(one, "_keras_mask", None) for one in found)
    assert (mine is None) == (reference is None)
    if mine is not None:
        np.testing.assert_array_equal(array(mine), array(reference))
    return ours


@pytest.mark.parametrize("name", of_keras(set(layers.CLASSES) - ABSTRACT))
def test_the_same_layers_hand_masks_on(name):
    options = EXAMPLES[name][0]
    if name in ("Lambda", "Pipeline"):
        assert layers.CLASSES[name].supports_masking is False
        return
    ours = layers.CLASSES[name](**options)
    theirs = getattr(keras.layers, name)(**keras_options(options))
    assert ours.supports_masking == theirs.supports_masking


def _embedded(parts):
    x = parts.Input((5,))
    return x, parts.Embedding(9, 4, mask_zero=True)(x)


def _attended(family, parts):
    x, y = _embedded(parts)
    y = parts.MultiHeadAttention(2, 3)(y, y)
    return family.Model(x, parts.GlobalAveragePooling1D()(parts.Dense(4)(y)))


def _with_scores(family, parts):
    x, y = _embedded(parts)
    y, scores = parts.MultiHeadAttention(2, 3)(y, y, return_attention_scores=True)
    return family.Model(x, parts.Concatenate()([parts.Flatten()(y), parts.Flatten()(scores)]))


def _grouped(family, parts):
    x, y = _embedded(parts)
    return family.Model(x, parts.GroupQueryAttention(3, 4, 2)(y, y, use_causal_mask=True))


def _one_head(family, parts):
    x, y = _embedded(parts)
    z = parts.Attention()([y, y])
    return family.Model(x, parts.AdditiveAttention()([z, y], use_causal_mask=True))


def _merged(family, parts):
    x, y = _embedded(parts)
    z = parts.Concatenate(axis=1)([y, parts.Dense(4)(y)])
    return family.Model(x, parts.Multiply()([z, z]))


def _half_masked(family, parts):
    """Only one of the inputs has a mask."""
    x, y = _embedded(parts)
    z = parts.RepeatVector(5)(parts.GlobalAveragePooling1D()(y))
    return family.Model(x, parts.Concatenate()([parts.Concatenate(axis=-1)([y, z]), y]))


def _operator(family, parts):
    """x + y is a function, which hands no mask on."""
    x, y = _embedded(parts)
    return family.Model(x, parts.GlobalAveragePooling1D()(y + parts.Dense(4)(y)))


def _nested(family, parts):
    inner = family.Sequential([parts.Dense(4), parts.Dropout(0.5), parts.Activation("tanh")])
    x, y = _embedded(parts)
    return family.Model(x, parts.GlobalAveragePooling1D()(inner(y)))


def _normed(family, parts):
    x, y = _embedded(parts)
    return family.Model(x, parts.BatchNormalization()(y))


MODELS = [_attended, _with_scores, _grouped, _one_head, _merged, _half_masked, _operator,
          _nested, _normed]  # fmt: skip


@pytest.mark.parametrize("make", MODELS)
def test_masks_of_an_embedding(make):
    both(make, IDS.astype(np.float32))


@pytest.mark.parametrize("word", ["Add", "Average", "Subtract", "Multiply", "Maximum", "Minimum"])
def test_merges_of_two_masks(word):
    def make(family, parts):
        inputs = [parts.Input((5,)), parts.Input((5,))]
        y = [parts.Embedding(9, 4, mask_zero=True)(one) for one in inputs]
        return family.Model(inputs, getattr(parts, word)()(y))

    both(make, [IDS.astype(np.float32), IDS[::-1].astype(np.float32)])


def test_masks_in_a_sequential():
    def make(family, parts):
        return family.Sequential(
            [parts.Masking(), parts.Dense(4), parts.LayerNormalization(), parts.Dense(2)]
        )

    x = torch.as_tensor(series())
    found = []
    for family, parts in FAMILIES:
        model = make(family, parts)
        model(x)
        found.append(weighed(model)(x))
    close(*found)
    np.testing.assert_array_equal(array(found[0]._keras_mask), IDS != 0)
    np.testing.assert_array_equal(array(found[1]._keras_mask), IDS != 0)


def test_batch_normalisation_counts_what_is_not_masked():
    x = series()
    for mask in (IDS != 0, np.zeros_like(IDS, bool)):
        results = []
        for _, parts in FAMILIES:
            layer = parts.BatchNormalization(momentum=0.5)
            y = layer(torch.as_tensor(x), mask=torch.as_tensor(mask), training=True)
            results.append([y, *layer.weights])
        for one, other in zip(*results, strict=True):
            close(one, other)


def test_a_mask_of_other_axes_is_refused_in_batch_normalisation():
    with pytest.raises(saccade.errors.ShapeError, match="mask must have 2 axes"):
        layers.BatchNormalization()(torch.ones(2, 3, 4), mask=torch.ones(2, 3, 4), training=True)


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
@pytest.mark.parametrize("weight", [None, "steps"])
def test_losses_and_metrics_leave_out_what_is_masked(loss, weight):
    x, y = series(), np.abs(normal((3, 5, 1), 8)).clip(0, 1)
    weights = {None: None, "steps": abs(normal((3, 5), 4))}
    results = []
    for family, parts in FAMILIES:
        model = family.Sequential([parts.Masking(), parts.Dense(1, activation="sigmoid")])
        model.compile(family.optimizers.SGD(0.1), loss, metrics=["mae", "binary_accuracy"],
                      weighted_metrics=["mse"])  # fmt: skip
        model(torch.as_tensor(x))
        weighed(model)
        history = model.fit(x, y, sample_weight=weights[weight], batch_size=3, shuffle=False,
                            epochs=2, verbose=0).history  # fmt: skip
        evaluated = model.evaluate(x, y, sample_weight=weights[weight], verbose=0, return_dict=True)
        results.append((history, evaluated, model.get_weights()))
    (history, evaluated, kernels), (their_history, their_evaluated, their_kernels) = results
    for name in their_history:
        close(history[name], their_history[name], what=name)
        close(evaluated[name], their_evaluated[name], what=name)
    for one, other in zip(kernels, their_kernels, strict=True):
        close(one, other)


def test_a_loss_whose_mask_leaves_nothing():
    values = []
    for family in (saccade, keras):
        y_pred = torch.ones(2, 3, 1)
        y_pred._keras_mask = torch.zeros(2, 3, dtype=torch.bool)
        values.append(family.losses.MeanSquaredError()(torch.zeros(2, 3, 1), y_pred))
    close(*values)
    assert float(values[0]) == 0.0


class Summing:
    """The user's own layers, in either library."""

    @staticmethod
    def make(family, parts):
        class Masked(parts.Layer):
            def compute_mask(self, inputs, mask=None):
                return None if mask is None else mask[:, 1:]

            def call(self, inputs):
                return inputs[:, 1:] * 2.0

        class Weighted(parts.Layer):
            def call(self, inputs, mask=None):
                assert mask is not None
                kept = mask.to(inputs.dtype)[..., None]
                return (inputs * kept).sum(1) / kept.sum(1)

        x, y = _embedded(parts)
        return family.Model(x, Weighted()(Masked()(y)))


def test_layers_of_the_user_s_own():
    x = IDS.copy()
    x[1, 3] = 2
    both(Summing.make, x.astype(np.float32))


def test_a_subclassed_model_hands_masks_from_layer_to_layer():
    def make(family, parts):
        class Net(family.Model):
            def __init__(self):
                super().__init__()
                self.embed = parts.Embedding(9, 4, mask_zero=True)
                self.attend = parts.MultiHeadAttention(2, 3)
                self.pool = parts.GlobalAveragePooling1D()

            def call(self, x):
                y = self.embed(x)
                return self.pool(self.attend(y, y))

        net = Net()
        net(torch.as_tensor(IDS))
        return net

    both(make, IDS)


def test_masks_given_by_hand():
    """`compute_mask` of a layer, and `mask=` of a call on symbols."""

    def make(family, parts):
        x = parts.Input((5,))
        embed = parts.Embedding(9, 4, mask_zero=True)
        y, mask = embed(x), embed.compute_mask(x)
        return family.Model(x, parts.GlobalAveragePooling1D()(y, mask=mask))

    both(make, IDS.astype(np.float32))


def test_a_mask_given_to_a_model():
    def make(family, parts):
        x = parts.Input((5, 4))
        return family.Model(x, parts.GlobalAveragePooling1D()(parts.Dense(4)(x)))

    x, mask = series(3), torch.as_tensor(IDS != 0)
    both(make, x, mask=mask)
    alone = torch.as_tensor(series(3))
    inner = layers.Dense(2)
    saccade.Sequential([layers.Input((5, 4)), inner])(alone, mask=mask)
    assert getattr(alone, "_keras_mask", None) is None, "the caller's tensor stays as it was"


def test_attention_leaves_the_masks_of_its_inputs():
    """As on TensorFlow; Keras's torch backend takes them away, so that what adds the input to the
    result, as a block of a transformer does, has none."""
    masks = []
    for family, parts in FAMILIES:
        x, y = _embedded(parts)
        y = parts.Add()([y, parts.MultiHeadAttention(2, 3)(y, y)])
        masks.append(getattr(family.Model(x, y)(torch.as_tensor(IDS)), "_keras_mask", None))
    np.testing.assert_array_equal(array(masks[0]), IDS != 0)
    assert masks[1] is None, "Keras really departs"


def test_a_layer_that_loses_masks_says_so_once(caplog):
    forget_notes()
    y = layers.Embedding(9, 4, mask_zero=True)(torch.as_tensor(IDS))
    layers.MultiHeadAttention(2, 3)(y, y)  # whose projections are its own business
    for _ in range(2):
        assert getattr(layers.Flatten()(y), "_keras_mask", None) is None
    said = [one.message for one in caplog.records if "does not pass masks on" in one.message]
    assert len(said) == 1
    assert "Flatten" in said[0]


@pytest.mark.parametrize("mask", ["array", "function"])
def test_lambda_with_a_mask(mask):
    flags = torch.as_tensor(IDS != 0)
    given = flags if mask == "array" else lambda inputs, mask: flags
    for _, parts in FAMILIES:
        y = parts.Lambda(lambda x: x + 1, mask=given)(torch.as_tensor(series()))
        np.testing.assert_array_equal(array(y._keras_mask), IDS != 0)


def test_masking_really_masks_its_value():
    x = np.where(np.arange(5)[None, :, None] % 2, 7.0, series()).astype(np.float32)
    both(lambda family, parts: family.Sequential([parts.Input((5, 4)), parts.Masking(7.0)]), x)


def test_predicting_many_keeps_masks():
    """Where layers are folded, and where features of a frozen prefix are kept."""
    x = np.tile(IDS, (200, 1))
    inputs, y = _embedded(layers)
    y = layers.Dense(4)(y)
    model = saccade.Model(inputs, layers.GlobalAveragePooling1D()(y))
    close(model.predict(x, verbose=0)[:3], model(torch.as_tensor(IDS)))
    for layer in model.layers[:-1]:
        layer.trainable = False
    head = saccade.Sequential([model, layers.Dense(1)])
    head.compile("sgd", "mse")
    head.fit(x, np.ones(600), epochs=2, verbose=0)
    close(head.predict(x, verbose=0)[:3], head(torch.as_tensor(IDS)))


def test_files_of_models_with_masks(tmp_path):
    """Keras writes the functions that make the masks among the model's layers."""
    models = []
    for family, parts in FAMILIES:
        x, y = _embedded(parts)
        y = parts.MultiHeadAttention(2, 3)(y, y)
        # Without a name of its own, Keras's loader may call one of its functions of masks as the
        # layer is called in the file, and then refuse the model: Keras finds the automatic names.
        y = parts.Concatenate(name="joined")([y, parts.Dense(3)(y)])
        models.append(weighed(family.Model(x, parts.GlobalAveragePooling1D()(y))))
        models[-1].save(tmp_path / f"{family.__name__}.keras")
    wanted = models[1](torch.as_tensor(IDS))
    for name in ("keras", "saccade"):
        close(saccade.models.load_model(tmp_path / f"{name}.keras")(torch.as_tensor(IDS)), wanted)
    close(keras.saving.load_model(tmp_path / "saccade.keras")(torch.as_tensor(IDS)), wanted)


def test_a_query_mask_is_obeyed():
    """Keras reads the mask that the query carries, and no other."""
    x, mask = torch.as_tensor(normal((3, 5, 4), 1)), torch.as_tensor(IDS != 0)
    found = []
    for _, parts in FAMILIES:
        layer = parts.MultiHeadAttention(2, 3)
        layer(x, x)
        weighed(layer)
        y, scores = layer(x, x, query_mask=mask, return_attention_scores=True)
        assert (scores[0, :, 2] == 0).all() == (parts is layers), "Keras really departs"
        found.append((y, layer(x, x)))
    (ours, plain), (_, theirs) = found
    close(plain, theirs)
    close(ours[mask], plain[mask])
    np.testing.assert_array_equal(array(ours._keras_mask), array(mask))

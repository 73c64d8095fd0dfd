"""Every layer under a mixed policy beside Keras: dtype of the output, values to half precision."""

import numpy as np
import pytest
import torch

from conformance.calls import ABSTRACT, build, call, keras_options, numbers
from conformance.layer_examples import EXAMPLES
from parity.reference import keras
from saccade import layers, mixed_precision
from saccade.layers.augmentation.random_transform import RandomTransform

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

POLICIES = {  # by the bits of their fractions
    "mixed_bfloat16": 0.04,
    "mixed_float16": 0.005,
    "bfloat16": 0.04,
    "float16": 0.005,
    "float64": 1e-6,
}
FORGET_FLOAT64 = ("AdditiveAttention", "Attention", "Dot", "Maximum", "Minimum")
"""These give float32 on Keras's torch backend, and float64 on TensorFlow."""
OF_CATEGORIES = ("CategoryEncoding", "Discretization")
"""They give the weights' dtype and integers, in Keras too."""
RANDOM = ("Dropout", "Noise", "Attention")
# tests/layers/augmentation/ has the layers that change images, which draw too, and
# test_sequence_parity.py those around other layers, which have a policy of their own
NAMES = sorted(
    name
    for name in set(EXAMPLES) - {"InputLayer"} - ABSTRACT
    if not issubclass(layers.CLASSES[name], (RandomTransform, layers.Pipeline, layers.Wrapper))
)


def plain(weight):
    """Keras's weight as numbers that NumPy has, too."""
    return weight.value.detach().float().numpy()


def batches(name):
    stream = np.random.RandomState(0)
    shapes = EXAMPLES[name][1]
    several = isinstance(shapes, list)
    arrays = [numbers(name, one, stream) for one in (shapes if several else [shapes])]
    return arrays if several else arrays[0]


@pytest.fixture(params=POLICIES)
def policy(request):
    mixed_precision.set_global_policy(request.param)
    keras.mixed_precision.set_global_policy(request.param)
    yield request.param
    mixed_precision.set_global_policy("float32")
    keras.mixed_precision.set_global_policy("float32")


@pytest.mark.sampled
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_layers_compute_in_half_precision(name, training, policy):
    if training and any(word in name for word in RANDOM):
        pytest.skip("draws")
    if training and not policy.startswith("mixed_") and "Normalization" not in name:
        pytest.skip("as at rest")
    if name == "AveragePooling3D":
        pytest.skip("Keras cannot, on a CPU; tests/parity/layers/test_volume_parity.py looks at it")
    options = EXAMPLES[name][0]
    mine = layers.CLASSES[name](**options)
    theirs = getattr(keras.layers, name)(**keras_options(options))
    x = batches(name)
    tensors = [torch.tensor(one) for one in x] if isinstance(x, list) else torch.tensor(x)
    if theirs.__class__.__name__ == "Lambda":
        ours, keras_y = mine(tensors), theirs(tensors)
    else:
        mine.build_on([(None, *one.shape[1:]) for one in x] if isinstance(x, list) else x.shape)
        build(theirs, [one.shape for one in x] if isinstance(x, list) else x.shape)
        for weight, other in zip(mine.weights, theirs.weights, strict=True):
            weight.assign(plain(other))
        ours = call(mine, tensors, training=training)
        takes = "training" in theirs.call.__code__.co_varnames
        keras_y = call(theirs, tensors, **({"training": training} if takes else {}))
    forgets = policy == "float64" and name in FORGET_FLOAT64
    assert keras_y.dtype is (torch.float32 if forgets else ours.dtype)
    if name not in OF_CATEGORIES:
        assert ours.dtype is getattr(torch, policy.removeprefix("mixed_"))
    scale = float(keras_y.detach().float().abs().max()) or 1.0
    np.testing.assert_allclose(
        ours.detach().double().numpy() / scale,
        keras_y.detach().double().numpy() / scale,
        atol=POLICIES[policy],
        rtol=0,
    )
    for weight, other in zip(mine.weights, theirs.weights, strict=True):
        assert weight.dtype is (torch.float32 if policy.startswith("mixed_") else other.value.dtype)
        np.testing.assert_allclose(
            weight.detach().float().numpy(),
            plain(other),
            rtol=1e-3,
            atol=max(1e-4, POLICIES[policy] / 10),
        )

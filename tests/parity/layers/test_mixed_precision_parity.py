"""Every layer under a mixed policy beside Keras: dtype of the output, values to half precision."""

import numpy as np
import pytest
import torch

from conformance.calls import ABSTRACT, build, call, keras_options, numbers
from conformance.layer_examples import EXAMPLES
from parity.reference import array, keras
from saccade import layers, mixed_precision
from saccade.layers.augmentation.random_transform import RandomTransform

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

POLICIES = {"mixed_bfloat16": 0.04, "mixed_float16": 0.005}  # eight and eleven bits
RANDOM = ("Dropout", "Noise", "Attention")
# tests/layers/test_augmenting_layers.py has the layers that change images, which draw too, and
# test_sequence_parity.py those around other layers, which have a policy of their own
NAMES = sorted(
    name
    for name in set(EXAMPLES) - {"InputLayer"} - ABSTRACT
    if not issubclass(layers.CLASSES[name], (RandomTransform, layers.Pipeline, layers.Wrapper))
)


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


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_layers_compute_in_half_precision(name, training, policy):
    if training and any(word in name for word in RANDOM):
        pytest.skip("draws")
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
            weight.assign(array(other))
        ours = call(mine, tensors, training=training)
        takes = "training" in theirs.call.__code__.co_varnames
        keras_y = call(theirs, tensors, **({"training": training} if takes else {}))
    assert ours.dtype is keras_y.dtype
    scale = float(keras_y.detach().float().abs().max()) or 1.0
    np.testing.assert_allclose(
        ours.detach().float().numpy() / scale,
        keras_y.detach().float().numpy() / scale,
        atol=POLICIES[policy],
        rtol=0,
    )
    for weight, other in zip(mine.weights, theirs.weights, strict=True):
        assert weight.dtype is torch.float32
        np.testing.assert_allclose(weight.numpy(), array(other), rtol=1e-3, atol=1e-4)

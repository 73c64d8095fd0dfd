"""Methods with an underscore that Keras calls, and that a subclass of the user's overrides."""

import numpy as np
import pytest

import saccade
from conformance.calls import call
from conformance.layer_examples import EXAMPLES
from conformance.test_layer_conformance import sample
from parity.reference import keras
from saccade.errors import NotSupported

pytestmark = pytest.mark.filterwarnings("ignore:__array__")  # Keras's own, of its weights
A = np.array([[1.0, 2.0]], np.float32)
B = np.array([[3.0, 5.0]], np.float32)
MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")


@pytest.mark.parametrize("name", MERGES)
def test_merge_function(name):
    results = []
    for library in (saccade, keras):
        base = getattr(library.layers, name)

        class Mine(base):
            def _merge_function(self, inputs):
                return 10.0 * super()._merge_function(inputs)

        words = {"axes": 1} if name == "Dot" else {}
        plain, own = base(**words), Mine(**words)
        np.testing.assert_allclose(np.asarray(own([A, B])), 10 * np.asarray(plain([A, B])))
        entries = [library.Input((2,)), library.Input((2,))]
        model = library.Model(entries, own(entries))
        results.append(model.predict([A, B], verbose=0))
    np.testing.assert_allclose(*results)


def test_moments():
    found = []
    x = np.random.RandomState(0).rand(4, 3, 3, 2).astype(np.float32)
    for library in (saccade, keras):

        class Mine(library.layers.BatchNormalization):
            def _moments(self, inputs, mask):
                mean, variance = super()._moments(inputs, mask)
                return mean + 1, variance * 4

        layer = Mine(momentum=0.5)
        y = layer(x, training=True)
        found.append([y.detach().numpy(), *layer.get_weights()])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_clip_gradients():
    found = []
    for library in (saccade, keras):

        class Mine(library.optimizers.SGD):
            def _clip_gradients(self, grads):
                return [0.0 * one for one in super()._clip_gradients(grads)]

        model = library.Sequential([library.Input((2,)), library.layers.Dense(1)])
        model.compile(Mine(1.0), "mse")
        before = model.get_weights()[0]
        model.fit(A, np.ones((1, 1)), verbose=0)
        found.append(np.array_equal(before, model.get_weights()[0]))
    assert found == [True, True]


@pytest.mark.parametrize(
    ("base", "method"),
    [
        (saccade.layers.Dropout, "_validate_noise_shape"),
        (saccade.layers.RandomFlip, "_flip_inputs"),
        (saccade.layers.Dense, "_set_mask_metadata"),
        (saccade.optimizers.Adam, "_apply_weight_decay"),
        (saccade.optimizers.SGD, "_backend_update_step"),
    ],
)
def test_what_is_not_called_is_refused(base, method):
    with pytest.raises(NotSupported, match=method):
        type("Mine", (base,), {method: lambda self, *args: None})


def with_weights(library):
    """The layers that make weights of their own for their example."""
    for name in sorted(EXAMPLES):
        if hasattr(library.layers, name) and name != "Wrapper":
            yield name


@pytest.mark.parametrize("name", list(with_weights(saccade)))
def test_weights_are_asked_for_by_keywords(name):
    """`kwargs["initializer"] = ...` in an `add_weight` of the user's has its effect."""
    base = saccade.layers.CLASSES[name]
    asked = []

    class Mine(base):
        def add_weight(self, *args, **kwargs):
            asked.append((args, "shape" in kwargs))
            kwargs["initializer"] = "ones"
            return super().add_weight(*args, **kwargs)

    Mine.__name__ = name  # which tells how it is called
    call(Mine(**EXAMPLES[name][0]), sample(name))
    assert all(args == () and has_shape for args, has_shape in asked)

"""Every method of every layer that Keras calls, a subclass may override: it is called here too.

All layers stand side by side in one model, each as a subclass that notes what is called; the model
is trained, evaluated, asked, saved and loaded. What is not called here has to be refused when the
class is made.
"""

import numpy as np
import pytest

import saccade
from conformance.calls import SEVERAL, keras_options
from conformance.overriding.noting import missing, private_methods, rounds
from conformance.test_layer_conformance import EXAMPLES, NAMES, sample
from parity.reference import keras
from saccade.nests import map_nest

# Keras's own can't be called on symbols here: `InputLayer` is none for that, `Pipeline` of these
# augmentations asks for TensorFlow. What RandomCrop does, it does to other sizes than were said.
OTHERS = {"InputLayer", "Pipeline", "RandomCrop"}
LAYERS = [name for name in NAMES if hasattr(keras.layers, name) and name not in OTHERS]
ROWS = 2


def called_on(name, layer, x):
    return layer(*x) if name in SEVERAL and isinstance(x, (list, tuple)) else layer(x)


def as_list(x):
    return list(x) if isinstance(x, (list, tuple)) else [x]


def work_with(names, leave_out=()):
    samples = {name: map_nest(lambda one: one[:ROWS], sample(name)) for name in names}

    def work(library, own):
        made, apart = {}, {}
        options = {
            name: EXAMPLES[name][0] if library is saccade else keras_options(EXAMPLES[name][0])
            for name in names
        }

        def each(function):
            return lambda: [function(name) for name in names]

        def symbols():
            entries, ends = [], []
            for name in names:
                here = map_nest(
                    lambda one: library.Input(batch_shape=(None, *one.shape[1:])), samples[name]
                )
                y = library.layers.Flatten()(called_on(name, own[name](**options[name]), here))
                entries += as_list(here)
                ends.append(library.layers.Dense(1)(y))
            end = library.layers.Add()(ends) if len(ends) > 1 else ends[0]
            made["model"] = library.Model(entries if len(entries) > 1 else entries[0], end)
            made["model"].compile("sgd", "mse", run_eagerly=True)

        def plain(name):
            apart[name] = own[name](**options[name])
            called_on(name, apart[name], samples[name])

        def build(name):
            shapes = map_nest(lambda one: (None, *one.shape[1:]), samples[name])
            layer = own[name](**options[name])
            layer.build(*shapes) if name in SEVERAL else layer.build(shapes)

        x = [one for name in names for one in as_list(samples[name])]
        return [
            ("symbols", symbols),
            ("plain", each(plain)),
            ("plain again", each(lambda name: called_on(name, apart[name], samples[name]))),
            ("build", each(build)),
            ("config", each(lambda name: own[name].from_config(apart[name].get_config()))),
            *rounds(
                library,
                made,
                own.values(),
                x if len(x) > 1 else x[0],
                np.zeros((ROWS, 1), np.float32),
                leave_out,
            ),
        ]

    return work


def both(names):
    return {name: (getattr(keras.layers, name), getattr(saccade.layers, name)) for name in names}


# One by one they are slow; and in Keras one layer that can't be written into HDF5 spoils all.
ALONE = ("predict many", "train_on_batch", "test_on_batch", "predict_on_batch", "save h5",
         "load h5", "save weights", "load weights")  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize("first", range(3))
def test_all_side_by_side(first):
    names = [name for name in LAYERS if name != "RandomShear"]  # whose record Keras can't read
    names = names[first::3]
    assert not missing(both(names), work_with(names, ALONE))


@pytest.mark.slow
def test_private_methods_side_by_side():
    """Those that Keras calls are called here too, or refused by name."""
    names = [name for name in LAYERS if name != "RandomShear"]
    rest = ("save", "load", "fit loaded", "clone", "fit", "evaluate", "predict", "config")
    assert not missing(both(names), work_with(names, (*ALONE, *rest)), (), private_methods)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYERS)
def test_alone(name):
    """A model of one input is folded where it predicts many."""
    at_fault = ("config", "load", "fit loaded", "clone") if name == "RandomShear" else ()
    files = ("save h5", "load h5")
    assert not missing(both([name]), work_with([name]), {*at_fault, *files})

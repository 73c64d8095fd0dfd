"""What Keras calls on a model, a subclass may override: it is called here too."""

import numpy as np

import saccade
from conformance.overriding.noting import MANY, missing, rounds
from parity.reference import keras

X = np.random.RandomState(0).rand(8, 4).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[np.arange(8) % 3]


def work_with(name, make, leave_out=()):
    def work(library, own):
        made, cls = {}, own[name]
        classes = [cls]

        def create():
            made["model"] = make(library, cls)
            if type(made["model"]) is not cls:
                classes.append(type(made["model"]))
            made["model"].compile("sgd", "mse", metrics=["mae"])

        def batches():
            while True:
                yield X, Y

        def inside():
            outer = library.Sequential([library.Input((4,)), made["model"]])
            outer.compile("sgd", "mse")
            outer.fit(X, Y, verbose=0)
            outer.predict(np.tile(X, (MANY // 8, 1)), verbose=0)
            outer.save("outer.keras")
            outer.summary(print_fn=lambda *line, **more: None)

        def others():
            made["model"].compile("sgd", loss=["mse"], weighted_metrics=["mae"])
            made["model"].fit(batches(), steps_per_epoch=2, verbose=0)
            made["model"].fit(X, Y, verbose=0, sample_weight=np.ones(8), validation_split=0.5)

        return [
            ("create", create),
            ("call", lambda: made["model"](X)),
            ("weights", lambda: made["model"].set_weights(made["model"].get_weights())),
            ("shapes", lambda: made["model"].compute_output_shape((None, 4))),
            *rounds(library, made, classes, X, Y, ("load h5", *leave_out)),
            ("inside", inside),
            ("summary", lambda: made["model"].summary(print_fn=lambda *line, **more: None)),
            ("json", lambda: made["model"].to_json()),
            ("others", others),
        ]

    return work


def functional(library, cls):
    entry = library.Input((4,))
    return cls(entry, library.layers.Dense(3)(entry))


def stack(library, cls):
    return cls([library.Input((4,)), library.layers.Dense(3)])


def by_hand(library, cls):
    class Own(cls):
        def __init__(self, **options):
            super().__init__(**options)
            self.dense = library.layers.Dense(3)

        def call(self, x):
            return self.dense(x)

    return Own()


def test_functional():
    both = {"Functional": (keras.Model, saccade.Model)}
    assert not missing(both, work_with("Functional", functional))


def test_sequential():
    both = {"Sequential": (keras.Sequential, saccade.Sequential)}
    assert not missing(both, work_with("Sequential", stack))


def test_subclass():
    """Keras can't tell the shape of such a model unless it is said, nor train one that it read."""
    both = {"Model": (keras.Model, saccade.Model)}
    at_fault = ("shapes", "fit loaded", "inside")
    assert not missing(both, work_with("Model", by_hand, ("clone",)), at_fault)


def test_evaluate_of_a_subclass_validates():
    for library in (keras, saccade):

        class Own(library.Sequential):
            def evaluate(self, x=None, y=None, sample_weight=None, **options):
                options.pop("_use_cached_eval_dataset", None)
                self.given = x.shape, y.shape, options["batch_size"], options["steps"]
                return {**super().evaluate(x, y, sample_weight=sample_weight, **options), "own": 1}

        class Ends(library.callbacks.Callback):
            heard = 0

            def on_test_end(self, logs=None):
                self.heard += 1

        ends = Ends()
        model = Own([library.Input((4,)), library.layers.Dense(3)])
        model.compile("sgd", "mse")
        history = model.fit(
            X, Y, 4, 2, verbose=0, validation_data=(X[:6], Y[:6]), callbacks=[ends]
        ).history
        assert history["val_own"] == [1, 1]
        assert model.given == ((6, 4), (6, 3), 4, None)
        assert ends.heard == 2

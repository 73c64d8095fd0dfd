"""Runs a script with nothing left to chance, so that two libraries must give one history.

    python fixed_run.py SCRIPT ...                 with Keras
    python -m saccade fixed_run.py SCRIPT ...      with saccade

Weights are drawn from NumPy's stream, batches keep their order, layers that draw at random are at
rest, and published sets of pictures are replaced by generated ones. What `fit`, `evaluate` and
`predict` give is printed, a line each.

Where there is no TensorFlow, Keras reads `tensorflow.keras` as `keras`; a script that asks for more
of TensorFlow ends there. `lr=`, which Keras 3 gave up, is read as `learning_rate=`.
"""

import functools
import importlib.util
import re
import sys

import keras
import numpy as np
from small_sets import pictures

# The module says what it is. Its path does not: a checkout may well lie in a folder of that name.
IS_SACCADE = keras.__name__.partition(".")[0] == "saccade"
HAS_TENSORFLOW = IS_SACCADE or importlib.util.find_spec("tensorflow") is not None
# What today's Keras no longer reads, by what it meant.
OLD_WORDS = {
    r"(?<!\), )\blr=": "learning_rate=",  # not of torch's: Adam(model.parameters(), lr=...)
    r"optimizer\.lr\b": "optimizer.learning_rate",
}
IMPORTS = {
    r"import tensorflow as tf\b": "import types; tf = types.SimpleNamespace(keras=__import__('keras'))",
    r"from tensorflow import keras\b": "import keras",
    r"\btensorflow\.keras\b": "keras",
}
# Layers that draw at random and give back the shape they got.
AT_REST = (
    "AlphaDropout", "AutoContrast", "CutMix", "Dropout", "GaussianDropout", "GaussianNoise", "MixUp",
    "RandAugment", "RandomBrightness", "RandomColorJitter", "RandomContrast", "RandomErasing",
    "RandomFlip", "RandomGrayscale", "RandomHue", "RandomRotation", "RandomSaturation",
    "RandomShear", "RandomTranslation", "RandomZoom", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D",
)  # fmt: skip
GENERATOR_DRAWS = (
    "brightness_range", "channel_shift_range", "height_shift_range", "horizontal_flip",
    "rotation_range", "shear_range", "vertical_flip", "width_shift_range", "zoom_range",
)  # fmt: skip
DRAWING = ("VarianceScaling", "RandomNormal", "RandomUniform", "TruncatedNormal", "Orthogonal")
SHOWN = 6


def drawn(initializer, shape, dtype=None, **_):
    """Values that a shape alone decides, of a size that keeps a signal alive."""
    shape = tuple(int(side) for side in shape)
    stream = np.random.RandomState([len(shape), *shape])
    fan_in = np.prod(shape[:-1]) if len(shape) > 1 else 100
    values = stream.normal(0, 1 / np.sqrt(fan_in), shape).astype("float32")
    return keras.ops.convert_to_tensor(values, dtype=dtype)


def inference(layer, inputs, *_, **__):
    return inputs


def first_given(image, *_, **__):
    return image


def in_order(function):
    @functools.wraps(function)
    def read(*arguments, **options):
        return function(*arguments, **{**options, "shuffle": False})

    return read


def plain_generator(function):
    """`ImageDataGenerator.__init__` without what is drawn anew for every image.

    Keras's `fit` takes one batch more than it trains on, so its draws are not a function of the
    seed; tests/parity/data/test_generator_parity.py compares them batch by batch.
    """

    @functools.wraps(function)
    def make(generator, *arguments, **options):
        return function(
            generator, *arguments, **{k: v for k, v in options.items() if k not in GENERATOR_DRAWS}
        )

    return make


class Told:
    """A method of Model that prints what it gave, unless another of them called it."""

    depth = 0

    def __init__(self, name, fixed=None):
        self.name, self.plain, self.fixed = name, getattr(keras.Model, name), fixed or {}
        setattr(keras.Model, name, self.method())

    def method(self):
        @functools.wraps(self.plain)
        def told(model, *arguments, **options):
            Told.depth += 1
            try:
                given = self.plain(model, *arguments, **{**options, **self.fixed})
            finally:
                Told.depth -= 1
            if not Told.depth:
                print(f"{self.name}:", plain_numbers(given))
            return given

        return told


def plain_numbers(given):
    """A record of numbers; of a large array its shape, its sum and its first ones."""
    if hasattr(given, "history"):
        given = given.history
    if isinstance(given, dict):
        return {str(key): plain_numbers(value) for key, value in given.items()}
    if isinstance(given, list | tuple):
        return [plain_numbers(value) for value in given]
    given = given.detach() if hasattr(given, "detach") else given
    array = np.asarray(given, "float64")
    if array.size == 1:
        return float(array.reshape(()))
    return [*map(float, array.shape), float(array.sum()), *array.ravel()[:SHOWN].tolist()]


def left_over(scope):
    """Every number, array and model that a script leaves behind under a name."""
    left = {}
    for name, value in scope.items():
        if isinstance(value, keras.Model):
            if value.weights:
                left[name] = [float(abs(weight).sum()) for weight in value.get_weights()]
        elif is_numbers(value):
            left[name] = plain_numbers(value)
    return left


def is_numbers(value):
    if isinstance(value, list | tuple):
        return len(value) > 0 and all(map(is_numbers, value))
    if isinstance(value, float):
        return True
    is_array = isinstance(value, np.ndarray) or hasattr(value, "numpy")  # symbols have none
    return is_array and "float" in str(getattr(value, "dtype", ""))


def numpy_draws(kind, names):
    """TensorFlow's draws from NumPy's stream, so that both libraries get the same."""

    def draw(shape, *given, dtype="float32", seed=None, **options):
        named = {**dict(zip(names, given, strict=False)), **options}
        values = getattr(np.random, kind)(
            *(named.get(name, at) for name, at in names.items()), shape
        )
        return keras.ops.convert_to_tensor(values.astype("float32"))

    return draw


def take_chance_out(face, tensorflow):
    """Of one spelling of Keras: `keras`, or TensorFlow's `tf.keras`."""
    for name in DRAWING:
        getattr(face.initializers, name).__call__ = drawn
    for name in AT_REST:
        if hasattr(face.layers, name):
            getattr(face.layers, name).call = inference
    for place in (face.utils, face.preprocessing):
        if hasattr(place, "image_dataset_from_directory"):
            fixed = in_order(place.image_dataset_from_directory)
            place.image_dataset_from_directory = fixed
    for name, sides in {
        "mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3)
    }.items():  # fmt: skip
        getattr(face.datasets, name).load_data = pictures(sides)
    if tensorflow:
        tensorflow.data.Dataset.shuffle = first_given
        for name in (
            "flip_left_right",
            "flip_up_down",
            "brightness",
            "contrast",
            "saturation",
            "hue",
        ):
            setattr(tensorflow.image, f"random_{name}", first_given)
        tensorflow.random.normal = numpy_draws("normal", {"mean": 0.0, "stddev": 1.0})
        tensorflow.random.uniform = numpy_draws("uniform", {"minval": 0.0, "maxval": 1.0})


def old_generator():
    """Keras 3 keeps it where only TensorFlow's spelling finds it."""
    if IS_SACCADE:
        return keras.preprocessing.image.ImageDataGenerator
    from keras.src.legacy.preprocessing import image

    for name in ("ImageDataGenerator", "DirectoryIterator", "NumpyArrayIterator"):
        setattr(keras.preprocessing.image, name, getattr(image, name))
    return image.ImageDataGenerator


def main(script):
    tensorflow = None
    if HAS_TENSORFLOW:
        import tensorflow
    for face in [keras, *([tensorflow.keras] if tensorflow and not IS_SACCADE else [])]:
        take_chance_out(face, tensorflow)
    generator = old_generator()
    for name in ("flow", "flow_from_directory", "flow_from_dataframe"):
        setattr(generator, name, in_order(getattr(generator, name)))
    generator.__init__ = plain_generator(generator.__init__)
    for name, fixed in {"fit": {"shuffle": False}, "evaluate": {}, "predict": {}}.items():
        Told(name, fixed)
    with open(script) as file:
        source = file.read()
    if not IS_SACCADE:
        for old, new in {**OLD_WORDS, **({} if HAS_TENSORFLOW else IMPORTS)}.items():
            source = re.sub(old, new, source)
    scope = {"__name__": "__main__", "__file__": script}
    exec(compile(source, script, "exec"), scope)
    print("left:", left_over(scope))


sys.argv = sys.argv[1:]
np.random.seed(0)
keras.utils.set_random_seed(0)
main(sys.argv[0])

"""Runs a script with generated pictures for the published sets, and everything else as it is.

python course_run.py SCRIPT ...                 with Keras
python -m saccade course_run.py SCRIPT ...      with saccade
"""

import sys

import keras
from small_sets import pictures

SETS = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3)}


def faces():
    """`keras`, and TensorFlow's spelling of it where there is one."""
    yield keras
    if keras.__name__.partition(".")[0] != "saccade":
        try:
            import tensorflow
        except ModuleNotFoundError:
            return
        yield tensorflow.keras


def main(script):
    for face in faces():
        for name, sides in SETS.items():
            getattr(face.datasets, name).load_data = pictures(sides)
    with open(script) as file:
        source = file.read()
    exec(compile(source, script, "exec"), {"__name__": "__main__", "__file__": script})


sys.argv = sys.argv[1:]
main(sys.argv[0])

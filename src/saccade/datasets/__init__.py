"""Published sets of small pictures, as Keras has them.

Each module has `load_data()`, which gives ((x_train, y_train), (x_test, y_test)): NumPy arrays of
bytes, 0 to 255. The files are fetched once into `$KERAS_HOME/datasets` or `~/.keras/datasets`, and
found there if Keras fetched them.
"""

from saccade.datasets import cifar10, cifar100, fashion_mnist, mnist

__all__ = ["cifar10", "cifar100", "fashion_mnist", "mnist"]

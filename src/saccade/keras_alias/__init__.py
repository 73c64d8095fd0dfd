"""The second door: scripts written for `keras` or `tensorflow.keras` run as they are.

While a script runs, `import keras`, `import tensorflow.keras` and `from tensorflow import keras`
find saccade: the same objects under every name.
"""

from saccade.keras_alias.finder import install

__all__ = ["install"]

"""The second door: scripts written for `keras` or `tensorflow.keras` run as they are.

While a script runs, `import keras`, `import tensorflow.keras` and `from tensorflow import keras`
find saccade: the same objects under every name.
"""

from saccade.keras_alias.installation import install
from saccade.keras_alias.notebook import load_ipython_extension

__all__ = ["install", "load_ipython_extension"]

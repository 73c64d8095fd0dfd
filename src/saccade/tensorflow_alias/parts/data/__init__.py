"""Data: `tf.data` and the files it reads."""

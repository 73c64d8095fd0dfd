"""What TensorFlow's names stand for; `saccade.keras_alias.tensorflow.table` says which for which."""

"""TFRecord: examples one after the other in a file, as TensorFlow's TFRecord files have them."""

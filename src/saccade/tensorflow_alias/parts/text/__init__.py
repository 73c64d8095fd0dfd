"""Strings: tensors of words, and the functions of `tf.strings`."""

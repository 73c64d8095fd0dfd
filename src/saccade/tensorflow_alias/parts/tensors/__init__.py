"""Tensors: numbers, words and shapes under TensorFlow's names."""

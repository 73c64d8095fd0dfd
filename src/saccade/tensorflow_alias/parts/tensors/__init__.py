"""Tensors: numbers, strings and shapes under TensorFlow's names."""

"""Convolution as numbers: the lesson's operation, kernels, sizes, and the fast forms on batches."""

"""Pure functions of arrays: sizes, the lesson's convolution, contour kernels, loss formulas.

`geometry` is plain integer arithmetic, and what users convolve is NumPy: neither loads torch. What
layers and losses compute with are functions of torch tensors.
"""

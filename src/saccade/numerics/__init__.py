"""Pure functions of arrays: sizes, the lesson's convolution, contour kernels.

`geometry` is plain integer arithmetic; the other modules are NumPy. None of them loads torch.
"""

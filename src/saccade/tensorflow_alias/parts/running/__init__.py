"""Running: how TensorFlow's functions, gradients, devices and checks are run."""

"""Core: what every layer is made of: the layer itself, its weights, its calls, its checks."""

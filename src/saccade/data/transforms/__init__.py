"""What augmentation does to one image: pure functions of NumPy arrays, one noun a file."""

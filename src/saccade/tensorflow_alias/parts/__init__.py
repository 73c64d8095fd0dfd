"""What TensorFlow's names stand for; the table beside this folder says which for which."""

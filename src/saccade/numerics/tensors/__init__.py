"""Functions of tensors under the names of Keras's `ops` and `backend`."""

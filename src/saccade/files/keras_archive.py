"""The `.keras` file: placeholder until the writer lands."""


def write(model, filepath, overwrite=True):
    raise NotImplementedError

"""Write the files of an old Keras that tests/files/old_keras keeps: one archive a Keras.

Each needs an environment of its own, in which this is run by itself::

    Python 3.7   tensorflow==1.15.5 h5py<3 numpy<1.19 protobuf<3.21 scipy<1.5 keras==2.3.1
                 the same with keras==2.2.4, keras==1.2.2, and without for TensorFlow's own 2.2.4-tf
    Python 3.9   tensorflow-cpu==2.10.1 numpy<1.24 h5py<3.9
    Python 3.11  tensorflow-cpu==2.21.0 tf_keras==2.21.0

    python scripts/old_keras/make.py keras|tensorflow.keras|tf_keras FOLDER

For each model the archive has the whole model, the weights alone and the record as JSON, for those
that show an optimizer the whole model alone; in `numbers.json` is what each predicts for `images`,
what it measures on them and the losses of two more steps of training.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
STEPS_BEFORE, STEPS_AFTER = 2, 2


def images() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, their classes as one-hot rows, and their sizes; the same in every Keras."""
    random = np.random.RandomState(0)
    x = random.rand(8, 8, 8, 3).astype("float32")
    return x, np.eye(3, dtype="float32")[np.arange(8) % 3], random.rand(8, 1).astype("float32")


def steps_by_hand(k: Any) -> list[Any]:
    """Make a step of TensorFlow 1 do everything in its order.

    Keras 1 and 2 count the steps, and change weights, while other parts of the same step may still
    read them: the numbers differ from run to run. So variables are of the kind whose value a step
    reads once, and the steps are counted between them.

    Returns:
        A list that will hold the counts that Keras wanted to raise.
    """
    tensorflow = importlib.import_module("tensorflow")
    tensorflow.compat.v1.enable_resource_variables()
    variables = importlib.import_module("tensorflow.python.ops.resource_variable_ops")
    variables.BaseResourceVariable.__imul__ = lambda mine, other: mine * other
    counts: list[Any] = []
    add = k.backend.update_add

    def note(variable: Any, more: Any) -> Any:
        if "int" not in variable.dtype.name and not k.__version__.startswith("1."):
            return add(variable, more)  # the sum of a metric
        counts.append(variable)
        return tensorflow.no_op()

    k.backend.update_add = note
    return counts


def write(model: Any, name: str, folder: Path, alone: bool, counts: list[Any]) -> dict[str, Any]:
    """Train a little, write, and note what is to be found again."""

    def step() -> float:
        loss = np.ravel(model.train_on_batch(x, y))[0]
        for count in counts:
            if count is model.optimizer.iterations:
                backend = importlib.import_module("keras.backend")
                backend.set_value(count, backend.get_value(count) + 1)
        return loss

    x, kinds, sizes = images()
    y = [kinds, sizes] if len(model.outputs) == 2 else kinds
    for _ in range(STEPS_BEFORE):
        step()
    model.save(str(folder / (name + ".h5")))
    if not alone:
        model.save_weights(str(folder / (name + "_weights.h5")))
        (folder / (name + ".json")).write_text(model.to_json())
    predicted = model.predict(x)
    predicted = predicted if isinstance(predicted, list) else [predicted]
    tested = np.ravel(model.test_on_batch(x, y))
    losses = [step() for _ in range(STEPS_AFTER)]
    numbers = {"predicted": predicted, "tested": tested, "losses": losses}
    return {key: [np.asarray(one, "float64").tolist() for one in n] for key, n in numbers.items()}


def as_always(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname = 0, 0, 0, "", ""
    return entry


def main(module: str, target: str) -> None:
    k = importlib.import_module(module)
    for inner in (
        "backend",
        "layers",
        "models",
        "optimizers",
        "regularizers",
        "initializers",
        "constraints",
    ):
        if module != "tensorflow.keras" and importlib.util.find_spec(module + "." + inner):
            importlib.import_module(module + "." + inner)
    version = k.__version__
    counts = steps_by_hand(k) if module == "keras" else []
    of = importlib.import_module("keras_1" if version.startswith("1.") else "keras_2")
    np.random.seed(1)
    archive = str(Path(target) / ("keras-" + version + ".tar.xz"))
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive, "w:xz") as packed:
        numbers = {
            name: write(model, name, Path(folder), name in of.OPTIMIZERS, counts)
            for name, model in of.models(k).items()
        }
        (Path(folder) / "numbers.json").write_text(json.dumps(numbers))
        for path in sorted(Path(folder).iterdir()):
            packed.add(str(path), path.name, filter=as_always)


if __name__ == "__main__":
    main(*sys.argv[1:])

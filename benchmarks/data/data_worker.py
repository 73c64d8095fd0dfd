"""One peer of data.py: batches from a folder of images, as fast as they come.

python data_worker.py saccade_generator
python data_worker.py saccade_dataset
python data_worker.py keras_generator             # KERAS_BACKEND=tensorflow
python data_worker.py keras_dataset
python data_worker.py torchvision
"""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import THREADS, answer, timed

Pass = Callable[[], int]  # one pass over the folder; the number of images that came
BATCH = 32
ALL_OF_IT = {
    "rotation_range": 20,
    "width_shift_range": 0.1,
    "height_shift_range": 0.1,
    "shear_range": 10,
    "zoom_range": 0.1,
    "brightness_range": (0.8, 1.2),
    "horizontal_flip": True,
}


def make_generator(module: Any, case: dict[str, Any]) -> Pass:
    """Anybody's ImageDataGenerator, taken batch by batch as a training loop of one's own does."""
    changes = ALL_OF_IT if case["augment"] else {}
    generator = module.ImageDataGenerator(rescale=1 / 255, **changes)
    flow = generator.flow_from_directory(
        case["folder"],
        target_size=case["size"],
        interpolation=case["filter"],
        batch_size=BATCH,
    )
    return lambda: sum(len(next(flow)[0]) for _ in range(len(flow)))


def make_dataset(function: Any, case: dict[str, Any], ahead: Callable[[Any], Any]) -> Pass:
    """Anybody's image_dataset_from_directory."""
    data = ahead(
        function(
            case["folder"],
            image_size=case["size"],
            interpolation=case["filter"],
            batch_size=BATCH,
            label_mode="categorical",
        )
    )
    return lambda: sum(len(x) for x, _ in data)


def make_saccade_generator(case: dict[str, Any]) -> Pass:
    from saccade.preprocessing import image

    return make_generator(image, case)


def make_saccade_dataset(case: dict[str, Any]) -> Pass:
    from saccade.utils import image_dataset_from_directory

    return make_dataset(image_dataset_from_directory, case, lambda data: data)


def make_keras_generator(case: dict[str, Any]) -> Pass:
    from keras.src.legacy.preprocessing import image  # keras.preprocessing.image lacks the class

    return make_generator(image, case)


def make_keras_dataset(case: dict[str, Any]) -> Pass:
    import keras
    import tensorflow as tf

    return make_dataset(
        keras.utils.image_dataset_from_directory,
        case,
        lambda data: data.prefetch(tf.data.AUTOTUNE),
    )


def make_torchvision(case: dict[str, Any]) -> Pass:
    import torch

    # Wheels for other builds of torch bring operators that do not load here; reading images needs
    # none of them, but the package asks for these two when it is imported.
    schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    for name in ("nms", "qnms"):
        with contextlib.suppress(RuntimeError):
            torch.library.define(f"torchvision::{name}", schema)
    from torchvision import datasets, transforms

    how = transforms.InterpolationMode(case["filter"])
    change = transforms.Compose([transforms.Resize(case["size"], how), transforms.ToTensor()])
    folder = datasets.ImageFolder(case["folder"], change)
    loader = torch.utils.data.DataLoader(
        folder, BATCH, shuffle=True, num_workers=THREADS, persistent_workers=True
    )
    return lambda: sum(len(x) for x, _ in loader)


MAKERS: dict[str, Callable[[dict[str, Any]], Pass]] = {
    "saccade_generator": make_saccade_generator,
    "saccade_dataset": make_saccade_dataset,
    "keras_generator": make_keras_generator,
    "keras_dataset": make_keras_dataset,
    "torchvision": make_torchvision,
}


@contextlib.contextmanager
def silent() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()):  # "Found 416 images belonging to ..."
        yield


def main() -> None:
    make = MAKERS[sys.argv[1]]

    def respond(**case: Any) -> dict[str, Any]:
        """Images per second of the first pass over a new object, and of the next one.

        cpu_ms is what an image costs this process with all its threads; processes that it started
        are not in it.
        """
        case["size"] = tuple(case["size"])
        with silent():
            try:
                once = make(case)
            except ImportError as fault:
                return {"missing": str(fault)}
            rates, cpu_ms = [], []
            for _ in range(1 if case["warm_up"] else 2):
                images = 0

                def take() -> None:
                    nonlocal images
                    images = once()

                begun_s = time.process_time()
                seconds = timed(take)
                rates.append(images / seconds)
                cpu_ms.append(1000 * (time.process_time() - begun_s) / images)
        return {"rates": rates, "cpu_ms": cpu_ms}

    answer(respond)


if __name__ == "__main__":
    main()

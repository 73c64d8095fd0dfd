"""One peer of transfer.py: fastai's vision_learner on torchvision's ResNet50.

python transfer_fastai.py last            # with fastai's ChannelsLast callback
"""

# ruff: noqa: E402, I001  # fastai imports torchvision, which has to be made loadable first
from __future__ import annotations

from pathlib import Path
import sys
import time
from typing import Any

import torch
from torch import nn
from PIL import Image

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import THREADS, answer, timed
from transfer_torch import (
    BATCH,
    CLASSES,
    DEVIATIONS_RGB,
    MEANS_RGB,
    SIZE,
    import_torchvision,
    is_validation,
    resnet50_v1,
)

import_torchvision()

from fastai.callback.channelslast import ChannelsLast
from fastai.vision.all import (
    BnFreeze,
    Callback,
    CategoryBlock,
    CrossEntropyLossFlat,
    DataBlock,
    DataLoader,
    DataLoaders,
    FuncSplitter,
    ImageBlock,
    Normalize,
    Resize,
    accuracy,
    parent_label,
    set_seed,
    vision_learner,
)


class Clock(Callback):
    """The time, and the accuracy on the validation images, at the end of every epoch."""

    def __init__(self):
        self.ends_s: list[float] = []
        self.accuracies: list[float] = []

    def after_epoch(self):
        self.ends_s.append(time.perf_counter())
        if self.learn.recorder.metrics:
            self.accuracies.append(float(self.learn.recorder.metrics[0].value))


def make_learner(
    loaders: Any, weights_file: str, classes: int, frozen: bool, callbacks: list[Any]
) -> Any:
    """The lesson's head on the body; frozen, batch normalisation is at rest as in Keras."""
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, classes))
    learner = vision_learner(
        loaders,
        lambda weights=None, pretrained=False: resnet50_v1(weights_file),
        n_out=classes,
        pretrained=False,
        normalize=False,
        custom_head=head,
        cut=-2,
        loss_func=CrossEntropyLossFlat(),
        train_bn=not frozen,
        metrics=accuracy if frozen else [],
        cbs=[
            *([BnFreeze()] if frozen else []),
            *([ChannelsLast()] if "last" in sys.argv[1:] else []),
            *callbacks,
        ],
    )
    (learner.freeze if frozen else learner.unfreeze)()
    return learner


def run_recipe(weights_file: str, train: str, epochs: int, seed: int) -> dict[str, Any]:
    """From a folder to a trained head, with the time of each epoch's end."""
    set_seed(seed)
    begun_s = time.perf_counter()
    held = is_validation(train)
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=lambda folder: sorted(held),
        splitter=FuncSplitter(lambda path: held[path]),
        get_y=parent_label,
        item_tfms=Resize(SIZE, method="squish", resamples=(Image.Resampling.NEAREST,) * 2),
        batch_tfms=Normalize.from_stats(MEANS_RGB, DEVIATIONS_RGB, cuda=False),
    )
    loaders = block.dataloaders(train, bs=BATCH, val_bs=BATCH, num_workers=THREADS)
    clock = Clock()
    learner = make_learner(loaders, weights_file, len(loaders.vocab), True, [clock])
    with learner.no_bar(), learner.no_logging():
        learner.fit(epochs, lr=1e-3)
    return {
        "ends_s": [end - begun_s for end in clock.ends_s],
        "total_s": time.perf_counter() - begun_s,
        "images": len(loaders.train_ds),
        "validation_images": len(loaders.valid_ds),
        "validation_accuracy": clock.accuracies,
    }


class Work:
    """get_preds of a batch, or fit with every weight trainable, on images in memory."""

    def __init__(self, weights_file: str, part: str, batch: int):
        stream = torch.Generator().manual_seed(7)
        x_nchw = torch.rand((batch, 3, *SIZE), generator=stream) * 270 - 120
        self.part, self.batch = part, batch
        self.items = [(x, torch.tensor(i % CLASSES)) for i, x in enumerate(x_nchw)]
        few = DataLoader(self.items, bs=batch)
        self.learner = make_learner(
            DataLoaders(few, few), weights_file, CLASSES, part == "forward", []
        )

    def __call__(self, times: int) -> None:
        many = DataLoader(self.items * times, bs=self.batch)
        with self.learner.no_bar(), self.learner.no_logging():
            if self.part == "forward":
                self.learner.get_preds(dl=many)
            else:
                self.learner.dls = DataLoaders(many, DataLoader(self.items[:1], bs=1))
                self.learner.fit(1, lr=1e-3)


def main() -> None:
    torch.set_num_threads(THREADS)
    kept: dict[str, Work] = {}

    def respond(
        part: str, precision: str, weights: dict[str, str], **request: Any
    ) -> dict[str, Any]:
        if part == "recipe":
            wanted = {key: request[key] for key in ("train", "epochs", "seed")}
            return run_recipe(weights["torch"], **wanted)
        times, batch = request["times"], request["batch"]
        if part not in kept:
            kept[part] = Work(weights["torch"], part, batch)
            kept[part](1)
        return {"rate": times * batch / timed(lambda: kept[part](times))}

    answer(respond)


if __name__ == "__main__":
    main()

"""One peer of transfer.py: torchvision's ResNet50 in the loop of its references.

python transfer_torch.py                  # contiguous, as the references leave it
python transfer_torch.py last             # channels_last
python transfer_torch.py last bfloat16    # and autocast to bfloat16
"""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import THREADS, answer, timed

SIZE, BATCH, CLASSES = (150, 150), 16, 19
# preprocess_input as torchvision spells it: means of 255, no deviation.
MEANS_RGB, DEVIATIONS_RGB = (123.68 / 255, 116.779 / 255, 103.939 / 255), (1 / 255,) * 3


def import_torchvision() -> Any:
    """Wheels for other builds of torch bring operators that do not load here.

    None of them is needed, but the package asks for these two when it is imported.
    """
    schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    for name in ("nms", "qnms"):
        with contextlib.suppress(RuntimeError):
            torch.library.define(f"torchvision::{name}", schema)
    import torchvision

    return torchvision


def resnet50_v1(weights: str | None) -> nn.Module:
    """torchvision's resnet50 with the strides and epsilon of Keras's.

    Where blocks halve the image, Keras does it in their first convolution, torchvision (its "v1.5")
    in the second, which costs 8 % more operations: so all peers compute the same.
    """
    network = import_torchvision().models.resnet50()
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1.001e-5
        if name.startswith("layer") and name.endswith("conv2") and module.stride == (2, 2):
            module.stride = (1, 1)
            network.get_submodule(name.replace("conv2", "conv1")).stride = (2, 2)
    if weights is not None:
        missing, extra = network.load_state_dict(torch.load(weights), strict=False)
        unknown = [m for m in missing if not m.startswith("fc.") and "num_batches" not in m]
        if unknown or extra:
            raise SystemExit(f"{weights}: missing {unknown}, extra {extra}")
    return network


def is_validation(folder: str) -> dict[str, bool]:
    """Keras's split: of each class, the first quarter of the files in order of their names."""
    told = {}
    for group in sorted(path for path in Path(folder).iterdir() if path.is_dir()):
        files = sorted(path for path in group.iterdir() if path.is_file())
        bound = int(0.25 * len(files))
        told |= {str(path): place < bound for place, path in enumerate(files)}
    return told


class Loop:
    """The references' loop: forward, loss, backward, step, then loss and accuracy of the batch."""

    def __init__(self, network: nn.Module, flags: list[str], frozen: bool):
        self.last, self.half = "last" in flags, "bfloat16" in flags
        self.network, self.frozen = network, frozen
        for weight in network.parameters():
            weight.requires_grad_(not frozen)
        for weight in network.fc.parameters():
            weight.requires_grad_(True)
        if self.last:
            network.to(memory_format=torch.channels_last)
        self.adam = torch.optim.Adam([w for w in network.parameters() if w.requires_grad], lr=1e-3)
        self.entropy = nn.CrossEntropyLoss()

    def train(self, batches: Any) -> tuple[float, int]:
        """The mean loss, and the number of images."""
        self.network.train(not self.frozen)  # at rest, batch normalisation of a frozen body
        total, count = 0.0, 0
        for images, labels in batches:
            logits = self.forward(images)
            loss = self.entropy(logits, labels)
            self.adam.zero_grad()
            loss.backward()
            self.adam.step()
            total += loss.item() * len(labels)
            (logits.argmax(1) == labels).float().mean().item()
            count += len(labels)
        return total / max(1, count), count

    def evaluate(self, batches: Any) -> float:
        self.network.eval()
        right = count = 0
        with torch.inference_mode():
            for images, labels in batches:
                right += int((self.forward(images).argmax(1) == labels).sum())
                count += len(labels)
        return right / count

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.last:
            images = images.to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            return self.network(images).float()


def run_recipe(
    flags: list[str],
    weights: dict[str, str],
    train: str,
    test: str | None,
    epochs: int,
    seed: int,
) -> dict[str, Any]:
    """From a folder to a trained head, with the time of each epoch's end."""
    torch.manual_seed(seed)
    datasets = import_torchvision().datasets
    transforms = import_torchvision().transforms
    begun_s = time.perf_counter()
    change = transforms.Compose(
        [
            transforms.Resize(SIZE, transforms.InterpolationMode.NEAREST),
            transforms.ToTensor(),
            transforms.Normalize(MEANS_RGB, DEVIATIONS_RGB),
        ]
    )
    folder = datasets.ImageFolder(train, change)
    held = is_validation(train)
    loaders = []
    for wanted in (False, True):
        places = [i for i, (path, _) in enumerate(folder.samples) if held[path] is wanted]
        subset = torch.utils.data.Subset(folder, places)
        loaders.append(
            torch.utils.data.DataLoader(
                subset, BATCH, shuffle=not wanted, num_workers=THREADS, persistent_workers=True
            )
        )
    network = resnet50_v1(weights["torch"])
    network.fc = nn.Linear(2048, len(folder.classes))
    loop = Loop(network, flags, frozen=True)
    ends_s, accuracies = [], []
    for _ in range(epochs):
        loop.train(loaders[0])
        accuracies.append(loop.evaluate(loaders[1]))
        ends_s.append(time.perf_counter() - begun_s)
    found = {
        "ends_s": ends_s,
        "total_s": ends_s[-1],
        "images": len(loaders[0].dataset),
        "validation_images": len(loaders[1].dataset),
        "validation_accuracy": accuracies,
    }
    if test is not None:
        data = torch.utils.data.DataLoader(
            datasets.ImageFolder(test, change), 64, num_workers=THREADS
        )
        found["test_accuracy"] = loop.evaluate(data)
    return found


class Work:
    """Forward passes in inference mode, or training steps, on images in memory."""

    def __init__(self, flags: list[str], part: str, weights: dict[str, str], batch: int):
        network = resnet50_v1(weights["torch"])
        network.fc = nn.Linear(2048, CLASSES)
        self.loop, self.part, self.batch = (
            Loop(network, flags, frozen=part == "forward"),
            part,
            batch,
        )

    def __call__(self, times: int) -> int:
        stream = torch.Generator().manual_seed(7)
        x_nchw = torch.rand((self.batch, 3, *SIZE), generator=stream) * 270 - 120
        batches = [(x_nchw, torch.arange(self.batch) % CLASSES)] * times
        (self.loop.evaluate if self.part == "forward" else self.loop.train)(batches)
        return times * self.batch


def main() -> None:
    flags = sys.argv[1:]
    torch.set_num_threads(THREADS)
    kept: dict[str, Work] = {}

    def respond(part: str, precision: str, **request: Any) -> dict[str, Any]:
        if part == "recipe":
            request.pop("again")
            return run_recipe(flags, **request)
        times = request.pop("times")
        if part not in kept:
            kept[part] = Work(flags, part, **request)
            kept[part](1)
        return {"rate": times * kept[part].batch / timed(lambda: kept[part](times))}

    answer(respond)


if __name__ == "__main__":
    main()

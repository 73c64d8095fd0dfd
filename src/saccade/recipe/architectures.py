"""Architectures: the networks that `saccade.train` knows, and what each takes by default.

A table of words, so that a wrong choice is told before torch loads; a test holds it to
`saccade.applications`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

LENET, BEST = "lenet", "resnet50"  # for small or grey pictures; for photographs in colour
_PUBLISHED = (
    *("ConvNeXtTiny", "ConvNeXtSmall", "ConvNeXtBase", "ConvNeXtLarge", "ConvNeXtXLarge"),
    *("DenseNet121", "DenseNet169", "DenseNet201"),
    *(f"EfficientNetB{number}" for number in range(8)),
    *(f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    *("InceptionV3", "InceptionResNetV2", "Xception"),
    *("MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large"),
    *("NASNetMobile", "NASNetLarge"),
    *("ResNet50", "ResNet101", "ResNet152", "ResNet50V2", "ResNet101V2", "ResNet152V2"),
    *("VGG16", "VGG19"),
)
_MADE_FOR_PX = {  # where it is not 224
    "EfficientNetB1": 240, "EfficientNetB2": 260, "EfficientNetB3": 300, "EfficientNetB4": 380,
    "EfficientNetB5": 456, "EfficientNetB6": 528, "EfficientNetB7": 600,
    "EfficientNetV2B1": 240, "EfficientNetV2B2": 260, "EfficientNetV2B3": 300,
    "EfficientNetV2S": 384, "EfficientNetV2M": 480, "EfficientNetV2L": 480,
    "InceptionV3": 299, "InceptionResNetV2": 299, "Xception": 299, "NASNetLarge": 331,
}  # fmt: skip
_SMALLEST_PX = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}  # where it is not 32


@dataclass(frozen=True)
class Defaults:
    """What an architecture takes where the user chose nothing.

    Attributes:
        name: as people write it; of a network with published weights, its function in
            `saccade.applications`.
        smallest_px: the shortest side that it can take. LeNet has two poolings, and a 5x5 kernel
            between them.
        made_for_px: the side that it is made for.
        share: of the photos, for each held-out part.
        epochs, patience, optimizer: of the training; of a published network's, those of
            fine-tuning.
        any_size: whether one network takes images of several sizes.
    """

    name: str
    smallest_px: int
    made_for_px: int
    share: float
    epochs: int
    patience: int
    optimizer: str
    any_size: bool = True


def _published(name: str) -> Defaults:
    smallest_px, made_for_px = _SMALLEST_PX.get(name, 32), _MADE_FOR_PX.get(name, 224)
    any_size = not name.startswith("NASNet")
    return Defaults(name, smallest_px, made_for_px, 0.1, 16, 10, "adamw", any_size)


DEFAULTS = {
    LENET: Defaults("LeNet", 12, 28, 0.2, 100, 10, "adam"),
    **{name.lower(): _published(name) for name in _PUBLISHED},
}
LAST_LAYER = replace(DEFAULTS[BEST], epochs=40, patience=5)  # of a published one, trained alone
ARCHITECTURES = ("auto", *DEFAULTS)

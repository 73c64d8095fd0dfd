"""The networks of limits.py, from anybody's layers with Keras's names, and by hand for torch."""

from __future__ import annotations

from typing import Any, NamedTuple


class Setting(NamedTuple):
    """A network at one size of images, and its batch in training."""

    network: str
    size: int
    batch: int
    channels: int = 3


SETTINGS = {
    "mnist": Setting("mnist", 28, 128, 1),
    "normalised": Setting("normalised", 32, 64),
    "lenet-32": Setting("lenet", 28, 32, 1),
    "lenet-512": Setting("lenet", 28, 512, 1),
    "mobilenet": Setting("MobileNetV2", 128, 16),
    "efficientnet": Setting("EfficientNetB0", 128, 16),
    "resnet-128": Setting("ResNet50", 128, 16),
    "resnet-150": Setting("ResNet50", 150, 16),
    "densenet": Setting("DenseNet121", 128, 16),
    "xception": Setting("Xception", 128, 16),
    "vgg": Setting("VGG16", 128, 16),
}
CLASSES = 10


def keras_like(keras: Any, setting: Setting) -> Any:
    """The network from `keras` or what is spelled like it; not compiled yet."""
    layers, shape = keras.layers, (setting.size, setting.size, setting.channels)
    if setting.network == "mnist":
        return keras.Sequential([
            layers.Input(shape),
            layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
            layers.Flatten(), layers.Dropout(0.5), layers.Dense(CLASSES, activation="softmax"),
        ])  # fmt: skip
    if setting.network == "lenet":
        return keras.Sequential([
            layers.Input(shape),
            layers.Conv2D(6, 5, padding="same", activation="tanh"), layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2),
            layers.Flatten(), layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"), layers.Dense(CLASSES, activation="softmax"),
        ])  # fmt: skip
    if setting.network == "normalised":
        model = keras.Sequential([layers.Input(shape)])
        for filters in (32, 64, 128):
            for _ in range(2):
                model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
                model.add(layers.BatchNormalization())
            model.add(layers.MaxPooling2D(2))
            model.add(layers.Dropout(0.25))
        for layer in (
            layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.5),
            layers.Dense(CLASSES, activation="softmax"),
        ):  # fmt: skip
            model.add(layer)
        return model
    network = getattr(keras.applications, setting.network)
    return network(weights=None, input_shape=shape, classes=CLASSES)


def by_hand(setting: Setting) -> Any:
    """The same as a torch module with logits; None where torchvision has none."""
    from torch import nn

    if setting.network == "mnist":
        return nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(0.5), nn.Linear(1600, CLASSES),
        )  # fmt: skip
    if setting.network == "lenet":
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, CLASSES),
        )  # fmt: skip
    if setting.network == "normalised":
        parts, channels = [], setting.channels
        for filters in (32, 64, 128):
            for _ in range(2):
                parts += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]
                parts += [nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)]
                channels = filters
            parts += [nn.MaxPool2d(2), nn.Dropout(0.25)]
        parts += [nn.Flatten(), nn.Linear(2048, 128), nn.ReLU(), nn.Dropout(0.5)]
        return nn.Sequential(*parts, nn.Linear(128, CLASSES))
    from torchvision import models

    names = {"MobileNetV2": "mobilenet_v2", "EfficientNetB0": "efficientnet_b0"}
    name = names.get(setting.network, setting.network.lower())
    return getattr(models, name)(num_classes=CLASSES) if hasattr(models, name) else None

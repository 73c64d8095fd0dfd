"""Networks with a name."""

from saccade.applications import (
    densenet,
    efficientnet,
    imagenet_utils,
    resnet,
    resnet50,
    resnet_v2,
    vgg16,
    vgg19,
)
from saccade.applications.densenet import DenseNet121, DenseNet169, DenseNet201
from saccade.applications.efficientnet import (
    EfficientNetB0,
    EfficientNetB1,
    EfficientNetB2,
    EfficientNetB3,
    EfficientNetB4,
    EfficientNetB5,
    EfficientNetB6,
    EfficientNetB7,
)
from saccade.applications.lenet import LeNet5
from saccade.applications.resnet import ResNet50, ResNet101, ResNet152
from saccade.applications.resnet_v2 import ResNet50V2, ResNet101V2, ResNet152V2
from saccade.applications.vgg import VGG16, VGG19
from saccade.files.input_record import InputRecord

__all__ = [
    "VGG16",
    "VGG19",
    "DenseNet121",
    "DenseNet169",
    "DenseNet201",
    "EfficientNetB0",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "InputRecord",
    "LeNet5",
    "ResNet50",
    "ResNet50V2",
    "ResNet101",
    "ResNet101V2",
    "ResNet152",
    "ResNet152V2",
    "densenet",
    "efficientnet",
    "imagenet_utils",
    "resnet",
    "resnet50",
    "resnet_v2",
    "vgg16",
    "vgg19",
]

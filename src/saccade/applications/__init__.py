"""Networks with a name."""

from saccade.applications import imagenet_utils, resnet, resnet50
from saccade.applications.lenet import LeNet5
from saccade.applications.resnet import ResNet50, ResNet101, ResNet152
from saccade.files.input_record import InputRecord

__all__ = [
    "InputRecord",
    "LeNet5",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "imagenet_utils",
    "resnet",
    "resnet50",
]

"""Networks with a name."""

from saccade.applications import imagenet_utils, resnet, resnet50, vgg16, vgg19
from saccade.applications.lenet import LeNet5
from saccade.applications.resnet import ResNet50, ResNet101, ResNet152
from saccade.applications.vgg import VGG16, VGG19
from saccade.files.input_record import InputRecord

__all__ = [
    "VGG16",
    "VGG19",
    "InputRecord",
    "LeNet5",
    "ResNet50",
    "ResNet101",
    "ResNet152",
    "imagenet_utils",
    "resnet",
    "resnet50",
    "vgg16",
    "vgg19",
]

"""Networks with a name."""

from saccade.applications import (
    densenet,
    efficientnet,
    imagenet_utils,
    inception_v3,
    mobilenet,
    mobilenet_v2,
    resnet,
    resnet50,
    resnet_v2,
    vgg16,
    vgg19,
    xception,
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
from saccade.applications.inception_v3 import InceptionV3
from saccade.applications.lenet import LeNet5
from saccade.applications.mobilenet import MobileNet
from saccade.applications.mobilenet_v2 import MobileNetV2
from saccade.applications.resnet import ResNet50, ResNet101, ResNet152
from saccade.applications.resnet_v2 import ResNet50V2, ResNet101V2, ResNet152V2
from saccade.applications.vgg import VGG16, VGG19
from saccade.applications.xception import Xception
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
    "InceptionV3",
    "InputRecord",
    "LeNet5",
    "MobileNet",
    "MobileNetV2",
    "ResNet50",
    "ResNet50V2",
    "ResNet101",
    "ResNet101V2",
    "ResNet152",
    "ResNet152V2",
    "Xception",
    "densenet",
    "efficientnet",
    "imagenet_utils",
    "inception_v3",
    "mobilenet",
    "mobilenet_v2",
    "resnet",
    "resnet50",
    "resnet_v2",
    "vgg16",
    "vgg19",
    "xception",
]

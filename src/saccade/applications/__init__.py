"""Networks with a name. A family is a file that is imported here, and its networks."""

# ruff: noqa: F401  # what is imported is what this face offers

from saccade.applications import (
    convnext,
    densenet,
    efficientnet,
    efficientnet_v2,
    imagenet_utils,
    inception_resnet_v2,
    inception_v3,
    mobilenet,
    mobilenet_v2,
    mobilenet_v3,
    nasnet,
    resnet,
    resnet50,
    resnet_v2,
    vgg16,
    vgg19,
    xception,
)
from saccade.applications.building.network import NETWORKS
from saccade.applications.convnext import (
    ConvNeXtBase,
    ConvNeXtLarge,
    ConvNeXtSmall,
    ConvNeXtTiny,
    ConvNeXtXLarge,
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
from saccade.applications.efficientnet_v2 import (
    EfficientNetV2B0,
    EfficientNetV2B1,
    EfficientNetV2B2,
    EfficientNetV2B3,
    EfficientNetV2L,
    EfficientNetV2M,
    EfficientNetV2S,
)
from saccade.applications.inception_resnet_v2 import InceptionResNetV2
from saccade.applications.inception_v3 import InceptionV3
from saccade.applications.lenet import LeNet5
from saccade.applications.mobilenet import MobileNet
from saccade.applications.mobilenet_v2 import MobileNetV2
from saccade.applications.mobilenet_v3 import MobileNetV3Large, MobileNetV3Small
from saccade.applications.nasnet import NASNetLarge, NASNetMobile
from saccade.applications.resnet import ResNet50, ResNet101, ResNet152
from saccade.applications.resnet_v2 import ResNet50V2, ResNet101V2, ResNet152V2
from saccade.applications.vgg import VGG16, VGG19
from saccade.applications.xception import Xception
from saccade.files.input_record import InputRecord

_MODULES = {"imagenet_utils", "resnet50", *(record.module for record in NETWORKS.values())}

__all__ = sorted(["InputRecord", "LeNet5", *NETWORKS, *_MODULES])

"""Layers, with Keras's names."""

import sys
from typing import Any

from saccade.graph import Symbol
from saccade.layers import rectifiers
from saccade.layers.activation import Activation
from saccade.layers.attention.attention import AdditiveAttention, Attention
from saccade.layers.attention.einsum_dense import EinsumDense
from saccade.layers.attention.grouped_query_attention import GroupQueryAttention
from saccade.layers.attention.multi_head_attention import MultiHeadAttention
from saccade.layers.augmentation.aug_mix import AugMix
from saccade.layers.augmentation.color import (
    RandomColorDegeneration,
    RandomColorJitter,
    RandomGrayscale,
    RandomHue,
    RandomSaturation,
)
from saccade.layers.augmentation.elastic import RandomElasticTransform
from saccade.layers.augmentation.erasing import RandomErasing
from saccade.layers.augmentation.flip import RandomFlip
from saccade.layers.augmentation.geometry import (
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
)
from saccade.layers.augmentation.histogram import (
    AutoContrast,
    ContrastLimitedAdaptiveHistogramEqualization,
    Equalization,
)
from saccade.layers.augmentation.light import (
    RandomBrightness,
    RandomContrast,
    RandomInvert,
    RandomPosterization,
    Solarization,
)
from saccade.layers.augmentation.mixing import CutMix, MixUp
from saccade.layers.augmentation.perspective import RandomPerspective
from saccade.layers.augmentation.pipeline import Pipeline
from saccade.layers.augmentation.rand_augment import RandAugment
from saccade.layers.augmentation.random_crop import RandomCrop
from saccade.layers.augmentation.random_size import RandomHeight, RandomWidth
from saccade.layers.augmentation.sharpness import RandomGaussianBlur, RandomSharpness
from saccade.layers.categories import CategoryEncoding, Discretization
from saccade.layers.convolution import transposed
from saccade.layers.convolution.conv import (
    Conv1D,
    Conv2D,
    Conv3D,
    Convolution1D,
    Convolution2D,
    Convolution3D,
)
from saccade.layers.convolution.depthwise import DepthwiseConv1D, DepthwiseConv2D
from saccade.layers.convolution.separable import (
    SeparableConv1D,
    SeparableConv2D,
    SeparableConvolution1D,
    SeparableConvolution2D,
)
from saccade.layers.convolution.transposed import (
    Conv1DTranspose,
    Conv2DTranspose,
    Conv3DTranspose,
    Convolution1DTranspose,
    Convolution2DTranspose,
    Convolution3DTranspose,
)
from saccade.layers.core import keras1_words
from saccade.layers.core.input_spec import InputSpec
from saccade.layers.core.layer import Layer
from saccade.layers.core.torch_module import TorchModuleWrapper
from saccade.layers.dense import Dense
from saccade.layers.identity import ActivityRegularization, Identity
from saccade.layers.input import Input, InputLayer
from saccade.layers.lambda_layer import Lambda
from saccade.layers.merging import elementwise
from saccade.layers.merging.along_axis import Concatenate, Dot, concatenate, dot
from saccade.layers.merging.elementwise import (
    Add,
    Average,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    maximum,
    minimum,
    multiply,
    subtract,
)
from saccade.layers.merging.keras1_merge import Merge, merge
from saccade.layers.normalization.batch_normalization import BatchNormalization
from saccade.layers.normalization.data_normalization import Normalization
from saccade.layers.normalization.rescaling import Rescaling
from saccade.layers.normalization.rms_normalization import RMSNormalization
from saccade.layers.normalization.sample_normalization import (
    GroupNormalization,
    LayerNormalization,
    UnitNormalization,
)
from saccade.layers.normalization.spectral_normalization import SpectralNormalization
from saccade.layers.operations import symbol_activations, symbol_arithmetic, unwritten_operation
from saccade.layers.pooling.adaptive_pool import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from saccade.layers.pooling.global_pool import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from saccade.layers.pooling.window_pool import (
    AveragePooling1D,
    AveragePooling2D,
    AveragePooling3D,
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
)
from saccade.layers.rectifiers import ELU, LeakyReLU, PReLU, ReLU
from saccade.layers.refused import GONE, REFUSED
from saccade.layers.regularization.dropout import (
    AlphaDropout,
    Dropout,
    SpatialDropout1D,
    SpatialDropout2D,
    SpatialDropout3D,
)
from saccade.layers.regularization.noise import GaussianDropout, GaussianNoise
from saccade.layers.sequences.embedding import Embedding
from saccade.layers.sequences.step_masking import Masking
from saccade.layers.sequences.time_distributed import TimeDistributed
from saccade.layers.sequences.wrapper import Wrapper
from saccade.layers.shape import Flatten, Permute, RepeatVector, Reshape
from saccade.layers.sizes.border import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from saccade.layers.sizes.resizing import CenterCrop, Resizing
from saccade.layers.sizes.upsampling import UpSampling1D, UpSampling2D, UpSampling3D
from saccade.layers.softmax import Softmax
from saccade.names import classes_in, names_from, refuse_name

Symbol.note = unwritten_operation.note_function
Symbol.activate = symbol_activations.activate
Symbol.operate = symbol_arithmetic.operate  # the graph lies below, and knows no layer

# Names of earlier versions: there for their scripts, and in no list.
AtrousConvolution2D = keras1_words.keras1_layer(Conv2D, "AtrousConvolution2D")

CLASSES: dict[str, type[Layer]] = classes_in(globals(), Layer)
CLASSES["GroupQueryAttention"] = GroupQueryAttention  # which calls itself otherwise
__all__ = ["REFUSED", "deserialize", "serialize", *names_from(globals(), __name__)]

_Merge = elementwise.Elementwise  # what scripts for Keras 2 subclass
AtrousConvolution1D = Conv1D
BatchNormalizationV1 = BatchNormalizationV2 = SyncBatchNormalization = BatchNormalization
Deconv2D, Deconvolution2D = Conv2DTranspose, transposed.Deconvolution2D
Deconv3D, Deconvolution3D = Conv3DTranspose, transposed.Deconvolution3D
ThresholdedReLU, TimeDistributedDense = rectifiers.ThresholdedReLU, Dense


def serialize(layer: Layer) -> dict[str, Any]:
    """The record of a layer, as values that JSON can hold.

    Source: `keras.layers.serialize`.
    """
    return _saving().serialize_keras_object(layer)


def deserialize(config: dict[str, Any], custom_objects: Any = None) -> Any:
    """The layer that a record describes, with fresh weights.

    Args:
        config: as `serialize` gave it.
        custom_objects: classes and functions of your own, by name.

    Raises:
        UnknownName: a class that is not known.

    Source: `keras.layers.deserialize`.
    """
    return _saving().deserialize_keras_object(config, custom_objects)


def _saving() -> Any:
    """A layer may be a model: it is the package, above all floors, that knows how it is made."""
    return sys.modules["saccade"].saving


def __getattr__(name: str) -> Any:
    refuse_name(__name__, name, REFUSED | GONE)

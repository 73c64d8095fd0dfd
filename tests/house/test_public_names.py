"""The public names in full: a new or a lost one is decided here and told in the changelog."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType

import pytest

NAMES = {
    "saccade": """
        HORIZONTAL_CONTOURS Input Layer Model Predictor Sequential VERTICAL_CONTOURS
        __version__ activations applications backend box callbacks constraints convolve
        convolve2d datasets errors gaussian initializers install layers
        load_ipython_extension losses metrics mixed_precision models ops optimizers
        output_size preprocessing regularizers saving sharpen utils
    """,
    "saccade.activations": """
        celu deserialize elu exponential gelu get glu hard_shrink hard_sigmoid hard_silu
        hard_swish hard_tanh leaky_relu linear log_sigmoid log_softmax logits_of mish relu
        relu6 selu serialize sigmoid silu soft_shrink softmax softplus softsign sparse_plus
        sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
    """,
    "saccade.applications": """
        DenseNet121 DenseNet169 DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2
        EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7
        InceptionV3 InputRecord LeNet5 MobileNet MobileNetV2 ResNet101 ResNet101V2 ResNet152
        ResNet152V2 ResNet50 ResNet50V2 VGG16 VGG19 Xception densenet efficientnet
        imagenet_utils inception_v3 mobilenet mobilenet_v2 resnet resnet50 resnet_v2 vgg16
        vgg19 xception
    """,
    "saccade.applications.imagenet_utils": """
        decode_predictions preprocess_input
    """,
    "saccade.applications.resnet": """
        ResNet101 ResNet152 ResNet50 preprocess_input
    """,
    "saccade.applications.resnet50": """
        ResNet50 decode_predictions preprocess_input
    """,
    "saccade.applications.resnet_v2": """
        ResNet101V2 ResNet152V2 ResNet50V2 preprocess_input
    """,
    "saccade.applications.vgg16": """
        VGG16 decode_predictions preprocess_input
    """,
    "saccade.applications.vgg19": """
        VGG19 decode_predictions preprocess_input
    """,
    "saccade.backend": """
        abs all any argmax argmin backend batch_flatten batch_get_value batch_set_value
        binary_crossentropy cast cast_to_floatx categorical_crossentropy clear_session clip
        concatenate constant cos cumsum dot dtype elu epsilon equal exp expand_dims flatten
        floatx function get_session get_uid get_value gradients greater greater_equal
        hard_sigmoid image_data_format image_dim_ordering int_shape is_tensor l2_normalize
        learning_phase less less_equal linear log max maximum mean min minimum ndim
        not_equal one_hot ones ones_like permute_dimensions pow prod random_normal
        random_uniform relu repeat reshape round set_epsilon set_floatx
        set_image_data_format set_image_dim_ordering set_learning_phase set_session
        set_value shape sigmoid sign sin softmax softplus softsign
        sparse_categorical_crossentropy sqrt square squeeze stack std stop_gradient sum tanh
        tile transpose var variable zeros zeros_like
    """,
    "saccade.ops": """
        abs add all any argmax argmin cast ceil clip concatenate convert_to_numpy
        convert_to_tensor cos cumsum divide dot equal exp expand_dims flip floor gelu
        greater greater_equal isnan less less_equal log log1p log_softmax logical_and
        logical_not logical_or matmul max maximum mean min minimum multiply norm normalize
        not_equal one_hot ones_like power prod relu repeat reshape round shape sigmoid sign silu sin
        softmax softplus sqrt square squeeze stack std stop_gradient subtract sum tanh tile
        transpose var where zeros_like
    """,
    "saccade.datasets": """
        cifar10 cifar100 fashion_mnist mnist
    """,
    "saccade.applications.densenet": """
        DenseNet121 DenseNet169 DenseNet201 preprocess_input
    """,
    "saccade.applications.efficientnet": """
        EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4
        EfficientNetB5 EfficientNetB6 EfficientNetB7 preprocess_input
    """,
    "saccade.applications.mobilenet": """
        MobileNet check_width note_other_size preprocess_input
    """,
    "saccade.applications.mobilenet_v2": """
        MobileNetV2 preprocess_input
    """,
    "saccade.applications.inception_v3": """
        InceptionV3 preprocess_input
    """,
    "saccade.applications.xception": """
        Xception preprocess_input
    """,
    "saccade.callbacks": """
        BackupAndRestore CSVLogger Callback CallbackList EarlyStopping History
        LambdaCallback LearningRateScheduler ModelCheckpoint ProgbarLogger ReduceLROnPlateau
        SwapEMAWeights TensorBoard TerminateOnNaN
    """,
    "saccade.constraints": """
        Constraint MaxNorm MinMaxNorm NonNeg UnitNorm deserialize get max_norm min_max_norm
        non_neg serialize unit_norm
    """,
    "saccade.errors": """
        DataError FileFormatError InvalidArgument NoSuchFile NotFinite NotSupported
        NotWritten SaccadeError ShapeError StateError UnknownName
    """,
    "saccade.initializers": """
        Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer
        Initializer LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer
        RandomNormal RandomUniform TruncatedNormal VarianceScaling Zeros constant count_fans
        deserialize get glorot_normal glorot_uniform he_normal he_uniform identity
        lecun_normal lecun_uniform ones orthogonal random_normal random_uniform serialize
        truncated_normal variance_scaling zeros
    """,
    "saccade.layers": """
        Activation ActivityRegularization Add AlphaDropout AutoContrast Average
        AveragePooling1D AveragePooling2D AvgPool1D AvgPool2D BatchNormalization CenterCrop
        Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Convolution1D
        Convolution1DTranspose Convolution2D Convolution2DTranspose Cropping1D Cropping2D
        CutMix Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU Equalization Flatten
        GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
        GlobalAvgPool1D GlobalAvgPool2D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPooling1D
        GlobalMaxPooling2D GroupNormalization Identity Input InputLayer Lambda Layer
        LayerNormalization LeakyReLU MaxPool1D MaxPool2D MaxPooling1D MaxPooling2D Maximum
        Minimum MixUp Multiply Normalization PReLU Permute Pipeline REFUSED RandAugment
        RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
        RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert
        RandomPerspective RandomPosterization RandomRotation RandomSaturation
        RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling
        Reshape Resizing SeparableConv1D SeparableConv2D SeparableConvolution1D
        SeparableConvolution2D Softmax Solarization SpatialDropout1D SpatialDropout2D
        Subtract UnitNormalization UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D add
        average concatenate dot maximum minimum multiply subtract
    """,
    "saccade.losses": """
        BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy
        CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge
        Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh Loss MeanAbsoluteError
        MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson
        SparseCategoricalCrossentropy SquaredHinge Tversky binary_crossentropy
        binary_focal_crossentropy categorical_crossentropy categorical_focal_crossentropy
        categorical_generalized_cross_entropy categorical_hinge circle cosine_similarity
        deserialize dice get hinge huber kl_divergence log_cosh mean_absolute_error
        mean_absolute_percentage_error mean_squared_error mean_squared_logarithmic_error
        poisson serialize sparse_categorical_crossentropy squared_hinge tversky
    """,
    "saccade.metrics": """
        AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy
        CategoricalCrossentropy CategoricalHinge ConcordanceCorrelation CosineSimilarity
        F1Score FBetaScore FalseNegatives FalsePositives Hinge IoU KLDivergence LogCoshError
        Mean MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper
        MeanSquaredError MeanSquaredLogarithmicError Metric OneHotIoU OneHotMeanIoU
        PearsonCorrelation Poisson Precision PrecisionAtRecall R2Score Recall
        RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity
        SparseCategoricalAccuracy SparseCategoricalCrossentropy
        SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge Sum
        TopKCategoricalAccuracy TrueNegatives TruePositives accuracy_for binary_accuracy
        binary_crossentropy binary_focal_crossentropy categorical_accuracy
        categorical_crossentropy categorical_focal_crossentropy categorical_hinge
        concordance_correlation deserialize get hinge huber kl_divergence log_cosh
        mean_absolute_error mean_absolute_percentage_error mean_squared_error
        mean_squared_logarithmic_error pearson_correlation poisson serialize
        sparse_categorical_accuracy sparse_categorical_crossentropy
        sparse_top_k_categorical_accuracy squared_hinge top_k_categorical_accuracy
    """,
    "saccade.mixed_precision": """
        DTypePolicy Policy dtype_policy global_policy set_dtype_policy set_global_policy
    """,
    "saccade.models": """
        Model Sequential clone_model load_model model_from_json
    """,
    "saccade.optimizers": """
        Adadelta Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer Nadam Optimizer
        RMSprop SGD deserialize get schedules serialize
    """,
    "saccade.optimizers.schedules": """
        CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay
        LearningRateSchedule PiecewiseConstantDecay PolynomialDecay deserialize serialize
    """,
    "saccade.predictor": """
        Prediction Predictor Preprocessing
    """,
    "saccade.preprocessing": """
        image image_dataset_from_directory
    """,
    "saccade.preprocessing.image": """
        DataFrameIterator DirectoryIterator ImageDataGenerator Iterator NumpyArrayIterator
        apply_affine_transform apply_brightness_shift apply_channel_shift array_to_img
        flip_axis img_to_array load_img random_brightness random_channel_shift
        random_rotation random_shear random_shift random_zoom save_img
    """,
    "saccade.regularizers": """
        L1 L1L2 L2 OrthogonalRegularizer Regularizer deserialize get l1 l1_l2 l2
        orthogonal_regularizer serialize
    """,
    "saccade.saving": """
        CustomObjectScope custom_object_scope deserialize_keras_object get_custom_objects
        get_registered_name get_registered_object load_model load_weights
        register_keras_serializable save_model save_weights serialize_keras_object
    """,
    "saccade.utils": """
        CustomObjectScope PyDataset Sequence array_to_img custom_object_scope
        deserialize_keras_object get_custom_objects get_file get_registered_name
        get_registered_object image_dataset_from_directory img_to_array load_img
        model_to_dot pack_x_y_sample_weight plot_model register_keras_serializable save_img
        serialize_keras_object set_random_seed split_dataset to_categorical
        unpack_x_y_sample_weight
    """,
}


def public_names(module: ModuleType) -> list[str]:
    """`__all__`, or the classes and functions that a module without one defines itself."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    )


@pytest.mark.parametrize("name", NAMES)
def test_public_names_are_those_of_the_list(name):
    found = set(public_names(importlib.import_module(name)))
    listed = set(NAMES[name].split())
    assert found == listed, f"new: {sorted(found - listed)}, lost: {sorted(listed - found)}"


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there(name):
    module = importlib.import_module(name)
    assert [n for n in NAMES[name].split() if not hasattr(module, n)] == []


def test_every_module_that_saccade_names_is_in_the_list():
    """A module of the face cannot be added without listing what it offers."""
    saccade = importlib.import_module("saccade")
    modules = {n for n in saccade.__all__ if inspect.ismodule(getattr(saccade, n))}
    assert {f"saccade.{n}" for n in modules} <= set(NAMES)

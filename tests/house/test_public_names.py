"""The public names in full: a new or a lost one is decided here and told in the changelog."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType

import pytest

NAMES = {
    "saccade": """
        __version__ activations applications augment_preview backend box callbacks config
        constraints contours convolve convolve2d datasets doctor errors evaluate gaussian
        HORIZONTAL_CONTOURS initializers Input InputSpec install Layer layers Listener
        load_ipython_extension losses metrics mixed_precision Model models ops optimizers
        output_size predict Predictor preprocessing random regularizers Run saving Sequential
        sharpen summary train tree utils VERTICAL_CONTOURS wrappers
    """,
    "saccade.activations": """
        celu deserialize elu exponential gelu get glu hard_shrink hard_sigmoid hard_silu
        hard_swish hard_tanh leaky_relu linear log_sigmoid log_softmax logits_of mish relu
        relu6 selu serialize sigmoid silu soft_shrink softmax softplus softsign sparse_plus
        sparse_sigmoid sparsemax squareplus swish tanh tanh_shrink threshold
    """,
    "saccade.applications": """
        ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge DenseNet121
        DenseNet169 DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3
        EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0
        EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M
        EfficientNetV2S InceptionResNetV2 InceptionV3 InputRecord LeNet5 MobileNet MobileNetV2
        MobileNetV3Large MobileNetV3Small NASNetLarge NASNetMobile ResNet101 ResNet101V2
        ResNet152 ResNet152V2 ResNet50 ResNet50V2 VGG16 VGG19 Xception convnext densenet
        efficientnet efficientnet_v2 imagenet_utils inception_resnet_v2 inception_v3 mobilenet
        mobilenet_v2 mobilenet_v3 nasnet resnet resnet50 resnet_v2 vgg16 vgg19 xception
    """,
    "saccade.applications.imagenet_utils": """
        correct_pad decode_predictions obtain_input_shape preprocess_input
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
        abs all any arange argmax argmin asymmetric_spatial_2d_padding asymmetric_temporal_padding
        atrous_conv2d backend batch_dot batch_flatten batch_get_value binary_focal_crossentropy
        categorical_focal_crossentropy conv3d_transpose deconv2d deconv3d get_variable_shape
        is_float_dtype is_int_dtype is_placeholder pack result_type standardize_dtype
        batch_normalization batch_set_value bias_add binary_crossentropy cast
        cast_to_floatx categorical_crossentropy clear_session clip concatenate constant
        conv1d conv2d conv2d_transpose conv3d cos count_params cumprod cumsum depthwise_conv2d
        dot dropout dtype elu epsilon equal eval exp expand_dims eye flatten floatx foldl foldr
        function gather get_session get_uid get_value gradients greater greater_equal
        hard_sigmoid identity image_data_format image_dim_ordering in_test_phase in_top_k
        in_train_phase int_shape is_keras_tensor is_sparse is_tensor l2_normalize
        learning_phase less less_equal linear local_conv1d local_conv2d log logsumexp
        control_dependencies manual_variable_initialization map_fn max maximum mean min minimum
        moving_average_update name_scope ndim normalize_batch_in_training
        normalize_data_format not_equal one_hot
        ones ones_like permute_dimensions placeholder pool2d pool3d pow print_tensor prod
        random_bernoulli random_binomial random_normal random_normal_variable random_uniform
        random_uniform_variable relu repeat repeat_elements reset_uids reshape resize_images
        resize_volumes reverse round selu separable_conv1d separable_conv2d set_epsilon
        set_floatx set_image_data_format set_image_dim_ordering set_learning_phase set_session
        set_value shape sigmoid sign sin size slice softmax softplus softsign
        sparse_categorical_crossentropy spatial_2d_padding spatial_3d_padding sqrt square
        squeeze stack std stop_gradient sum switch tanh temporal_padding tile to_dense
        transpose truncated_normal update update_add update_sub var variable zeros zeros_like
    """,
    "saccade.ops": """
        abs absolute adaptive_average_pool adaptive_max_pool add all allclose amax amin
        angle any append arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax
        argmin argpartition argsort array array_split associative_scan average average_pool
        bartlett batch_normalization binary_crossentropy bincount bitwise_and bitwise_invert
        bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor blackman
        broadcast_to cast categorical_crossentropy cbrt cdist ceil celu cholesky
        cholesky_inverse clip concatenate cond conj conjugate conv conv_transpose
        convert_to_numpy convert_to_tensor copy corrcoef correlate cos cosh count_nonzero
        cross cumprod cumsum custom_gradient deg2rad depth_to_space depthwise_conv det diag
        diagflat diagonal diff digitize divide divide_no_nan dot dot_product_attention
        dsplit dstack dtype eig eigh einsum elu empty empty_like equal erf erfc erfinv exp
        exp2 expand_dims expm1 eye fabs fft fft2 flip fliplr flipud floor floor_divide fmax
        fmin fmod fold fori_loop full full_like gcd gelu geomspace get_item glu greater
        greater_equal hamming hanning hard_shrink hard_sigmoid hard_silu hard_swish
        hard_tanh heaviside histogram hsplit hstack hypot i0 identity ifft2 imag image
        in_top_k inner inv irfft is_tensor isclose isfinite isin isinf isnan isneginf
        isposinf isreal jvp kaiser kron layer_normalization lcm ldexp leaky_relu left_shift
        less less_equal linalg linspace log log10 log1p log2 log_sigmoid log_softmax
        logaddexp logaddexp2 logdet logical_and logical_not logical_or logical_xor logspace
        logsumexp lstsq lu_factor map matmul matrix_rank max max_pool maximum mean median
        meshgrid min minimum mod moments moveaxis multi_hot multiply nan_to_num nanargmax
        nanargmin nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod
        nanquantile nanstd nansum nanvar ndim negative nextafter nn nonzero norm normalize
        not_equal numpy one_hot ones ones_like outer pad percentile pinv polar power prod
        psnr ptp qr quantile rad2deg ravel real rearrange reciprocal relu relu6 repeat reshape rfft
        right_shift rms_normalization roll rot90 round rsqrt saturate_cast scan scatter
        scatter_update searchsorted segment_max segment_min segment_prod segment_sum select
        selu separable_conv shape sigmoid sign signbit silu sin sinc sinh size slice
        slice_update slogdet soft_shrink softmax softplus softsign solve solve_triangular
        sort space_to_depth sparse_categorical_crossentropy sparse_plus sparse_sigmoid
        sparsemax split sqrt square squareplus squeeze stack std stop_gradient subtract sum
        svd swapaxes swish switch take take_along_axis tan tanh tanh_shrink tensordot
        threshold tile top_k trace transpose trapezoid tri tril triu true_divide trunc
        unfold unique unravel_index unstack vander var vdot vectorize vectorized_map view
        view_as_complex view_as_real vsplit vstack where while_loop zeros zeros_like
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
    "saccade.applications.efficientnet_v2": """
        EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L
        EfficientNetV2M EfficientNetV2S preprocess_input
    """,
    "saccade.applications.convnext": """
        ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge
        preprocess_input
    """,
    "saccade.applications.nasnet": """
        NASNetLarge NASNetMobile preprocess_input
    """,
    "saccade.applications.mobilenet": """
        MobileNet check_width note_other_size preprocess_input
    """,
    "saccade.applications.mobilenet_v2": """
        MobileNetV2 preprocess_input
    """,
    "saccade.applications.mobilenet_v3": """
        MobileNetV3Large MobileNetV3Small preprocess_input
    """,
    "saccade.applications.inception_resnet_v2": """
        InceptionResNetV2 preprocess_input
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
        Constraint MaxNorm MinMaxNorm NonNeg UnitNorm deserialize get max_norm maxnorm
        min_max_norm non_neg nonneg serialize unit_norm unitnorm
    """,
    "saccade.errors": """
        AxisError DataError FileFormatError InvalidArgument NoSuchFile NotEnoughMemory NotFinite
        NotKnownYet NoValue NotSupported NotWritten SaccadeError ShapeError StateError UnknownName
        WrongKind
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
        Activation ActivityRegularization AdaptiveAveragePooling1D
        AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
        AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout
        AtrousConvolution2D Attention AugMix AutoContrast Average AveragePooling1D
        AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D
        BatchNormalization CategoryEncoding CenterCrop Concatenate
        ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
        Conv2DTranspose Conv3D Conv3DTranspose Convolution1D Convolution1DTranspose
        Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose
        Cropping1D Cropping2D Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D
        Discretization Dot Dropout ELU EinsumDense Embedding Equalization Flatten
        GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
        GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D
        GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D
        GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention
        Identity Input InputLayer InputSpec Lambda Layer LayerNormalization LeakyReLU
        Masking MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D
        Maximum Merge Minimum MixUp MultiHeadAttention Multiply Normalization PReLU
        Permute Pipeline REFUSED RMSNormalization RandAugment RandomBrightness
        RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop
        RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
        RandomGrayscale RandomHeight RandomHue RandomInvert RandomPerspective
        RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear
        RandomTranslation RandomWidth RandomZoom ReLU RepeatVector Rescaling Reshape
        Resizing SeparableConv1D SeparableConv2D SeparableConvolution1D
        SeparableConvolution2D Softmax Solarization SpatialDropout1D SpatialDropout2D
        SpatialDropout3D SpectralNormalization Subtract TimeDistributed TorchModuleWrapper
        UnitNormalization UpSampling1D UpSampling2D UpSampling3D Wrapper ZeroPadding1D
        ZeroPadding2D ZeroPadding3D add average concatenate deserialize dot maximum
        merge minimum multiply serialize subtract
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
        FloatDTypePolicy deserialize get serialize
        DTypePolicy LossScaleOptimizer Policy dtype_policy global_policy set_dtype_policy
        set_global_policy
    """,
    "saccade.models": """
        Model Sequential clone_model load_model model_from_config model_from_json
        model_from_yaml save_model
    """,
    "saccade.optimizers": """
        Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer Muon
        Nadam Optimizer RMSprop SGD ScheduleFreeAdamW deserialize get schedules serialize
    """,
    "saccade.optimizers.schedules": """
        CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay
        LearningRateSchedule PiecewiseConstantDecay PolynomialDecay deserialize serialize
    """,
    "saccade.predictor": """
        Prediction Predictor Preprocessing
    """,
    "saccade.preprocessing": """
        image image_dataset_from_directory sequence
    """,
    "saccade.preprocessing.image": """
        DataFrameIterator DirectoryIterator ImageDataGenerator Iterator NumpyArrayIterator
        apply_affine_transform apply_brightness_shift apply_channel_shift array_to_img
        flip_axis img_to_array load_img random_brightness random_channel_shift
        random_rotation random_shear random_shift random_zoom save_img smart_resize
    """,
    "saccade.config": """
        backend disable_flash_attention disable_interactive_logging disable_traceback_filtering
        dtype_policy enable_flash_attention enable_interactive_logging enable_traceback_filtering
        enable_unsafe_deserialization epsilon floatx image_data_format is_flash_attention_enabled
        is_interactive_logging_enabled is_nnx_enabled is_traceback_filtering_enabled max_epochs
        max_steps_per_epoch set_backend set_dtype_policy set_epsilon set_floatx
        set_image_data_format set_max_epochs set_max_steps_per_epoch
    """,
    "saccade.tree": """
        MAP_TO_NONE assert_same_paths assert_same_structure flatten flatten_with_path is_nested
        lists_to_tuples map_shape_structure map_structure map_structure_up_to pack_sequence_as
        traverse
    """,
    "saccade.random": """
        SeedGenerator beta binomial categorical dropout gamma normal randint shuffle
        truncated_normal uniform
    """,
    "saccade.regularizers": """
        L1 L1L2 L2 OrthogonalRegularizer Regularizer WeightRegularizer activity_l1
        activity_l1l2 activity_l2
        deserialize get l1 l1_l2 l1l2 l2 orthogonal_regularizer serialize
    """,
    "saccade.saving": """
        CustomObjectScope custom_object_scope deserialize_keras_object get_custom_objects
        get_registered_name get_registered_object load_model load_weights
        register_keras_serializable save_model save_weights serialize_keras_object
    """,
    "saccade.wrappers": "SKLearnClassifier SKLearnRegressor SKLearnTransformer",
    "saccade.utils": """
        Config CustomObjectScope disable_interactive_logging enable_interactive_logging
        is_interactive_logging_enabled pad_sequences standardize_dtype Progbar PyDataset
        Sequence array_to_img clear_session custom_object_scope
        deserialize_keras_object get_custom_objects get_file get_registered_name
        get_registered_object get_source_inputs image_dataset_from_directory img_to_array
        is_keras_tensor load_img model_to_dot normalize pack_x_y_sample_weight plot_model
        register_keras_serializable save_img
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

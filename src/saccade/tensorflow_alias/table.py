"""The table of the thin tensorflow: every name that there is, and where it comes from."""

from __future__ import annotations

from saccade.lazy_names import homes

_DTYPES = """float16 float32 float64 bfloat16 half double int8 int16 int32 int64
    uint8 uint16 uint32 uint64 complex64 complex128 string"""
_ARITHMETIC = """abs add cos divide equal exp floor greater greater_equal less less_equal
    logical_and logical_not logical_or maximum minimum multiply negative not_equal pow round
    sigmoid sign sin sqrt square subtract tanh"""
_REDUCTIONS = """argmax argmin cumsum reduce_all reduce_any reduce_max reduce_mean
    reduce_logsumexp reduce_min reduce_prod reduce_sum"""
_ANALYSIS = "acos add_n asin atan cosh sinh tan truediv"
_SIGNAL = """fft fft2d fft3d fftshift ifft ifft2d ifft3d ifftshift irfft irfft2d irfft3d rfft rfft2d
    rfft3d"""
_IMAGE_FILES = """decode_and_crop_jpeg decode_bmp decode_gif decode_image decode_jpeg decode_png
    encode_jpeg encode_png extract_jpeg_shape is_jpeg"""

_LOGGING = "DEBUG ERROR FATAL INFO WARN get_verbosity set_verbosity=set_log_verbosity"

# For each module: from which of `parts` its names come; `name=other` where it is called otherwise.
_PARSING = """FixedLenFeature FixedLenSequenceFeature VarLenFeature parse_example
    parse_single_example"""
_TRAIN = {
    "tfrecord.examples": "BytesList Example Feature Features FloatList Int64List",
    "running.checkpoint_manager": "CheckpointManager latest_checkpoint",
    "running.checkpoints": "Checkpoint",
    "running.session_optimizers": """AdadeltaOptimizer AdagradOptimizer AdamOptimizer
        FtrlOptimizer GradientDescentOptimizer MomentumOptimizer RMSPropOptimizer""",
    "running.session_rates": """cosine_decay create_global_step exponential_decay get_global_step
        get_or_create_global_step inverse_time_decay natural_exp_decay piecewise_constant
        piecewise_constant_decay polynomial_decay""",
}
NAMES: dict[str, dict[str, str]] = {
    "": {
        "tensors.dtypes": f"{_DTYPES} bool=bool_ DType as_dtype",
        "tensors.tensors": """Tensor cast constant convert_to_tensor identity is_tensor
            stop_gradient""",
        "tensors.known_shape": "TensorShape TensorSpec",
        "tensors.variable": "Variable",
        "running.gradient_tape": "GradientTape UnconnectedGradients",
        "running.control": """case cond control_dependencies custom_gradient foldl
            get_static_value group map_fn recompute_grad scan switch_case tuple=tuple_
            vectorized_map while_loop""",
        "running.module": "Module",
        "tensors.draws": "set_random_seed=set_seed",
        "tensors.tensor_array": "TensorArray",
        "tensors.analysis": f"""{_ANALYSIS} bitcast clip_by_global_norm clip_by_norm realdiv
            saturate_cast""",
        "tensors.indexing": """dynamic_partition ensure_shape histogram_fixed_width meshgrid
            reverse_sequence roll scatter_nd searchsorted sequence_mask strided_slice
            tensor_scatter_nd_add tensor_scatter_nd_sub tensor_scatter_nd_update
            unique unique_with_counts""",
        "tensors.rearrangement": """boolean_mask broadcast_to concat expand_dims eye fill gather
            gather_nd linspace newaxis one_hot ones ones_like pad range rank repeat reshape
            reverse shape size slice split squeeze stack tile transpose unstack where zeros
            zeros_like""",
        "tensors.arithmetic": f"""{_ARITHMETIC} argsort clip_by_value matmul einsum norm sort
            tensordot""",
        "tensors.reductions": _REDUCTIONS,
        "running.checks": "Assert assert_equal assert_greater assert_less assert_rank",
        "running.devices": "device",
        "running.functions": """enable_eager_execution executing_eagerly function get_logger
            name_scope no_op numpy_function print Print=print_and_pass py_function""",
        "running.sessions": """ConfigProto GPUOptions Graph InteractiveSession Session
            disable_eager_execution disable_v2_behavior get_default_graph
            global_variables_initializer initialize_all_variables=global_variables_initializer
            local_variables_initializer=global_variables_initializer reset_default_graph
            tables_initializer=global_variables_initializer variables_initializer""",
        "tensors.spectra": "complex",
        "tensors.session_functions": """assign assign_add assign_sub div to_double to_float
            to_int32 to_int64""",
        "text.strings": "as_string",
        "tfrecord.parsing": _PARSING,
        "tfrecord.sparse_tensors": "SparseTensor sparse_tensor_to_dense=to_dense",
        "tensors.first_values": """constant_initializer ones_initializer
            random_normal_initializer random_uniform_initializer zeros_initializer""",
    },
    "math": {
        "tensors.arithmetic": f"""{_ARITHMETIC} ceil divide_no_nan is_nan is_inf is_finite
            l2_normalize log log1p mod rsqrt softplus squared_difference top_k""",
        "tensors.reductions": f"""{_REDUCTIONS} confusion_matrix count_nonzero in_top_k
            reduce_std reduce_variance""",
        "tensors.analysis": f"""{_ANALYSIS} atan2 cumprod erf expm1 floordiv floormod lgamma
            log_sigmoid logical_xor multiply_no_nan reciprocal reduce_euclidean_norm rint
            softsign xlogy zero_fraction""",
        "tensors.indexing": """bincount segment_mean segment_sum unsorted_segment_mean
            unsorted_segment_sum""",
        "tensors.spectra": "angle conj imag real",
        "networks.layer_functions": "log_softmax softmax",
    },
    "signal": {"tensors.spectra": _SIGNAL},
    "linalg": {
        "tensors.arithmetic": "l2_normalize matmul norm tensordot einsum",
        "tensors.analysis": "global_norm",
        "tensors.matrices": """band_part cholesky cross det diag diag_part eigh inv matrix_transpose
            matvec normalize pinv qr set_diag solve svd trace""",
        "tensors.rearrangement": "eye",
    },
    "nn": {
        "networks.layer_functions": """atrous_conv2d avg_pool=avg_pool2d avg_pool2d bias_add
            conv2d depthwise_conv2d dropout elu gelu leaky_relu log_softmax max_pool=max_pool2d
            max_pool2d moments relu relu6 selu sigmoid sigmoid_cross_entropy_with_logits silu
            compute_average_loss scale_regularization_loss separable_conv2d
            softmax softmax_cross_entropy_with_logits softplus
            sparse_softmax_cross_entropy_with_logits swish=silu tanh""",
        "tensors.arithmetic": "l2_normalize top_k",
        "tensors.reductions": "in_top_k",
        "tensors.analysis": "l2_loss softsign zero_fraction",
        "tensors.rearrangement": "embedding_lookup=gather",
        "networks.window_functions": """batch_normalization conv2d_transpose crelu depth_to_space
            dilation2d erosion2d local_response_normalization lrn=local_response_normalization
            space_to_depth weighted_cross_entropy_with_logits""",
        "networks.batch_layouts": """avg_pool1d avg_pool3d conv1d conv3d max_pool1d max_pool3d""",
    },
    "random": {
        "tensors.draws": """Generator categorical gamma get_global_generator normal poisson
            set_global_generator set_seed shuffle split stateless_normal stateless_truncated_normal
            fold_in=stateless_fold_in stateless_uniform truncated_normal uniform"""
    },
    "random.experimental": {
        "tensors.draws": "stateless_fold_in stateless_shuffle stateless_split=split"
    },
    "train": _TRAIN,
    "summary": {
        "running.summaries": """SummaryWriter create_file_writer flush histogram image scalar text
            trace_export trace_off trace_on"""
    },
    "summary.experimental": {"running.summaries": "get_step set_step"},
    "saved_model": {"running.exports": "load save"},
    "nest": {"tensors.nesting": "flatten is_nested map_structure pack_sequence_as"},
    "errors": {
        "running.errors": """FailedPreconditionError InternalError InvalidArgumentError
            NotFoundError OpError OutOfRangeError ResourceExhaustedError UnavailableError
            UnimplementedError"""
    },
    "image": {
        "images.sizes": """ResizeMethod central_crop crop_to_bounding_box pad_to_bounding_box
            random_crop resize resize_with_crop_or_pad resize_with_pad""",
        "images.session_sizes": """resize_area resize_bicubic resize_bilinear resize_images
            resize_nearest_neighbor""",
        "images.changes": """adjust_brightness adjust_contrast adjust_hue adjust_saturation
            convert_image_dtype flip_left_right flip_up_down grayscale_to_rgb hsv_to_rgb
            per_image_standardization random_brightness random_contrast random_flip_left_right
            random_flip_up_down random_hue random_saturation rgb_to_grayscale rgb_to_hsv rot90
            transpose""",
        "images.files": _IMAGE_FILES,
        "images.measures": """adjust_gamma image_gradients psnr rgb_to_yiq rgb_to_yuv sobel_edges
            ssim ssim_multiscale total_variation yiq_to_rgb yuv_to_rgb""",
        "images.boxes": """combined_non_max_suppression crop_and_resize draw_bounding_boxes
            non_max_suppression non_max_suppression_with_scores""",
        "images.distortion": """sample_distorted_bounding_box
            stateless_sample_distorted_bounding_box""",
        "images.draws": """adjust_jpeg_quality random_jpeg_quality stateless_random_brightness
            stateless_random_contrast stateless_random_crop stateless_random_flip_left_right
            stateless_random_flip_up_down stateless_random_hue stateless_random_jpeg_quality
            stateless_random_saturation""",
        "networks.window_functions": "extract_patches",
    },
    "io": {
        "images.files": f"{_IMAGE_FILES} read_file write_file",
        "data.raw_bytes": "decode_base64 decode_raw encode_base64 matching_files",
        "tfrecord.files": "TFRecordOptions TFRecordWriter parse_tensor serialize_tensor",
        "tfrecord.parsing": _PARSING,
    },
    "python_io": {
        "tfrecord.files": """TFRecordCompressionType TFRecordOptions TFRecordWriter
            tf_record_iterator"""
    },
    "sparse": {"tfrecord.sparse_tensors": "SparseTensor to_dense"},
    "io.gfile": {
        "data.gfile": """GFile copy exists glob isdir join listdir makedirs mkdir remove rename
            rmtree stat walk"""
    },
    "gfile": {
        "data.gfile": """Copy=copy DeleteRecursively=rmtree Exists=exists FastGFile=GFile GFile
            Glob=glob IsDirectory=isdir ListDirectory=listdir MakeDirs=makedirs MkDir=mkdir
            Open=GFile Remove=remove Rename=rename Stat=stat Walk=walk"""
    },
    "python": {},
    "python.client": {},
    "python.client.device_lib": {"running.local_devices": "list_local_devices"},
    "python.framework": {},
    "python.framework.dtypes": {"tensors.dtypes": f"{_DTYPES} bool=bool_ DType as_dtype"},
    "python.framework.ops": {
        "tensors.tensors": "EagerTensor=Tensor Tensor convert_to_tensor",
        "running.functions": "name_scope",
        "running.sessions": """Graph disable_eager_execution get_default_graph
            reset_default_graph""",
    },
    "strings": {
        "text.strings": """as_string bytes_split format join length lower reduce_join
            regex_full_match regex_replace split strip substr to_number unicode_split upper"""
    },
    "data": {
        "data.datasets": """AUTOTUNE Dataset INFINITE_CARDINALITY Options TextLineDataset
            UNKNOWN_CARDINALITY""",
        "tfrecord.files": "TFRecordDataset",
    },
    "data.experimental": {
        "data.datasets": """AUTOTUNE AutoShardPolicy Counter INFINITE_CARDINALITY RandomDataset
            UNKNOWN_CARDINALITY assert_cardinality bucket_by_sequence_length cardinality
            choose_from_datasets copy_to_device enumerate_dataset from_list get_single_element
            group_by_window ignore_errors map_and_batch parallel_interleave prefetch_to_device
            rejection_resample sample_from_datasets scan shuffle_and_repeat take_while unbatch
            unique"""
    },
    "lookup": {"data.lookup_tables": "KeyValueTensorInitializer StaticHashTable"},
    "dtypes": {"tensors.dtypes": f"{_DTYPES} bool=bool_ DType as_dtype", "tensors.tensors": "cast"},
    "config": {
        "running.devices": """LogicalDeviceConfiguration get_logical_device_configuration
            get_visible_devices list_logical_devices list_physical_devices
            set_logical_device_configuration set_visible_devices set_soft_device_placement""",
        "running.strategies": "experimental_connect_to_cluster=no_tpu",
        "running.functions": """experimental_run_functions_eagerly=run_functions_eagerly
            functions_run_eagerly run_functions_eagerly""",
    },
    "config.threading": {
        "running.devices": """get_inter_op_parallelism_threads get_intra_op_parallelism_threads
            set_inter_op_parallelism_threads set_intra_op_parallelism_threads"""
    },
    "config.optimizer": {"running.devices": "set_jit"},
    "config.experimental": {
        "running.devices": """get_memory_growth get_memory_info list_physical_devices
            list_logical_devices set_memory_growth set_visible_devices enable_op_determinism
            VirtualDeviceConfiguration=LogicalDeviceConfiguration
            set_virtual_device_configuration=set_logical_device_configuration
            enable_tensor_float_32_execution tensor_float_32_execution_enabled"""
    },
    "distribute": {
        "running.strategies": """MirroredStrategy OneDeviceStrategy ReduceOp Strategy
            TPUStrategy=no_tpu get_strategy has_strategy"""
    },
    "distribute.cluster_resolver": {"running.strategies": "TPUClusterResolver"},
    "distribute.experimental": {"running.strategies": "TPUStrategy=no_tpu"},
    "tpu": {},
    "tpu.experimental": {"running.strategies": "initialize_tpu_system=no_tpu"},
    "test": {
        "running.devices": """gpu_device_name is_built_with_cuda is_built_with_gpu_support
            is_gpu_available"""
    },
    "profiler": {},
    "profiler.experimental": {"running.profiler": "Profile Trace start stop"},
    "version": {"running.functions": "VERSION"},
    "autograph": {"running.functions": "set_verbosity"},
    "autograph.experimental": {"running.functions": "do_not_convert"},
    "debugging": {
        "running.checks": """Assert assert_all_finite assert_equal assert_greater
            assert_greater_equal assert_less assert_less_equal assert_near assert_non_negative
            assert_none_equal assert_positive assert_rank assert_rank_at_least assert_rank_in
            assert_shapes assert_type check_numerics is_numeric_tensor""",
        "running.devices": "set_log_device_placement",
    },
    "compat": {
        "text.plain_words": "as_bytes as_str as_str_any as_text path_to_str",
    },
    "compat.v1": {
        "running.functions": "enable_v2_behavior=enable_eager_execution",
        "running.sessions": """disable_resource_variables=disable_v2_behavior
            enable_resource_variables=disable_v2_behavior""",
    },
    "compat.v1.image": {"images.session_sizes": "resize=resize_images"},
    "compat.v1.metrics": {"networks.session_metrics": "mean_iou"},
    "compat.v1.train": _TRAIN,
    "compat.v1.logging": {"running.functions": _LOGGING},
    "logging": {"running.functions": _LOGGING},
}

# Modules that TensorFlow has once more below `compat.v2`, and of those that mean the same there
# below `compat.v1`. What resizes images, and drops values out, is another function in that.
_OF_V1 = """config config.experimental config.optimizer config.threading data data.experimental
    debugging distribute distribute.cluster_resolver distribute.experimental dtypes errors gfile
    image io io.gfile linalg math nest nn python_io random signal sparse test tpu tpu.experimental
    version"""
_BOTH_V1 = {f"compat.v1.{module}": module for module in _OF_V1.split()}
_BOTH_V2 = {f"compat.v2.{module}": module for module in NAMES if not module.startswith("compat")}
AGAIN = {"compat.v1": "", **_BOTH_V1, **_BOTH_V2, "compat.v2": ""}
del AGAIN["compat.v2."]
_OTHER_IN_V1 = {"images.sizes", "dropout"}
MODULES = {*NAMES, *AGAIN}

# Parts whose functions may be called on what Input() gives, and names in them that may not.
ON_SYMBOLS = (
    "images.changes", "images.measures", "images.sizes", "networks.layer_functions",
    "images.session_sizes", "networks.window_functions", "tensors.analysis", "tensors.arithmetic",
    "tensors.indexing",
    "tensors.matrices", "tensors.rearrangement", "tensors.reductions", "tensors.spectra",
    "tensors.session_functions", "tensors.tensors",
)  # fmt: skip
OF_VALUES = ("constant", "is_tensor")
OF_KERAS = ("initializers", "losses", "metrics", "optimizers")
"""Modules of TensorFlow's that are Keras's."""


def supported_names() -> list[str]:
    """Every name of TensorFlow's that is there, with dots: "image.resize"; loads no torch.

    Names inside `keras` are saccade's, and are not in the list.
    """
    found = {"keras", "__version__", "compat.v1.keras", *OF_KERAS}
    for module in NAMES:
        if module:
            found.add(module)
        found |= {f"{module}.{name}".lstrip(".") for name in homes(NAMES[module])}
    return sorted(found)


def names_in(module: str) -> dict[str, tuple[str, str]]:
    """The names of a module: for each the part it comes from, and its name there."""
    found = homes(NAMES.get(module, {}))
    if module in AGAIN:
        same = homes(NAMES[AGAIN[module]])
        if "v1" in module:
            same = {word: at for word, at in same.items() if not {word, at[0]} & _OTHER_IN_V1}
        found = same | found
    return found

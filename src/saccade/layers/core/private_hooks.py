"""Private hooks: methods with an underscore that Keras calls on its layers and saccade has not.

A subclass that overrides one has an effect in Keras. Here it would have none, so it is refused when
the class is made. `_merge_function`, `_moments`, `_calculate_scores` and `_compute_attention` are
called here too.
"""

from __future__ import annotations

from typing import Any

from saccade.names import refuse_hooks

_OF_IMAGES = (
    "_is_batched _set_factor _set_value_range _transform_value_range _unwrap_value_range "
    "_get_seed_generator _check_factor_range _transform_images _compute_affine_matrix"
)
_OF_HEADS = "_build_attention _get_common_kwargs_for_sublayer _make_output_dense _masked_softmax"
_OF_NOISE = "_validate_noise_shape _get_noise_shape _get_concrete_noise_shape"
_OF_BOXES = "_compute_crop_bounds _generate_batch_mask"
_HOOKS = {
    "Layer": """
        _assert_input_compatibility _build_at_init _clear_losses _flatten_layers _get_call_context
        _get_own_losses _get_regularization_losses _lock_state _maybe_build _open_name_scope
        _set_mask_metadata _track_variable""",
    "Merge": "_apply_merge_op_and_or_mask _compute_elemwise_op_output_shape",
    "Attention": "_apply_scores _calculate_score_mask _validate_inputs",
    "AdditiveAttention": "_apply_scores _calculate_score_mask _validate_inputs",
    "MultiHeadAttention": _OF_HEADS,
    "GroupQueryAttention": f"{_OF_HEADS} _compute_attention",
    "GroupedQueryAttention": f"{_OF_HEADS} _compute_attention",
    "AlphaDropout": _OF_NOISE,
    "Dropout": _OF_NOISE,
    "SpatialDropout1D": _OF_NOISE,
    "SpatialDropout2D": _OF_NOISE,
    "SpatialDropout3D": _OF_NOISE,
    "CategoryEncoding": "_encode",
    "Dense": "_get_kernel_with_merged_lora",
    "EinsumDense": "_get_kernel_with_merged_lora _update_kernel_initializer",
    "Embedding": "_get_embeddings_with_merged_lora",
    "DepthwiseConv1D": "_get_input_channel",
    "DepthwiseConv2D": "_get_input_channel",
    "GroupNormalization": "_apply_normalization _create_broadcast_shape _reshape_into_groups",
    "Lambda": "_serialize_function_to_config",
    "TimeDistributed": "_get_child_input_shape",
    "UpSampling2D": "_resize_images",
    "UpSampling3D": "_resize_volumes",
    "PixelLayer": _OF_IMAGES,
    "AugMix": "_sample_from_dirichlet",
    "ContrastLimitedAdaptiveHistogramEqualization": "_clahe",
    "CutMix": f"{_OF_BOXES} _generate_mix_weight",
    "Equalization": """
        _apply_equalization _custom_histogram_fixed_width _equalize_channel _scale_values""",
    "RandomContrast": "_adjust_contrast",
    "RandomElasticTransform": "_set_factor_by_name",
    "RandomErasing": f"{_OF_BOXES} _get_fill_value _set_factor_by_name",
    "RandomFlip": "_flip_inputs",
    "RandomGaussianBlur": "_set_factor_by_name _set_kernel_size",
    "RandomTranslation": "_get_translation_matrix _translate_inputs",
    "RandomZoom": "_get_zoom_matrix _zoom_inputs",
}


def refuse_private_hooks(cls: type, base: Any) -> None:
    """Raise for a class of the user's that overrides one.

    Raises:
        NotSupported: it names the method.
    """
    instead = "Override a public method, such as call() or build()."
    refuse_hooks(cls, base, "layer", _HOOKS, instead)

"""Keras's `backend`, usually called K: functions of tensors as old scripts spell them.

Tensors are torch's; images are (batch, height, width, channels). A name is loaded when it is first
used; those that Keras 3 no longer has there are noted once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from saccade.backend.old_keywords import takes_old_keywords
from saccade.lazy_names import homes, named
from saccade.names import refuse_name
from saccade.notes import note_old_word

# From where the names come; `name=other` where it is called otherwise.
_PARTS = {
    "saccade.activations": """
        elu linear selu softplus softsign
    """,
    "saccade.backend.graphs": """
        function is_keras_tensor is_placeholder name_scope placeholder
    """,
    "saccade.backend.images": """
        batch_normalization bias_add conv2d conv2d_transpose conv3d depthwise_conv2d pool2d pool3d
        resize_images resize_volumes separable_conv2d spatial_2d_padding spatial_3d_padding
    """,
    "saccade.backend.inner_names": """
        _EPSILON _FLOATX _get_available_gpus _to_tensor control_dependencies np size
    """,
    "saccade.backend.kinds": "is_float_dtype is_int_dtype result_type standardize_dtype",
    "saccade.backend.local_images": """
        conv1d local_conv1d local_conv2d separable_conv1d temporal_padding
    """,
    "saccade.backend.old_images": """
        asymmetric_spatial_2d_padding asymmetric_temporal_padding atrous_conv2d conv3d_transpose
        deconv2d deconv3d
    """,
    "saccade.backend.gradient_layer": """
        gradients
    """,
    "saccade.backend.keras_2": """
        hard_sigmoid ones_like relu repeat sparse_categorical_crossentropy sqrt tile zeros_like
    """,
    "saccade.data_formats": "image_data_format set_image_data_format",
    "saccade.backend.settings": """
        backend clear_session floatx get_uid image_dim_ordering learning_phase
        manual_variable_initialization normalize_data_format reset_uids set_floatx
        set_image_dim_ordering set_learning_phase
    """,
    "saccade.backend.session": "get_session set_session",
    "saccade.backend.shapes": """
        batch_flatten cast cast_to_floatx count_params dtype flatten
        get_variable_shape=int_shape int_shape is_tensor l2_normalize ndim
        permute_dimensions prod repeat_elements reverse shape
    """,
    "saccade.backend.tensors": """
        batch_dot cumprod dropout foldl foldr gather in_test_phase in_top_k in_train_phase
        is_sparse map_fn normalize_batch_in_training print_tensor slice switch to_dense
    """,
    "saccade.backend.values": """
        arange batch_get_value batch_set_value constant eval eye get_value identity
        moving_average_update random_bernoulli random_binomial random_normal_variable
        random_uniform_variable set_value update update_add update_sub variable
    """,
    "saccade.numerics.tensors.ops_formulas": "logsumexp",
    "saccade.numerics.tensors.creation": "ones zeros",
    "saccade.random": "random_normal=normal random_uniform=uniform truncated_normal",
    "saccade.ops.networks": """
        binary_crossentropy categorical_crossentropy
    """,
    "saccade.losses": "binary_focal_crossentropy categorical_focal_crossentropy",
    "saccade.numerics.epsilon": """
        epsilon set_epsilon
    """,
    "saccade.numerics.tensors.tensor_functions": """
        abs all any argmax argmin clip concatenate cos cumsum dot equal exp expand_dims
        greater greater_equal less less_equal log max maximum mean min minimum not_equal
        one_hot pack=stack pow=power reshape round sigmoid sign sin softmax
        square squeeze stack std stop_gradient sum tanh transpose var
    """,
}
_OF_VALUES = (
    "saccade.activations",
    "saccade.backend.images",
    "saccade.backend.keras_2",
    "saccade.backend.local_images",
    "saccade.backend.old_images",
    "saccade.backend.tensors",
    "saccade.numerics.tensors.ops_formulas",
    "saccade.numerics.tensors.tensor_functions",
    "saccade.ops.networks",
)
"""Parts whose functions know nothing of symbols."""
_TODAY = """backend clear_session epsilon floatx get_uid image_data_format is_float_dtype
    is_int_dtype is_keras_tensor name_scope result_type set_epsilon set_floatx
    set_image_data_format standardize_dtype""".split()  # noqa: SIM905
"""What Keras 3 still has in its `backend`."""

_OF_SEQUENCES = "saccade classifies images; it has nothing for speech and text."
REFUSED = {
    "ctc_batch_cost": _OF_SEQUENCES,
    "ctc_decode": _OF_SEQUENCES,
    "ctc_label_dense_to_sparse": _OF_SEQUENCES,
    "rnn": _OF_SEQUENCES,
}
_INNER = ("_EPSILON", "_FLOATX", "_get_available_gpus", "_to_tensor", "np")
"""What scripts take though Keras never showed it."""
_HOME = homes(_PARTS)
__all__ = sorted(name for name in _HOME if name not in _INNER)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        refuse_name(__name__, name, REFUSED)
    if name not in _TODAY:
        note_old_word(
            f"keras.backend.{name} is Keras 2's, and has its meaning; functions of tensors are in "
            "keras.ops today.",
            key="keras.backend",
        )
    part, other = _HOME[name]
    found = named(getattr(import_module(part), other), other)
    if part in _OF_VALUES:
        found = _also_on_symbols(other, found)
    if name not in _TODAY and callable(found):
        found = takes_old_keywords(name, found)
    globals()[name] = found
    return found


def _also_on_symbols(word: str, function: Any) -> Any:
    """A function of values as one that notes a layer on what comes from Input()."""
    from saccade.layers.operations.operation import on_symbols
    from saccade.layers.operations.operation_table import FUNCTIONS
    from saccade.layers.operations.unwritten_operation import also_on_symbols

    written = word in FUNCTIONS and function.__module__ != "saccade.backend.keras_2"
    return on_symbols(word, function) if written else also_on_symbols("K")(function)


def __dir__() -> list[str]:
    return __all__

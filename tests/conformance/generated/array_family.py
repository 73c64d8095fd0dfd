"""Arrays, lists and numbers where tensors go; calls by keywords; what `hasattr` says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Set
from functools import partial
from typing import Any

import numpy as np
import torch

from conformance.generated.case import Case, agree, both
from conformance.generated.layer_family import BASES
from conformance.generated.values import NoValue, configurations
from conformance.own_classes import of_keras
from parity.reference import keras, normal
from saccade import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    ops,
    optimizers,
    regularizers,
)

X = np.abs(normal((3, 3), 6)) + np.float32(0.1)
X[0, 0] *= -1
KINDS: dict[str, Callable[[np.ndarray], Any]] = {
    "array": lambda x: x.copy(),
    "float64": lambda x: x.astype(np.float64),
    "int": lambda x: (2 * x).round().astype(np.int32),
    "list": lambda x: x.tolist(),
    "tuple": lambda x: tuple(map(tuple, x.tolist())),
    "number": lambda x: 0.5,
    "tensor": torch.tensor,
    "tensors": lambda x: [torch.tensor(row) for row in x],
}
# What draws, makes nothing of one array, or whose numbers mean nothing; and what gives no tensors.
NOT_OF_ARRAYS = {"cond", "convert_to_numpy", "custom_gradient", "dtype", "empty_like", "image",
                 "is_tensor", "map", "ndim", "scan", "shape", "size", "sparsemax", "switch",
                 "vectorize", "vectorized_map", "view", "nonzero", "where", "shuffle",
                 "view_as_complex", "unravel_index", "while_loop", "correlate",
                 "sparse_categorical_accuracy"}  # fmt: skip
# Where Keras cuts a strength or a constant to a whole number, or adds an axis.
NOT_OF_KIND = {("log_cosh", "int"), ("normalize", "number"), ("L1", "int"), ("L2", "int"),
               ("rms_normalization", "int")}  # fmt: skip
# Names of Keras's classes that belong to other work than classifying images, or to its inside.
INSIDE = {"add_metric", "backend", "bounding_box_format", "call_signature_parameters", "clone",
          "convert_weight", "enable_lora", "lora_alpha", "lora_enabled", "lora_rank", "fn",
          "generator", "get_quantization_layer_structure", "get_state_tree", "set_state_tree",
          "get_transformed_x_y", "get_shifted_bbox", "get_clipped_bbox", "metrics_variables",
          "path", "predict_function", "quantization_config", "quantization_mode", "quantize",
          "quantized_build", "quantized_call", "rematerialized_call", "seed_generator",
          "stateless_call", "stateless_compute_loss", "stateless_reset_state", "stateless_result",
          "stateless_update_state", "steps_per_execution", "supports_jit", "test_function",
          "torch_params", "train_function", "transform_bounding_boxes",
          "transform_segmentation_masks", "transform_single_bounding_box",
          "transform_single_image", "transform_single_label", "transform_single_segmentation_mask",
          "variable_serialization_spec", "finalize_state", "interpolate_pr_auc"}  # fmt: skip
# Of random layers; those that draw nothing have them in Keras by their base.
STEPS = {"get_random_transformation", "transform_images", "transform_labels"}
WRAPPERS = {"Pipeline", "SpectralNormalization", "TimeDistributed", "Wrapper"}  # of layers


def array_cases() -> Iterator[Case]:
    for name in sorted(activations.FUNCTIONS):
        yield from of_kinds("activations", name, getattr(activations, name),
                            getattr(keras.activations, name))  # fmt: skip
    for ours, theirs in ((constraints, keras.constraints), (regularizers, keras.regularizers)):
        for name, cls in sorted(ours.CLASSES.items()):
            made = {"factor": 0.1} if name == "OrthogonalRegularizer" else {}
            yield from of_kinds(name, name, cls(**made), getattr(theirs, name)(**made))
    for name in ops.__all__:
        theirs = getattr(keras.ops, name)
        if name not in NOT_OF_ARRAYS and callable(theirs):
            for count in (1, 2):
                if takes(theirs, count):
                    yield from of_kinds("ops", name, getattr(ops, name), theirs, count)
    for family, theirs in ((losses, keras.losses), (metrics, keras.metrics)):
        for name in family.__all__:
            if inspect.isfunction(getattr(family, name)) and takes(getattr(theirs, name, None), 2):
                yield from of_kinds("losses", name, getattr(family, name), getattr(theirs, name), 2)


def takes(function: Any, count: int) -> bool:
    """Whether a function needs so many arrays and nothing else."""
    if not inspect.isfunction(function):
        return False
    parameters = [*inspect.signature(function).parameters.values()]
    needed = [one.name for one in parameters if one.default is one.empty]
    wanted = {1: [{"x"}], 2: [{"x1", "x2"}, {"x", "y"}, {"y_true", "y_pred"}]}[count]
    return set(needed) in wanted and len(needed) == count


def of_kinds(family: str, name: str, ours: Any, theirs: Any, count: int = 1) -> Iterator[Case]:
    if name in NOT_OF_ARRAYS:
        return
    for kind in KINDS:
        if (name, kind) in NOT_OF_KIND:
            continue
        compare = partial(compare_call, ours, theirs, count)
        yield Case("arrays", name, {"kind": kind, "of": family}, compare)
    if family in ("ops", "losses", "activations"):
        given = {"kind": "array", "of": family, "by": "keywords"}
        yield Case("arrays", name, given, partial(compare_keywords, ours, theirs, count))


def compare_call(ours: Any, theirs: Any, count: int, options: dict[str, Any]) -> None:
    """Where Keras computes, so does saccade, the same numbers in the same shape."""
    make = KINDS[options["kind"]]
    mine, reference = both_or_neither(
        lambda: ours(*(make(X) for _ in range(count))),
        lambda: theirs(*(make(X) for _ in range(count))),
    )
    agree_in_parts(mine, reference)


def compare_keywords(ours: Any, theirs: Any, count: int, options: dict[str, Any]) -> None:
    """The arrays under the names that they have in Keras."""
    names = [*inspect.signature(theirs).parameters][:count]
    given = {name: X.copy() for name in names}
    mine, reference = both_or_neither(lambda: ours(**given), lambda: theirs(**given))
    agree_in_parts(mine, reference)


def both_or_neither(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[Any, Any]:
    """What both make; where Keras on torch makes nothing, saccade may (TensorFlow does)."""
    try:
        reference = theirs()
    except Exception:
        return None, None
    return both(ours, lambda: reference)


def agree_in_parts(mine: Any, reference: Any) -> None:
    if isinstance(reference, (list, tuple)):
        assert len(mine) == len(reference), "parts"
        for one, other in zip(mine, reference, strict=True):
            agree_in_parts(one, other)
    elif reference is not None:
        agree("value", mine, reference)


# -- hasattr -------------------------------------------------------------------------------------


def attribute_cases() -> Iterator[Case]:
    for name in of_keras(layers.CLASSES):
        if name in WRAPPERS:
            continue
        try:
            options = configurations(getattr(keras.layers, name), BASES.get(name))[0]
        except NoValue:
            continue
        yield Case("attributes", name, options, partial(compare_layer, name))
    for family, theirs in (
        (optimizers, keras.optimizers),
        (losses, keras.losses),
        (metrics, keras.metrics),
        (initializers, keras.initializers),
    ):
        for name, cls in sorted(family.CLASSES.items()):
            if hasattr(theirs, name):
                yield Case("attributes", name, {}, partial(compare_made, cls, theirs))
    yield Case("attributes", "Model", {}, compare_models)


def compare_layer(name: str, options: dict[str, Any]) -> None:
    made = both(
        lambda: layers.CLASSES[name](**options), lambda: getattr(keras.layers, name)(**options)
    )
    compare_attributes(*made, more=STEPS)


def compare_made(cls: type, theirs: Any, _: dict[str, Any]) -> None:
    try:
        made = cls(), getattr(theirs, cls.__name__)()
    except TypeError:  # what needs arguments
        return
    compare_attributes(*made)


def compare_models(_: dict[str, Any]) -> None:
    import saccade

    for word in ("Sequential", "Model"):
        compare_attributes(getattr(saccade, word)(), getattr(keras, word)())
    mine, reference = (
        one.Sequential([one.layers.Input((4,)), one.layers.Dense(2)]) for one in (saccade, keras)
    )
    # a Sequential that is built has `input` and `output` in Keras 2, and none in Keras 3
    compare_attributes(mine, reference, more={"input", "output"})
    compare_attributes(mine.layers[0], reference.layers[0])


def compare_attributes(mine: Any, reference: Any, more: Set[str] = frozenset()) -> None:
    """`hasattr` says the same of every public name of the two, except for what is left out.

    Nothing else than AttributeError may come out of it.
    """
    names = [name for name in dir(type(reference)) if not name.startswith("_")]
    differing = {
        name: hasattr(mine, name)
        for name in names
        if name not in INSIDE and name not in more and hasattr(mine, name) != has(reference, name)
    }
    assert not differing, f"hasattr of ours: {differing}"
    for name in dir(type(mine)):
        if not name.startswith("_"):
            hasattr(mine, name)


def has(thing: Any, name: str) -> bool:
    """Of Keras's; a property of its own may raise something else."""
    try:
        return hasattr(thing, name)
    except Exception:
        return False

"""Values to try, by the name of the argument; a name with a class before it wins.

An argument that stands nowhere here is a failure of the run, so nothing is left out in silence.
"""

from __future__ import annotations

import inspect
import random
from typing import Any

# Where a thing stands or what it is called, not what it computes.
PLACE = {"name", "dtype", "trainable", "autocast", "old", "placement", "kwargs",
         "batch_size", "batch_shape", "input_shape", "batch_input_shape", "input_dim",
         "input_tensor", "optional", "sparse", "ragged", "weights", "lora_alpha",
         "quantization_config", "output_shape", "mask", "fn", "function",
         "flash_attention", "gptq_unpacked_column_size", "build_args"}  # fmt: skip
INITIALIZERS = ["ones", {"class_name": "Constant", "config": {"value": 0.5}}]
REGULARIZERS, CONSTRAINTS = ["l2", "l1"], ["non_neg", "max_norm"]

VALUES: dict[str, list[Any]] = {
    # layers
    "activation": ["relu", "tanh", "softmax"],
    "activity_regularizer": ["l2", None],
    "alpha": [0.1, 0.5, 1.0],
    "antialias": [True, False],
    "arguments": [{"alpha": 0.5}],
    "axes": [(2, 1), 1, (1, 2), 2],
    "axis": [-1, 1, 2, [1, 2]],
    "batch_shape": [(None, 4)],
    "center": [False, True],
    "crop_to_aspect_ratio": [True, False],
    "cropping": [1, (1, 2), ((0, 1), (2, 0))],
    "data_format": ["channels_last", "channels_first"],
    "depth_multiplier": [2, 3],
    "dilation_rate": [2, 1, (1, 2), (2, 1, 2)],
    "dims": [(2, 1), (1, 2), (3, 1, 2), (2, 2)],
    "epsilon": [0.1, 1e-5],
    "fill_mode": ["constant", "reflect", "nearest", "wrap"],
    "fill_value": [0.5, 0.0],
    "filters": [4, 6, 0],
    "groups": [2, 1, 4, 3],
    "height": [3, 8],
    "width": [4, 2],
    "interpolation": ["nearest", "bilinear", "bicubic", "cubic"],
    "invert": [True, False],
    "keepdims": [True, False],
    "kernel_size": [3, 2, (3, 2), 1, (1, 2, 3)],
    "l1": [0.1, 0.0],
    "l2": [0.2, 0.0],
    "lora_rank": [2],
    "seed": [3],
    "max_value": [0.6, 2.0],
    "mean": [0.3, 1.0],
    "variance": [2.0, 0.5],
    "momentum": [0.5, 0.9],
    "n": [3, 1, 0],
    "negative_slope": [0.1, 0.0],
    "noise_shape": [(None, 1, 1), None],
    "normalize": [True, False],
    "offset": [-1.0, 0.5],
    "output_padding": [0, 1, None],
    "output_size": [2, 4, (2, 3), 0],
    "pad_to_aspect_ratio": [True, False],
    "padding": ["same", "valid", "full"],
    "ZeroPadding1D.padding": [2, (0, 3), "same"],
    "ZeroPadding2D.padding": [2, (1, 2), ((0, 1), (2, 0)), "same"],
    "ZeroPadding3D.padding": [2, (1, 0, 2), ((0, 1), (2, 0), (1, 1)), (1, 2), "same"],
    "Cropping3D.cropping": [1, (1, 0, 2), ((0, 1), (2, 0), (1, 1)), (1, 2)],
    "Conv1D.padding": ["same", "causal", "valid", "full"],
    "pool_size": [3, 2, (2, 3), (2, 1, 3)],
    "rate": [0.3, 0.8, 0.0, 1.5],
    "renorm": [True, False],
    "renorm_clipping": [None],
    "renorm_momentum": [0.9],
    "rms_scaling": [False, True],
    "scale": [0.5, 2.0],
    "BatchNormalization.scale": [False, True],
    "GroupNormalization.scale": [False, True],
    "LayerNormalization.scale": [False, True],
    "shape": [(4, 5)],
    "shared_axes": [[1], [1, 2], [2]],
    "size": [3, 2, (3, 1), (2, 1, 3)],
    "stddev": [0.3, 0.8],
    "strides": [2, 1, (2, 1), (1, 2, 3)],
    "synchronized": [False, True],
    "target_shape": [(-1,), (2, -1), (7, 7)],
    "threshold": [0.4, 0.0],
    "units": [4, 1, 0],
    "use_bias": [False, True],
    # attention and series
    "attention_axes": [1, (1,), None],
    "bias_axes": ["d", "bd", None, "x"],
    "dropout": [0.3, 0.0],
    "equation": ["abc,cd->abd", "...c,cd->...d", "abc,bcd->abd", "abc,cd"],
    "head_dim": [3, 2],
    "key_dim": [3, 2, 0],
    "layer": [None],
    "mask_value": [0.0, 1.0],
    "mask_zero": [True, False],
    "num_heads": [2, 3, 0],
    "num_key_value_heads": [1, 2, 3],
    "num_query_heads": [4, 2],
    "output_dim": [3, 1, 0],
    "power_iterations": [1, 3, 0],
    "score_mode": ["dot", "concat", "sum"],
    "sliding_window": [1, 2, 0],
    "use_gate": [True, False],
    "use_scale": [True, False],
    "value_dim": [4, None],
    # augmenting layers
    "addition_factor": [0.3, (0.1, 0.5), 1.5],
    "bins": [16, 256],
    "brightness_factor": [0.3, None],
    "contrast_factor": [0.3, None],
    "hue_factor": [0.3, None],
    "saturation_factor": [0.3, None],
    "height_factor": [0.2, (-0.3, 0.1), (0.4, 0.2), 1.5],
    "width_factor": [0.2, (-0.3, 0.1), 1.5],
    "layers": [[]],
    "num_ops": [1, 3],
    "num_chains": [1, 2],
    "chain_depth": [1, 4, 0],
    "all_ops": [False],
    "clip_limit": [2.0, 0.0, 100.0],
    "tile_grid_size": [(2, 2), (1, 3)],
    "RandomElasticTransform.scale": [0.5, (0.2, 0.9), 1.5],
    "sigma": [0.5, (0.2, 0.9), 1.5],
    "threshold_factor": [0.3, (0.1, 0.5), 1.5],
    "value_range": [(0, 1), (-1, 1), [0, 255]],
    "x_factor": [0.3, (0.1, 0.4), -0.3, 1.5],
    "y_factor": [0.3, (0.1, 0.4), 1.5],
    **{
        f"{one}.factor": [0.3, (0.1, 0.5), 1.5]
        for one in (
            "CutMix",
            "AugMix",
            "RandAugment",
            "RandomBrightness",
            "RandomColorDegeneration",
            "RandomContrast",
            "RandomElasticTransform",
            "RandomErasing",
            "RandomGaussianBlur",
            "RandomHue",
            "RandomInvert",
            "RandomPerspective",
            "RandomRotation",
            "RandomSaturation",
            "RandomSharpness",
        )
    },
    "RandomErasing.fill_value": [0.5, None, (1.0, 2.0, 3.0)],
    "RandomErasing.scale": [0.5, (0.1, 0.4), 1.5],
    "RandomFlip.mode": ["horizontal", "vertical", "horizontal_and_vertical"],
    "RandomGaussianBlur.kernel_size": [3, (3, 5), 4],
    "RandomGrayscale.factor": [0.3, 1.0, 1.5],
    "RandomPerspective.scale": [0.5, 1.5],
    "RandomPosterization.factor": [3, (2, 5), 9],
    # optimizers
    "learning_rate": [0.05, 0.5],
    "rho": [0.5, 0.99],
    "beta_2_decay": [-0.3, -1.0],
    "epsilon_1": [1e-3, 0.1],
    "epsilon_2": [0.1, 2.0],
    "clip_threshold": [0.1, 3.0],
    "relative_step": [False],
    "adam_beta_1": [0.5, 0.0],
    "adam_beta_2": [0.9, 0.5],
    "adam_weight_decay": [0.1, None],
    "adam_lr_ratio": [0.1, 0],
    "exclude_layers": [["w2"], ["w"], []],
    "exclude_embeddings": [False],
    "muon_a": [3.0],
    "muon_b": [-5.0],
    "muon_c": [2.2],
    "ns_steps": [3, 0],
    "rms_rate": [None, 0.1],
    "beta_1": [0.5, 0.0],
    "beta_2": [0.9, 0.5],
    "amsgrad": [True, False],
    "centered": [True, False],
    "nesterov": [True, False],
    "weight_decay": [0.1, 0.004],
    "clipnorm": [0.5, 100.0],
    "clipvalue": [0.2],
    "global_clipnorm": [0.5],
    "use_ema": [True, False],
    "ema_momentum": [0.7, 0.99],
    "ema_overwrite_frequency": [2, 1],
    "loss_scale_factor": [4.0],
    "gradient_accumulation_steps": [2, 3, 1],
    "initial_accumulator_value": [0.5, 0.1],
    "learning_rate_power": [-0.7, -0.5],
    "l1_regularization_strength": [0.1],
    "l2_regularization_strength": [0.1],
    "l2_shrinkage_regularization_strength": [0.1],
    "beta": [0.2, 0.9],
    # schedules
    "initial_learning_rate": [0.1, 0.03],
    "decay_steps": [10, 7],
    "first_decay_steps": [5, 4],
    "decay_rate": [0.5, 0.9],
    "staircase": [True, False],
    "warmup_target": [0.2],
    "warmup_steps": [4],
    "t_mul": [1.5, 2.0],
    "m_mul": [0.5, 0.9],
    "boundaries": [[3, 8]],
    "values": [[0.1, 0.05, 0.3]],
    "end_learning_rate": [0.01, 0.0],
    "power": [2.0, 0.5],
    "cycle": [True, False],
    # losses and metrics
    **{
        f"{one}.axis": [-1, 1]
        for one in (
            "BinaryCrossentropy",
            "BinaryFocalCrossentropy",
            "CategoricalCrossentropy",
            "CategoricalFocalCrossentropy",
            "SparseCategoricalCrossentropy",
            "CosineSimilarity",
            "ConcordanceCorrelation",
            "PearsonCorrelation",
            "Dice",
            "Tversky",
        )
    },
    **{f"{one}.axis": [-1] for one in ("IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU")},
    "from_logits": [True, False],
    "label_smoothing": [0.2, 0.0],
    "reduction": ["sum", "mean", "none", None, "mean_with_sample_weight", "average"],
    "apply_class_balancing": [True, False],
    "gamma": [1.5, 0.5, 0.0],
    "q": [0.1, 0.9],
    "margin": [0.1, 0.3],
    "remove_diagonal": [False, True],
    "inner_optimizer": ["sgd", "adam"],
    "initial_scale": [32.0, 1024.0],
    "dynamic_growth_steps": [2, 1],
    "delta": [0.3, 3.0],
    "ignore_class": [2, None],
    "num_thresholds": [50, 1],
    "curve": ["PR", "ROC", "PRGAIN", "DET"],
    "summation_method": ["majoring", "minoring", "interpolation"],
    "thresholds": [0.3, [0.2, 0.5, 0.7]],
    "AUC.thresholds": [[0.7, 0.15, 0.4]],
    "multi_label": [True, False],
    "num_labels": [4],
    "label_weights": [[1.0, 2.0, 0.5, 0.0]],
    "target_class_ids": [[0, 2], [1]],
    "BinaryIoU.target_class_ids": [[1], [0, 1]],
    "average": ["micro", "macro", "weighted", None, "mean"],
    "num_classes": [4, 6],
    "num_tokens": [9, 11],
    "num_bins": [4],
    "bin_boundaries": [[2.0, 4.0, 7.0]],
    "Discretization.output_mode": ["one_hot", "multi_hot", "count"],
    "CategoryEncoding.output_mode": ["one_hot", "count"],
    "sparse_y_true": [True],
    "sparse_y_pred": [True],
    "OneHotIoU.sparse_y_pred": [False],
    "OneHotMeanIoU.sparse_y_pred": [False],
    "top_k": [2, 1],
    "class_id": [2, 0],
    "recall": [0.6, 0.3, 1.5],
    "precision": [0.6, 0.3],
    "specificity": [0.7],
    "sensitivity": [0.7],
    "class_aggregation": [None, "variance_weighted_average", "sum_of_weights"],
    "num_regressors": [2, 0],
    "k": [2, 1, 3],
    "from_sorted_ids": [False],
    # initialisers, regularizers, constraints
    "value": [0.5, -1.0],
    "gain": [0.5, 2.0],
    "minval": [-0.3],
    "maxval": [0.4],
    "mode": ["fan_out", "fan_avg", "fan_in", "fan"],
    "OrthogonalRegularizer.mode": ["columns", "rows", "both"],
    "distribution": ["uniform", "untruncated_normal", "truncated_normal", "cauchy"],
    "VarianceScaling.scale": [2.0, 0.5, -1.0],
    "input_axes": [None],
    "output_axes": [None],
    "factor": [0.1],
    "min_value": [0.2],
    "MaxNorm.axis": [0, 1, [0, 1]],
    "MinMaxNorm.axis": [0, 1, [0, 1]],
    "UnitNorm.axis": [0, 1, [0, 1]],
    "MinMaxNorm.rate": [0.5, 1.0],
}


class NoValue(AssertionError):
    """An argument for which no value to try is written down."""


def values_of(cls_name: str, argument: str) -> list[Any]:
    specific = VALUES.get(f"{cls_name}.{argument}") or VALUES.get(argument)
    if specific:
        return specific
    for ending, found in (
        ("_initializer", INITIALIZERS),
        ("_regularizer", REGULARIZERS),
        ("_constraint", CONSTRAINTS),
    ):
        if argument.endswith(ending):
            return found
    raise NoValue(f"no value to try for {cls_name}({argument}=): add one to values.py")


def configurations(
    cls: type, base: dict[str, Any] | None = None, drawn: int = 3, seed: int = 7
) -> list[dict[str, Any]]:
    """The base alone, every other value one at a time, and `drawn` random combinations.

    Args:
        cls: the class of Keras's whose constructor is read, so that an option which saccade lacks
            makes a case too.
        base: values that go before the first of the table.
        drawn: how many combinations are drawn, with two to four options each.
        seed: of the draws.
    """
    named = inspect.signature(cls.__init__).parameters.values()
    parameters = [
        one for one in named
        if one.name not in PLACE | {"self"} and one.kind is one.POSITIONAL_OR_KEYWORD
    ]  # fmt: skip
    base = dict(base or {})
    for one in parameters:
        if one.default is one.empty and one.name not in base:
            base[one.name] = values_of(cls.__name__, one.name)[0]
    single = [
        (one.name, value) for one in parameters for value in values_of(cls.__name__, one.name)
    ]
    found = [base, *({**base, name: value} for name, value in single)]
    stream = random.Random(f"{seed}{cls.__name__}")
    for _ in range(drawn if len(single) > 1 else 0):
        picked = stream.sample(single, min(len(single), stream.randint(2, 4)))
        found.append({**base, **dict(picked)})
    return found

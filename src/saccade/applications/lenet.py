"""LeNet: the lesson's network for images of 20 to 30 pixels."""

from __future__ import annotations

from typing import Any

from saccade.layers import AveragePooling2D, Conv2D, Dense, Flatten
from saccade.models import Sequential


def LeNet5(
    input_shape: tuple[int, int, int] = (28, 28, 1),
    classes: int = 10,
    classifier_activation: Any = "softmax",
    name: str = "lenet5",
) -> Sequential:
    """Build LeNet-5 as the lesson writes it, with fresh random weights.

    Law, for the default input::

        28x28x1  -> conv 6 of 5x5, same,  tanh -> 28x28x6  -> average 2x2 -> 14x14x6
                 -> conv 16 of 5x5, valid, tanh -> 10x10x16 -> average 2x2 ->  5x5x16
                 -> flatten 400 -> dense 120 tanh -> dense 84 tanh -> dense `classes`

    which has 61,706 weights.

    Args:
        input_shape: (height, width, channels) in pixels; each side at least 12.
        classes: the number of outputs.
        classifier_activation: of the last layer; None gives logits.
        name: of the model.

    Returns:
        A Sequential that is built and not yet compiled.

    Raises:
        ShapeError: images too small for two convolutions and two poolings.

    Example:
        >>> model = LeNet5()
        >>> model.output_shape, model.count_params()
        ((None, 10), 61706)

    Source: the lesson; LeCun et al., Gradient-Based Learning Applied to Document Recognition,
    1998, figure 2.
    """
    return Sequential(
        [
            Conv2D(6, (5, 5), padding="same", activation="tanh", input_shape=input_shape),
            AveragePooling2D(pool_size=(2, 2)),
            Conv2D(16, (5, 5), padding="valid", activation="tanh"),
            AveragePooling2D(pool_size=(2, 2)),
            Flatten(),
            Dense(120, activation="tanh"),
            Dense(84, activation="tanh"),
            Dense(classes, activation=classifier_activation),
        ],
        name=name,
    )

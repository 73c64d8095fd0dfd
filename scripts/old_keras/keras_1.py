"""The small models of the files of Keras 1, built with the words that its scripts used.

Each function takes the module of Keras and gives a compiled model.
"""

from __future__ import annotations

from typing import Any

IMAGE = (8, 8, 3)
# What each is given beside its rate.
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "SGD": {"momentum": 0.9},
    "RMSprop": {"decay": 0.01},
    "Adagrad": {},
    "Adadelta": {},
    "Adam": {},
    "Adamax": {},
    "Nadam": {},
}


def convnet(k: Any, optimizer: Any = None) -> Any:
    """The classic of old lessons, without chance in its training."""
    model = k.models.Sequential()
    model.add(k.layers.Convolution2D(4, 3, 3, border_mode="same", input_shape=IMAGE))
    model.add(k.layers.BatchNormalization())
    model.add(k.layers.Activation("relu"))
    model.add(k.layers.MaxPooling2D(pool_size=(2, 2)))
    model.add(k.layers.Dropout(0.0))
    model.add(k.layers.Flatten())
    model.add(k.layers.Dense(3, activation="softmax"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=optimizer or k.optimizers.Adam(lr=0.01, decay=0.01),
        metrics=["accuracy"],
    )
    return model


def two_outputs(k: Any) -> Any:
    """A graph that parts and comes together again, with a loss and metrics for each output."""
    image = k.layers.Input(shape=IMAGE, name="image")
    left = k.layers.Convolution2D(
        4, 3, 3, subsample=(2, 2), border_mode="same", activation="relu", name="left"
    )(image)
    right = k.layers.Convolution2D(4, 3, 3, subsample=(2, 2), border_mode="same", name="right")(
        image
    )
    both = k.layers.merge([left, right], mode="sum")
    x = k.layers.merge([both, left], mode="concat", concat_axis=-1)
    x = k.layers.GlobalAveragePooling2D()(x)
    kind = k.layers.Dense(3, activation="softmax", name="kind")(x)
    size = k.layers.Dense(1, name="size")(x)
    model = k.models.Model(input=image, output=[kind, size])
    model.compile(
        optimizer=k.optimizers.SGD(lr=0.05, momentum=0.9, decay=0.001, nesterov=True),
        loss={"kind": "categorical_crossentropy", "size": "mse"},
        loss_weights={"kind": 1.0, "size": 0.5},
        metrics={"kind": "accuracy", "size": "mae"},
    )
    return model


def backbone(k: Any) -> Any:
    """A very small network with a residual, its first block frozen by its user."""
    image = k.layers.Input(shape=IMAGE)
    x = k.layers.ZeroPadding2D((1, 1), name="conv1_pad")(image)
    x = k.layers.Convolution2D(4, 3, 3, subsample=(2, 2), bias=False, name="conv1")(x)
    x = k.layers.BatchNormalization(axis=3, mode=0, name="bn_conv1")(x)
    x = k.layers.Activation("relu")(x)
    y = k.layers.Convolution2D(4, 1, 1, name="res2a")(x)
    y = k.layers.BatchNormalization(axis=3, name="bn2a")(y)
    x = k.layers.merge([x, y], mode="sum")
    return k.models.Model(image, x, name="small_resnet")


def partly_frozen(k: Any) -> Any:
    """Transfer: a backbone in a Sequential, of which the first block does not train."""
    inner = backbone(k)
    for layer in inner.layers[:4]:
        layer.trainable = False
    model = k.models.Sequential()
    model.add(inner)
    model.add(k.layers.GlobalAveragePooling2D())
    model.add(k.layers.Dense(3, activation="softmax", name="top"))
    model.compile(k.optimizers.RMSprop(lr=1e-3), "categorical_crossentropy", ["accuracy"])
    return model


def head_on_a_graph(k: Any) -> Any:
    """Transfer the other way: a Sequential head on the output of the backbone."""
    inner = backbone(k)
    head = k.models.Sequential(name="head")
    head.add(k.layers.Flatten(input_shape=inner.output_shape[1:]))
    head.add(k.layers.Dense(4, activation="relu", name="hidden"))
    head.add(k.layers.Dense(3, activation="softmax", name="top"))
    model = k.models.Model(input=inner.input, output=head(inner.output))
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile(k.optimizers.SGD(lr=1e-3, momentum=0.9), "categorical_crossentropy", ["accuracy"])
    return model


def many_layers(k: Any) -> Any:
    """The other layers that image scripts use, with their options."""
    image = k.layers.Input(shape=IMAGE)
    x = k.layers.ZeroPadding2D(padding=(1, 2))(image)
    x = k.layers.SeparableConvolution2D(4, 3, 3, depth_multiplier=2, init="he_normal")(x)
    x = k.layers.LeakyReLU(alpha=0.2)(x)
    x = k.layers.Convolution2D(4, 2, 3, subsample=(2, 2), border_mode="same")(x)
    x = k.layers.PReLU()(x)  # whose shared_axes Keras 1 did not write down
    x = k.layers.Deconvolution2D(
        4, 3, 3, output_shape=(None, 8, 10, 4), subsample=(2, 2), border_mode="same",
        activation="relu",
    )(x)  # fmt: skip
    x = k.layers.AtrousConvolution2D(
        4, 3, 3, atrous_rate=(2, 2), border_mode="same", init="normal",
        W_regularizer=k.regularizers.l1l2(1e-4, 1e-3),
        W_constraint=k.constraints.maxnorm(2.0),
        b_regularizer=k.regularizers.l2(1e-3),
    )(x)  # fmt: skip
    x = k.layers.BatchNormalization(axis=-1, momentum=0.9, epsilon=1e-4)(x)
    x = k.layers.Activation("tanh")(x)
    x = k.layers.AveragePooling2D((2, 2), strides=(1, 1), border_mode="same")(x)
    x = k.layers.Cropping2D(((1, 0), (0, 1)))(x)
    x = k.layers.UpSampling2D(size=(2, 2))(x)
    x = k.layers.SpatialDropout2D(0.1)(x)
    x = k.layers.GaussianNoise(0.1)(x)
    x = k.layers.ELU(0.5)(x)
    y = k.layers.Convolution2D(4, 1, 1, activation="sigmoid")(x)
    x = k.layers.merge([x, y], mode="mul")
    x = k.layers.merge([x, k.layers.merge([x, y], mode="ave")], mode="max")
    x = k.layers.MaxPooling2D()(x)
    x = k.layers.Permute((2, 1, 3))(x)
    x = k.layers.Reshape((-1, 4))(x)
    x = k.layers.GlobalMaxPooling1D()(x)
    x = k.layers.Dropout(0.25)(x)
    model = k.models.Model(image, k.layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy", ["accuracy"])
    return model


def of_each_optimizer(k: Any) -> dict[str, Any]:
    """The convnet with every optimizer that Keras 1 has."""
    return {
        kind: convnet(k, getattr(k.optimizers, kind)(lr=0.01, **given))
        for kind, given in OPTIMIZERS.items()
    }


def models(k: Any) -> dict[str, Any]:
    return {
        "convnet": convnet(k),
        "two_outputs": two_outputs(k),
        "partly_frozen": partly_frozen(k),
        "head_on_a_graph": head_on_a_graph(k),
        "many_layers": many_layers(k),
        **of_each_optimizer(k),
    }

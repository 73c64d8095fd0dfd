"""The small models of the files of Keras 2, built with the words that its scripts used.

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
    "Adam": {"amsgrad": True},
    "Adamax": {},
    "Nadam": {},
}


def convnet(k: Any, optimizer: Any = None) -> Any:
    """The classic of old lessons, without chance in its training."""
    model = k.models.Sequential()
    model.add(k.layers.Conv2D(4, (3, 3), padding="same", activation="relu", input_shape=IMAGE))
    model.add(k.layers.BatchNormalization())
    model.add(k.layers.MaxPooling2D(pool_size=(2, 2)))
    model.add(k.layers.Dropout(0.0))
    model.add(k.layers.Flatten())
    model.add(k.layers.Dense(3, activation="softmax"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=optimizer or named(k, "Adam", 0.01, decay=0.01),
        metrics=["acc"],
    )
    return model


def two_outputs(k: Any) -> Any:
    """A graph that parts and comes together again, with a loss and metrics for each output."""
    image = k.layers.Input(shape=IMAGE, name="image")
    left = k.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="left")(image)
    right = k.layers.Conv2D(4, 3, strides=2, padding="same", name="right")(image)
    both = k.layers.add([left, right])
    x = k.layers.concatenate([both, left], axis=-1)
    x = k.layers.GlobalAveragePooling2D()(x)
    kind = k.layers.Dense(3, activation="softmax", name="kind")(x)
    size = k.layers.Dense(1, name="size")(x)
    model = k.models.Model(inputs=image, outputs=[kind, size])
    model.compile(
        optimizer=named(k, "SGD", 0.05, momentum=0.9, decay=0.001, nesterov=True),
        loss={"kind": "categorical_crossentropy", "size": "mse"},
        loss_weights={"kind": 1.0, "size": 0.5},
        metrics={"kind": "accuracy", "size": "mae"},
    )
    return model


def backbone(k: Any) -> Any:
    """A very small MobileNet: a graph of its own, its first block frozen."""
    image = k.layers.Input(shape=IMAGE)
    x = k.layers.ZeroPadding2D(((0, 1), (0, 1)), name="conv1_pad")(image)
    x = k.layers.Conv2D(4, (3, 3), strides=(2, 2), use_bias=False, name="conv1")(x)
    x = k.layers.BatchNormalization(name="conv1_bn")(x)
    x = k.layers.ReLU(6.0, name="conv1_relu")(x)
    x = k.layers.DepthwiseConv2D((3, 3), padding="same", use_bias=False, name="conv_dw_1")(x)
    x = k.layers.BatchNormalization(name="conv_dw_1_bn")(x)
    x = k.layers.ReLU(6.0, name="conv_dw_1_relu")(x)
    x = k.layers.Conv2D(4, (1, 1), use_bias=False, name="conv_pw_1")(x)
    x = k.layers.BatchNormalization(name="conv_pw_1_bn")(x)
    return k.models.Model(image, x, name="small_mobilenet")


def partly_frozen(k: Any) -> Any:
    """Transfer: a backbone in a Sequential, of which the first block does not train."""
    inner = backbone(k)
    for layer in inner.layers[:4]:
        layer.trainable = False
    model = k.models.Sequential()
    model.add(inner)
    model.add(k.layers.GlobalAveragePooling2D())
    model.add(k.layers.Dense(3, activation="softmax", name="top"))
    model.compile(named(k, "RMSprop", 1e-3), "categorical_crossentropy", ["accuracy"])
    return model


def head_on_a_graph(k: Any) -> Any:
    """Transfer the other way: a Sequential head on the output of the backbone."""
    inner = backbone(k)
    head = k.models.Sequential(name="head")
    head.add(k.layers.Flatten(input_shape=inner.output_shape[1:]))
    head.add(k.layers.Dense(4, activation="relu", name="hidden"))
    head.add(k.layers.Dense(3, activation="softmax", name="top"))
    model = k.models.Model(inputs=inner.input, outputs=head(inner.output))
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile(named(k, "SGD", 1e-3, momentum=0.9), "categorical_crossentropy", ["accuracy"])
    return model


def many_layers(k: Any) -> Any:
    """The other layers that image scripts use, with their options."""
    image = k.layers.Input(shape=IMAGE)
    x = k.layers.ZeroPadding2D(padding=(1, 2))(image)
    x = k.layers.SeparableConv2D(
        4,
        3,
        depth_multiplier=2,
        depthwise_initializer="he_normal",
        pointwise_regularizer=k.regularizers.l2(0.01),
    )(x)
    x = k.layers.LeakyReLU(alpha=0.2)(x)
    x = k.layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same")(x)
    x = k.layers.PReLU(shared_axes=[1, 2])(x)
    x = k.layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="elu")(x)
    x = k.layers.Conv2D(
        4,
        3,
        dilation_rate=2,
        padding="same",
        kernel_initializer=k.initializers.RandomNormal(stddev=0.1),
        kernel_regularizer=k.regularizers.l1_l2(1e-4, 1e-3),
        kernel_constraint=k.constraints.max_norm(2.0),
        activity_regularizer=k.regularizers.l1(1e-4),
    )(x)
    x = k.layers.BatchNormalization(axis=-1, momentum=0.9, epsilon=1e-4, scale=False)(x)
    x = k.layers.Activation("tanh")(x)
    x = k.layers.AveragePooling2D((2, 2), strides=(1, 1), padding="same")(x)
    x = k.layers.Cropping2D(((1, 0), (0, 1)))(x)
    x = k.layers.UpSampling2D(size=(2, 2))(x)
    x = k.layers.SpatialDropout2D(0.1)(x)
    x = k.layers.GaussianNoise(0.1)(x)
    x = k.layers.ELU(0.5)(x)
    gate = k.layers.Dense(x.shape[-1] if isinstance(x.shape[-1], int) else x.shape[-1].value,
                          activation="sigmoid")(x)  # fmt: skip
    x = k.layers.multiply([x, gate])
    x = k.layers.maximum([x, k.layers.average([x, gate])])
    x = k.layers.MaxPooling2D(2)(x)
    x = k.layers.Permute((2, 1, 3))(x)
    x = k.layers.Reshape((-1, 4))(x)
    x = k.layers.GlobalMaxPooling1D()(x)
    x = k.layers.Dropout(0.25)(x)
    x = k.layers.Dense(3)(x)
    model = k.models.Model(image, k.layers.Softmax()(x))
    model.compile("adam", "categorical_crossentropy", ["accuracy"])
    return model


def objects(k: Any) -> Any:
    """Losses, metrics and a schedule that are objects, as tf.keras has them."""
    model = convnet(k)
    model.compile(
        optimizer=k.optimizers.Adam(k.optimizers.schedules.ExponentialDecay(0.01, 2, 0.9)),
        loss=k.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=[
            k.metrics.CategoricalAccuracy(name="right"),
            k.metrics.TopKCategoricalAccuracy(k=2),
            k.metrics.categorical_crossentropy,
        ],
    )
    return model


def named(k: Any, kind: str, rate: float, **options: Any) -> Any:
    """An optimizer in the words of the Keras at hand."""
    family = getattr(k.optimizers, "legacy", k.optimizers) if "decay" in options else k.optimizers
    cls = getattr(family, kind)
    try:
        return cls(learning_rate=rate, **options)
    except TypeError:  # before 2.3
        return cls(lr=rate, **options)


def of_each_optimizer(k: Any) -> dict[str, Any]:
    """The convnet with every optimizer that Keras 2 has, decay or not."""
    return {kind: convnet(k, named(k, kind, 0.01, **given)) for kind, given in OPTIMIZERS.items()}


def models(k: Any) -> dict[str, Any]:
    return {
        "convnet": convnet(k),
        "two_outputs": two_outputs(k),
        "partly_frozen": partly_frozen(k),
        "head_on_a_graph": head_on_a_graph(k),
        "many_layers": many_layers(k),
        **({"objects": objects(k)} if hasattr(k.optimizers, "schedules") else {}),
        **of_each_optimizer(k),
    }

"""Squeeze and excitation, and a residual network from blocks with it; the weights looked at."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from tensorflow.keras import backend as K
from tensorflow.keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Multiply,
    Reshape,
    ZeroPadding2D,
    multiply,
)  # fmt: skip
from tensorflow.keras.models import Model


def se_block(in_block, ch, ratio=4):
    channel_axis = 1 if K.image_data_format() == "channels_first" else -1
    assert K.int_shape(in_block)[channel_axis] == ch
    x = GlobalAveragePooling2D()(in_block)
    x = Reshape((1, 1, ch))(x)
    x = Dense(ch // ratio, activation="relu", use_bias=False)(x)
    x = Dense(ch, activation="sigmoid", use_bias=False)(x)
    return multiply([in_block, x])


def identity_block(X, f, filters, stage, block):
    base = "res" + str(stage) + block + "_branch"
    F1, F2 = filters
    shortcut = X
    X = Conv2D(F1, (1, 1), strides=(1, 1), padding="valid", name=base + "2a")(X)
    X = BatchNormalization(axis=3, name="bn" + base + "2a")(X)
    X = Activation("relu")(X)
    X = Conv2D(F2, (f, f), padding="same", name=base + "2b")(X)
    X = se_block(X, F2)
    X = Add()([X, shortcut])
    return Activation("relu")(X)


X_input = Input((20, 20, 3))
X = ZeroPadding2D((2, 2))(X_input)
X = Conv2D(16, (5, 5), strides=(2, 2), name="conv1")(X)
X = identity_block(X, 3, [8, 16], 2, "a")
X = identity_block(X, 3, [8, 16], 2, "b")
X = Dense(4, activation="softmax")(GlobalAveragePooling2D()(X))
model = Model(inputs=X_input, outputs=X, name="SEResNet")
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
random = np.random.RandomState(0)
images, labels = random.rand(40, 20, 20, 3), random.randint(0, 4, 40)
history = model.fit(images, labels, epochs=2, batch_size=10, verbose=0)
print("params:", model.count_params(), model.get_layer("res2a_branch2b").output_shape)
w = model.layers[2].get_weights()[0]
w = (w - w.min()) / (w.max() - w.min())
fig, axes = plt.subplots(4, 4)
for i, ax in enumerate(axes.flat):
    ax.imshow(w[:, :, :, i])
    ax.axis("off")
fig.savefig("kernels.png")
print("kernels:", w.shape, [layer.name for layer in model.layers if "bnres" in layer.name])
gates = [layer for layer in model.layers if isinstance(layer, Multiply)]
out = Model(model.input, gates[0].input[1]).predict(images[:2], verbose=0)
print("gates:", out.shape, bool((out > 0).all() and (out < 1).all()))

"""Image segmentation with a U-Net-like Xception; pictures and masks from a PyDataset."""

import math
import numpy as np
import keras
from keras import layers
from keras import ops

keras.utils.set_random_seed(3)
img_size = (32, 32)
num_classes = 3
batch_size = 8


class Shapes(keras.utils.PyDataset):
    """Discs with a rim: 0 is the thing, 1 the background, 2 the border."""

    def __init__(self, count, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.batch_size = batch_size

    def __len__(self):
        return math.ceil(self.count / self.batch_size)

    def __getitem__(self, index):
        rng = np.random.default_rng(index)
        x = np.zeros((self.batch_size,) + img_size + (3,), dtype="float32")
        y = np.zeros((self.batch_size,) + img_size + (1,), dtype="uint8")
        yy, xx = np.mgrid[:32, :32]
        for j in range(self.batch_size):
            cy, cx = rng.integers(10, 22, 2)
            distance = np.hypot(yy - cy, xx - cx)
            y[j, :, :, 0] = np.where(distance < 6, 1, np.where(distance < 8, 3, 2))
            x[j] = rng.random(img_size + (3,)) * 50 + 150 * (distance < 8)[..., None]
        y -= 1  # Ground truth labels are 1, 2, 3
        return x, y


def get_model(img_size, num_classes):
    inputs = keras.Input(shape=img_size + (3,))
    x = layers.Rescaling(1 / 255)(inputs)
    ### [First half of the network: downsampling inputs] ###
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous_block_activation = x
    for filters in [16, 32]:
        x = layers.Activation("relu")(x)
        x = layers.SeparableConv2D(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(filters, 1, strides=2, padding="same")(previous_block_activation)
        x = layers.add([x, residual])
        previous_block_activation = x
    ### [Second half of the network: upsampling inputs] ###
    for filters in [32, 16, 8]:
        x = layers.Activation("relu")(x)
        x = layers.Conv2DTranspose(filters, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        residual = layers.UpSampling2D(2)(previous_block_activation)
        residual = layers.Conv2D(filters, 1, padding="same")(residual)
        x = layers.add([x, residual])
        previous_block_activation = x
    outputs = layers.Conv2D(num_classes, 3, activation="softmax", padding="same")(x)
    return keras.Model(inputs, outputs)


def dice(y_true, y_pred):
    y_true = ops.one_hot(ops.squeeze(ops.cast(y_true, "int32"), -1), num_classes)
    inter = ops.sum(y_true * y_pred, axis=(1, 2))
    return ops.mean((2 * inter + 1e-6) / (ops.sum(y_true + y_pred, axis=(1, 2)) + 1e-6))


model = get_model(img_size, num_classes)
model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss="sparse_categorical_crossentropy",
    metrics=[
        "accuracy",
        dice,
        keras.metrics.MeanIoU(num_classes=num_classes, sparse_y_pred=False, name="miou"),
    ],
)
train = Shapes(48, batch_size, workers=1, use_multiprocessing=False)
val = Shapes(16, batch_size)
callbacks = [keras.callbacks.ModelCheckpoint("oxford_segmentation.keras", save_best_only=True)]
history = model.fit(train, epochs=2, validation_data=val, callbacks=callbacks, verbose=2)

val_preds = model.predict(val)
mask = np.argmax(val_preds[0], axis=-1)
mask = np.expand_dims(mask, axis=-1)
img = keras.utils.array_to_img(mask)
keras.preprocessing.image.save_img("mask.png", mask)
print(val_preds.shape, img.size, sorted(history.history))

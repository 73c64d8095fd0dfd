# Data augmentation: the layers one by one, a custom one, then the same with tf.image.
import sys
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.random.set_seed(7)
ds = tf.keras.utils.image_dataset_from_directory(sys.argv[1], image_size=(40, 36), batch_size=None, shuffle=False)
image, label = next(iter(ds))
print(image.shape, int(label), ds.class_names)
IMG_SIZE = 36

resize_and_rescale = tf.keras.Sequential([
    layers.Resizing(IMG_SIZE, IMG_SIZE),
    layers.Rescaling(1. / 255)
])
result = resize_and_rescale(image)
print("Min and max pixel values:", result.numpy().min() >= 0, result.numpy().max() <= 1)

data_augmentation = tf.keras.Sequential([
    layers.RandomFlip("horizontal_and_vertical"),
    layers.RandomRotation(0.2),
    layers.RandomContrast(0.2),
    layers.RandomBrightness(0.2, value_range=(0, 1)),
    layers.GaussianNoise(0.02),
])
image = tf.cast(tf.expand_dims(result, 0), tf.float32)
for i in range(4):
    augmented_image = data_augmentation(image, training=True)
    ax = plt.subplot(2, 2, i + 1)
    plt.imshow(np.clip(augmented_image[0], 0, 1))
    plt.axis("off")
print(augmented_image.shape, np.allclose(data_augmentation(image, training=False), image))


def random_invert_img(x, p=0.5):
    if tf.random.uniform([]) < p:
        x = (1 - x)
    else:
        x
    return x


def random_invert(factor=0.5):
    return layers.Lambda(lambda x: random_invert_img(x, factor))


class RandomInvert(layers.Layer):
    def __init__(self, factor=0.5, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return random_invert_img(x)


print(random_invert()(image).shape, RandomInvert()(image)[0].shape)

image = image[0]
flipped = tf.image.flip_left_right(image)
grayscaled = tf.image.rgb_to_grayscale(image)
saturated = tf.image.adjust_saturation(image, 3)
bright = tf.image.adjust_brightness(image, 0.4)
cropped = tf.image.central_crop(image, central_fraction=0.5)
rotated = tf.image.rot90(image)
gamma = tf.image.adjust_gamma(image, 1.5)
hue = tf.image.adjust_hue(image, 0.1)
for name, picture in dict(flipped=flipped, grayscaled=grayscaled, saturated=saturated, bright=bright,
                          cropped=cropped, rotated=rotated, gamma=gamma, hue=hue).items():
    print(name, tuple(picture.shape))
for i in range(2):
    seed = (i, 0)  # tuple of size (2,)
    stateless_random_brightness = tf.image.stateless_random_brightness(image, max_delta=0.95, seed=seed)
    stateless_random_contrast = tf.image.stateless_random_contrast(image, lower=0.1, upper=0.9, seed=seed)
    stateless_random_crop = tf.image.stateless_random_crop(image, size=[20, 24, 3], seed=seed)
print(stateless_random_brightness.shape, stateless_random_contrast.dtype, stateless_random_crop.shape)

rng = tf.random.Generator.from_seed(123, alg='philox')


def augment(image, label):
    seed = rng.make_seeds(2)[0]
    image = tf.image.resize_with_crop_or_pad(resize_and_rescale(image), IMG_SIZE + 6, IMG_SIZE + 6)
    image = tf.image.stateless_random_crop(image, size=[IMG_SIZE, IMG_SIZE, 3], seed=seed)
    image = tf.image.stateless_random_flip_left_right(image, seed)
    return tf.clip_by_value(image, 0, 1), label


train_ds = ds.shuffle(100, seed=1).map(augment, num_parallel_calls=tf.data.AUTOTUNE).batch(6).prefetch(tf.data.AUTOTUNE)
aug_ds = ds.map(lambda x, y: (resize_and_rescale(x), y)).batch(6)
model = tf.keras.Sequential([
    layers.Conv2D(8, 3, padding='same', activation='relu'),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(3)
])
model.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
history = model.fit(train_ds, validation_data=aug_ds, epochs=2)
loss, acc = model.evaluate(aug_ds)
print("Accuracy", 0 <= acc <= 1, len(history.history['val_loss']))

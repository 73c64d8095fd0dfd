"""Self-supervised contrastive learning (SimCLR) with augmentation layers, then a linear probe."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

keras.utils.set_random_seed(11)
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
unlabeled = tf.data.Dataset.from_tensor_slices(x_train).shuffle(200).batch(32)
labeled = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(200).batch(32)
train_dataset = tf.data.Dataset.zip((unlabeled, labeled)).prefetch(buffer_size=tf.data.AUTOTUNE)
test_dataset = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(32)
image_size, width, temperature = 32, 16, 0.1
contrastive_augmentation = {"min_area": 0.25, "brightness": 0.6, "jitter": 0.2}


class RandomColorAffine(layers.Layer):
    def __init__(self, brightness=0, jitter=0, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)
        self.brightness = brightness
        self.jitter = jitter

    def call(self, images, training=True):
        if training:
            batch_size = ops.shape(images)[0]
            # Same for all colors
            brightness_scales = 1 + keras.random.uniform(
                (batch_size, 1, 1, 1), minval=-self.brightness, maxval=self.brightness,
                seed=self.seed_generator)
            # Different for all colors
            jitter_matrices = keras.random.uniform(
                (batch_size, 1, 3, 3), minval=-self.jitter, maxval=self.jitter,
                seed=self.seed_generator)
            color_transforms = ops.tile(ops.expand_dims(ops.eye(3), axis=0), (batch_size, 1, 1, 1)) * brightness_scales + jitter_matrices
            images = ops.clip(ops.matmul(images, color_transforms), 0, 1)
        return images


def get_augmenter(min_area, brightness, jitter):
    zoom_factor = 1.0 - np.sqrt(min_area)
    return keras.Sequential([
        layers.Rescaling(1 / 255),
        layers.RandomFlip("horizontal"),
        layers.RandomTranslation(zoom_factor / 2, zoom_factor / 2),
        layers.RandomZoom((-zoom_factor, 0.0), (-zoom_factor, 0.0)),
        RandomColorAffine(brightness, jitter),
    ])


def get_encoder():
    return keras.Sequential([
        layers.Conv2D(width, kernel_size=3, strides=2, activation="relu"),
        layers.Conv2D(width, kernel_size=3, strides=2, activation="relu"),
        layers.Flatten(),
        layers.Dense(width, activation="relu"),
    ], name="encoder")


class ContrastiveModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.temperature = temperature
        self.contrastive_augmenter = get_augmenter(**contrastive_augmentation)
        self.encoder = get_encoder()
        self.projection_head = keras.Sequential(
            [keras.Input(shape=(width,)), layers.Dense(width, activation="relu"), layers.Dense(width)], name="projection_head")
        self.linear_probe = keras.Sequential([layers.Input(shape=(width,)), layers.Dense(10)], name="linear_probe")
        self.encoder.build((None, image_size, image_size, 3))
        self.encoder.summary()

    def compile(self, contrastive_optimizer, probe_optimizer, **kwargs):
        super().compile(**kwargs)
        self.contrastive_optimizer = contrastive_optimizer
        self.probe_optimizer = probe_optimizer
        self.probe_loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.contrastive_loss_tracker = keras.metrics.Mean(name="c_loss")
        self.contrastive_accuracy = keras.metrics.SparseCategoricalAccuracy(name="c_acc")
        self.probe_accuracy = keras.metrics.SparseCategoricalAccuracy(name="p_acc")

    @property
    def metrics(self):
        return [self.contrastive_loss_tracker, self.contrastive_accuracy, self.probe_accuracy]

    def contrastive_loss(self, projections_1, projections_2):
        projections_1 = ops.normalize(projections_1, axis=1)
        projections_2 = ops.normalize(projections_2, axis=1)
        similarities = ops.matmul(projections_1, ops.transpose(projections_2)) / self.temperature
        batch_size = ops.shape(projections_1)[0]
        contrastive_labels = ops.arange(batch_size)
        self.contrastive_accuracy.update_state(contrastive_labels, similarities)
        loss_1_2 = keras.losses.sparse_categorical_crossentropy(contrastive_labels, similarities, from_logits=True)
        loss_2_1 = keras.losses.sparse_categorical_crossentropy(contrastive_labels, ops.transpose(similarities), from_logits=True)
        return (loss_1_2 + loss_2_1) / 2

    def train_step(self, data):
        unlabeled_images, (labeled_images, labels) = data
        augmented_1 = self.contrastive_augmenter(unlabeled_images, training=True)
        augmented_2 = self.contrastive_augmenter(unlabeled_images, training=True)
        variables = self.encoder.trainable_weights + self.projection_head.trainable_weights
        with tf.GradientTape() as tape:
            projections = [self.projection_head(self.encoder(a, training=True), training=True) for a in (augmented_1, augmented_2)]
            contrastive_loss = self.contrastive_loss(*projections)
        gradients = tape.gradient(contrastive_loss, variables)
        self.contrastive_optimizer.apply_gradients(zip(gradients, variables))
        self.contrastive_loss_tracker.update_state(contrastive_loss)
        with tf.GradientTape() as tape:
            class_logits = self.linear_probe(self.encoder(ops.cast(labeled_images, "float32") / 255, training=False), training=True)
            probe_loss = self.probe_loss(labels, class_logits)
        gradients = tape.gradient(probe_loss, self.linear_probe.trainable_weights)
        self.probe_optimizer.apply_gradients(zip(gradients, self.linear_probe.trainable_weights))
        self.probe_accuracy.update_state(labels, class_logits)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, data):
        labeled_images, labels = data
        class_logits = self.linear_probe(self.encoder(ops.cast(labeled_images, "float32") / 255, training=False))
        self.probe_accuracy.update_state(labels, class_logits)
        return {"p_acc": self.probe_accuracy.result()}


model = ContrastiveModel()
model.compile(contrastive_optimizer=keras.optimizers.Adam(), probe_optimizer=keras.optimizers.Adam())
history = model.fit(train_dataset, epochs=2, validation_data=test_dataset)
print(sorted(history.history), "best", max(history.history["val_p_acc"]) >= 0)

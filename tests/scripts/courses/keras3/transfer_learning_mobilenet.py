# Transfer learning and fine-tuning with MobileNetV2.
import os
import sys

import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

BATCH_SIZE = 8
IMG_SIZE = (64, 64)
directory = sys.argv[1]

train_dataset = tf.keras.utils.image_dataset_from_directory(
    directory, shuffle=True, batch_size=BATCH_SIZE, image_size=IMG_SIZE,
    validation_split=0.4, subset='training', seed=42)
validation_dataset = tf.keras.utils.image_dataset_from_directory(
    directory, shuffle=True, batch_size=BATCH_SIZE, image_size=IMG_SIZE,
    validation_split=0.4, subset='validation', seed=42)
class_names = train_dataset.class_names

val_batches = tf.data.experimental.cardinality(validation_dataset)
test_dataset = validation_dataset.take(val_batches // 2)
validation_dataset = validation_dataset.skip(val_batches // 2)
print('Number of validation batches: %d' % tf.data.experimental.cardinality(validation_dataset))
print('Number of test batches: %d' % tf.data.experimental.cardinality(test_dataset))

AUTOTUNE = tf.data.AUTOTUNE
train_dataset = train_dataset.prefetch(buffer_size=AUTOTUNE)
data_augmentation = tf.keras.Sequential([
    tf.keras.layers.RandomFlip('horizontal'),
    tf.keras.layers.RandomRotation(0.2),
])
for image, _ in train_dataset.take(1):
    first_image = image[0]
    augmented_image = data_augmentation(tf.expand_dims(first_image, 0))
    plt.imshow(augmented_image[0] / 255)

preprocess_input = tf.keras.applications.mobilenet_v2.preprocess_input
IMG_SHAPE = IMG_SIZE + (3,)
base_model = tf.keras.applications.MobileNetV2(input_shape=IMG_SHAPE, include_top=False, weights=None)
image_batch, label_batch = next(iter(train_dataset))
feature_batch = base_model(image_batch)
print(feature_batch.shape)

base_model.trainable = False
global_average_layer = tf.keras.layers.GlobalAveragePooling2D()
feature_batch_average = global_average_layer(feature_batch)
print(feature_batch_average.shape)
prediction_layer = tf.keras.layers.Dense(3, activation='softmax')

inputs = tf.keras.Input(shape=IMG_SHAPE)
x = data_augmentation(inputs)
x = preprocess_input(x)
x = base_model(x, training=False)
x = global_average_layer(x)
x = tf.keras.layers.Dropout(0.2)(x)
outputs = prediction_layer(x)
model = tf.keras.Model(inputs, outputs)

base_learning_rate = 0.0001
model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=base_learning_rate),
              loss=tf.keras.losses.SparseCategoricalCrossentropy(),
              metrics=[tf.keras.metrics.SparseCategoricalAccuracy(name='accuracy')])
print(len(model.trainable_variables))
loss0, accuracy0 = model.evaluate(validation_dataset)
history = model.fit(train_dataset, epochs=1, validation_data=validation_dataset)

base_model.trainable = True
print("Number of layers in the base model: ", len(base_model.layers))
fine_tune_at = 140
for layer in base_model.layers[:fine_tune_at]:
    layer.trainable = False
model.compile(loss='sparse_categorical_crossentropy',
              optimizer=tf.keras.optimizers.RMSprop(learning_rate=base_learning_rate / 10),
              metrics=['accuracy'])
print(len(model.trainable_variables))
history_fine = model.fit(train_dataset, epochs=2, initial_epoch=history.epoch[-1] + 1,
                         validation_data=validation_dataset)
loss, accuracy = model.evaluate(test_dataset)

image_batch, label_batch = test_dataset.as_numpy_iterator().next()
predictions = model.predict_on_batch(image_batch)
predictions = tf.argmax(predictions, axis=1)
print('Predictions:', predictions.numpy().shape, 'Labels:', label_batch.shape, class_names)
print(history_fine.epoch, os.path.basename(base_model.name)[:11])

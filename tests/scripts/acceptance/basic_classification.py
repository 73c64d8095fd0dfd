"""The first tutorial of all: clothes, two dense layers, and a softmax put on afterwards."""

import numpy as np
import tensorflow as tf

fashion_mnist = tf.keras.datasets.fashion_mnist
(train_images, train_labels), (test_images, test_labels) = fashion_mnist.load_data()
train_images = train_images / 255.0
test_images = test_images / 255.0
class_names = ["Shirt%d" % i for i in range(10)]

model = tf.keras.Sequential(
    [
        tf.keras.layers.Flatten(input_shape=(28, 28)),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10),
    ]
)
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
history = model.fit(train_images, train_labels, epochs=3, verbose=0)
test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=2)
probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
predictions = probability_model.predict(test_images)
print("sums:", np.allclose(predictions.sum(axis=1), 1, atol=1e-5), predictions.shape)
img = np.expand_dims(test_images[1], 0)
single = probability_model.predict(img)
print("same:", np.allclose(single[0], predictions[1], atol=1e-6))
print("named:", class_names[np.argmax(single[0])] == class_names[np.argmax(predictions[1])])
right = np.mean(np.argmax(predictions, axis=1) == test_labels)
print("accuracy:", abs(right - test_acc) < 1e-6)

# TensorFlow 1.x with its own tf.keras: the clothing tutorial, graph-mode words and all.
from __future__ import absolute_import, division, print_function

import tensorflow as tf
from tensorflow import keras
import numpy as np
import matplotlib.pyplot as plt

print(tf.__version__)
tf.logging.set_verbosity(tf.logging.ERROR)
tf.set_random_seed(42)
tf.keras.backend.clear_session()

fashion_mnist = keras.datasets.fashion_mnist
(train_images, train_labels), (test_images, test_labels) = fashion_mnist.load_data()
class_names = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat',
               'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']
train_images = train_images / 255.0
test_images = test_images / 255.0

model = keras.Sequential([
    keras.layers.Flatten(input_shape=(28, 28)),
    keras.layers.Dense(128, activation=tf.nn.relu),
    keras.layers.Dense(10, activation=tf.nn.softmax)
])
model.compile(optimizer=tf.train.AdamOptimizer(),
              loss='sparse_categorical_crossentropy',
              metrics=['accuracy'])
model.fit(train_images, train_labels, epochs=2)
test_loss, test_acc = model.evaluate(test_images, test_labels)
print('Test accuracy:', test_acc)


def plot_image(i, predictions_array, true_label, img):
    predictions_array, true_label, img = predictions_array[i], true_label[i], img[i]
    plt.grid(False)
    plt.xticks([])
    plt.yticks([])
    plt.imshow(img, cmap=plt.cm.binary)
    predicted_label = np.argmax(predictions_array)
    color = 'blue' if predicted_label == true_label else 'red'
    plt.xlabel('{} {:2.0f}% ({})'.format(class_names[predicted_label],
                                         100 * np.max(predictions_array),
                                         class_names[true_label]), color=color)


predictions = model.predict(test_images)
plt.figure(figsize=(6, 3))
plt.subplot(1, 2, 1)
plot_image(0, predictions, test_labels, test_images)
plt.show()

# the same with tf.layers-like callbacks and a convnet
cnn = tf.keras.models.Sequential()
cnn.add(tf.keras.layers.Reshape((28, 28, 1), input_shape=(28, 28)))
cnn.add(tf.keras.layers.Conv2D(8, (3, 3), activation=tf.nn.relu))
cnn.add(tf.keras.layers.MaxPooling2D(2, 2))
cnn.add(tf.keras.layers.Flatten())
cnn.add(tf.keras.layers.Dense(10, activation='softmax'))


class myCallback(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get('acc') > 0.6:
            print('\nReached 60% accuracy so cancelling training!')
            self.model.stop_training = True


cnn.compile(optimizer=tf.keras.optimizers.Adam(lr=0.001), loss='sparse_categorical_crossentropy',
            metrics=['acc'])
dataset = tf.data.Dataset.from_tensor_slices((train_images.astype('float32'), train_labels))
dataset = dataset.shuffle(100).batch(20).repeat()
history = cnn.fit(dataset, epochs=2, steps_per_epoch=10, callbacks=[myCallback()])
sess = tf.keras.backend.get_session()
print(sess is not None, sorted(history.history))
one = np.expand_dims(test_images[0], 0)
print(one.shape, cnn.predict(one).shape)

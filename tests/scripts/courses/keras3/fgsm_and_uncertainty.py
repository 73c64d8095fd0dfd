# Adversarial example by the fast gradient sign method, integrated saliency, and Monte Carlo dropout.
import sys
from pathlib import Path
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

photo = sorted(Path(sys.argv[1]).glob('rim/*'))[0]
pretrained_model = tf.keras.applications.MobileNetV2(include_top=True, weights=None, input_shape=(32, 32, 3), classes=5)
pretrained_model.trainable = False


def preprocess(image):
    image = tf.cast(image, tf.float32)
    image = tf.image.resize(image, (32, 32))
    image = tf.keras.applications.mobilenet_v2.preprocess_input(image)
    image = image[None, ...]
    return image


image_raw = tf.io.read_file(str(photo))
image = tf.image.decode_image(image_raw, channels=3)
image = preprocess(image)
image_probs = pretrained_model.predict(image)
print(image.shape, image_probs.shape)

loss_object = tf.keras.losses.CategoricalCrossentropy()


def create_adversarial_pattern(input_image, input_label):
    with tf.GradientTape() as tape:
        tape.watch(input_image)
        prediction = pretrained_model(input_image)
        loss = loss_object(input_label, prediction)
    # Get the gradients of the loss w.r.t to the input image.
    gradient = tape.gradient(loss, input_image)
    # Get the sign of the gradients to create the perturbation
    signed_grad = tf.sign(gradient)
    return signed_grad


label = tf.one_hot(3, image_probs.shape[-1])
label = tf.reshape(label, (1, image_probs.shape[-1]))
perturbations = create_adversarial_pattern(image, label)
plt.imshow(perturbations[0] * 0.5 + 0.5)
for eps in [0, 0.01, 0.1]:
    adv_x = image + eps * perturbations
    adv_x = tf.clip_by_value(adv_x, -1, 1)
    print(eps, float(tf.reduce_max(tf.abs(adv_x - image))) <= eps + 1e-5)

# Saliency by a persistent tape and a Variable
x = tf.Variable(image)
with tf.GradientTape(persistent=True) as tape:
    logits = pretrained_model(x, training=False)
    top = tf.gather(logits, tf.argmax(logits, axis=1), axis=1)[:, 0]
    top_value = tf.reduce_sum(tf.math.top_k(logits, k=2).values)
saliency = tf.reduce_max(tf.abs(tape.gradient(top, x)), axis=-1)
other = tape.gradient(top_value, x)
del tape
print(saliency.shape, other.shape, tf.norm(other) >= 0)

# Monte Carlo dropout: keep the dropout on while predicting
inputs = tf.keras.Input((32, 32, 3))
h = tf.keras.layers.Conv2D(8, 3, activation='relu')(inputs)
h = tf.keras.layers.SpatialDropout2D(0.3)(h, training=True)
h = tf.keras.layers.GlobalAveragePooling2D()(h)
h = tf.keras.layers.Dropout(0.5)(h, training=True)
outputs = tf.keras.layers.Dense(5, activation='softmax')(h)
mc_model = tf.keras.Model(inputs, outputs)
draws = tf.stack([mc_model(image) for _ in range(10)])
mean, variance = tf.nn.moments(draws, axes=[0])
entropy = -tf.reduce_sum(mean * tf.math.log(mean + 1e-9), axis=-1)
print(draws.shape, mean.shape, float(tf.reduce_max(variance)) > 0, entropy.numpy().shape)

# a few steps of adversarial training by hand
optimizer = tf.keras.optimizers.SGD(0.01)
images = tf.random.normal((8, 32, 32, 3), seed=1)
targets = tf.random.uniform((8,), 0, 5, dtype=tf.int32, seed=2)
losses = []
for step in range(3):
    with tf.GradientTape() as tape:
        prediction = mc_model(images, training=True)
        loss = tf.reduce_mean(tf.keras.losses.sparse_categorical_crossentropy(targets, prediction))
        loss += tf.add_n([tf.nn.l2_loss(v) for v in mc_model.trainable_variables]) * 1e-4
    optimizer.minimize(loss, mc_model.trainable_variables, tape=tape)
    losses.append(loss.numpy())
print(len(losses), optimizer.iterations.numpy(), np.isfinite(losses).all())

"""Every way to let the rate fall: schedules given to optimizers, own ones, warm-up, restarts."""

import numpy as np
import tensorflow as tf
from tensorflow import keras

(x_train, y_train), (x_val, y_val) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_val = x_val.reshape(-1, 784).astype("float32") / 255


class WarmUpCosine(tf.keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, learning_rate_base, total_steps, warmup_learning_rate, warmup_steps):
        super(WarmUpCosine, self).__init__()
        self.learning_rate_base = learning_rate_base
        self.total_steps = total_steps
        self.warmup_learning_rate = warmup_learning_rate
        self.warmup_steps = warmup_steps
        self.pi = tf.constant(np.pi)

    def __call__(self, step):
        step = tf.cast(step, tf.float32)
        cos_annealed_lr = tf.cos(
            self.pi * (step - self.warmup_steps) / float(self.total_steps - self.warmup_steps))
        learning_rate = 0.5 * self.learning_rate_base * (1 + cos_annealed_lr)
        if self.warmup_steps > 0:
            slope = (self.learning_rate_base - self.warmup_learning_rate) / self.warmup_steps
            warmup_rate = slope * step + self.warmup_learning_rate
            learning_rate = tf.where(step < self.warmup_steps, warmup_rate, learning_rate)
        return tf.where(step > self.total_steps, 0.0, learning_rate, name="learning_rate")

    def get_config(self):
        return {"learning_rate_base": self.learning_rate_base, "total_steps": self.total_steps,
                "warmup_learning_rate": self.warmup_learning_rate, "warmup_steps": self.warmup_steps}


def get_model():
    return keras.Sequential([
        keras.layers.Dense(32, activation="elu", input_shape=[784],
                           kernel_regularizer=keras.regularizers.L2(1e-4)),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10)])


steps = len(x_train) // 20
schedules = {
    "exponential": keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=steps, decay_rate=0.5, staircase=True),
    "piecewise": keras.optimizers.schedules.PiecewiseConstantDecay(boundaries=[5, 15], values=[0.01, 0.005, 0.001]),
    "polynomial": keras.optimizers.schedules.PolynomialDecay(0.01, 20, end_learning_rate=1e-4, power=2.0),
    "inverse": tf.keras.optimizers.schedules.InverseTimeDecay(0.001, decay_steps=10, decay_rate=1, staircase=False),
    "cosine": keras.optimizers.schedules.CosineDecay(0.01, decay_steps=20, alpha=0.1, warmup_target=0.02, warmup_steps=5),
    "restarts": keras.optimizers.schedules.CosineDecayRestarts(0.01, first_decay_steps=10, t_mul=2.0, m_mul=0.9),
    "own": WarmUpCosine(0.01, 20, 0.0, 5),
}
for name, schedule in schedules.items():
    model = get_model()
    optimizer = keras.optimizers.Adam(schedule, clipnorm=1.0) if name != "piecewise" else \
        keras.optimizers.SGD(learning_rate=schedule, momentum=0.9, nesterov=True, weight_decay=1e-4)
    model.compile(optimizer=optimizer,
                  loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                  metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=20, epochs=2, verbose=0)
    print(name, [round(float(schedule(step)), 5) for step in (0, 5, 10, 19)],
          int(model.optimizer.iterations))

# The rate as a metric, in the progress bar
def get_lr_metric(optimizer):
    def lr(y_true, y_pred):
        return optimizer.learning_rate
    return lr


model = get_model()
optimizer = tf.keras.optimizers.Nadam(0.002)
model.compile(optimizer, tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              metrics=["accuracy", get_lr_metric(optimizer)])
history = model.fit(
    x_train, y_train, epochs=3, batch_size=50, validation_data=(x_val, y_val), verbose=2,
    callbacks=[keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=0, min_delta=10,
                                                 cooldown=0, min_lr=1e-6, verbose=1)])
print(history.history["lr"])
print(keras.optimizers.schedules.serialize(schedules["cosine"])["class_name"])
print(type(keras.optimizers.get({"class_name": "RMSprop", "config": {"learning_rate": 0.1}})).__name__)

"""Losses and metrics of one's own, Keras 3 style."""

import numpy as np
import keras
from keras import ops, layers

keras.utils.set_random_seed(0)


@keras.saving.register_keras_serializable(package="my")
class FocalLoss(keras.losses.Loss):
    def __init__(self, gamma=2.0, alpha=0.25, name="focal", reduction="sum_over_batch_size", **kwargs):
        super().__init__(name=name, reduction=reduction, **kwargs)
        self.gamma = gamma
        self.alpha = alpha

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, y_pred.dtype)
        y_pred = ops.clip(y_pred, keras.config.epsilon(), 1.0 - keras.config.epsilon())
        ce = -y_true * ops.log(y_pred)
        weight = self.alpha * ops.power(1.0 - y_pred, self.gamma)
        return ops.sum(weight * ce, axis=-1)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha}


@keras.saving.register_keras_serializable(package="my")
class MacroRecall(keras.metrics.Metric):
    def __init__(self, num_classes=10, name="macro_recall", **kwargs):
        super().__init__(name=name, **kwargs)
        self.num_classes = num_classes
        self.true_positives = self.add_weight(name="tp", shape=(num_classes,), initializer="zeros")
        self.possible = self.add_variable(shape=(num_classes,), initializer="zeros", name="possible")

    def update_state(self, y_true, y_pred, sample_weight=None):
        guesses = ops.one_hot(ops.argmax(y_pred, axis=-1), self.num_classes)
        y_true = ops.cast(y_true, guesses.dtype)
        self.true_positives.assign_add(ops.sum(guesses * y_true, axis=0))
        self.possible.assign(self.possible + ops.sum(y_true, axis=0))

    def result(self):
        return ops.mean(self.true_positives / ops.maximum(self.possible, 1.0))

    def reset_state(self):
        self.true_positives.assign(ops.zeros((self.num_classes,)))
        for v in self.variables:
            v.assign(ops.zeros_like(v))

    def get_config(self):
        config = super().get_config()
        config["num_classes"] = self.num_classes
        return config


def confidence(y_true, y_pred):
    return ops.max(y_pred, axis=-1)


def huber_on_logits(delta=1.0):
    def loss(y_true, y_pred):
        error = ops.abs(ops.cast(y_true, "float32") - y_pred)
        return ops.mean(ops.where(error <= delta, 0.5 * error**2, delta * (error - 0.5 * delta)), axis=-1)

    return loss


(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train[..., None] / 255.0, x_test[..., None] / 255.0
y_train, y_test = keras.utils.to_categorical(y_train, 10), keras.utils.to_categorical(y_test, 10)

model = keras.Sequential([
    layers.Input((28, 28, 1)),
    layers.Conv2D(8, 3, strides=2, activation="leaky_relu"),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(
    "adam",
    loss=FocalLoss(gamma=1.5),
    metrics=["accuracy", MacroRecall(), confidence, keras.metrics.Precision(thresholds=0.3), "mae"],
    weighted_metrics=[keras.metrics.CategoricalCrossentropy()],
)
sample_weight = np.linspace(0.5, 1.5, len(x_train))
history = model.fit(x_train, y_train, sample_weight=sample_weight, epochs=2, batch_size=40,
                    validation_data=(x_test, y_test), verbose=2)
print(sorted(name for name in history.history if not name.startswith("val_")))
model.save("focal.keras")
again = keras.models.load_model("focal.keras", custom_objects={"confidence": confidence})
print(again.loss.gamma, type(again.optimizer).__name__)
one, two = (m.evaluate(x_test, y_test, verbose=0, return_dict=True) for m in (model, again))
print(np.isclose(one["macro_recall"], two["macro_recall"]), np.isclose(one["loss"], two["loss"]))

metric = MacroRecall(3)
metric.update_state(np.eye(3), np.eye(3)[[0, 1, 1]])
print("by hand:", round(float(metric.result()), 4))
metric.reset_state()
print(float(metric.result()), [tuple(v.shape) for v in metric.variables])

model.compile(keras.optimizers.Lion(1e-4), loss=huber_on_logits(0.5), jit_compile=False, run_eagerly=True)
print(np.mean(model.train_on_batch(x_train[:20], y_train[:20])) > 0, model.metrics_names[0])
loss_by_hand = keras.losses.get("categorical_focal_crossentropy")
print(ops.convert_to_numpy(loss_by_hand(y_test[:2], np.full((2, 10), 0.1, "float32"))).round(4))

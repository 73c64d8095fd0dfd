"""Metrics and a loss written with the backend, and a model that is read with them."""

import numpy as np
from keras import backend as K
from keras.layers import Dense, Flatten
from keras.models import Sequential, load_model


def recall_m(y_true, y_pred):
    true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    possible_positives = K.sum(K.round(K.clip(y_true, 0, 1)))
    return true_positives / (possible_positives + K.epsilon())


def precision_m(y_true, y_pred):
    true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    predicted_positives = K.sum(K.round(K.clip(y_pred, 0, 1)))
    return true_positives / (predicted_positives + K.epsilon())


def f1_m(y_true, y_pred):
    precision, recall = precision_m(y_true, y_pred), recall_m(y_true, y_pred)
    return 2 * ((precision * recall) / (precision + recall + K.epsilon()))


def dice_coef(y_true, y_pred, smooth=1):
    y_true_f, y_pred_f = K.flatten(y_true), K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def focal_loss(gamma=2.0, alpha=0.25):
    def focal_loss_fixed(y_true, y_pred):
        y_pred = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pt = K.cast(y_true, "float32") * y_pred + (1 - K.cast(y_true, "float32")) * (1 - y_pred)
        return -K.mean(alpha * K.pow(1.0 - pt, gamma) * K.log(pt), axis=-1)

    return focal_loss_fixed


random = np.random.RandomState(0)
y = random.randint(0, 2, (64, 1)).astype("float32")
x = random.rand(64, 5, 5, 1) + y[:, :, None, None]
model = Sequential([Flatten(input_shape=(5, 5, 1)), Dense(1, activation="sigmoid")])
model.compile("adam", loss=focal_loss(), metrics=["acc", f1_m, precision_m, recall_m, dice_coef])
history = model.fit(x, y, epochs=3, batch_size=64, verbose=0)
print("keys:", sorted(history.history))
model.save("focal.h5")
custom = {
    "focal_loss_fixed": focal_loss(), "f1_m": f1_m, "precision_m": precision_m,
    "recall_m": recall_m, "dice_coef": dice_coef,
}  # fmt: skip
again = load_model("focal.h5", custom_objects=custom)
one, two = (m.evaluate(x, y, batch_size=64, verbose=0) for m in (model, again))
print("same:", np.allclose(one, two, atol=1e-6))
p = model.predict(x, verbose=0)
pt = np.where(y == 1, p, 1 - p)
print("focal:", abs(one[0] - np.mean(-0.25 * (1 - pt) ** 2 * np.log(pt))) < 1e-5)
tp = np.sum(np.round(np.clip(y * p, 0, 1)))
print("recall:", abs(one[4] - tp / y.sum()) < 1e-4)

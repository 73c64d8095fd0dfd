"""Folds over a table of files, a model for each, their predictions averaged, and averaged views."""

import os
import sys

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold
from tensorflow.keras.callbacks import ModelCheckpoint
from tensorflow.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from tensorflow.keras.models import Sequential, load_model
from tensorflow.keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
rows = [
    (f"{k}/{n}", k) for k in sorted(os.listdir(photos)) for n in sorted(os.listdir(f"{photos}/{k}"))
]
train_data = pd.DataFrame(rows, columns=["filename", "label"])
Y = train_data[["label"]]
idg = ImageDataGenerator(rescale=1 / 255.0, zoom_range=0.1, fill_mode="nearest")
plain = ImageDataGenerator(rescale=1 / 255.0)
options = dict(
    directory=photos, x_col="filename", y_col="label", target_size=(24, 24), batch_size=6,
    class_mode="categorical",
)  # fmt: skip


def create_new_model():
    model = Sequential()
    model.add(Conv2D(6, 3, activation="relu", input_shape=(24, 24, 3)))
    model.add(MaxPooling2D())
    model.add(Flatten())
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


kf = KFold(n_splits=3, shuffle=True, random_state=1)
fold_var, validation_accuracy = 1, []
for train_index, val_index in kf.split(np.zeros(len(Y)), Y):
    training_data, validation_data = train_data.iloc[train_index], train_data.iloc[val_index]
    train_gen = idg.flow_from_dataframe(training_data, shuffle=True, seed=1, **options)
    valid_gen = plain.flow_from_dataframe(validation_data, shuffle=False, **options)
    model = create_new_model()
    checkpoint = ModelCheckpoint(
        f"model_{fold_var}.h5", monitor="val_accuracy", verbose=0, save_best_only=True, mode="max"
    )
    history = model.fit(
        train_gen, epochs=2, callbacks=[checkpoint], validation_data=valid_gen, verbose=0
    )
    model.load_weights(f"model_{fold_var}.h5")
    results = dict(zip(model.metrics_names, model.evaluate(valid_gen, verbose=0)))
    best = max(history.history["val_accuracy"])
    validation_accuracy.append(best)
    print(
        "fold:",
        fold_var,
        len(train_gen),
        abs(model.evaluate(valid_gen, verbose=0)[1] - best) < 1e-6,
    )
    fold_var += 1

test_gen = plain.flow_from_dataframe(train_data, shuffle=False, **options)
models = [load_model(f"model_{i}.h5") for i in (1, 2, 3)]
preds = [m.predict(test_gen, verbose=0) for m in models]
avg = np.mean(preds, axis=0)
print("ensemble:", avg.shape, np.allclose(avg.sum(axis=1), 1, atol=1e-5))
tta = ImageDataGenerator(rescale=1 / 255.0, horizontal_flip=True)
views = []
for step in range(3):
    view = tta.flow_from_dataframe(train_data, shuffle=False, seed=step, **options)
    views.append(models[0].predict(view, verbose=0))
print("views:", np.mean(views, axis=0).shape, bool(np.std(views, axis=0).max() > 0))

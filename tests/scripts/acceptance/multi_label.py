"""Several labels a picture, from a table whose cells are lists; and several columns."""

import os
import sys

import pandas as pd
from keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input
from keras.models import Model
from keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
files = sorted(os.path.join(k, n) for k in os.listdir(photos) for n in os.listdir(f"{photos}/{k}"))
df = pd.DataFrame({"filename": files})
df["tags"] = [
    [f.split(os.sep)[0], "even"] if i % 2 == 0 else [f.split(os.sep)[0]]
    for i, f in enumerate(files)
]
df["even"] = [float(i % 2 == 0) for i in range(len(files))]
df["place"] = [i / len(files) for i in range(len(files))]
datagen = ImageDataGenerator(rescale=1.0 / 255)
options = dict(
    directory=photos, x_col="filename", target_size=(20, 20), batch_size=9, shuffle=False
)
train = datagen.flow_from_dataframe(df, y_col="tags", class_mode="categorical", **options)
x, y = next(train)
print("tags:", train.class_indices, y[:2].tolist())
inp = Input((20, 20, 3))
h = GlobalAveragePooling2D()(Conv2D(6, 3, activation="relu")(inp))
model = Model(inp, Dense(len(train.class_indices), activation="sigmoid")(h))
model.compile("adam", "binary_crossentropy", metrics=["binary_accuracy"])
history = model.fit(train, epochs=2, verbose=0)
pred_bool = model.predict(train, verbose=0) > 0.5
labels = {v: k for k, v in train.class_indices.items()}
names = [[labels[i] for i, p in enumerate(row) if p] for row in pred_bool]
print("rows:", len(names), pred_bool.shape)

raw = datagen.flow_from_dataframe(df, y_col=["even", "place"], class_mode="raw", **options)
print("raw:", next(raw)[1].shape, next(raw)[1].dtype)
multi = datagen.flow_from_dataframe(
    df, y_col=["even", "place"], class_mode="multi_output", **options
)
two = Model(inp, [Dense(1, activation="sigmoid", name="a")(h), Dense(1, name="b")(h)])
two.compile("adam", loss=["binary_crossentropy", "mae"])
batch = next(multi)
print("multi:", [part.shape for part in batch[1]])


def pairs():
    while True:
        images, (a, b) = next(multi)
        yield images, (a, b)


history = two.fit(pairs(), steps_per_epoch=4, epochs=1, verbose=0)
print("keys:", sorted(history.history))

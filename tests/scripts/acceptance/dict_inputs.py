"""A picture and a row of numbers together, given by a generator of dicts; two outputs."""

import numpy as np
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Concatenate, Conv2D, Dense, Flatten

image = Input(shape=(10, 10, 3), name="image")
facts = Input(shape=(4,), name="facts")
x = Flatten()(Conv2D(4, 3, activation="relu")(image))
z = Concatenate()([x, Dense(8, activation="relu")(facts)])
kind = Dense(3, activation="softmax", name="kind")(z)
age = Dense(1, name="age")(z)
model = Model(inputs=[image, facts], outputs=[kind, age])
model.compile(
    optimizer="adam",
    loss={"kind": "sparse_categorical_crossentropy", "age": "mse"},
    loss_weights={"kind": 1.0, "age": 0.5},
    metrics={"kind": ["accuracy"], "age": ["mae"]},
)
random = np.random.RandomState(0)
images, rows = random.rand(48, 10, 10, 3), random.rand(48, 4)
kinds, ages = random.randint(0, 3, 48), random.rand(48, 1)


def batches(size):
    while True:
        for start in range(0, 48, size):
            part = slice(start, start + size)
            yield (
                {"image": images[part], "facts": rows[part]},
                {"kind": kinds[part], "age": ages[part]},
            )


history = model.fit(batches(12), steps_per_epoch=4, epochs=2, verbose=0)
print("keys:", sorted(history.history))
told = model.evaluate(
    {"image": images, "facts": rows}, {"kind": kinds, "age": ages}, return_dict=True, verbose=0
)
print("sum:", abs(told["loss"] - (told["kind_loss"] + 0.5 * told["age_loss"])) < 1e-4)
p, a = model.predict([images, rows], verbose=0)
print("shapes:", p.shape, a.shape, "mae:", abs(told["age_mae"] - abs(a - ages).mean()) < 1e-5)

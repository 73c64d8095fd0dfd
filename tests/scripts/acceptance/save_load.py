"""A model written, read and trained on; its layers as JSON."""

import numpy as np
from keras.layers import BatchNormalization, Conv2D, Dense, Flatten
from keras.models import Sequential, load_model, model_from_json

random = np.random.RandomState(0)
x, y = random.rand(40, 8, 8, 1), random.randint(0, 3, 40)
model = Sequential()
model.add(Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)))
model.add(BatchNormalization())
model.add(Flatten())
model.add(Dense(3, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=1, verbose=0, shuffle=False)
for name in ("model.keras", "model.h5"):
    model.save(name)
    again = load_model(name)
    print(name, np.allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6))
with open("model.json", "w") as file:
    file.write(model.to_json())
model.save_weights("model.weights.h5")
twin = model_from_json(open("model.json").read())
twin.load_weights("model.weights.h5")
print("json", np.allclose(twin.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6))
history = again.fit(x, y, epochs=2, verbose=0, shuffle=False)
print("history:", history.history)

"""Cross-validation: a new model for every fold, the old ones forgotten."""

import numpy as np
from keras import backend as K
from keras.layers import Conv2D, Dense, Flatten, MaxPool2D
from keras.models import Sequential
from sklearn.model_selection import StratifiedKFold

random = np.random.RandomState(0)
labels = random.randint(0, 2, 60)
images = random.rand(60, 12, 12, 1) + labels[:, None, None, None]


def build():
    model = Sequential()
    model.add(Conv2D(4, (3, 3), activation="relu", input_shape=(12, 12, 1)))
    model.add(MaxPool2D())
    model.add(Flatten())
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


scores, names = [], []
for train, test in StratifiedKFold(n_splits=3, shuffle=True, random_state=7).split(images, labels):
    K.clear_session()
    model = build()
    names.append(model.layers[0].name)
    model.fit(images[train], labels[train], epochs=5, batch_size=10, verbose=0)
    scores.append(model.evaluate(images[test], labels[test], verbose=0)[1] * 100)
print("%.2f%% (+/- %.2f%%)" % (np.mean(scores), np.std(scores)))
print("folds:", len(scores), names)

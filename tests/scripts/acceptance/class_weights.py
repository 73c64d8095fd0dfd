"""Classes of unequal size, weighed as scikit-learn counts them."""

import sys

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.class_weight import compute_class_weight
from tensorflow.keras.layers import Dense, Flatten
from tensorflow.keras.models import Sequential
from tensorflow.keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
datagen = ImageDataGenerator(rescale=1.0 / 255)
train_generator = datagen.flow_from_directory(
    photos, target_size=(16, 16), batch_size=4, class_mode="categorical", shuffle=False
)
classes = train_generator.classes.copy()
classes[:6] = 1  # as if they were fewer
weights = compute_class_weight(class_weight="balanced", classes=np.unique(classes), y=classes)
class_weight = dict(enumerate(weights))
print("weights:", {k: round(float(v), 3) for k, v in class_weight.items()})


def model():
    m = Sequential([Flatten(input_shape=(16, 16, 3)), Dense(3, activation="softmax")])
    m.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
    return m


first = model()
h1 = first.fit(train_generator, epochs=1, class_weight=class_weight, verbose=0)
second = model()
second.set_weights([np.zeros_like(w) for w in second.get_weights()])
twin = model()
twin.set_weights(second.get_weights())
x, y = train_generator[0]
by_class = second.train_on_batch(x, y, class_weight={0: 2.0, 1: 1.0, 2: 1.0})
by_row = twin.train_on_batch(x, y, sample_weight=np.full(len(x), 2.0))
print("alike:", np.allclose(second.get_weights()[1], twin.get_weights()[1], atol=1e-6))
predicted = np.argmax(first.predict(train_generator, verbose=0), axis=1)
print("score:", 0 <= balanced_accuracy_score(train_generator.classes, predicted) <= 1)

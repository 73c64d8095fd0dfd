"""Keras 2.2 as many courses have it: old module paths, fit_generator, a float of steps, .h5."""

import sys

from keras import optimizers
from keras.layers import Activation, Dropout, Flatten
from keras.layers.convolutional import Conv2D
from keras.layers.core import Dense
from keras.layers.pooling import MaxPooling2D
from keras.models import Sequential, load_model
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import np_utils

photos = sys.argv[1]
maker = ImageDataGenerator(rescale=1.0 / 255, horizontal_flip=True)
train = maker.flow_from_directory(photos, target_size=(32, 32), batch_size=4)
valid = maker.flow_from_directory(photos, target_size=(32, 32), batch_size=4)

model = Sequential()
model.add(Conv2D(8, (3, 3), input_shape=(32, 32, 3)))
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dropout(0.5))
model.add(Dense(3))
model.add(Activation("softmax"))
model.compile(
    loss="categorical_crossentropy", optimizer=optimizers.RMSprop(lr=1e-4), metrics=["acc"]
)
history = model.fit_generator(
    train,
    steps_per_epoch=22 / 4,
    epochs=2,
    validation_data=valid,
    validation_steps=10 / 4,
    workers=2,
    verbose=2,
)
score = model.evaluate_generator(valid, steps=2)
rows = model.predict_generator(valid, steps=2)
model.save("old.h5")
again = load_model("old.h5")
print("rows:", rows.shape, "score:", len(score), "weights:", len(again.get_weights()))
print(np_utils.to_categorical([0, 2], 3).tolist())
print("keys:", sorted(history.history))

"""A backbone's output continued by hand, every layer of it frozen in a loop."""

import sys

from keras.applications.vgg16 import VGG16
from keras.layers import Dense, Flatten, Input
from keras.models import Model
from keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
train = ImageDataGenerator(rescale=1.0 / 255).flow_from_directory(
    photos, target_size=(32, 32), batch_size=10, class_mode="categorical"
)

base = VGG16(weights=None, include_top=False, input_tensor=Input(shape=(32, 32, 3)))
for layer in base.layers:
    layer.trainable = False
x = base.get_layer("block5_pool").get_output_at(0)
x = Flatten(name="flatten")(x)
x = Dense(16, activation="relu")(x)
outputs = Dense(3, activation="softmax")(x)
model = Model(inputs=base.input, outputs=outputs)
model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
model.fit(train, epochs=1, verbose=0)
print("layers:", len(model.layers), "trained:", len(model.trainable_weights))

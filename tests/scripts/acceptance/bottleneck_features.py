"""Much from little data: features saved once, a small top on them, then both together."""

import sys

import numpy as np
from keras import applications, optimizers
from keras.layers import Dense, Dropout, Flatten
from keras.models import Model, Sequential
from keras.preprocessing.image import ImageDataGenerator

photos = sys.argv[1]
img_width, img_height, batch_size = 32, 32, 4
datagen = ImageDataGenerator(rescale=1.0 / 255)
kinds = ["bar", "dot"]
base = applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
generator = datagen.flow_from_directory(
    photos, target_size=(img_width, img_height), batch_size=batch_size, class_mode=None,
    shuffle=False, classes=kinds,
)  # fmt: skip
bottleneck_features_train = base.predict_generator(generator, 24 // batch_size)
np.save(open("bottleneck_features_train.npy", "wb"), bottleneck_features_train)
train_data = np.load(open("bottleneck_features_train.npy", "rb"))
train_labels = np.array([0] * 12 + [1] * 12)
print("features:", train_data.shape)


def top(shape):
    model = Sequential()
    model.add(Flatten(input_shape=shape))
    model.add(Dense(32, activation="relu"))
    model.add(Dropout(0.5))
    model.add(Dense(1, activation="sigmoid"))
    return model


model = top(train_data.shape[1:])
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
model.fit(train_data, train_labels, epochs=2, batch_size=batch_size, verbose=0)
model.save_weights("bottleneck_fc_model.h5")
alone = model.predict(train_data, verbose=0)

top_model = top(base.output_shape[1:])
top_model.load_weights("bottleneck_fc_model.h5")
model = Model(inputs=base.input, outputs=top_model(base.output))
whole = model.predict_generator(generator, 6)
print("the same as on the features:", np.allclose(whole, alone, atol=1e-5))
for layer in model.layers[:15]:
    layer.trainable = False
model.compile(
    loss="binary_crossentropy",
    optimizer=optimizers.SGD(lr=1e-4, momentum=0.9),
    metrics=["accuracy"],
)
train = datagen.flow_from_directory(
    photos, target_size=(32, 32), batch_size=batch_size, class_mode="binary", classes=kinds
)
model.fit_generator(train, samples_per_epoch=24, nb_epoch=1, verbose=0)
print("trained:", len(model.trainable_weights), len(model.layers))

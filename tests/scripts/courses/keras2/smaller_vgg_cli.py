# USAGE: python smaller_vgg_cli.py path/to/photos --model out.model
import argparse
import os
import pickle
import random

import cv2
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from keras import backend as K
from keras.layers.convolutional import Conv2D
from keras.layers.convolutional import MaxPooling2D
from keras.layers.core import Activation, Dense, Dropout, Flatten
from keras.layers.normalization import BatchNormalization
from keras.models import Sequential, load_model
from keras.optimizers import Adam
from keras.preprocessing.image import ImageDataGenerator, img_to_array
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelBinarizer

ap = argparse.ArgumentParser()
ap.add_argument("dataset", help="path to input dataset")
ap.add_argument("-m", "--model", default="output.model", help="path to output model")
ap.add_argument("-p", "--plot", type=str, default="plot.png", help="path to output plot")
args = vars(ap.parse_args())

EPOCHS = 2
INIT_LR = 1e-3
BS = 8
IMAGE_DIMS = (32, 32, 3)

print("[INFO] loading images...")
imagePaths = sorted(os.path.join(root, f) for root, _, files in os.walk(args["dataset"]) for f in files)
random.seed(42)
random.shuffle(imagePaths)
data = []
labels = []
for imagePath in imagePaths:
    image = cv2.imread(imagePath)
    image = cv2.resize(image, (IMAGE_DIMS[1], IMAGE_DIMS[0]))
    image = img_to_array(image)
    data.append(image)
    labels.append(imagePath.split(os.path.sep)[-2])
data = np.array(data, dtype="float") / 255.0
labels = np.array(labels)
print("[INFO] data matrix: {:.2f}MB".format(data.nbytes / (1024 * 1000.0)))

lb = LabelBinarizer()
labels = lb.fit_transform(labels)
(trainX, testX, trainY, testY) = train_test_split(data, labels, test_size=0.2, random_state=42)
aug = ImageDataGenerator(rotation_range=25, width_shift_range=0.1, height_shift_range=0.1,
                         shear_range=0.2, zoom_range=0.2, horizontal_flip=True, fill_mode="nearest")

chanDim = 1 if K.image_data_format() == "channels_first" else -1
model = Sequential()
model.add(Conv2D(16, (3, 3), padding="same", input_shape=IMAGE_DIMS))
model.add(Activation("relu"))
model.add(BatchNormalization(axis=chanDim))
model.add(MaxPooling2D(pool_size=(3, 3)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(32))
model.add(Activation("relu"))
model.add(BatchNormalization())
model.add(Dropout(0.5))
model.add(Dense(len(lb.classes_)))
model.add(Activation("softmax"))
opt = Adam(lr=INIT_LR, decay=INIT_LR / EPOCHS)
model.compile(loss="categorical_crossentropy", optimizer=opt, metrics=["accuracy"])

print("[INFO] training network...")
H = model.fit_generator(aug.flow(trainX, trainY, batch_size=BS), validation_data=(testX, testY),
                        steps_per_epoch=len(trainX) // BS, epochs=EPOCHS, verbose=1)
model.save(args["model"])
with open("lb.pickle", "wb") as f:
    f.write(pickle.dumps(lb))

plt.style.use("ggplot")
plt.figure()
N = EPOCHS
plt.plot(np.arange(0, N), H.history["loss"], label="train_loss")
plt.plot(np.arange(0, N), H.history["val_loss"], label="val_loss")
plt.plot(np.arange(0, N), H.history["acc"], label="train_acc")
plt.plot(np.arange(0, N), H.history["val_acc"], label="val_acc")
plt.legend(loc="upper left")
plt.savefig(args["plot"])

model = load_model(args["model"])
proba = model.predict(testX)
print(confusion_matrix(testY.argmax(axis=1), proba.argmax(axis=1), labels=[0, 1, 2]).sum())
print("{}: {:.2f}%".format(lb.classes_[np.argmax(proba[0])], proba[0].max() * 100))

# A kernel with a data frame of pictures: flow_from_dataframe, a Sequence, predictions to a csv.
import math
import os
import sys
import cv2
import numpy as np
import pandas as pd
from keras.callbacks import ModelCheckpoint
from keras.layers import BatchNormalization, Conv2D, Dense, GlobalMaxPooling2D, MaxPool2D, Dropout
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator, load_img
from keras.utils import Sequence
from sklearn.model_selection import train_test_split

base = sys.argv[1]
rows = [(os.path.join(name, f), name) for name in sorted(os.listdir(base))
        for f in sorted(os.listdir(os.path.join(base, name)))]
df = pd.DataFrame(rows, columns=['filename', 'category'])
print(df.head())
print(df['category'].value_counts().to_dict())

train_df, validate_df = train_test_split(df, test_size=0.25, random_state=42, stratify=df['category'])
train_df = train_df.reset_index(drop=True)
validate_df = validate_df.reset_index(drop=True)
IMAGE_SIZE = (32, 32)
batch_size = 6

model = Sequential()
model.add(Conv2D(filters=8, kernel_size=(3, 3), activation='relu', input_shape=(32, 32, 3)))
model.add(BatchNormalization())
model.add(MaxPool2D(pool_size=(2, 2)))
model.add(Dropout(rate=0.25))
model.add(Conv2D(filters=16, kernel_size=(3, 3), activation='relu'))
model.add(GlobalMaxPooling2D())
model.add(Dense(3, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop', metrics=['accuracy'])

train_datagen = ImageDataGenerator(rotation_range=15, rescale=1. / 255, shear_range=0.1,
                                   zoom_range=0.2, horizontal_flip=True,
                                   width_shift_range=0.1, height_shift_range=0.1)
train_generator = train_datagen.flow_from_dataframe(
    train_df, base, x_col='filename', y_col='category', target_size=IMAGE_SIZE,
    class_mode='categorical', batch_size=batch_size)
validation_datagen = ImageDataGenerator(rescale=1. / 255)
validation_generator = validation_datagen.flow_from_dataframe(
    dataframe=validate_df, directory=base, x_col='filename', y_col='category',
    target_size=IMAGE_SIZE, class_mode='categorical', batch_size=batch_size)
history = model.fit_generator(train_generator, epochs=2, validation_data=validation_generator,
                              validation_steps=validate_df.shape[0] // batch_size,
                              steps_per_epoch=train_df.shape[0] // batch_size,
                              callbacks=[ModelCheckpoint('best.h5', save_best_only=True)])
model.load_weights('best.h5')


class PhotoSequence(Sequence):
    def __init__(self, paths, batch_size):
        self.paths, self.batch_size = paths, batch_size

    def __len__(self):
        return math.ceil(len(self.paths) / float(self.batch_size))

    def __getitem__(self, idx):
        batch = self.paths[idx * self.batch_size:(idx + 1) * self.batch_size]
        return np.array([cv2.resize(cv2.imread(p)[..., ::-1], IMAGE_SIZE) / 255. for p in batch])

    def on_epoch_end(self):
        pass


sequence = PhotoSequence([os.path.join(base, f) for f in validate_df['filename']], 4)
predict = model.predict_generator(sequence, steps=len(sequence), workers=1,
                                  use_multiprocessing=False)
validate_df['predicted'] = np.argmax(predict, axis=-1)
label_map = dict((v, k) for k, v in train_generator.class_indices.items())
validate_df['predicted'] = validate_df['predicted'].replace(label_map)
validate_df[['filename', 'predicted']].to_csv('submission.csv', index=False)
print(validate_df.shape, label_map)
print(model.evaluate_generator(validation_generator)[1] >= 0)

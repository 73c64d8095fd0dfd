# Training a convnet from scratch on a small set of photos, with augmentation.
import os
import shutil
import sys

from keras import layers
from keras import models
from keras import optimizers
from keras.preprocessing.image import ImageDataGenerator
from keras.preprocessing import image
import matplotlib.pyplot as plt

original_dataset_dir = sys.argv[1]
base_dir = os.path.join(os.getcwd(), 'photos_small')
os.mkdir(base_dir)
train_dir = os.path.join(base_dir, 'train')
os.mkdir(train_dir)
validation_dir = os.path.join(base_dir, 'validation')
os.mkdir(validation_dir)

for name in ('bar', 'dot'):
    fnames = sorted(os.listdir(os.path.join(original_dataset_dir, name)))
    for part, chosen in ((train_dir, fnames[:8]), (validation_dir, fnames[8:12])):
        os.mkdir(os.path.join(part, name))
        for fname in chosen:
            src = os.path.join(original_dataset_dir, name, fname)
            dst = os.path.join(part, name, fname)
            shutil.copyfile(src, dst)
print('total training bar images:', len(os.listdir(os.path.join(train_dir, 'bar'))))

model = models.Sequential()
model.add(layers.Conv2D(16, (3, 3), activation='relu', input_shape=(50, 50, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(32, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dropout(0.5))
model.add(layers.Dense(32, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy',
              optimizer=optimizers.RMSprop(lr=1e-4),
              metrics=['acc'])

datagen = ImageDataGenerator(rotation_range=40, width_shift_range=0.2, height_shift_range=0.2,
                             shear_range=0.2, zoom_range=0.2, horizontal_flip=True,
                             fill_mode='nearest')
fnames = [os.path.join(train_dir, 'bar', fname) for fname in os.listdir(os.path.join(train_dir, 'bar'))]
img = image.load_img(fnames[3], target_size=(50, 50))
x = image.img_to_array(img)
x = x.reshape((1,) + x.shape)
i = 0
for batch in datagen.flow(x, batch_size=1):
    plt.figure(i)
    imgplot = plt.imshow(image.array_to_img(batch[0]))
    i += 1
    if i % 4 == 0:
        break
plt.show()

train_datagen = ImageDataGenerator(rescale=1. / 255, rotation_range=40, width_shift_range=0.2,
                                   height_shift_range=0.2, shear_range=0.2, zoom_range=0.2,
                                   horizontal_flip=True)
test_datagen = ImageDataGenerator(rescale=1. / 255)
train_generator = train_datagen.flow_from_directory(train_dir, target_size=(50, 50),
                                                    batch_size=4, class_mode='binary')
validation_generator = test_datagen.flow_from_directory(validation_dir, target_size=(50, 50),
                                                        batch_size=4, class_mode='binary')
for data_batch, labels_batch in train_generator:
    print('data batch shape:', data_batch.shape)
    print('labels batch shape:', labels_batch.shape)
    break

history = model.fit_generator(train_generator, steps_per_epoch=4, epochs=3,
                              validation_data=validation_generator, validation_steps=2)
model.save('bars_and_dots_1.h5')
print(train_generator.class_indices)
print('last val_acc', history.history['val_acc'][-1], 'epochs', history.epoch)

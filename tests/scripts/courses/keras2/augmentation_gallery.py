# Look at what each augmentation does to the digits: standardization, ZCA, shifts, flips.
import os
from keras.datasets import mnist
from keras.preprocessing.image import ImageDataGenerator
from matplotlib import pyplot
from keras import backend as K

K.set_image_data_format('channels_first')
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train[:100]
y_train = y_train[:100]
# reshape to be [samples][pixels][width][height]
X_train = X_train.reshape(X_train.shape[0], 1, 28, 28)
X_train = X_train.astype('float32')


def show(datagen, title):
    for X_batch, y_batch in datagen.flow(X_train, y_train, batch_size=9):
        # create a grid of 3x3 images
        for i in range(0, 9):
            pyplot.subplot(330 + 1 + i)
            pyplot.imshow(X_batch[i].reshape(28, 28), cmap=pyplot.get_cmap('gray'))
        pyplot.savefig(title + '.png')
        pyplot.clf()
        print('%-12s mean %8.3f std %8.3f' % (title, X_batch.mean(), X_batch.std()), y_batch.shape)
        break


# feature standardization
datagen = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
datagen.fit(X_train)
show(datagen, 'standard')

# ZCA whitening
datagen = ImageDataGenerator(zca_whitening=True)
datagen.fit(X_train)
show(datagen, 'zca')

# random rotations
datagen = ImageDataGenerator(rotation_range=90)
datagen.fit(X_train)
show(datagen, 'rotation')

# random shifts
shift = 0.2
datagen = ImageDataGenerator(width_shift_range=shift, height_shift_range=shift)
datagen.fit(X_train)
show(datagen, 'shift')

# random flips
datagen = ImageDataGenerator(horizontal_flip=True, vertical_flip=True)
show(datagen, 'flip')

# brightness needs colour channels in [0, 255]
datagen = ImageDataGenerator(brightness_range=[0.4, 1.2], zoom_range=[0.5, 1.0],
                             fill_mode='constant', cval=0)
show(datagen, 'bright_zoom')

# saving augmented images
os.makedirs('images')
for X_batch, y_batch in datagen.flow(X_train, y_train, batch_size=9, save_to_dir='images',
                                     save_prefix='aug', save_format='png'):
    break
print(len(os.listdir('images')), 'images saved')

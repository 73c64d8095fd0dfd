# GoogLeNet-like module with the functional API of Keras 1: merge, input=, output=.
import numpy as np
from keras.layers import Input, merge, Dense, Dropout, Flatten, Activation
from keras.layers import Convolution2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D
from keras.layers.normalization import BatchNormalization
from keras.models import Model
from keras.regularizers import l2
from keras.callbacks import LearningRateScheduler, ModelCheckpoint
from keras.datasets import cifar10
from keras.utils import np_utils


def conv2D_bn(x, nb_filter, nb_row, nb_col, border_mode='same', subsample=(1, 1),
              activation='relu', batch_norm=True, weight_decay=0.0005):
    x = Convolution2D(nb_filter, nb_row, nb_col, subsample=subsample, activation=activation,
                      border_mode=border_mode, W_regularizer=l2(weight_decay), bias=True,
                      dim_ordering='tf')(x)
    if batch_norm:
        x = BatchNormalization(axis=-1)(x)
    return x


def inception(x, name):
    branch1x1 = conv2D_bn(x, 8, 1, 1)
    branch3x3 = conv2D_bn(x, 4, 1, 1)
    branch3x3 = conv2D_bn(branch3x3, 8, 3, 3)
    branch5x5 = conv2D_bn(x, 4, 1, 1)
    branch5x5 = conv2D_bn(branch5x5, 8, 5, 5)
    branch_pool = AveragePooling2D((3, 3), strides=(1, 1), border_mode='same')(x)
    branch_pool = conv2D_bn(branch_pool, 8, 1, 1)
    return merge([branch1x1, branch3x3, branch5x5, branch_pool], mode='concat', concat_axis=3,
                 name=name)


(X_train, y_train), (X_test, y_test) = cifar10.load_data()
X_train = X_train.astype('float32') / 255
X_test = X_test.astype('float32') / 255
Y_train = np_utils.to_categorical(y_train, 10)
Y_test = np_utils.to_categorical(y_test, 10)

img_input = Input(shape=(32, 32, 3))
x = conv2D_bn(img_input, 8, 3, 3, subsample=(2, 2), border_mode='valid')
x = MaxPooling2D((2, 2))(x)
x = inception(x, 'mixed0')
shortcut = x
x = Convolution2D(32, 3, 3, border_mode='same', name='res')(x)
x = merge([x, shortcut], mode='sum')
x = Activation('relu')(x)
x = GlobalAveragePooling2D()(x)
x = Dropout(0.4)(x)
preds = Dense(10, activation='softmax', init='glorot_normal', name='predictions')(x)
model = Model(input=img_input, output=preds)
model.summary()


def schedule(epoch):
    return 0.01 * (0.94 ** epoch)


model.compile('rmsprop', 'categorical_crossentropy', ['accuracy'])
checkpoint = ModelCheckpoint('weights.{epoch:02d}-{val_loss:.2f}.h5', save_weights_only=True)
history = model.fit(X_train, Y_train, batch_size=50, nb_epoch=2, shuffle=True,
                    validation_data=(X_test, Y_test),
                    callbacks=[LearningRateScheduler(schedule), checkpoint])
score = model.evaluate(X_test, Y_test, batch_size=20)
print('\nscore', len(score), model.metrics_names)
print('mixed0', model.get_layer('mixed0').output_shape)
print('best', np.argmax(model.predict(X_test[:1])[0]) in range(10))

# Kaggle kernel: a U-Net that finds bright discs, with the dice coefficient.
import numpy as np
from keras.models import Model, load_model
from keras.layers import Input, BatchNormalization, Activation, Dropout
from keras.layers.core import Lambda
from keras.layers.convolutional import Conv2D, Conv2DTranspose
from keras.layers.pooling import MaxPooling2D
from keras.layers.merge import concatenate
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from keras.optimizers import Adam
from keras import backend as K

IMG_WIDTH = 32
IMG_HEIGHT = 32
IMG_CHANNELS = 1
smooth = 1.
np.random.seed(42)


def make_data(n):
    X = np.zeros((n, IMG_HEIGHT, IMG_WIDTH, IMG_CHANNELS), dtype=np.uint8)
    Y = np.zeros((n, IMG_HEIGHT, IMG_WIDTH, 1), dtype=bool)
    yy, xx = np.mgrid[:IMG_HEIGHT, :IMG_WIDTH]
    for k in range(n):
        cy, cx = np.random.randint(8, 24, 2)
        mask = (yy - cy) ** 2 + (xx - cx) ** 2 < 36
        Y[k, :, :, 0] = mask
        X[k, :, :, 0] = 60 * np.random.rand(IMG_HEIGHT, IMG_WIDTH) + 150 * mask
    return X, Y


def dice_coef(y_true, y_pred):
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2. * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def dice_coef_loss(y_true, y_pred):
    return -dice_coef(y_true, y_pred)


X_train, Y_train = make_data(40)
X_test, Y_test = make_data(8)

inputs = Input((IMG_HEIGHT, IMG_WIDTH, IMG_CHANNELS))
s = Lambda(lambda x: x / 255)(inputs)
c1 = Conv2D(8, (3, 3), activation='elu', kernel_initializer='he_normal', padding='same')(s)
c1 = Dropout(0.1)(c1)
c1 = Conv2D(8, (3, 3), activation='elu', kernel_initializer='he_normal', padding='same')(c1)
p1 = MaxPooling2D((2, 2))(c1)
c2 = Conv2D(16, (3, 3), activation='elu', kernel_initializer='he_normal', padding='same')(p1)
c2 = Dropout(0.1)(c2)
p2 = MaxPooling2D(pool_size=(2, 2))(c2)
c3 = Conv2D(32, (3, 3), activation='elu', kernel_initializer='he_normal', padding='same')(p2)
u4 = Conv2DTranspose(16, (2, 2), strides=(2, 2), padding='same')(c3)
u4 = concatenate([u4, c2])
c4 = Conv2D(16, (3, 3), activation='elu', padding='same')(u4)
u5 = Conv2DTranspose(8, (2, 2), strides=(2, 2), padding='same')(c4)
u5 = concatenate([u5, c1], axis=3)
c5 = Conv2D(8, (3, 3), activation='elu', padding='same')(u5)
outputs = Conv2D(1, (1, 1), activation='sigmoid')(c5)
model = Model(inputs=[inputs], outputs=[outputs])
model.compile(optimizer=Adam(lr=1e-2), loss=dice_coef_loss, metrics=[dice_coef])
model.summary()

earlystopper = EarlyStopping(patience=5, verbose=1)
checkpointer = ModelCheckpoint('model-dsbowl2018-1.h5', verbose=1, save_best_only=True)
reduce_lr = ReduceLROnPlateau(monitor='val_dice_coef', mode='max', factor=0.3, patience=1, verbose=1)
results = model.fit(X_train, Y_train, validation_split=0.1, batch_size=8, epochs=3,
                    callbacks=[earlystopper, checkpointer, reduce_lr])

model = load_model('model-dsbowl2018-1.h5',
                   custom_objects={'dice_coef': dice_coef, 'dice_coef_loss': dice_coef_loss})
preds_test = model.predict(X_test, verbose=1)
preds_test_t = (preds_test > 0.5).astype(np.uint8)


def rle_encoding(x):
    dots = np.where(x.T.flatten() == 1)[0]
    run_lengths = []
    prev = -2
    for b in dots:
        if b > prev + 1:
            run_lengths.extend((b + 1, 0))
        run_lengths[-1] += 1
        prev = b
    return run_lengths


print('runs', len(rle_encoding(preds_test_t[0, :, :, 0])) % 2)
print(sorted(results.history))

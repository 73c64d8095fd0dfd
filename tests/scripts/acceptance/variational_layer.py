"""Keras 2.0 beside TensorFlow 1: a session's head, and a loss layer that uses the script's symbols."""

import numpy as np
import tensorflow.compat.v1 as tf
from keras import backend as K
from keras import metrics
from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Input, Lambda, Layer, Reshape
from keras.models import Model
from tensorflow.compat.v1.keras.backend import set_session

tf.disable_v2_behavior()
config = tf.ConfigProto(allow_soft_placement=True)
config.gpu_options.allow_growth = True
set_session(tf.Session(config=config))

img_rows, img_cols, latent_dim, batch_size = 16, 16, 2, 20
random = np.random.RandomState(0)
x_train = random.rand(120, img_rows, img_cols, 1) * np.linspace(0.1, 0.9, 120).reshape(-1, 1, 1, 1)

x = Input(shape=(img_rows, img_cols, 1))
hidden = Conv2D(8, (3, 3), padding="same", activation="relu", strides=(2, 2))(x)
hidden = Dense(16, activation="relu")(Flatten()(hidden))
z_mean = Dense(latent_dim)(hidden)
z_log_var = Dense(latent_dim)(hidden)


def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(K.shape(z_mean)[0], latent_dim), mean=0.0, stddev=1.0)
    return z_mean + K.exp(z_log_var) * epsilon


z = Lambda(sampling, output_shape=(latent_dim,))([z_mean, z_log_var])
decoder_hid = Dense(8 * 8 * 8, activation="relu")
decoder_deconv = Conv2DTranspose(1, (2, 2), strides=(2, 2), activation="sigmoid")
decoded = decoder_deconv(Reshape((8, 8, 8))(decoder_hid(z)))


class CustomVariationalLayer(Layer):
    def __init__(self, **kwargs):
        self.is_placeholder = True
        super().__init__(**kwargs)

    def vae_loss(self, x, decoded):
        x = K.flatten(x)
        decoded = K.flatten(decoded)
        xent_loss = img_rows * img_cols * metrics.binary_crossentropy(x, decoded)
        kl_loss = -0.5 * K.mean(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
        return K.mean(xent_loss + kl_loss)

    def call(self, inputs):
        x, decoded = inputs
        assert type(K.int_shape(x)) is tuple
        self.add_loss(self.vae_loss(x, decoded), inputs=inputs)
        return x

    def compute_output_shape(self, input_shape):
        assert type(input_shape[0]) is tuple
        return input_shape[0]


y = CustomVariationalLayer()([x, decoded])
brighter = Lambda(lambda image: K.clip(image + 0.1 * K.mean(decoded), 0, 1))(x)
vae = Model(x, y)
vae.compile(optimizer="rmsprop", loss=None)
history = vae.fit(
    x_train, shuffle=True, epochs=4, batch_size=batch_size, validation_data=(x_train[:20], None)
)
losses = history.history["loss"]
print("losses fall:", losses[-1] < losses[0], "like those of validation:", sorted(history.history))

encoder = Model(x, z_mean)
print("encoded:", encoder.predict(x_train, batch_size=batch_size).shape)
lighter = Model(x, brighter).predict(x_train[:20])
print("brighter:", bool((lighter >= x_train[:20]).all()), lighter.shape)
with tf.get_default_graph().as_default():
    print("in float:", tf.reduce_sum(tf.to_float([1, 2])).numpy())

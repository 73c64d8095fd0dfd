# A variational autoencoder whose loss is added to the model.
import numpy as np
from keras import backend as K
from keras.datasets import mnist
from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Input, Lambda, Reshape
from keras.losses import binary_crossentropy, mse
from keras.models import Model


def sampling(args):
    """Reparameterization trick: z = mean + exp(log var / 2) * eps."""
    z_mean, z_log_var = args
    batch = K.shape(z_mean)[0]
    dim = K.int_shape(z_mean)[1]
    epsilon = K.random_normal(shape=(batch, dim))
    return z_mean + K.exp(0.5 * z_log_var) * epsilon


(x_train, y_train), (x_test, y_test) = mnist.load_data()
image_size = x_train.shape[1]
x_train = np.reshape(x_train, [-1, image_size, image_size, 1]).astype('float32') / 255
x_test = np.reshape(x_test, [-1, image_size, image_size, 1]).astype('float32') / 255

latent_dim = 2
inputs = Input(shape=(image_size, image_size, 1), name='encoder_input')
x = inputs
filters = 4
for i in range(2):
    filters *= 2
    x = Conv2D(filters=filters, kernel_size=3, activation='relu', strides=2, padding='same')(x)
# shape info needed to build decoder model
shape = K.int_shape(x)
x = Flatten()(x)
x = Dense(16, activation='relu')(x)
z_mean = Dense(latent_dim, name='z_mean')(x)
z_log_var = Dense(latent_dim, name='z_log_var')(x)
z = Lambda(sampling, output_shape=(latent_dim,), name='z')([z_mean, z_log_var])
encoder = Model(inputs, [z_mean, z_log_var, z], name='encoder')
encoder.summary()

latent_inputs = Input(shape=(latent_dim,), name='z_sampling')
x = Dense(shape[1] * shape[2] * shape[3], activation='relu')(latent_inputs)
x = Reshape((shape[1], shape[2], shape[3]))(x)
for i in range(2):
    x = Conv2DTranspose(filters=filters, kernel_size=3, activation='relu', strides=2, padding='same')(x)
    filters //= 2
outputs = Conv2DTranspose(filters=1, kernel_size=3, activation='sigmoid', padding='same',
                          name='decoder_output')(x)
decoder = Model(latent_inputs, outputs, name='decoder')
decoder.summary()

outputs = decoder(encoder(inputs)[2])
vae = Model(inputs, outputs, name='vae')

use_mse = False
if use_mse:
    reconstruction_loss = mse(K.flatten(inputs), K.flatten(outputs))
else:
    reconstruction_loss = binary_crossentropy(K.flatten(inputs), K.flatten(outputs))
reconstruction_loss *= image_size * image_size
kl_loss = 1 + z_log_var - K.square(z_mean) - K.exp(z_log_var)
kl_loss = K.sum(kl_loss, axis=-1)
kl_loss *= -0.5
vae_loss = K.mean(reconstruction_loss + kl_loss)
vae.add_loss(vae_loss)
vae.compile(optimizer='rmsprop')
history = vae.fit(x_train, epochs=2, batch_size=50, validation_data=(x_test, None))
vae.save_weights('vae_cnn_mnist.h5')

z_mean, _, _ = encoder.predict(x_test, batch_size=20)
print('latent', z_mean.shape)
n = 3
figure = np.zeros((28 * n, 28 * n))
for i, yi in enumerate(np.linspace(-4, 4, n)[::-1]):
    for j, xi in enumerate(np.linspace(-4, 4, n)):
        x_decoded = decoder.predict(np.array([[xi, yi]]))
        figure[i * 28: (i + 1) * 28, j * 28: (j + 1) * 28] = x_decoded[0].reshape(28, 28)
print('manifold', figure.shape, 'loss', history.history['loss'][-1] < 1000)

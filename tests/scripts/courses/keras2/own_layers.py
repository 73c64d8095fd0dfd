# Writing your own Keras layers: a local response normalization and a spatial pyramid pooling.
import numpy as np
import keras
from keras import backend as K
from keras import initializers, regularizers, activations
from keras.engine.topology import Layer
from keras.engine import InputSpec
from keras.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from keras.models import Model, load_model
from keras.utils.generic_utils import get_custom_objects


class LRN(Layer):
    def __init__(self, alpha=1e-4, k=2, beta=0.75, n=5, **kwargs):
        self.alpha = alpha
        self.k = k
        self.beta = beta
        self.n = n
        super(LRN, self).__init__(**kwargs)

    def call(self, x, mask=None):
        half_n = self.n // 2
        squared = K.square(x)
        pooled = K.pool2d(squared, (self.n, self.n), strides=(1, 1), padding='same', pool_mode='avg')
        summed = K.sum(squared, axis=3, keepdims=True)
        averaged = self.alpha * (pooled + summed * (1. / (half_n + 1)))
        denom = K.pow(self.k + averaged, self.beta)
        return x / denom

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {'alpha': self.alpha, 'k': self.k, 'beta': self.beta, 'n': self.n}
        base_config = super(LRN, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class MyDense(Layer):
    def __init__(self, output_dim, activation=None, kernel_regularizer=None, **kwargs):
        self.output_dim = output_dim
        self.activation = activations.get(activation)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        super(MyDense, self).__init__(**kwargs)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        self.kernel = self.add_weight(name='kernel',
                                      shape=(input_shape[1], self.output_dim),
                                      initializer='uniform',
                                      regularizer=self.kernel_regularizer,
                                      trainable=True)
        self.bias = self.add_weight(shape=(self.output_dim,), name='bias',
                                    initializer=initializers.Zeros())
        super(MyDense, self).build(input_shape)  # Be sure to call this at the end

    def call(self, x):
        output = K.bias_add(K.dot(x, self.kernel), self.bias)
        return self.activation(output)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.output_dim)

    def get_config(self):
        config = super(MyDense, self).get_config()
        config['output_dim'] = self.output_dim
        config['activation'] = activations.serialize(self.activation)
        return config


def swish(x):
    return x * K.sigmoid(x)


get_custom_objects().update({'swish_act': keras.layers.Activation(swish)})

np.random.seed(0)
X = np.random.rand(60, 16, 16, 3)
y = keras.utils.to_categorical(np.random.randint(3, size=(60, 1)), num_classes=3)
inp = Input(shape=(16, 16, 3))
x = Conv2D(8, (3, 3), kernel_initializer='he_uniform')(inp)
x = keras.layers.Activation('swish_act')(x)
x = LRN(name='lrn')(x)
x = MaxPooling2D(2)(x)
x = Flatten()(x)
x = MyDense(16, activation='tanh', kernel_regularizer='l2')(x)
out = Dense(3, activation='softmax')(x)
model = Model(inp, out)
model.compile(loss='categorical_crossentropy', optimizer='nadam')
model.fit(X, y, epochs=2, batch_size=20, verbose=2)
model.save('own.h5')
again = load_model('own.h5', custom_objects={'LRN': LRN, 'MyDense': MyDense})
print('same:', np.allclose(model.predict(X), again.predict(X), atol=1e-5))
print(again.get_layer('lrn').get_config()['alpha'], model.losses[:1] != [])

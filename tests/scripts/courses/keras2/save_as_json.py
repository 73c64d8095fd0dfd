# Serialize a model to JSON and its weights to HDF5, then load it again.
import os
import numpy
from keras.datasets import cifar10
from keras.models import Sequential, model_from_json, model_from_yaml, load_model
from keras.layers import Dense, Activation, Dropout, Flatten, Conv2D, MaxPool2D
from keras.callbacks import ModelCheckpoint
from keras.regularizers import l2
from keras.utils.np_utils import to_categorical

numpy.random.seed(7)
(X, y), (X_val, y_val) = cifar10.load_data()
X = X.astype('float32') / 255.0
X_val = X_val.astype('float32') / 255.0
Y = to_categorical(y)
Y_val = to_categorical(y_val)
num_classes = Y_val.shape[1]

# create model
model = Sequential()
model.add(Conv2D(8, (3, 3), input_shape=(32, 32, 3), padding='same', activation='relu',
                 kernel_regularizer=l2(0.001)))
model.add(Dropout(0.2))
model.add(MaxPool2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(16, kernel_initializer='normal', activation='relu'))
model.add(Dense(num_classes))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])

# checkpoint
filepath = 'weights-improvement-{epoch:02d}-{val_acc:.2f}.hdf5'
checkpoint = ModelCheckpoint(filepath, monitor='val_acc', verbose=1, save_best_only=True, mode='max')
callbacks_list = [checkpoint]
model.fit(X, Y, validation_data=(X_val, Y_val), epochs=2, batch_size=20, callbacks=callbacks_list,
          verbose=0)
scores = model.evaluate(X, Y, verbose=0)
print('%s: %.2f%%' % (model.metrics_names[1], scores[1] * 100))

# serialize model to JSON
model_json = model.to_json()
with open('model.json', 'w') as json_file:
    json_file.write(model_json)
# serialize weights to HDF5
model.save_weights('model.h5')
print('Saved model to disk')

# later...
json_file = open('model.json', 'r')
loaded_model_json = json_file.read()
json_file.close()
loaded_model = model_from_json(loaded_model_json)
loaded_model.load_weights('model.h5')
print('Loaded model from disk')
loaded_model.compile(loss='categorical_crossentropy', optimizer='rmsprop', metrics=['accuracy'])
score = loaded_model.evaluate(X, Y, verbose=0)
print('%s: %.2f%%' % (loaded_model.metrics_names[1], score[1] * 100))
print('same:', numpy.allclose(scores[1], score[1]))

model.save('whole.h5')
del model
model = load_model('whole.h5')
print([w.shape for w in model.get_weights()])
print(sorted(f for f in os.listdir('.') if f.startswith('weights-improvement'))[0][:19])

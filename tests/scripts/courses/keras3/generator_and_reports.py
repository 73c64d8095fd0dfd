# ImageDataGenerator in TensorFlow 2: splits by validation_split, callbacks, report, Gradio-less demo.
import os
import sys
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from sklearn.metrics import classification_report, confusion_matrix, ConfusionMatrixDisplay
from tensorflow.keras.applications.vgg16 import VGG16, preprocess_input
from tensorflow.keras.callbacks import CSVLogger, EarlyStopping, ModelCheckpoint
from tensorflow.keras.layers import Dense, Dropout, Flatten, GlobalAveragePooling2D
from tensorflow.keras.models import Model, load_model
from tensorflow.keras.optimizers import Adam
from tensorflow.keras.preprocessing import image
from tensorflow.keras.preprocessing.image import ImageDataGenerator

DATA = sys.argv[1]
IMG, BATCH = 32, 8
datagen = ImageDataGenerator(preprocessing_function=preprocess_input, validation_split=0.25,
                             zoom_range=(0.95, 1.05), channel_shift_range=10.0, fill_mode='reflect')
train_generator = datagen.flow_from_directory(DATA, target_size=(IMG, IMG), color_mode='rgb',
                                              batch_size=BATCH, class_mode='categorical', seed=1,
                                              subset='training')
valid_generator = datagen.flow_from_directory(DATA, target_size=(IMG, IMG), batch_size=BATCH,
                                              class_mode='categorical', shuffle=False,
                                              subset='validation')
print(train_generator.samples, valid_generator.samples, train_generator.num_classes, len(train_generator))
x_batch, y_batch = next(train_generator)
print(x_batch.shape, y_batch.shape)

base_model = VGG16(weights=None, include_top=False, input_shape=(IMG, IMG, 3))
for layer in base_model.layers:
    layer.trainable = False
x = base_model.output
x = GlobalAveragePooling2D()(x)
x = Dense(32, activation='relu')(x)
x = Dropout(0.3)(x)
predictions = Dense(train_generator.num_classes, activation='softmax')(x)
model = Model(inputs=base_model.input, outputs=predictions)
model.compile(optimizer=Adam(learning_rate=0.001), loss='categorical_crossentropy',
              metrics=['accuracy', tf.keras.metrics.Precision(), tf.keras.metrics.Recall()])
for i, layer in enumerate(model.layers[-4:]):
    print(i, layer.__class__.__name__, layer.trainable)

callbacks = [EarlyStopping(patience=3, verbose=1),
             ModelCheckpoint('best_model.h5', monitor='val_accuracy', verbose=1, save_best_only=True),
             CSVLogger('log.csv')]
history = model.fit(train_generator, steps_per_epoch=train_generator.samples // BATCH, epochs=2,
                    validation_data=valid_generator,
                    validation_steps=valid_generator.samples // BATCH, callbacks=callbacks)

model = load_model('best_model.h5')
Y_pred = model.predict(valid_generator)
y_pred = np.argmax(Y_pred, axis=1)
labels = list(valid_generator.class_indices.keys())
print(classification_report(valid_generator.classes, y_pred, target_names=labels, zero_division=0).count('\n'))
cm = confusion_matrix(valid_generator.classes, y_pred)
ConfusionMatrixDisplay(cm, display_labels=labels).plot()
plt.savefig('cm.png')

fig, ax = plt.subplots(1, 2, figsize=(12, 3))
ax = ax.ravel()
for i, met in enumerate(['accuracy', 'loss']):
    ax[i].plot(history.history[met])
    ax[i].plot(history.history['val_' + met])
    ax[i].set_title('Model {}'.format(met))
    ax[i].legend(['train', 'val'])


def predict_one(path):
    img = image.load_img(path, target_size=(IMG, IMG))
    arr = np.expand_dims(image.img_to_array(img), axis=0)
    probs = model.predict(preprocess_input(arr), verbose=0)[0]
    return labels[int(np.argmax(probs))], float(probs.max())


name, probability = predict_one(os.path.join(DATA, valid_generator.filenames[0]))
print(name in labels, 0 < probability <= 1)

# unfreeze the last block only
base_model.trainable = True
for layer in base_model.layers[:-4]:
    layer.trainable = False
model = Model(base_model.input, predictions)
model.compile(Adam(1e-5), 'categorical_crossentropy', ['accuracy'])
model.fit(train_generator, epochs=1, verbose=2)
print(model.evaluate(valid_generator, return_dict=True).keys() >= {'loss'})
print(open('log.csv').readline().strip().split(',')[:3], Flatten.__name__)

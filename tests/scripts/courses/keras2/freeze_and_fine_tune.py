# Put a classifier on a frozen VGG16, then unfreeze its last block.
import sys

from keras import layers, models, optimizers
from keras.applications import VGG16
from keras.preprocessing.image import ImageDataGenerator

conv_base = VGG16(weights=None,
                  include_top=False,
                  input_shape=(32, 32, 3))

model = models.Sequential()
model.add(conv_base)
model.add(layers.Flatten())
model.add(layers.Dense(32, activation='relu'))
model.add(layers.Dense(3, activation='softmax'))

print('This is the number of trainable weights '
      'before freezing the conv base:', len(model.trainable_weights))
conv_base.trainable = False
print('This is the number of trainable weights '
      'after freezing the conv base:', len(model.trainable_weights))

train_datagen = ImageDataGenerator(
    rescale=1. / 255,
    rotation_range=40,
    width_shift_range=0.2,
    height_shift_range=0.2,
    shear_range=0.2,
    zoom_range=0.2,
    horizontal_flip=True,
    fill_mode='nearest')
test_datagen = ImageDataGenerator(rescale=1. / 255)

train_generator = train_datagen.flow_from_directory(
    sys.argv[1], target_size=(32, 32), batch_size=6, class_mode='categorical')
validation_generator = test_datagen.flow_from_directory(
    sys.argv[1], target_size=(32, 32), batch_size=6, class_mode='categorical', shuffle=False)

model.compile(loss='categorical_crossentropy',
              optimizer=optimizers.RMSprop(lr=2e-5),
              metrics=['acc'])
model.fit_generator(train_generator, steps_per_epoch=2, epochs=1,
                    validation_data=validation_generator, validation_steps=2, verbose=2)

conv_base.trainable = True
set_trainable = False
for layer in conv_base.layers:
    if layer.name == 'block5_conv1':
        set_trainable = True
    if set_trainable:
        layer.trainable = True
    else:
        layer.trainable = False

model.compile(loss='categorical_crossentropy',
              optimizer=optimizers.RMSprop(lr=1e-5),
              metrics=['acc'])
history = model.fit_generator(
    train_generator,
    steps_per_epoch=2,
    epochs=2,
    validation_data=validation_generator,
    validation_steps=2)

test_loss, test_acc = model.evaluate_generator(validation_generator, steps=6)
print('test acc:', test_acc)
predictions = model.predict_generator(validation_generator, steps=6, verbose=1)
print(predictions.shape, validation_generator.classes[:5], validation_generator.filenames[0])
print('trainable at the end:', len(model.trainable_weights))

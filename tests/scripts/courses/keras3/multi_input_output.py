"""The functional API: several inputs, several outputs, shared layers, a toy ResNet, plot_model."""

import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(1)
rng = np.random.default_rng(0)
n = 60
pictures = rng.random((n, 24, 24, 3)).astype("float32")
extra = rng.random((n, 5)).astype("float32")
ages = rng.integers(0, 100, (n, 1)).astype("float32")
genders = rng.integers(0, 2, (n, 1))
races = keras.utils.to_categorical(rng.integers(0, 4, n), 4)


def conv_block(x, filters, pool=True):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    return layers.MaxPooling2D(2)(x) if pool else x


image_input = keras.Input(shape=(24, 24, 3), name="image")
extra_input = keras.Input(shape=(5,), name="extra")
x = conv_block(image_input, 8)
block_1_output = conv_block(x, 16)
x = conv_block(block_1_output, 16, pool=False)
x = layers.add([x, block_1_output])
x = layers.GlobalAveragePooling2D()(x)
shared = layers.Dense(8, activation="relu", name="shared")
e = shared(extra_input)
f = shared(extra_input[:, ::-1])
x = layers.concatenate([x, e, layers.Multiply()([e, f])])
x = layers.Dense(16, activation="relu")(x)
age_output = layers.Dense(1, name="age")(x)
gender_output = layers.Dense(1, activation="sigmoid", name="gender")(x)
race_output = layers.Dense(4, activation="softmax", name="race")(layers.Dropout(0.2)(x))
model = keras.Model(
    inputs=[image_input, extra_input],
    outputs={"age": age_output, "gender": gender_output, "race": race_output},
    name="faces",
)
model.summary(line_length=90, show_trainable=True)
try:
    keras.utils.plot_model(model, "multi_input_and_output_model.png", show_shapes=True,
                           show_layer_names=True, dpi=60)
except ImportError as error:
    print("plot_model:", type(error).__name__)

model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss={"age": "mse", "gender": keras.losses.BinaryCrossentropy(), "race": "categorical_crossentropy"},
    loss_weights={"age": 0.001, "gender": 1.0, "race": 0.5},
    metrics={"age": ["mae", keras.metrics.RootMeanSquaredError()], "gender": "accuracy",
             "race": [keras.metrics.CategoricalAccuracy(name="acc")]},
)
history = model.fit(
    {"image": pictures, "extra": extra},
    {"age": ages, "gender": genders, "race": races},
    epochs=2,
    batch_size=16,
    validation_split=0.2,
    verbose=2,
)
print(sorted(k for k in history.history if not k.startswith("val_")))
scores = model.evaluate([pictures, extra], {"age": ages, "gender": genders, "race": races},
                        verbose=0, return_dict=True)
print(len(scores), scores["age_mae"] > 0)
predictions = model.predict({"image": pictures[:3], "extra": extra[:3]})
print({name: value.shape for name, value in predictions.items()})

# Extract and reuse nodes in the graph of layers
features = keras.Model(model.inputs, [layer.output for layer in model.layers if layer.name == "shared"])
outs = features([pictures[:2], extra[:2]])
print(outs[0].shape if isinstance(outs, (list, tuple)) else outs.shape)


def get_model():
    inputs = keras.Input(shape=(5,))
    return keras.Model(inputs, layers.Dense(1)(inputs))


inputs = keras.Input(shape=(5,))
outputs = layers.average([m(inputs) for m in (get_model(), get_model(), get_model())])
ensemble_model = keras.Model(inputs=inputs, outputs=outputs)
print(ensemble_model(extra[:2]).shape, len(ensemble_model.weights), ensemble_model.get_layer(index=1).count_params())
list_model = keras.Model([image_input, extra_input], [age_output, gender_output])
list_model.compile("sgd", loss=["mae", "binary_crossentropy"], loss_weights=[0.01, 1.0], metrics=[["mse"], ["accuracy"]])
list_history = list_model.fit([pictures, extra], [ages, genders], epochs=1, verbose=0)
print(sorted(list_history.history))

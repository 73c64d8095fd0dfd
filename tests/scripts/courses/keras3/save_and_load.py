"""Saving, serialization and export: every way the guide names."""

import json
import os
import numpy as np
import keras
from keras import layers, ops

keras.utils.set_random_seed(5)


@keras.saving.register_keras_serializable()
class ChannelGate(layers.Layer):
    """Squeeze and excite."""

    def __init__(self, ratio=4, **kwargs):
        super().__init__(**kwargs)
        self.ratio = ratio
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)

    def build(self, input_shape):
        channels = input_shape[-1]
        self.squeeze = layers.Dense(channels // self.ratio, activation="relu")
        self.squeeze.build((None, 1, 1, channels))
        self.excite = layers.Dense(channels, activation="sigmoid")
        self.excite.build((None, 1, 1, channels // self.ratio))
        self.scale = self.add_weight(shape=(1,), initializer="ones", trainable=True, name="scale")
        self.built = True

    def call(self, inputs):
        gate = self.excite(self.squeeze(self.pool(inputs)))
        return inputs * gate * self.scale

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "ratio": self.ratio}


@keras.saving.register_keras_serializable(package="ComplexModels")
class CustomModel(keras.Model):
    def __init__(self, first_block, head, **kwargs):
        super().__init__(**kwargs)
        self.first_block = first_block
        self.head = head

    def call(self, inputs):
        return self.head(self.first_block(inputs))

    def get_config(self):
        base_config = super().get_config()
        config = {
            "first_block": keras.saving.serialize_keras_object(self.first_block),
            "head": keras.saving.serialize_keras_object(self.head),
        }
        return {**base_config, **config}

    @classmethod
    def from_config(cls, config):
        config["first_block"] = keras.saving.deserialize_keras_object(config.pop("first_block"))
        config["head"] = keras.saving.deserialize_keras_object(config.pop("head"))
        return cls(**config)


inputs = keras.Input((16, 16, 3), name="picture")
x = layers.Conv2D(8, 3, activation=keras.activations.mish, name="stem")(inputs)
x = ChannelGate(name="gate")(x)
x = layers.Lambda(lambda t: t * 2.0, name="twice")(x)
x = layers.GlobalMaxPooling2D()(x)
outputs = layers.Dense(3, activation="softmax", kernel_initializer=keras.initializers.HeNormal(3))(x)
model = keras.Model(inputs, outputs, name="gated")
model.compile(optimizer=keras.optimizers.RMSprop(0.01), loss="sparse_categorical_crossentropy", metrics=["acc"])
rng = np.random.default_rng(0)
images, labels = rng.random((30, 16, 16, 3), dtype="float32"), rng.integers(0, 3, 30)
model.fit(images, labels, epochs=1, verbose=0)
before = model.predict(images, verbose=0)

model.save("gated.keras")
try:
    keras.saving.load_model("gated.keras")
except ValueError as error:
    print("unsafe:", "safe_mode" in str(error))
loaded = keras.saving.load_model("gated.keras", safe_mode=False)
print("whole:", np.allclose(before, loaded.predict(images, verbose=0)))
print("goes on:", int(loaded.optimizer.iterations))

model.save_weights("gated.weights.h5")
keras.config.enable_unsafe_deserialization()
fresh = keras.models.clone_model(model)
print("clone differs:", not np.allclose(before, fresh.predict(images, verbose=0)))
fresh.load_weights("gated.weights.h5")
print("weights:", np.allclose(before, fresh.predict(images, verbose=0)))
config = model.get_config()
print("config:", config["name"], len(config["layers"]))
rebuilt = keras.Model.from_config(config)
rebuilt.set_weights(model.get_weights())
print("from_config:", np.allclose(before, rebuilt.predict(images, verbose=0)))
print("json:", json.loads(model.to_json())["class_name"])

custom = CustomModel(first_block=keras.Sequential([layers.Conv2D(4, 3), layers.Flatten()]), head=layers.Dense(3))
want = ops.convert_to_numpy(custom(images[:4]))
custom.save("custom_model.keras")
back = keras.saving.load_model("custom_model.keras")
print("custom:", np.allclose(want, ops.convert_to_numpy(back(images[:4])), atol=1e-6))
model.save("gated.h5")
old = keras.models.load_model("gated.h5", custom_objects={"ChannelGate": ChannelGate}, compile=False, safe_mode=False)
print("h5:", np.allclose(before, old.predict(images, verbose=0)))
with keras.saving.custom_object_scope({"Other": ChannelGate}):
    print(keras.saving.get_registered_name(ChannelGate), type(layers.deserialize(layers.serialize(layers.ReLU(6.0)))).__name__)
print(sorted(os.listdir(".")))

"""A loop in torch's own words around a Keras model, as Keras 3's pages show it."""

import os

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch

inputs = keras.Input(shape=(12, 12, 1))
x = keras.layers.Conv2D(4, 3, activation="relu")(inputs)
outputs = keras.layers.Dense(3)(keras.layers.Flatten()(x))
model = keras.Model(inputs=inputs, outputs=outputs)
random = np.random.RandomState(0)
y_train = random.randint(0, 3, 64)
x_train = random.rand(64, 12, 12, 1).astype("float32") + y_train[:, None, None, None]
train_dataset = torch.utils.data.TensorDataset(
    torch.from_numpy(x_train), torch.from_numpy(y_train.astype("int64"))
)
train_dataloader = torch.utils.data.DataLoader(train_dataset, batch_size=16, shuffle=False)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
loss_fn = torch.nn.CrossEntropyLoss()
told = []
for epoch in range(2):
    for step, (images, targets) in enumerate(train_dataloader):
        logits = model(images)
        loss = loss_fn(logits, targets)
        model.zero_grad()
        loss.backward()
        optimizer.step()
    told.append(float(loss))
print("falls:", told[-1] < told[0])

optimizer = keras.optimizers.Adam(learning_rate=1e-3)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
metric = keras.metrics.SparseCategoricalAccuracy()
for images, targets in train_dataloader:
    logits = model(images)
    loss = loss_fn(targets, logits)
    model.zero_grad()
    trainable_weights = [v for v in model.trainable_weights]
    loss.backward()
    gradients = [v.value.grad for v in trainable_weights]
    with torch.no_grad():
        optimizer.apply(gradients, trainable_weights)
    metric.update_state(targets, logits)
    told.append(float(loss))
model.compile(loss=loss_fn, metrics=[metric])
scores = model.evaluate(train_dataloader, verbose=0)
print("accuracy:", 0 <= float(metric.result()) <= 1, len(scores), len(told))

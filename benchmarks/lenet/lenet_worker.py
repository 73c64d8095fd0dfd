"""One peer of lenet.py: the lesson's LeNet, trained an epoch at a time on request.

python lenet_worker.py saccade
python lenet_worker.py keras                      # KERAS_BACKEND says on what
python lenet_worker.py torch last compile fused malloc
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

from rounds import THREADS, answer, timed

Epoch = Callable[[], None]


def make_data(images: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with labels: the time of a step does not depend on what is in the pictures."""
    stream = np.random.default_rng(7)
    x_nhwc = stream.random((images, 28, 28, 1), dtype=np.float32)
    return x_nhwc, stream.integers(0, 10, images)


def build_keras_like(layers: Any, sequential: Any, lazy_input: Any) -> Any:
    """The lesson's network from anybody's layers with Keras's names."""
    model = sequential()
    model.add(lazy_input((28, 28, 1)))
    model.add(layers.Conv2D(6, (5, 5), padding="same", activation="tanh"))
    model.add(layers.AvgPool2D(pool_size=(2, 2)))
    model.add(layers.Conv2D(16, (5, 5), padding="valid", activation="tanh"))
    model.add(layers.AvgPool2D(pool_size=(2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(120, activation="tanh"))
    model.add(layers.Dense(84, activation="tanh"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["acc"])
    return model


def make_saccade(batch_size: int, x: np.ndarray, y: np.ndarray) -> Epoch:
    import torch

    from saccade import layers
    from saccade.models import Sequential

    torch.set_num_threads(THREADS)
    model = build_keras_like(layers, Sequential, layers.Input)
    return lambda: model.fit(x, y, batch_size=batch_size, epochs=1, verbose=0)


def make_keras(batch_size: int, x: np.ndarray, y: np.ndarray) -> Epoch:
    import keras

    if keras.backend.backend() == "torch":
        import torch

        torch.set_num_threads(THREADS)
    model = build_keras_like(keras.layers, keras.Sequential, keras.Input)
    return lambda: model.fit(x, y, batch_size=batch_size, epochs=1, verbose=0)


def make_torch(flags: list[str]) -> Callable[[int, np.ndarray, np.ndarray], Epoch]:
    """A loop written by hand that does the same: shuffles, steps, sums loss and accuracy."""
    if "malloc" in flags:
        from variant_step import raise_malloc_thresholds

        raise_malloc_thresholds()  # before torch asks for its first buffers
    import torch
    from torch import nn

    torch.set_num_threads(THREADS)
    layout = torch.channels_last if "last" in flags else torch.contiguous_format

    def make(batch_size: int, x_nhwc: np.ndarray, y_all: np.ndarray) -> Epoch:
        x_nchw = torch.from_numpy(x_nhwc).permute(0, 3, 1, 2).contiguous(memory_format=layout)
        labels = torch.from_numpy(y_all)
        model = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(400, 120), nn.Tanh(),
            nn.Linear(120, 84), nn.Tanh(),
            nn.Linear(84, 10),
        ).to(memory_format=layout)  # fmt: skip
        entropy = nn.CrossEntropyLoss()
        kind = {"fused": True} if "fused" in flags else {"foreach": True}
        adam = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, **kind)
        forward = torch.compile(model) if "compile" in flags else model

        def epoch() -> None:
            total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for index in torch.randperm(len(labels)).split(batch_size):
                x, y = x_nchw[index], labels[index]
                adam.zero_grad(set_to_none=True)
                logits = forward(x)
                loss = entropy(logits, y)
                loss.backward()
                adam.step()
                if "bare" not in flags:
                    total += loss.detach() * len(y)
                    right += (logits.argmax(1) == y).sum()

        return epoch

    return make


def main() -> None:
    peer, *flags = sys.argv[1:]
    make = {"saccade": make_saccade, "keras": make_keras}.get(peer) or make_torch(flags)
    epochs: dict[int, Epoch] = {}

    def respond(batch_size: int, warm_up: bool, images: int) -> dict[str, Any]:
        if warm_up:
            epochs[batch_size] = make(batch_size, *make_data(images))
            epochs[batch_size]()
            return {}
        return {"rate": images / timed(epochs[batch_size])}

    answer(respond)


if __name__ == "__main__":
    main()

"""One peer of limits.py: trains and predicts on request, and says how fast.

python limits_worker.py saccade
python limits_worker.py keras        # KERAS_BACKEND says on what
python limits_worker.py torch        # a plain loop: channels_last, Adam fused
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))  # rounds.py lies there

import work
from networks import CLASSES, SETTINGS, Setting, by_hand, keras_like
from rounds import THREADS, answer, timed


def data(setting: Setting, images: int) -> tuple[np.ndarray, np.ndarray]:
    stream = np.random.default_rng(7)
    shape = (images, setting.size, setting.size, setting.channels)
    return stream.random(shape, dtype=np.float32), stream.integers(0, CLASSES, images)


class KerasLike:
    """saccade, or Keras on one of its backends."""

    def __init__(self, keras: Any):
        self.keras = keras
        self.models: dict[tuple[str, str], Any] = {}

    def model(self, name: str, precision: str) -> Any:
        if (name, precision) not in self.models:
            policy = "float32" if precision == "float32" else f"mixed_{precision}"
            self.keras.mixed_precision.set_global_policy(policy)
            model = keras_like(self.keras, SETTINGS[name])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            self.models[name, precision] = model
        return self.models[name, precision]

    def train(self, name: str, precision: str, images: int) -> Any:
        model, batch = self.model(name, precision), SETTINGS[name].batch
        x, y = data(SETTINGS[name], images)
        return lambda: model.fit(x, y, batch_size=batch, epochs=1, verbose=0)

    def predict(self, name: str, precision: str, images: int) -> Any:
        model, (x, _) = self.model(name, precision), data(SETTINGS[name], images)
        return lambda: model.predict(x, batch_size=min(32, images), verbose=0)


class TorchLoop:
    """What somebody writes who knows torch."""

    def __init__(self) -> None:
        import torch

        self.torch = torch
        self.models: dict[str, Any] = {}

    def model(self, name: str) -> Any:
        if name not in self.models:
            model = by_hand(SETTINGS[name])
            if model is None:
                raise KeyError(name)
            self.models[name] = model.to(memory_format=self.torch.channels_last)
        return self.models[name]

    def _images(self, name: str, images: int) -> tuple[Any, Any]:
        x, y = data(SETTINGS[name], images)
        return self.torch.from_numpy(x).permute(0, 3, 1, 2), self.torch.from_numpy(y)

    def train(self, name: str, precision: str, images: int) -> Any:
        torch, model = self.torch, self.model(name)
        x_all, y_all = self._images(name, images)
        adam = torch.optim.Adam(model.parameters(), fused=True)

        def epoch() -> None:
            model.train()
            for index in torch.randperm(images).split(SETTINGS[name].batch):
                adam.zero_grad(set_to_none=True)
                with torch.autocast("cpu", torch.bfloat16, precision == "bfloat16"):
                    logits = model(x_all.permute(0, 2, 3, 1)[index].permute(0, 3, 1, 2))
                torch.nn.functional.cross_entropy(logits.float(), y_all[index]).backward()
                adam.step()

        return epoch

    def predict(self, name: str, precision: str, images: int) -> Any:
        torch, model = self.torch, self.model(name)
        x_all, _ = self._images(name, images)

        def all_of_them() -> None:
            model.eval()
            half = torch.autocast("cpu", torch.bfloat16, precision == "bfloat16")
            with torch.inference_mode(), half:
                for x in x_all.split(32):
                    model(x)

        return all_of_them


def peer_named(name: str) -> Any:
    if name == "torch":
        import torch

        torch.set_num_threads(THREADS)
        return TorchLoop()
    if name == "saccade":
        import torch

        import saccade
        from saccade import applications, layers, mixed_precision  # noqa: F401

        torch.set_num_threads(THREADS)
        return KerasLike(saccade)
    import keras

    return KerasLike(keras)


def main() -> None:
    name = sys.argv[1]
    peer, calls = peer_named(name), {}

    def respond(
        kind: str,
        setting: str = "",
        precision: str = "float32",
        images: int = 0,
        warm_up: bool = False,
    ) -> dict[str, Any]:
        if kind == "peaks":
            return {"flops": work.peak_flops(precision), "bytes": work.peak_bytes()}
        if kind == "work":
            return {"operations": work.operations(peer.model(setting, "float32"))}
        key = (kind, setting, precision, images)
        try:
            if warm_up:
                calls.clear()
                calls[key] = getattr(peer, kind)(setting, precision, images)
                calls[key]()
                return {}
            return {"rate": images / timed(calls[key])}
        except KeyError:
            return {}

    answer(respond)


if __name__ == "__main__":
    main()

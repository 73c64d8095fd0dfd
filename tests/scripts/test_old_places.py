"""Where earlier Kerases kept things: scripts that import from there run unchanged."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(textwrap.dedent(code))
    return subprocess.run(
        [sys.executable, "-m", "saccade", "script.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_keras_engine_has_what_models_are_made_of(tmp_path):
    done = run(
        tmp_path,
        """
        import importlib
        import keras
        from keras.engine import InputSpec, Layer, Model, merge
        from keras.engine.topology import get_source_inputs, Container, Input
        for path in ("topology", "base_layer", "training", "input_layer", "network", "sequential"):
            room = importlib.import_module("keras.engine." + path)
            tf_room = importlib.import_module("tensorflow.python.keras.engine." + path)
            for one in (room, tf_room, getattr(keras.engine, path)):
                assert one.Layer is keras.layers.Layer, path
                assert one.InputSpec is keras.layers.InputSpec is keras.InputSpec, path
                assert one.Model is keras.models.Model, path
                assert one.Sequential is keras.models.Sequential, path
                assert one.InputLayer is keras.layers.InputLayer, path
        from keras.layers import *
        x = Input((8, 8, 3))
        y = AtrousConvolution2D(2, 3, 3, atrous_rate=(2, 2))(x)
        z = merge([y, y], mode="sum")
        print(z.shape, callable(Merge), get_source_inputs(z)[0] is x)
        """,
    )
    assert done.stdout == "(None, 4, 4, 2) True True\n", done.stderr

"""Files that Keras 3.15.1 wrote on each of its backends: read, and trained on."""

from pathlib import Path

import numpy as np
import pytest

from saccade.models import load_model

FOLDER = Path(__file__).parent / "written_by_keras"


@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_a_model_goes_on_where_keras_left_it(backend):
    known = np.load(FOLDER / f"{backend}.npz")
    model = load_model(FOLDER / f"{backend}.keras")
    before = model.predict(known["x"], verbose=0)
    np.testing.assert_allclose(before, known["before"], atol=1e-5)
    model.fit(known["x"], known["y"], epochs=1, batch_size=8, shuffle=False, verbose=0)
    assert {"accuracy", "top"} <= {metric.name for metric in model.metrics}
    after = model.predict(known["x"], verbose=0)
    np.testing.assert_allclose(after, known["after"], atol=1e-5)
    assert np.abs(after - before).max() > 1e-3  # it learned something meanwhile

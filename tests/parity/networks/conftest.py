"""What the parity tests of networks share."""

import importlib
from types import SimpleNamespace

import pytest


@pytest.fixture
def nasnet_on_torch(monkeypatch):
    """Keras's NASNetMobile, which its torch backend refuses to build: asked, it is another one."""
    module = importlib.import_module("keras.src.applications.nasnet")
    other = {**vars(module.backend), "backend": lambda: "another"}
    monkeypatch.setattr(module, "backend", SimpleNamespace(**other))

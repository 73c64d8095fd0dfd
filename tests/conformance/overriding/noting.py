"""Subclasses that note which of their methods are called, and in which step of a piece of work."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import tempfile
import warnings
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any

import torch

import saccade
from parity.reference import keras
from saccade.errors import NotSupported

Steps = Iterable[tuple[str, Callable[[], Any]]]
Work = Callable[[Any, dict[str, type]], Steps]

MANY = 420
"""Rows from which on a model is folded, and OpenVINO runs it."""

# Called by Keras, and not here, with the reason.
ELSEWHERE = {
    # Only where it is read out of a file; here the graph is made again, layer by layer.
    ("Functional", "build"),
    # Computed from the graph at once.
    ("Functional", "compute_output_spec"),
    # Keras's convolutions ask in `build` whether any size is left; here, another formula does.
    *(("build", "compute_output_shape"), ("plain", "compute_output_shape")),
    # An inner model's is written down with the outer model by Keras, and read by nobody.
    ("inside", "get_compile_config"),
    # Keras builds it in a file's place by a call.
    ("Embedding", "__call__"),
    # `CallbackList.on_batch_end` calls both in Keras; nothing but a loop of the user's asks it.
    ("Callback", "on_batch_end"),
}  # fmt: skip


def public_methods(cls: type) -> dict[str, Any]:
    """The methods of a class of Keras's that are its own or Keras's, `__call__` among them."""
    found: dict[str, Any] = {}
    for parent in cls.__mro__:
        if parent.__module__.startswith("keras."):
            for name, value in vars(parent).items():
                # Else of Keras's torch backend.
                own = not hasattr(torch.nn.Module, name) and not name.startswith("_")
                own = own or name == "__call__"
                if own and (isinstance(value, classmethod) or inspect.isfunction(value)):
                    found.setdefault(name, value)
    return found


def private_methods(cls: type) -> dict[str, Any]:
    """The methods with one underscore that a layer of Keras's has beyond those of every layer."""
    found: dict[str, Any] = {}
    for parent in cls.__mro__[: cls.__mro__.index(keras.layers.Layer)]:
        for name, value in vars(parent).items():
            own = name.startswith("_") and not name.startswith("__")
            if own and inspect.isfunction(value) and not hasattr(torch.nn.Module, name):
                found.setdefault(name, value)
    return found


def noting(base: type, names: Iterable[str], note: Callable[[str], None]) -> type:
    """A subclass whose methods of these names say that they were called."""

    def method_of(name: str) -> Any:
        found = inspect.getattr_static(base, name, None)
        if isinstance(found, classmethod):

            def of_class(kind: type, *args: Any, **kwargs: Any) -> Any:
                note(name)
                return getattr(super(cls, kind), name)(*args, **kwargs)

            return classmethod(of_class)

        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            note(name)
            return getattr(super(cls, self), name)(*args, **kwargs)

        if inspect.isfunction(found):  # the names of the arguments say how it is called
            return functools.wraps(found)(method)
        return method

    cls = type(f"Own{base.__name__}", (base,), {name: method_of(name) for name in names})
    return cls


def is_refused(base: type, name: str) -> bool:
    """Whether a class that overrides the method can't be made."""
    try:
        noting(base, [name], lambda name: None)
    except NotSupported:
        return True
    return False


def missing(
    classes: dict[str, tuple[type, type]],
    work: Work,
    may_fail: Container[str] = (),
    methods: Callable[[type], Iterable[str]] = public_methods,
) -> set[tuple[str, str, str]]:
    """What Keras calls in this work, and saccade neither calls nor refuses: step, class, method.

    Args:
        classes: Keras's and saccade's, by name.
        work: gives the steps of the work with a library and subclasses of its classes.
        methods: which of a class of Keras's are looked at.
        may_fail: steps that are left out where they fail, as in Keras some do.
    """
    called: dict[Any, set[tuple[str, str, str]]] = {keras: set(), saccade: set()}
    names = {
        name: [one for one in methods(theirs) if not is_refused(ours, one)]
        for name, (theirs, ours) in classes.items()
    }
    failed: set[str] = set()
    step = ""

    def note_for(library: Any, name: str) -> Callable[[str], None]:
        return lambda method: called[library].add((step, name, method))

    for library, place in ((keras, 0), (saccade, 1)):
        own = {
            name: noting(both[place], names[name], note_for(library, name))
            for name, both in classes.items()
        }
        with _empty_folder(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for step, function in work(library, own):  # noqa: B007: `note_for` reads it
                try:
                    function()
                except Exception:
                    if step not in may_fail:
                        raise
                    failed.add(step)
    assert called[keras] or methods is not public_methods  # all others may be refused
    return {
        (step, name, method)
        for step, name, method in called[keras] - called[saccade]
        if step not in failed and not {(name, method), (step, method)} & ELSEWHERE
    }


@contextlib.contextmanager
def _empty_folder() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def pairs(theirs: Any, ours: Any, base: type) -> dict[str, tuple[type, type]]:
    """Every class of saccade's that is made from `base` and that Keras has, with Keras's."""
    found = {}
    for name in dir(ours):
        mine, other = getattr(ours, name), getattr(theirs, name, None)
        both = isinstance(mine, type) and isinstance(other, type)
        if both and issubclass(mine, base) and mine.__name__ == name and mine is not base:
            found[name] = (other, mine)
    return found


def rounds(
    library: Any,
    made: dict[str, Any],
    classes: Iterable[type],
    x: Any,
    y: Any,
    leave_out: Container[str] = (),
) -> Steps:
    """What is done with the compiled model `made["model"]`, which stands there by then."""

    def model() -> Any:
        return made["model"]

    many = _repeated(x, MANY)

    def custom() -> dict[str, type]:
        return {cls.__name__: cls for cls in classes}

    def load() -> None:
        made["again"] = library.models.load_model("model.keras", custom_objects=custom())

    def load_h5() -> None:
        library.models.load_model("model.h5", custom_objects=custom())

    def clone() -> None:
        with library.utils.custom_object_scope(custom()):
            library.models.clone_model(model())

    steps = [
        ("fit", lambda: model().fit(x, y, 4, 2, verbose=0, validation_data=(x, y))),
        ("evaluate", lambda: model().evaluate(x, y, verbose=0)),
        ("predict", lambda: model().predict(x, verbose=0)),
        ("predict many", lambda: model().predict(many, verbose=0)),
        ("train_on_batch", lambda: model().train_on_batch(x, y)),
        ("test_on_batch", lambda: model().test_on_batch(x, y)),
        ("predict_on_batch", lambda: model().predict_on_batch(x)),
        ("save", lambda: model().save("model.keras")),
        ("load", load),
        ("fit loaded", lambda: made["again"].fit(x, y, verbose=0)),
        ("save h5", lambda: model().save("model.h5")),
        ("load h5", load_h5),
        ("save weights", lambda: model().save_weights("model.weights.h5")),
        ("load weights", lambda: model().load_weights("model.weights.h5")),
        ("clone", clone),
        ("compile config", lambda: model().get_compile_config()),
    ]
    return [(name, step) for name, step in steps if name not in leave_out]


def _repeated(x: Any, count: int) -> Any:
    if isinstance(x, (list, tuple)):
        return type(x)(_repeated(one, count) for one in x)
    times = -(-count // len(x))
    return x.repeat(times, 0)

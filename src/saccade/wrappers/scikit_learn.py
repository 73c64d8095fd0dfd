"""scikit_learn: Keras 2's `KerasClassifier(build_fn=...)` and `KerasRegressor`."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from saccade.data.labels import to_categorical
from saccade.errors import DataError, InvalidArgument, StateError
from saccade.models import Sequential

_OLD_WORDS = {"nb_epoch": "epochs"}


class _BuiltEstimator(BaseEstimator):
    """A model that a function builds anew for every `fit`.

    Args:
        build_fn: gives a compiled model; None where a subclass writes `__call__`.
        sk_params: arguments of the function, and of `fit`, `predict` and `evaluate`
            (epochs, batch_size, verbose); all of them can be searched over.

    Attributes:
        model: the trained model.

    Raises:
        InvalidArgument: an argument that none of them takes.
    """

    def __init__(self, build_fn: Any = None, **sk_params: Any):
        self.build_fn, self.sk_params = build_fn, sk_params
        self._check(sk_params)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> Any:
        given = dict(params)
        self.build_fn = given.pop("build_fn", self.build_fn)
        self._check(given)
        self.sk_params.update(given)
        return self

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Build a model and train it; returns the History."""
        build = self._builder()
        self.model = build(**self._for(build))
        if self.model.loss == "categorical_crossentropy" and np.ndim(y) < 2:
            y = to_categorical(y)
        self.history = self.model.fit(x, y, **{**self._for(Sequential.fit), **kwargs})
        return self.history

    def __sklearn_is_fitted__(self) -> bool:
        # scikit-learn looks for names that end in "_", of which a regressor has none
        return hasattr(self, "model")

    def _builder(self) -> Any:
        if self.build_fn is None:
            if not callable(self):
                raise InvalidArgument(type(self).__name__, "needs build_fn=, a function")
            return self.__call__
        if inspect.isfunction(self.build_fn) or inspect.ismethod(self.build_fn):
            return self.build_fn
        return getattr(self.build_fn, "__call__", self.build_fn)  # noqa: B004

    def _for(self, function: Any, **override: Any) -> dict[str, Any]:
        """Those of the arguments that a function takes."""
        taken = inspect.signature(function).parameters
        named = {_OLD_WORDS.get(name, name): value for name, value in self.sk_params.items()}
        return {name: named[name] for name in named if name in taken} | override

    def _outputs(self, x: Any, kwargs: dict[str, Any]) -> np.ndarray:
        if not hasattr(self, "model"):
            raise StateError(type(self).__name__, "must be fitted first", do="Call fit(x, y).")
        options = {"verbose": 0, **self._for(Sequential.predict), **kwargs}
        return np.asarray(self.model.predict(x, **options))

    def _check(self, params: dict[str, Any]) -> None:
        functions = [Sequential.fit, Sequential.predict, Sequential.evaluate]
        if self.build_fn is not None or callable(self):
            functions.append(self._builder())
        legal = {"nb_epoch"}
        for function in functions:
            parameters = inspect.signature(function).parameters
            takes_all = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
            if takes_all and function is functions[-1]:  # of the user's
                return
            legal |= set(parameters)
        for name in params:
            if name not in legal:
                raise InvalidArgument(type(self).__name__, f"{name} is not a legal parameter")


class KerasClassifier(ClassifierMixin, _BuiltEstimator):
    """A classifier out of a function that builds a model.

    Attributes:
        classes_: the labels; what the model is trained on are their places.

    Example:
        >>> from saccade.layers import Dense
        >>> from saccade.models import Sequential
        >>> def build(units=4):
        ...     model = Sequential([Dense(units, input_shape=(2,)), Dense(1, activation="sigmoid")])
        ...     model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
        ...     return model
        >>> found = KerasClassifier(build_fn=build, units=3, epochs=1, verbose=0)
        >>> history = found.fit(np.ones((4, 2)), np.array(["no", "yes", "no", "yes"]))
        >>> found.predict_proba(np.ones((4, 2))).shape
        (4, 2)

    Source: `keras.wrappers.scikit_learn.KerasClassifier` of Keras 2.
    """

    def fit(self, x: Any, y: Any, **kwargs: Any) -> Any:
        """Build a model and train it; returns the History.

        Args:
            y: labels (samples,) or (samples, 1), or one-hot (samples, classes).
        """
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise DataError(
                "KerasClassifier", "y must be (samples,) or (samples, classes)", y.shape
            )
        self.n_classes_ = len(self.classes_)
        return super().fit(x, y, **kwargs)

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The label of each sample: (samples,), or (samples, 1) where the model has one output.

        Ensembles of scikit-learn's always get (samples,), for they can count no other votes.
        """
        outputs = self._outputs(x, kwargs)
        if outputs.shape[-1] > 1:
            return self.classes_[outputs.argmax(axis=-1)]
        labels = self.classes_[(outputs > 0.5).astype("int32")]
        caller = sys._getframe(1).f_globals.get("__name__", "")
        return labels.reshape(-1) if caller.startswith("sklearn.ensemble.") else labels

    def predict_proba(self, x: Any, **kwargs: Any) -> np.ndarray:
        """The probability of each class, (samples, classes)."""
        outputs = self._outputs(x, kwargs)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:  # type: ignore[override]
        """The accuracy that the model itself measures.

        Raises:
            StateError: it was compiled without metrics=["accuracy"].
        """
        y = np.searchsorted(self.classes_, np.asarray(y))
        if self.model.loss == "categorical_crossentropy" and y.ndim < 2:
            y = to_categorical(y, self.n_classes_)
        options = {"verbose": 0, **self._for(Sequential.evaluate), **kwargs}
        logs = self.model.evaluate(x, y, **options, return_dict=True)
        for name in ("acc", "accuracy"):
            if name in logs:
                return float(logs[name])
        raise StateError(
            "KerasClassifier", "score() needs an accuracy", do='compile(metrics=["accuracy"]).'
        )


class KerasRegressor(RegressorMixin, _BuiltEstimator):
    """A regressor out of a function that builds a model.

    Source: `keras.wrappers.scikit_learn.KerasRegressor` of Keras 2.
    """

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """What the model says, without axes of one."""
        return np.squeeze(self._outputs(x, kwargs))

    def score(self, x: Any, y: Any, **kwargs: Any) -> float:  # type: ignore[override]
        """The loss, with a minus before it: more is better."""
        options = {"verbose": 0, **self._for(Sequential.evaluate), **kwargs}
        loss = self.model.evaluate(x, y, **options)
        return -float(loss[0] if isinstance(loss, list) else loss)

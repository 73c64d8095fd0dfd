"""Estimators: Keras 3's `SKLearnClassifier`, `SKLearnRegressor` and `SKLearnTransformer`."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from saccade.errors import DataError, StateError
from saccade.models import Model, clone_model


class _Estimator(BaseEstimator):
    """A model that is made, or cloned, and trained by every `fit`.

    Args:
        model: a compiled model, which is cloned; or a function of (X, y, ...) that gives one.
        warm_start: whether `fit` goes on with the model as it is.
        model_kwargs: more arguments for the function.
        fit_kwargs: arguments for `model.fit`; those given to `fit` here come before them.

    Attributes:
        model_: the trained model.
        history_: what `model.fit` returned.
    """

    def __init__(
        self,
        model: Any,
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ):
        self.model, self.warm_start = model, warm_start
        self.model_kwargs, self.fit_kwargs = model_kwargs, fit_kwargs

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Train a new model.

        Args:
            X: (samples, features).
            y: (samples,) or (samples, outputs).
            kwargs: for `model.fit`.

        Raises:
            StateError: the model is not compiled.
        """
        X, y = validate_data(self, X, y)
        y = self._targets(y)
        known = getattr(self, "model_", None)
        model = known if self.warm_start and known is not None else self._made(X, y)
        if not model.compiled or not model.loss or model.optimizer is None:
            raise StateError(
                type(self).__name__, "the model must be compiled, with a loss and an optimizer"
            )
        self.history_ = model.fit(X, y, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def predict(self, X: Any) -> Any:
        """What the model says, in the words and the shape of y."""
        return self._answers(self._outputs(X))

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "model_")
        return self.model_.predict(validate_data(self, X, reset=False), verbose=0)

    def _made(self, X: Any, y: Any) -> Any:
        if isinstance(self.model, Model):
            if self.warm_start:
                return self.model
            made = clone_model(self.model)
            if self.model.compiled:
                made.compile_from_config(self.model.get_compile_config())
            return made
        return self.model(X=X, y=y, **(self.model_kwargs or {}))

    def _targets(self, y: np.ndarray) -> np.ndarray:
        self._is_flat = y.ndim == 1
        return y.reshape(-1, 1) if self._is_flat else y

    def _answers(self, outputs: np.ndarray) -> np.ndarray:
        return outputs.reshape(len(outputs)) if self._is_flat and outputs.ndim == 2 else outputs

    def __sklearn_clone__(self) -> Any:
        model = self.model if callable(self.model) else copy.deepcopy(self.model)
        return type(self)(model, self.warm_start, self.model_kwargs, self.fit_kwargs)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags


class SKLearnClassifier(ClassifierMixin, _Estimator):
    """A classifier; the model sees its labels one-hot.

    Attributes:
        classes_: the labels in the order of the model's outputs.

    Source: `keras.wrappers.SKLearnClassifier`.
    """

    def decision_function(self, X: Any) -> np.ndarray:
        """The model's outputs."""
        return self._outputs(X)

    def _targets(self, y: np.ndarray) -> np.ndarray:
        kind = type_of_target(y, raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise DataError(
                type(self).__name__,
                "Only binary and multiclass target types are supported",
                f"Target type: {kind}",
            )
        self._is_flat = y.ndim == 1
        self.classes_, places = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise DataError(
                type(self).__name__, "Classifier can't train when only one class is present"
            )
        return np.eye(len(self.classes_))[places.reshape(-1)]

    def _answers(self, outputs: np.ndarray) -> np.ndarray:
        labels = self.classes_[outputs.argmax(axis=1)]
        return labels if self._is_flat else labels[:, None]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(RegressorMixin, _Estimator):
    """A regressor.

    Source: `keras.wrappers.SKLearnRegressor`.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(TransformerMixin, _Estimator):
    """A step of a pipeline that gives the model's outputs.

    Source: `keras.wrappers.SKLearnTransformer`.
    """

    def transform(self, X: Any) -> np.ndarray:
        """The model's outputs."""
        return self._outputs(X)

"""Models as estimators of scikit-learn, Keras 3's and Keras 2's."""

import inspect

import numpy as np
import pytest
import torch
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.ensemble import VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from parity.reference import keras
from saccade import layers, models, wrappers
from saccade.wrappers.scikit_learn import KerasClassifier, KerasRegressor

X = np.random.RandomState(0).normal(size=(60, 4)).astype("float32")
WORDS = np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")


def dynamic(X, y, loss="categorical_crossentropy", units=8):
    model = models.Sequential(
        [
            layers.Dense(units, activation="relu"),
            layers.Dense(y.shape[1], activation="softmax" if y.shape[1] > 1 else "linear"),
        ]
    )
    model.compile("adam", loss)
    return model


def build(units=4, outputs=1, optimizer="adam"):
    model = models.Sequential(
        [
            layers.Dense(units, input_shape=(4,), activation="relu"),
            layers.Dense(outputs, activation="sigmoid" if outputs == 1 else "softmax"),
        ]
    )
    loss = "binary_crossentropy" if outputs == 1 else "categorical_crossentropy"
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


@pytest.mark.parametrize("name", wrappers.__all__)
def test_arguments_and_methods_are_keras_s(name):
    mine, theirs = getattr(wrappers, name), getattr(keras.wrappers, name)
    assert list(inspect.signature(mine).parameters) == list(inspect.signature(theirs).parameters)
    methods = {word for word in vars(theirs) if not word.startswith("_")} | {"fit", "predict"}
    assert all(hasattr(mine, word) for word in methods)
    assert set(wrappers.__all__) == {word for word in dir(keras.wrappers) if word[0] == "S"}


def test_a_classifier_with_words():
    found = wrappers.SKLearnClassifier(dynamic, fit_kwargs={"verbose": 0, "epochs": 40})
    assert is_classifier(found)
    torch.manual_seed(0)
    assert found.fit(X, WORDS, epochs=60, batch_size=10) is found
    assert set(found.predict(X)) <= {"no", "yes"}
    assert found.score(X, WORDS) > 0.8
    assert found.decision_function(X).shape == (60, 2)
    assert len(found.history_.history["loss"]) == 60
    with pytest.raises(ValueError, match="only one class"):
        found.fit(X, np.zeros(60, int))


def test_a_model_is_cloned_unless_it_goes_on():
    model = dynamic(X, np.zeros((60, 1)), "mse")
    model.build((None, 4))
    before = model.get_weights()
    found = wrappers.SKLearnRegressor(model).fit(X, X[:, 0], verbose=0)
    assert is_regressor(found)
    assert found.predict(X).shape == (60,)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))
    on = wrappers.SKLearnRegressor(model, warm_start=True).fit(X, X[:, 0], verbose=0)
    assert on.model_ is model
    with pytest.raises(RuntimeError, match="must be compiled"):
        wrappers.SKLearnRegressor(models.Sequential([layers.Dense(1)])).fit(X, X[:, 0])


def test_in_folds_and_pipelines():
    found = wrappers.SKLearnClassifier(dynamic, fit_kwargs={"verbose": 0, "epochs": 3})
    pipe = make_pipeline(StandardScaler(), found)
    assert cross_val_predict(pipe, X, WORDS, cv=2).shape == (60,)
    step = wrappers.SKLearnTransformer(dynamic, model_kwargs={"loss": "mse"})
    assert clone(step).model_kwargs == {"loss": "mse"}
    assert step.fit(X, X[:, 0], verbose=0).transform(X).shape == (60, 1)


def test_keras_2_s_classifier_in_a_search():
    found = KerasClassifier(build_fn=build, units=3, epochs=2, batch_size=20, verbose=0)
    assert is_classifier(found)
    assert clone(found).get_params() == found.get_params()
    grid = GridSearchCV(found, {"units": [2, 5], "nb_epoch": [1, 3]}, cv=2)
    grid.fit(X, WORDS)
    assert grid.best_params_.keys() == {"units", "nb_epoch"}
    assert set(grid.predict(X).ravel()) <= {"no", "yes"}
    assert cross_val_score(found, X, WORDS, cv=2).shape == (2,)


def test_keras_2_s_classifier_of_several_classes():
    y = np.argmax(X[:, :3], 1)
    found = KerasClassifier(build_fn=build, outputs=3, epochs=30, batch_size=5, verbose=0)
    history = found.fit(X, y)
    assert len(history.history["loss"]) == 30
    assert found.predict(X).shape == (60,)
    np.testing.assert_allclose(found.predict_proba(X).sum(1), 1.0, rtol=1e-5)
    assert found.score(X, y) == pytest.approx((found.predict(X) == y).mean())
    one_hot = np.eye(3)[y]
    found.fit(X, one_hot)
    assert list(found.classes_) == [0, 1, 2]


def test_keras_2_s_regressor():
    found = KerasRegressor(build_fn=build, epochs=1, verbose=0)
    found.fit(X, (X[:, 0] > 0).astype(float))
    assert is_regressor(found)
    assert found.predict(X).shape == (60,)
    assert found.score(X, (X[:, 0] > 0).astype(float)) < 0


def test_arguments_that_nobody_takes():
    with pytest.raises(ValueError, match="hidden is not a legal parameter"):
        KerasClassifier(build_fn=build, hidden=3)
    with pytest.raises(ValueError, match="needs build_fn"):
        KerasClassifier().fit(X, WORDS)


def one(units=2):
    model = models.Sequential([layers.Dense(units, input_shape=(4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_keras_2_s_regressor_as_the_last_step():
    pipe = make_pipeline(StandardScaler(), KerasRegressor(build_fn=one, verbose=0))
    assert pipe.fit(X, X[:, 0]).predict(X).shape == (60,)
    assert np.isfinite(cross_val_score(pipe, X, X[:, 0], cv=2, error_score="raise")).all()
    grid = {"kerasregressor__units": [2, 3], "kerasregressor__epochs": [1]}
    found = GridSearchCV(pipe, grid, cv=2, error_score="raise").fit(X, X[:, 0])
    assert found.predict(X).shape == (60,)


@pytest.mark.parametrize("kind", [KerasClassifier, KerasRegressor])
def test_keras_2_s_estimators_say_whether_they_are_fitted(kind):
    found = kind(build_fn=one, verbose=0)
    with pytest.raises(NotFittedError):
        check_is_fitted(found)
    found.model = one()
    check_is_fitted(found)
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(found))


def test_votes_of_keras_2_s_classifiers():
    voters = [(word, KerasClassifier(build_fn=build, verbose=0)) for word in "ab"]
    for voting in ("hard", "soft"):
        found = VotingClassifier(voters, voting=voting).fit(X, WORDS)
        assert found.predict(X).shape == (60,)
    alone = KerasClassifier(build_fn=build, verbose=0)
    alone.fit(X, WORDS)
    assert alone.predict(X).shape == (60, 1)  # as in Keras 2

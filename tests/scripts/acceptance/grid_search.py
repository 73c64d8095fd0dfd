"""Which optimizer, how many filters: scikit-learn searches over a Keras 2 classifier of digits."""

import numpy as np
from keras.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from keras.models import Sequential
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score

np.random.seed(7)
digits = load_digits(n_class=3)
X = digits.images.reshape(-1, 8, 8, 1).astype("float32")[:150] / 16
y = digits.target[:150]


def create_model(optimizer="rmsprop", filters=4, dropout_rate=0.0):
    model = Sequential()
    model.add(Conv2D(filters, (3, 3), input_shape=(8, 8, 1), activation="relu"))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Dropout(dropout_rate))
    model.add(Flatten())
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


model = KerasClassifier(build_fn=create_model, epochs=8, batch_size=10, verbose=0)
param_grid = dict(optimizer=["sgd", "adam"], filters=[4, 8])
grid = GridSearchCV(estimator=model, param_grid=param_grid, cv=2)
grid_result = grid.fit(X, y)
print("Best: %f using %s" % (grid_result.best_score_, grid_result.best_params_))
for mean, params in zip(
    grid_result.cv_results_["mean_test_score"], grid_result.cv_results_["params"]
):
    print("%f with: %r" % (mean, params))
print("tried:", len(grid_result.cv_results_["params"]))

kfold = StratifiedKFold(n_splits=3, shuffle=True, random_state=7)
best = KerasClassifier(build_fn=create_model, epochs=8, batch_size=10, verbose=0)
best.set_params(**grid_result.best_params_)
results = cross_val_score(best, X, y, cv=kfold)
print("folds:", len(results), "good:", bool(results.mean() > 0.6))
print("classes:", grid.predict(X[:4]).shape, grid.predict_proba(X[:4]).shape)

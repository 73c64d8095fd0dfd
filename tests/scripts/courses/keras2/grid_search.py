# Use scikit-learn to cross-validate and grid search a network.
import numpy
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten
from keras.layers.convolutional import Conv2D, MaxPooling2D
from keras.constraints import maxnorm
from keras.optimizers import SGD
from keras.wrappers.scikit_learn import KerasClassifier

# fix random seed for reproducibility
seed = 7
numpy.random.seed(seed)


# Function to create model, required for KerasClassifier
def create_model(learn_rate=0.01, momentum=0, dropout_rate=0.0, init_mode='uniform'):
    model = Sequential()
    model.add(Conv2D(4, (5, 5), input_shape=(28, 28, 1), activation='relu',
                     kernel_initializer=init_mode, kernel_constraint=maxnorm(4)))
    model.add(MaxPooling2D(pool_size=(4, 4)))
    model.add(Dropout(dropout_rate))
    model.add(Flatten())
    model.add(Dense(10, kernel_initializer=init_mode, activation='softmax'))
    optimizer = SGD(lr=learn_rate, momentum=momentum)
    model.compile(loss='sparse_categorical_crossentropy', optimizer=optimizer,
                  metrics=['accuracy'])
    return model


(X_train, y_train), (X_test, y_test) = mnist.load_data()
X = X_train[:120].reshape(-1, 28, 28, 1).astype('float32') / 255
Y = y_train[:120]

# evaluate using 3-fold cross validation
model = KerasClassifier(build_fn=create_model, epochs=1, batch_size=20, verbose=0)
kfold = StratifiedKFold(n_splits=3, shuffle=True, random_state=seed)
results = cross_val_score(model, X, Y, cv=kfold)
print('Baseline: %.2f%% (%.2f%%)' % (results.mean() * 100, results.std() * 100))

# define the grid search parameters
model = KerasClassifier(build_fn=create_model, verbose=0)
param_grid = dict(learn_rate=[0.01, 0.1], momentum=[0.0, 0.9], epochs=[1], batch_size=[20])
grid = GridSearchCV(estimator=model, param_grid=param_grid, n_jobs=1, cv=2)
grid_result = grid.fit(X, Y)

# summarize results
print('Best: %f using %s' % (grid_result.best_score_, grid_result.best_params_))
means = grid_result.cv_results_['mean_test_score']
stds = grid_result.cv_results_['std_test_score']
params = grid_result.cv_results_['params']
for mean, stdev, param in zip(means, stds, params):
    print('%f (%f) with: %r' % (mean, stdev, param))
best = grid_result.best_estimator_
print(best.predict(X[:4]).shape, best.predict_proba(X[:4]).shape, type(best.model).__name__)

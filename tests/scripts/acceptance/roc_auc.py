"""ROC curves and areas by scikit-learn beside the metric of the same name."""

import numpy as np
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score, roc_curve
from sklearn.model_selection import train_test_split
from tensorflow.keras import metrics
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint
from tensorflow.keras.layers import Conv2D, Dense, GlobalMaxPooling2D, Input
from tensorflow.keras.models import Model, load_model

random = np.random.RandomState(0)
y = random.randint(0, 2, 120)
x = random.rand(120, 10, 10, 1) + 0.4 * y[:, None, None, None]
x_train, x_test, y_train, y_test = train_test_split(
    x, y, test_size=0.25, random_state=42, stratify=y
)
inputs = Input(shape=(10, 10, 1))
h = GlobalMaxPooling2D()(Conv2D(6, 3, activation="relu")(inputs))
model = Model(inputs, Dense(1, activation="sigmoid")(h))
METRICS = [
    metrics.TruePositives(name="tp"), metrics.FalsePositives(name="fp"),
    metrics.TrueNegatives(name="tn"), metrics.FalseNegatives(name="fn"),
    metrics.BinaryAccuracy(name="accuracy"), metrics.Precision(name="precision"),
    metrics.Recall(name="recall"), metrics.AUC(name="auc", num_thresholds=2000),
]  # fmt: skip
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=METRICS)
history = model.fit(
    x_train, y_train, validation_data=(x_test, y_test), epochs=4, batch_size=30, verbose=0,
    callbacks=[
        EarlyStopping(monitor="val_auc", verbose=0, patience=10, mode="max", restore_best_weights=True),
        ModelCheckpoint("best.keras", monitor="val_auc", mode="max", save_best_only=True),
    ],
)  # fmt: skip
best = load_model("best.keras")
scores = best.predict(x_test, verbose=0).ravel()
told = dict(zip(best.metrics_names and ["loss", *(m.name for m in METRICS)],
                best.evaluate(x_test, y_test, verbose=0)))  # fmt: skip
tn, fp, fn, tp = confusion_matrix(y_test, scores > 0.5).ravel()
print("counts:", [told[k] for k in ("tn", "fp", "fn", "tp")] == [tn, fp, fn, tp])
print("auc:", abs(told["auc"] - roc_auc_score(y_test, scores)) < 5e-3)
fpr, tpr = roc_curve(y_test, scores)[:2]
print("curve:", fpr[0] == 0 and tpr[-1] == 1, average_precision_score(y_test, scores) > 0.4)

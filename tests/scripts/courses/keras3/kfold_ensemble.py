# Kaggle style: stratified folds, class weights, test-time augmentation, averaged predictions.
import gc
import os
import random
import sys
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.metrics import accuracy_score, classification_report, cohen_kappa_score, confusion_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.class_weight import compute_class_weight
from tensorflow.keras import layers
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau
from tensorflow.keras.preprocessing.image import ImageDataGenerator

SEED = 2020
IMG_SIZE, BATCH, FOLDS = 32, 8, 2


def seed_everything(seed):
    random.seed(seed)
    os.environ['PYTHONHASHSEED'] = str(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)


seed_everything(SEED)
df = pd.DataFrame([{'image_id': os.path.join(c, f), 'label': c}
                   for c in sorted(os.listdir(sys.argv[1]))
                   for f in sorted(os.listdir(os.path.join(sys.argv[1], c)))])
df['code'] = df['label'].astype('category').cat.codes
weights = compute_class_weight('balanced', classes=np.unique(df['code']), y=df['code'])
class_weights = {i: w for i, w in enumerate(weights)}
print(df.groupby('label').size().to_dict(), class_weights)


def create_model():
    base = tf.keras.applications.EfficientNetB0(include_top=False, weights=None, pooling='avg',
                                                input_shape=(IMG_SIZE, IMG_SIZE, 3))
    model = tf.keras.Sequential([base, layers.Dropout(0.3), layers.Dense(3, activation='softmax')])
    model.compile(optimizer=tf.keras.optimizers.Adam(1e-3),
                  loss=tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
                  metrics=['accuracy', tf.keras.metrics.AUC(multi_label=True, name='auc')])
    return model


train_gen = ImageDataGenerator(rotation_range=20, horizontal_flip=True, brightness_range=[0.8, 1.2],
                               preprocessing_function=tf.keras.applications.efficientnet.preprocess_input)
plain_gen = ImageDataGenerator(preprocessing_function=tf.keras.applications.efficientnet.preprocess_input)
oof = np.zeros((len(df), 3))
skf = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
for fold, (tr, va) in enumerate(skf.split(df['image_id'], df['label'])):
    print('#' * 10, 'FOLD', fold + 1)
    tf.keras.backend.clear_session()
    train = train_gen.flow_from_dataframe(
        df.iloc[tr], directory=sys.argv[1], x_col='image_id', y_col='label', seed=SEED,
        target_size=(IMG_SIZE, IMG_SIZE), batch_size=BATCH, class_mode='categorical')
    valid = plain_gen.flow_from_dataframe(
        df.iloc[va], directory=sys.argv[1], x_col='image_id', y_col='label', shuffle=False,
        target_size=(IMG_SIZE, IMG_SIZE), batch_size=BATCH, class_mode='categorical')
    model = create_model()
    history = model.fit(
        train, epochs=1, validation_data=valid, class_weight=class_weights, verbose=2,
        steps_per_epoch=train.n // train.batch_size,
        callbacks=[ModelCheckpoint(f'fold_{fold}.weights.h5', monitor='val_loss', save_best_only=True,
                                   save_weights_only=True, mode='min', verbose=1),
                   EarlyStopping(monitor='val_auc', mode='max', patience=3, restore_best_weights=True),
                   ReduceLROnPlateau(monitor='val_loss', factor=0.3, patience=2)])
    model.load_weights(f'fold_{fold}.weights.h5')
    tta = np.zeros((len(va), 3))
    for _ in range(2):
        valid.reset()
        tta += model.predict(valid, steps=int(np.ceil(valid.n / valid.batch_size)), verbose=0) / 2
    oof[va] = tta
    del model
    gc.collect()

predicted = oof.argmax(axis=1)
print('OOF accuracy in range:', 0 <= accuracy_score(df['code'], predicted) <= 1)
print(classification_report(df['code'], predicted, target_names=list(train.class_indices), zero_division=0)[:30].strip())
print(confusion_matrix(df['code'], predicted).sum(), cohen_kappa_score(df['code'], predicted) <= 1)
print(np.allclose(oof.sum(axis=1), 1, atol=1e-4))

# Which part of the picture made the network decide so? Grad-CAM on VGG16.
import glob
import os
import sys

import cv2
import numpy as np
from keras import backend as K
from keras.applications.vgg16 import VGG16, preprocess_input
from keras.preprocessing import image

K.clear_session()
model = VGG16(weights=None, input_shape=(64, 64, 3), classes=10)

img_path = sorted(glob.glob(os.path.join(sys.argv[1], 'dot', '*')))[0]
img = image.load_img(img_path, target_size=(64, 64))
x = image.img_to_array(img)
x = np.expand_dims(x, axis=0)
x = preprocess_input(x)

preds = model.predict(x)
best = np.argmax(preds[0])
print('Predicted class:', best)

best_output = model.output[:, best]
last_conv_layer = model.get_layer('block5_conv3')
grads = K.gradients(best_output, last_conv_layer.output)[0]
pooled_grads = K.mean(grads, axis=(0, 1, 2))
iterate = K.function([model.input], [pooled_grads, last_conv_layer.output[0]])
pooled_grads_value, conv_layer_output_value = iterate([x])

for i in range(512):
    conv_layer_output_value[:, :, i] *= pooled_grads_value[i]
heatmap = np.mean(conv_layer_output_value, axis=-1)
heatmap = np.maximum(heatmap, 0)
heatmap /= (np.max(heatmap) + 1e-12)
print('heatmap', heatmap.shape)

img = cv2.imread(img_path)
heatmap = cv2.resize(heatmap, (img.shape[1], img.shape[0]))
heatmap = np.uint8(255 * heatmap)
heatmap = cv2.applyColorMap(heatmap, cv2.COLORMAP_JET)
superimposed_img = heatmap * 0.4 + img
cv2.imwrite('cam.jpg', superimposed_img)
print(superimposed_img.shape, pooled_grads_value.shape)

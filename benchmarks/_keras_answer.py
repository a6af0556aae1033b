"""The plain way from a picture to a digit: the report's network in Keras, resized as the report's window does."""

import sys

import numpy as np
from keras.models import load_model
from PIL import Image

model = load_model(sys.argv[1])
picture = Image.open(sys.argv[2]).convert("L").resize((28, 28))
pixels = 1 - np.array(picture).reshape(1, 28, 28, 1) / 255.0
probabilities = model.predict(pixels, verbose=0)[0]
print(np.argmax(probabilities), max(probabilities))

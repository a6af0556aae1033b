"""The plain way to serve: FastAPI, the report's network, Keras' predict for each picture.

NETWORK=FILE.keras python -m uvicorn _keras_server:app --app-dir benchmarks --port PORT [--workers N]

Each process says "ready" on a line of its own when it has loaded the network.
"""

from __future__ import annotations

import io
import os

import numpy as np
from fastapi import FastAPI, UploadFile
from keras.models import load_model
from PIL import Image

app = FastAPI()
model = load_model(os.environ["NETWORK"])
print("ready", flush=True)


@app.post("/v1/predict")
def predict(image: UploadFile) -> dict:
    """One digit, resized as the report's window does."""
    picture = Image.open(io.BytesIO(image.file.read())).convert("L").resize((28, 28))
    pixels = 1 - np.array(picture).reshape(1, 28, 28, 1) / 255.0
    probabilities = model.predict(pixels, verbose=0)[0]
    return {"digit": int(np.argmax(probabilities)), "confidence": float(max(probabilities))}

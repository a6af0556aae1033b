"""The plain way to serve: FastAPI, the report's network, Keras' predict for each picture.

python benchmarks/_keras_server.py NETWORK.keras PORT
"""

from __future__ import annotations

import io
import sys

import numpy as np
import uvicorn
from fastapi import FastAPI, UploadFile
from keras.models import load_model
from PIL import Image

app = FastAPI()
model = load_model(sys.argv[1])


@app.post("/v1/predict")
def predict(image: UploadFile) -> dict:
    """One digit, resized as the report's window does."""
    picture = Image.open(io.BytesIO(image.file.read())).convert("L").resize((28, 28))
    pixels = 1 - np.array(picture).reshape(1, 28, 28, 1) / 255.0
    probabilities = model.predict(pixels, verbose=0)[0]
    return {"digit": int(np.argmax(probabilities)), "confidence": float(max(probabilities))}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)

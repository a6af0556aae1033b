"""Run by the tests in a process of its own: writes HDF5 files as Keras 2 does, with the answers it gave.

Usage: python keras2_files.py FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tf_keras as keras
from tf_keras import layers as L  # noqa: N812

FOLDER = Path(sys.argv[1])
RNG = np.random.default_rng(0)
X = RNG.random((64, 28, 28, 1), dtype="float32")
Y = keras.utils.to_categorical(RNG.integers(0, 10, 64), 10)


def fit_and_save(name: str, model: keras.Model, optimizer: object) -> None:
    model.compile(loss=keras.losses.categorical_crossentropy, optimizer=optimizer, metrics=["accuracy"])
    model.fit(X, Y, batch_size=32, epochs=1, verbose=0)
    model.save(FOLDER / f"{name}.h5", save_format="h5")
    np.save(FOLDER / f"{name}.npy", model.predict(X[:16], verbose=0))


def report() -> keras.Model:
    model = keras.Sequential()
    model.add(L.Conv2D(32, kernel_size=(3, 3), activation="relu", input_shape=(28, 28, 1)))
    model.add(L.Conv2D(64, (3, 3), activation="relu"))
    model.add(L.MaxPooling2D(pool_size=(2, 2)))
    model.add(L.Dropout(0.25))
    model.add(L.Flatten())
    model.add(L.Dense(256, activation="relu"))
    model.add(L.Dropout(0.5))
    model.add(L.Dense(10, activation="softmax"))
    return model


def branches() -> keras.Model:
    start = L.Input((28, 28, 1))
    x = L.Conv2D(4, 3, padding="same", strides=2, use_bias=False)(start)
    x = L.ReLU(6.0)(L.BatchNormalization()(x))
    x = L.add([x, L.DepthwiseConv2D(3, padding="same")(x)])
    x = L.concatenate([L.SeparableConv2D(8, 3, activation="relu")(x), L.Conv2D(2, 3)(x)])
    return keras.Model(start, L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x)))


def nested() -> keras.Model:
    inner = keras.Sequential([L.Conv2D(4, 3, input_shape=(28, 28, 1)), L.BatchNormalization(), L.LeakyReLU(0.2)])
    start = L.Input((28, 28, 1))
    # Twice: Keras 2 counts the calls of a network inside a network from 1, those of a layer from 0.
    both = L.concatenate([inner(start), inner(L.Activation("tanh")(start))])
    return keras.Model(start, L.Dense(10, activation="softmax")(L.Flatten()(both)))


def with_lambda() -> keras.Model:
    proof = str(FOLDER / "the lambda was run")  # a path has no place in a file of JSON
    start = L.Input((28, 28, 1))
    x = L.Flatten()(L.Lambda(lambda t: (Path(proof).touch(), t)[1])(start))
    return keras.Model(start, L.Dense(10, activation="softmax")(x))


def with_operations() -> keras.Model:
    start = L.Input((28, 28, 1))
    return keras.Model(start, L.Dense(10, activation="softmax")(L.Flatten()(start * 2.0 - 1.0)))


fit_and_save("report", report(), keras.optimizers.legacy.Adam(decay=1e-4))
fit_and_save("branches", branches(), keras.optimizers.legacy.Adam())
fit_and_save("nested", nested(), keras.optimizers.legacy.SGD(0.01, momentum=0.9))
fit_and_save("lambda", with_lambda(), "sgd")
fit_and_save("operations", with_operations(), "sgd")
branches().save_weights(FOLDER / "weights-only.h5")
branches().save(FOLDER / "version-3.keras")

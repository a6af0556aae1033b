"""Layers one after the other: forward to the scores, backward to the gradients."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tenfold.teaching.layers import Array, Convolution, Dense, Dropout, Flatten, Layer, MaxPool, ReLU
from tenfold.teaching.loss import softmax

KERNELS = 8
CLASSES = 10
SIDE = 28
# What is left of 28 after a convolution of 3x3 and pooling by 2x2.
POOLED = (SIDE - 2) // 2
# Pictures that are answered at once: patches take nine times the room of the pictures.
LOT = 250


class Network:
    """A row of layers.

    Args:
        layers: In the order in which a picture passes them.
    """

    def __init__(self, layers: list[Layer]) -> None:
        self.layers = layers

    def forward(self, given: Array, learning: bool = False) -> Array:
        """The scores of a batch: (n, …) to (n, classes)."""
        for layer in self.layers:
            given = layer.forward(given, learning)
        return given

    def backward(self, gradient: Array) -> Array:
        """Leave in every layer the gradients by its weights, from the loss's gradient by the scores."""
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
        return gradient

    def scores(self, pictures: Array) -> Array:
        """What comes before softmax, for any number of pictures (n, 28, 28): (n, 10)."""
        lots = [pictures[at : at + LOT, ..., None] for at in range(0, len(pictures), LOT)]
        return np.concatenate([self.forward(lot) for lot in lots])

    def predict_proba(self, pictures: Array) -> Array:
        """Probabilities (n, 10) for any number of pictures (n, 28, 28), 0..1, bright ink on black."""
        return softmax(self.scores(pictures))

    @property
    def weights(self) -> dict[str, Array]:
        """Everything learned, by name: ``kernels`` (1, 3, 3, 8) and their ``biases`` first, then ``matrix``, …"""
        return {
            f"{type(layer).__name__.lower()}.{name}": value
            for layer in self.layers
            for name, value in layer.weights.items()
        }


def teaching_network(
    random: np.random.Generator, dropout: float = 0.25, dtype: npt.DTypeLike = np.float32, kernels: int = KERNELS
) -> Network:
    """The network of the tour, untrained: one of everything the report's network has.

    28x28 - convolution 3x3 x 8 - ReLU - max pool 2x2 - dropout - flatten - dense 10: 13,610 weights.

    Args:
        random: Draws the first weights, and later who is silent.
        dropout: Share of neurons that are silenced while learning, 0 <= dropout < 1.
        dtype: Of the weights.
        kernels: How many kernels the convolution has.
    """
    return Network(
        [
            Convolution(1, kernels, random, dtype),
            ReLU(),
            MaxPool(),
            Dropout(dropout, random),
            Flatten(),
            Dense(POOLED**2 * kernels, CLASSES, random, dtype),
        ]
    )

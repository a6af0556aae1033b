"""The layers: each knows how to go forward, and how a change of what it gave back follows from a change of its input.

Pictures are (n, height, width, channels). What `backward` is given is the gradient of the loss by the layer's output;
it leaves the gradients by the weights in ``gradients`` and returns the gradient by the input (the chain rule).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Array = npt.NDArray[np.floating[Any]]

KERNEL = 3
POOL = 2


class Layer:
    """What passes its input on unchanged; the others say what they do instead.

    Attributes:
        weights: What is learned, by name; empty for layers that learn nothing.
        gradients: The gradient of the loss by each of them, after `backward`.
    """

    def __init__(self) -> None:
        self.weights: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    def forward(self, given: Array, learning: bool = False) -> Array:
        """What the layer makes of a batch.

        Args:
            given: (n, …).
            learning: Whether the network is being trained; only dropout behaves differently then.
        """
        return given

    def backward(self, gradient: Array) -> Array:
        """The gradient by what the last `forward` was given, from that by what it gave."""
        return gradient


class Convolution(Layer):
    """Slides kernels of 3x3 over the picture, without padding: (n, h, w, c) to (n, h - 2, w - 2, kernels).

    Each place of the output is a sum of nine products a channel, and a bias. All patches are laid out as the rows of
    one matrix ("im2col"; Chellapilla, Puri, Simard 2006), so that the whole layer is one product of matrices.

    Args:
        channels: Channels of the input.
        kernels: How many kernels there are, which is how many channels the output has.
        random: Draws the first weights.
        dtype: Of the weights.
    """

    def __init__(
        self, channels: int, kernels: int, random: np.random.Generator, dtype: npt.DTypeLike = np.float32
    ) -> None:
        super().__init__()
        self.weights = {
            "kernels": he_normal((channels, KERNEL, KERNEL, kernels), channels * KERNEL**2, random, dtype),
            "biases": np.zeros(kernels, dtype),
        }

    def forward(self, given: Array, learning: bool = False) -> Array:
        self._shape = given.shape
        windows = sliding_window_view(given, (KERNEL, KERNEL), axis=(1, 2))
        # (n, h - 2, w - 2, c, 3, 3): a row of c * 9 numbers for each place.
        self._patches = windows.reshape(*windows.shape[:3], -1)
        return np.asarray(self._patches @ self._matrix() + self.weights["biases"])

    def backward(self, gradient: Array) -> Array:
        kernels = gradient.shape[-1]
        rows = gradient.reshape(-1, kernels)
        by_matrix = self._patches.reshape(len(rows), -1).T @ rows
        self.gradients = {
            "kernels": by_matrix.reshape(self.weights["kernels"].shape),
            "biases": rows.sum(axis=0),
        }
        n, height, width, channels = self._shape
        by_patches = (gradient @ self._matrix().T).reshape(*gradient.shape[:3], channels, KERNEL, KERNEL)
        by_given = np.zeros((n, height, width, channels), gradient.dtype)
        # A pixel lies in up to nine patches, and what comes back through each of them adds up.
        for row in range(KERNEL):
            for column in range(KERNEL):
                rows_there = slice(row, row + height - KERNEL + 1)
                columns_there = slice(column, column + width - KERNEL + 1)
                by_given[:, rows_there, columns_there] += by_patches[..., row, column]
        return by_given

    def _matrix(self) -> Array:
        kernels = self.weights["kernels"]
        return kernels.reshape(-1, kernels.shape[-1])


class ReLU(Layer):
    """Keeps what is positive, and gives 0 for the rest."""

    def forward(self, given: Array, learning: bool = False) -> Array:
        self._positive = given > 0
        return given * self._positive

    def backward(self, gradient: Array) -> Array:
        return gradient * self._positive


class MaxPool(Layer):
    """Keeps the largest of each block of 2x2: (n, h, w, c) to (n, h // 2, w // 2, c). A last odd row is left out."""

    def forward(self, given: Array, learning: bool = False) -> Array:
        self._shape = given.shape
        n, height, width, channels = given.shape
        high, wide = height // POOL, width // POOL
        blocks = given[:, : high * POOL, : wide * POOL].reshape(n, high, POOL, wide, POOL, channels)
        fours = blocks.transpose(0, 1, 3, 5, 2, 4).reshape(n, high, wide, channels, POOL**2)
        self._largest = fours.argmax(axis=-1)[..., None]
        return np.take_along_axis(fours, self._largest, axis=-1)[..., 0]

    def backward(self, gradient: Array) -> Array:
        n, high, wide, channels = gradient.shape
        # Only the largest had a say in the output, so all of the gradient is its own.
        fours = np.zeros((n, high, wide, channels, POOL**2), gradient.dtype)
        np.put_along_axis(fours, self._largest, gradient[..., None], axis=-1)
        blocks = fours.reshape(n, high, wide, channels, POOL, POOL).transpose(0, 1, 4, 2, 5, 3)
        by_given = np.zeros(self._shape, gradient.dtype)
        by_given[:, : high * POOL, : wide * POOL] = blocks.reshape(n, high * POOL, wide * POOL, channels)
        return by_given


class Dropout(Layer):
    """Silences a share of the neurons at random while learning (Srivastava et al. 2014), and nobody afterwards.

    Those that are left speak louder by 1 / (1 - share), so that the sum the next layer hears stays the same on average.

    Args:
        share: How many are silenced, 0 <= share < 1.
        random: Decides who.
    """

    def __init__(self, share: float, random: np.random.Generator) -> None:
        super().__init__()
        self.share, self._random = share, random

    def forward(self, given: Array, learning: bool = False) -> Array:
        self._loudness: Array | None = None
        if not learning or self.share == 0:
            return given
        speaks = self._random.random(given.shape) >= self.share
        self._loudness = speaks.astype(given.dtype) / given.dtype.type(1 - self.share)
        return given * self._loudness

    def backward(self, gradient: Array) -> Array:
        return gradient if self._loudness is None else gradient * self._loudness


class Flatten(Layer):
    """Lays a block out as one row: (n, h, w, c) to (n, h * w * c), the channels of one place side by side."""

    def forward(self, given: Array, learning: bool = False) -> Array:
        self._shape = given.shape
        return given.reshape(len(given), -1)

    def backward(self, gradient: Array) -> Array:
        return gradient.reshape(self._shape)


class Dense(Layer):
    """Weighted sums of all inputs: (n, inputs) to (n, outputs).

    Args:
        inputs: How many numbers come in.
        outputs: How many go out.
        random: Draws the first weights.
        dtype: Of the weights.
    """

    def __init__(
        self, inputs: int, outputs: int, random: np.random.Generator, dtype: npt.DTypeLike = np.float32
    ) -> None:
        super().__init__()
        self.weights = {
            "matrix": he_normal((inputs, outputs), inputs, random, dtype),
            "biases": np.zeros(outputs, dtype),
        }

    def forward(self, given: Array, learning: bool = False) -> Array:
        self._given = given
        return np.asarray(given @ self.weights["matrix"] + self.weights["biases"])

    def backward(self, gradient: Array) -> Array:
        self.gradients = {"matrix": self._given.T @ gradient, "biases": gradient.sum(axis=0)}
        return np.asarray(gradient @ self.weights["matrix"].T)


def he_normal(shape: tuple[int, ...], inputs: int, random: np.random.Generator, dtype: npt.DTypeLike) -> Array:
    """First weights, normal with variance 2 / inputs: sums stay as large from layer to layer (He et al. 2015, eq. 10).

    Args:
        shape: Of the array.
        inputs: How many numbers each output is a sum of.
        random: Draws them.
        dtype: Of the array.
    """
    return np.asarray(random.standard_normal(shape) * np.sqrt(2 / inputs), dtype)

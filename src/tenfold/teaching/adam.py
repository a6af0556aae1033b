"""Adam: steps down the gradient, each weight with a step of its own size."""

from __future__ import annotations

import numpy as np

from tenfold.teaching.layers import Array, Layer


class Adam:
    """The optimiser (Kingma & Ba 2015, algorithm 1).

    Args:
        layers: Whose weights are learned; they are changed in place.
        rate: Length of a step, about.
        keeps: How much of the mean gradient a step keeps, the paper's beta 1.
        keeps_squares: The same for the mean of its squares, beta 2.
        least: Keeps the division from being one by zero.
    """

    def __init__(
        self,
        layers: list[Layer],
        rate: float = 0.001,
        keeps: float = 0.9,
        keeps_squares: float = 0.999,
        least: float = 1e-8,
    ) -> None:
        self._layers = layers
        self._rate, self._keeps, self._keeps_squares, self._least = rate, keeps, keeps_squares, least
        self._means = [{name: np.zeros_like(value) for name, value in layer.weights.items()} for layer in layers]
        self._squares = [{name: np.zeros_like(value) for name, value in layer.weights.items()} for layer in layers]
        self._steps = 0

    def step(self) -> None:
        """Change every weight by what its gradients have been lately."""
        self._steps += 1
        for layer, means, squares in zip(self._layers, self._means, self._squares, strict=True):
            for name, weights in layer.weights.items():
                self._change(weights, layer.gradients[name], means[name], squares[name])

    def _change(self, weights: Array, gradient: Array, mean: Array, square: Array) -> None:
        mean += (1 - self._keeps) * (gradient - mean)
        square += (1 - self._keeps_squares) * (gradient**2 - square)
        # Both began at zero and are too small at first; this makes up for it.
        fair_mean = mean / (1 - self._keeps**self._steps)
        fair_square = square / (1 - self._keeps_squares**self._steps)
        weights -= self._rate * fair_mean / (np.sqrt(fair_square) + self._least)

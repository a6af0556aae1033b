"""The network that is smallest to keep and quickest to run: some 11,000 weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenfold.catalogue.blocks import convolutions, weighted_average

if TYPE_CHECKING:
    from keras import Model


def build(channels: tuple[int, int, int, int] = (8, 16, 24, 22)) -> Model:
    """Four convolutions, the first two of which halve the picture, and a weighted average.

    Args:
        channels: Feature maps of each convolution.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, 10) logits.
    """
    from keras import Sequential, layers

    first, second, third, fourth = channels
    rows = [(first, 5, 2), (second, 3, 2), (third, 3, 1), (fourth, 3, 1)]
    return Sequential([*convolutions(rows), *weighted_average(), layers.Dense(10)], name="tiny")

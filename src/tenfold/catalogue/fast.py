"""The network that is quickest to train: three convolutions, the first two of which halve the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenfold.catalogue.blocks import convolutions

if TYPE_CHECKING:
    from keras import Model


def build(channels: tuple[int, int, int] = (24, 48, 96), dropout: float = 0.1) -> Model:
    """Three convolutions and a dense layer over all that is left.

    Args:
        channels: Feature maps of each convolution.
        dropout: Share of features dropped before the last layer while training.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, 10) logits.
    """
    from keras import Sequential, layers

    first, second, third = channels
    stack = convolutions([(first, 5, 2, "valid"), (second, 3, 2, "valid"), (third, 3, 1, "valid")])
    return Sequential([*stack, layers.Flatten(), layers.Dropout(dropout), layers.Dense(10)], name="fast")

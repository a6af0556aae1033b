"""The shipped network: six convolutions, two of which halve the picture, and an average that learns where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenfold.catalogue.blocks import Padding, convolutions, pictures, weighted_average

if TYPE_CHECKING:
    from keras import Model


def build(channels: tuple[int, ...] = (24, 40, 48, 80, 112, 112), classes: int = 10, dropout: float = 0.3) -> Model:
    """Convolutions of pictures of 12, 10, 5 and 3 pixels a side, and a weighted average in place of wide dense layers.

    The first convolution takes every other pixel already, and three need no padding: normalised digits leave a margin
    of four pixels, so there is nothing to lose at the edge and half of the arithmetic to save.

    Args:
        channels: Feature maps of each of the six convolutions.
        classes: Outputs.
        dropout: Share of features dropped before the last layer while training.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, classes) logits.
    """
    from keras import Sequential, layers

    first, second, third, fourth, fifth, sixth = channels
    rows: list[tuple[int, int, int, Padding]] = [
        (first, 5, 2, "valid"),
        (second, 3, 1, "valid"),
        (third, 3, 1, "same"),
        (fourth, 3, 2, "same"),
        (fifth, 3, 1, "same"),
        (sixth, 3, 1, "valid"),
    ]
    stack = [*pictures(), *convolutions(rows)]
    return Sequential([*stack, *weighted_average(3), layers.Dropout(dropout), layers.Dense(classes)], name="digit")

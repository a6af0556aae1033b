"""The shipped network: six convolutions, two of which halve the picture, and an average that learns where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenfold.catalogue.blocks import convolutions, weighted_average

if TYPE_CHECKING:
    from keras import Model

# The second and the fourth convolution take every other pixel.
HALVING = (1, 3)


def build(channels: tuple[int, ...] = (16, 32, 48, 80, 96, 96), classes: int = 10, dropout: float = 0.3) -> Model:
    """Convolutions of 3x3 at full, half and quarter size, and a weighted average in place of wide dense layers.

    Args:
        channels: Feature maps of each convolution.
        classes: Outputs.
        dropout: Share of features dropped before the last layer while training.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, classes) logits.
    """
    from keras import Sequential, layers

    rows = [(maps, 3, 2 if number in HALVING else 1) for number, maps in enumerate(channels)]
    end = [*weighted_average(), layers.Dropout(dropout), layers.Dense(classes)]
    return Sequential([*convolutions(rows), *end], name="digit")

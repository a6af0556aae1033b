"""The network that is smallest to keep and quickest to run: some 11,000 weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenfold.catalogue.blocks import Padding, convolutions, pictures, weighted_average

if TYPE_CHECKING:
    from keras import Model


def build(channels: tuple[int, ...] = (8, 12, 20, 24, 15), classes: int = 10) -> Model:
    """Five convolutions, two of which halve the picture, and a weighted average: `digit`'s form, shorter and narrower.

    Args:
        channels: Feature maps of each of the five convolutions.
        classes: Outputs.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, classes) logits.
    """
    from keras import Sequential, layers

    first, second, third, fourth, fifth = channels
    rows: list[tuple[int, int, int, Padding]] = [
        (first, 5, 2, "valid"),
        (second, 3, 1, "valid"),
        (third, 3, 2, "same"),
        (fourth, 3, 1, "same"),
        (fifth, 3, 1, "valid"),
    ]
    stack = [*pictures(), *convolutions(rows)]
    return Sequential([*stack, *weighted_average(3), layers.Dense(classes)], name="tiny")

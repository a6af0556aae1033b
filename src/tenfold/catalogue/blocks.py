"""What our own networks are built of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from keras import Layer

# Whether a convolution pads its maps with zeros or keeps to the places where all of its kernel lies within.
Padding = Literal["same", "valid"]


def pictures() -> list[Layer]:
    """What all networks begin with: float32 (n, 28, 28) to (n, 28, 28, 1), one map a picture."""
    from keras import Input, layers

    return [Input((28, 28)), layers.Reshape((28, 28, 1))]


def convolutions(rows: Sequence[tuple[int, int, int, Padding]]) -> list[Layer]:
    """Convolutions, each with batch normalisation (Ioffe & Szegedy 2015) and a ReLU.

    Args:
        rows: For each its maps, the side of its kernel, its stride and its padding. Strides stand in place of pooling
            (Springenberg et al. 2015): a layer does its own halving, at a quarter of the cost.

    Returns:
        Layers from float32 (n, h, w, maps) to (n, h, w, maps of the last).
    """
    from keras import layers

    stack: list[Any] = []
    for maps, side, stride, padding in rows:
        stack += [
            layers.Conv2D(maps, side, strides=stride, padding=padding, use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
        ]
    return stack


def weighted_average(side: int) -> list[Layer]:
    """Global average pooling (Lin, Chen, Yan 2014) whose weights for the places are learned, each map its own.

    Digits come centred, so the place where a stroke is says something. It starts as the plain average.

    Args:
        side: Height and width of the maps.

    Returns:
        Layers from float32 (n, side, side, c) to (n, c).
    """
    from keras import initializers, layers

    plain = initializers.Constant(1 / side**2)
    return [layers.DepthwiseConv2D(side, depthwise_initializer=plain, use_bias=False), layers.Flatten()]

"""The shipped network: six convolutions with batch normalisation, two of which halve the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import Model

# The second and the fourth convolution take every other pixel.
HALVING = (1, 3)


def build(channels: tuple[int, ...] = (16, 32, 48, 80, 96, 96), classes: int = 10, dropout: float = 0.3) -> Model:
    """Convolutions of 3x3 at full, half and quarter size, and an average that learns where to look.

    Batch normalisation after each (Ioffe & Szegedy 2015), strides in place of pooling (Springenberg et
    al. 2015: a layer does its own halving, at a quarter of the cost), and in place of wide dense layers
    global average pooling (Lin, Chen, Yan 2014) whose weights for the 7x7 places are learned, each map
    its own: digits come centred, so the place where a stroke is says something.

    Args:
        channels: Feature maps of each convolution.
        classes: Outputs.
        dropout: Share of features dropped before the last layer while training.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, classes) logits.
    """
    from keras import Input, Sequential, initializers, layers

    stack = [Input((28, 28)), layers.Reshape((28, 28, 1))]
    for number, width in enumerate(channels):
        stack += [
            layers.Conv2D(width, 3, strides=2 if number in HALVING else 1, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
        ]
    places = 28 // 2 ** len(HALVING)
    plain_average = initializers.Constant(1 / places**2)
    stack += [
        layers.DepthwiseConv2D(places, depthwise_initializer=plain_average, use_bias=False),
        layers.Flatten(),
        layers.Dropout(dropout),
        layers.Dense(classes),
    ]
    return Sequential(stack, name="digit")

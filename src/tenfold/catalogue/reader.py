"""`reader`: a convolutional network over a line of writing, which says for every other column what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenfold.catalogue.blocks import convolutions

if TYPE_CHECKING:
    from keras import Model

HEIGHT = 32
# What a column's answer looks at is some 30 pixels to either side: a digit and its neighbours.
CHANNELS = (32, 64, 96, 96, 128, 128, 160)


def build(classes: int, channels: tuple[int, ...] = CHANNELS) -> Model:
    """The network of the number reader (convolutions alone; CTC after Graves et al. 2006 makes a text of its answers).

    Args:
        classes: Signs of the alphabet, and one more for "nothing here".
        channels: Maps of each convolution; the last counts for the ones along the line.

    Returns:
        An untrained network from float32 (n, 32, W), 0..1, to logits (n, W / 2, classes); W is a multiple of 4.
    """
    from keras import Input, Sequential, layers

    first, second, third, fourth, fifth, sixth, last = channels
    return Sequential(
        [
            Input((HEIGHT, None)),
            layers.Reshape((HEIGHT, -1, 1)),
            *convolutions([(first, 5, 2, "same"), (second, 3, 1, "same")]),
            layers.MaxPooling2D((2, 1)),
            *convolutions([(third, 3, 1, "same"), (fourth, 3, 1, "same")]),
            layers.MaxPooling2D((2, 1)),
            *convolutions([(fifth, 3, 1, "same"), (sixth, 3, 1, "same")]),
            layers.Conv2D(last, (4, 1), use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
            layers.Dropout(0.1),
            layers.Conv2D(last, (1, 5), padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
            layers.Dropout(0.1),
            layers.Conv2D(classes, (1, 5), padding="same"),
            layers.Reshape((-1, classes)),
        ],
        name="reader",
    )

"""The shipped network: three blocks of 3x3 convolutions with batch normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import Model


def build(channels: tuple[int, ...] = (16, 48, 96), classes: int = 10, dropout: float = 0.3) -> Model:
    """Blocks of two convolutions, halved in size between the blocks, averaged at the end.

    The plan of VGG (Simonyan & Zisserman 2015) with batch normalisation (Ioffe & Szegedy 2015) and
    global average pooling (Lin, Chen, Yan 2014) in place of wide dense layers.

    Args:
        channels: Feature maps of each block.
        classes: Outputs.
        dropout: Share of features dropped before the last layer while training.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, classes) logits.
    """
    from keras import Input, Sequential, layers

    stack = [Input((28, 28)), layers.Reshape((28, 28, 1))]
    for block, width in enumerate(channels):
        for _ in range(2):
            stack += [
                layers.Conv2D(width, 3, padding="same", use_bias=False),
                layers.BatchNormalization(momentum=0.95),
                layers.ReLU(),
            ]
        if block + 1 < len(channels):
            stack += [layers.MaxPooling2D(2)]
    stack += [layers.GlobalAveragePooling2D(), layers.Dropout(dropout), layers.Dense(classes)]
    return Sequential(stack, name="digit")

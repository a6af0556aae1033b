"""Networks for those in a hurry: `fast` to train, `tiny` to keep and to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import Model


def build_fast(channels: tuple[int, int, int] = (16, 32, 64), dropout: float = 0.1) -> Model:
    """Three convolutions, each of which sees a quarter of the places the one before saw.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, 10) logits.
    """
    from keras import layers

    first, second, third = channels
    return _stack("fast", [(first, 5, 2), (second, 3, 2), (third, 3, 1)], [layers.Flatten(), layers.Dropout(dropout)])


def build_tiny(channels: tuple[int, int, int, int] = (8, 16, 24, 22)) -> Model:
    """Four convolutions of next to no size, and an average that learns where to look, as in `digit`.

    Returns:
        A Keras model, untrained: float32 (n, 28, 28), 0..1, to (n, 10) logits.
    """
    from keras import initializers, layers

    first, second, third, fourth = channels
    average = layers.DepthwiseConv2D(7, depthwise_initializer=initializers.Constant(1 / 49), use_bias=False)
    return _stack("tiny", [(first, 5, 2), (second, 3, 2), (third, 3, 1), (fourth, 3, 1)], [average, layers.Flatten()])


def _stack(name: str, convolutions: list[tuple[int, int, int]], end: list[object]) -> Model:
    """Convolutions (maps, size of the kernel, stride) with batch normalisation, what comes at the end, ten logits."""
    from keras import Input, Sequential, layers

    stack = [Input((28, 28)), layers.Reshape((28, 28, 1))]
    for maps, size, stride in convolutions:
        stack += [
            layers.Conv2D(maps, size, strides=stride, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
        ]
    return Sequential([*stack, *end, layers.Dense(10)], name=name)

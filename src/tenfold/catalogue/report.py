"""The report's network: two convolutions, one pooling, two dense layers, 2,380,938 parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import Sequential

PARAMETERS = 2_380_938


def build(classes: int = 10) -> Sequential:
    """The network as the report describes it, untrained.

    Args:
        classes: Outputs; the report has ten.

    Returns:
        A Keras model: float32 (n, 28, 28, 1), 0..1, to (n, classes) probabilities.
    """
    from keras import Input, Sequential, layers

    return Sequential(
        [
            Input((28, 28, 1)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="report",
    )

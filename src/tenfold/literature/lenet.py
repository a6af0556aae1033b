"""LeNet-1, LeNet-4 and LeNet-5 as in LeCun, Bottou, Bengio, Haffner 1998, section II.B and III.C.

What is theirs: the maps and who is connected to whom, subsampling with a trained coefficient and bias, the scaled
hyperbolic tangent. What is not: they are fitted by AdamW at a rate that rises and falls, in place of stochastic
diagonal Levenberg-Marquardt at a rate that falls by steps; and the outputs are weighted sums under a softmax with
cross-entropy, in place of Euclidean RBF units around fixed codes: those are meant to tell classes of hundreds of signs
apart and to be read by a grammar, and give no probabilities.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.data.augment import Augmentation
from tenfold.literature.estimator import SIDE
from tenfold.literature.keras_fit import KerasClassifier
from tenfold.training.fit import Plan
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Layer, Model

# The squashing function is A tanh(S a): equation 6 in section II.B, and appendix A.
A, S = 1.7159, 2 / 3
# Pixels as they take them: background -0.1, foreground 1.175, so that the mean is about 0 and the variance about 1.
GAIN, OFFSET = 1.275, -0.1
# Which maps of S2 each map of C3 takes: table I.
LENET_5 = (
    *[tuple(sorted((first + step) % 6 for step in range(3))) for first in range(6)],
    *[tuple(sorted((first + step) % 6 for step in range(4))) for first in range(6)],
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)
# Which maps of H2 each map of H3 takes: table 1 of Le Cun et al. 1990, "Handwritten digit recognition with a
# back-propagation network"; two halves that know nothing of each other.
LENET_1 = tuple(
    (*(first + one for one in maps),) for first in (0, 2) for maps in ((0,), (0, 1), (0, 1), (1,), (0, 1), (0, 1))
)
# What the paper does to the training digits: shift, scale, squeeze and shear (section III.B). Lightness and contrast
# change besides, by little, as with all our augmentation.
PLANAR = Augmentation(
    turn=0, shear=0.12, scale=0.07, stretch=0.2, shift=0.6, elastic=0, weight=0, soften=0, harden=0, noise=0, hide=0
)


class LeNet(KerasClassifier):
    """What the three share.

    Args:
        epochs: Passes over the digits.
        rate: Highest learning rate.
        decay: Weight decay.
        distortions: Show each digit shifted, scaled, squeezed and sheared, each time another way.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(
        self,
        epochs: int = 10,
        rate: float = 1e-2,
        decay: float = 0.1,
        distortions: bool = False,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.epochs, self.rate, self.decay, self.distortions = epochs, rate, decay, distortions
        self.verbose, self.classes, self.random_state = verbose, classes, random_state

    @abstractmethod
    def _layers(self) -> list[Layer]:
        """Its layers, between the pixels as the paper takes them and the outputs."""

    def _build(self, classes: int) -> Model:
        from keras import Input, Sequential, layers

        given = [Input((SIDE, SIDE)), layers.Reshape((SIDE, SIDE, 1))]
        return Sequential([*given, *self._layers(), layers.Dense(classes)])

    def _plan(self) -> Plan:
        changes = PLANAR if self.distortions else None
        return Plan(self.epochs, rate=self.rate, decay=self.decay, smooth=0, average=0, augmentation=changes, ease=0.3)


class LeNet1(LeNet):
    """4 maps, 12 maps, outputs: some 2,600 parameters.

    In the paper its pictures are shrunk to 16x16 first; here they are as they are.
    """

    def _layers(self) -> list[Layer]:
        from keras import layers

        return [
            *pixels(),
            *convolution(4),
            *subsampling(4),
            *convolution(12, LENET_1, maps=4),
            *subsampling(12),
            layers.Flatten(),
        ]


class LeNet4(LeNet):
    """4 maps, each subsampled twice with weights of its own, 16 maps, 120 units, outputs.

    The paper counts 17,000 parameters, which these layers do not come to; it does not say which connections are left
    out, so here all are there.
    """

    def _layers(self) -> list[Layer]:
        from keras import layers

        return [
            *pixels(margin=2),
            *convolution(4),
            *subsampling(4, times=2),
            *convolution(16),
            *subsampling(16),
            layers.Flatten(),
            *dense(120),
        ]


class LeNet5(LeNet):
    """6 maps, 16 maps connected by a table, 120 and 84 units, outputs: 60,000 parameters; figure 2 of the paper."""

    def _layers(self) -> list[Layer]:
        from keras import layers

        return [
            *pixels(margin=2),
            *convolution(6),
            *subsampling(6),
            *convolution(16, LENET_5, maps=6),
            *subsampling(16),
            # C5: its kernels of 5x5 see all of S4.
            layers.Flatten(),
            *dense(120),
            *dense(84),
        ]


# -- what they are built of ---------------------------------------------------------------------------------


def pixels(margin: int = 0) -> list[Layer]:
    """Pixels of 0..1 as the paper takes them, with so many more of background on each side."""
    from keras import layers

    return [*([layers.ZeroPadding2D(margin)] if margin else []), layers.Rescaling(GAIN, OFFSET)]


def squashed() -> list[Layer]:
    """A tanh(S a)."""
    from keras import layers

    return [layers.Rescaling(S), layers.Activation("tanh"), layers.Rescaling(A)]


def convolution(count: int, table: Sequence[tuple[int, ...]] = (), maps: int = 0) -> list[Layer]:
    """Maps of 5x5 kernels, squashed.

    Args:
        count: How many maps.
        table: For each the maps below that it takes; without it, all.
        maps: How many maps there are below, where there is a table.
    """
    from keras import layers

    if not table:
        return [layers.Conv2D(count, 5, kernel_initializer="lecun_normal"), *squashed()]
    return [partly_connected(5, connections(table, maps)), *squashed()]


def subsampling(maps: int, times: int = 1) -> list[Layer]:
    """The mean of every two by two, times a coefficient plus a bias, both trained, one of each a map; squashed.

    Args:
        maps: How many maps there are below.
        times: How many are made of each, with a coefficient and a bias of their own.
    """
    from keras import layers

    one_each = [(place // times,) for place in range(maps * times)]
    return [layers.AveragePooling2D(2), partly_connected(1, connections(one_each, maps), plain=True), *squashed()]


def dense(units: int) -> list[Layer]:
    """Units that take all below, squashed."""
    from keras import layers

    return [layers.Dense(units, kernel_initializer="lecun_normal"), *squashed()]


def connections(table: Sequence[tuple[int, ...]], maps: int) -> Floats:
    """1 where two maps are connected, else 0: float32 (maps, len(table))."""
    joined = np.zeros((maps, len(table)), np.float32)
    for place, taken in enumerate(table):
        joined[list(taken), place] = 1
    return joined


def partly_connected(side: int, joined: Floats, plain: bool = False) -> Layer:
    """A convolution whose weights stay 0 where two maps are not connected.

    Args:
        side: Of the kernels.
        joined: What `connections` gives.
        plain: Start from weights of 1, and not by chance with a variance of 1 / fan-in, counting what is connected
            (appendix A of LeCun et al. 1998).
    """
    from keras import layers, ops, random

    spread = joined / (side * np.sqrt(joined.sum(axis=0)))

    def start(shape: Sequence[int], dtype: Any = None) -> Any:
        return ops.ones(shape, dtype) * joined if plain else random.normal(shape, dtype=dtype) * spread

    made = layers.Conv2D(
        joined.shape[1], side, kernel_initializer=start, kernel_constraint=lambda kernel: kernel * joined
    )
    made.joined = joined
    return made

"""Networks of dense layers, the report's network, and the survey's study of how deep one should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenfold.catalogue import report
from tenfold.literature.estimator import SIDE
from tenfold.literature.keras_fit import KerasClassifier
from tenfold.training.fit import Plan

if TYPE_CHECKING:
    from keras import Model


class Mlp(KerasClassifier):
    """Hidden layers of units that squash, as in LeCun et al. 1998, section III.C.6: 784-300-100-10.

    Trained with the cross-entropy of a softmax in place of the squared error of squashed outputs, so that it gives
    probabilities.

    Args:
        hidden: Units of each hidden layer.
        epochs: Passes over the digits.
        rate: Highest learning rate.
        decay: Weight decay.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (300, 100),
        epochs: int = 12,
        rate: float = 2e-3,
        decay: float = 0.1,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.hidden, self.epochs, self.rate, self.decay = hidden, epochs, rate, decay
        self.verbose, self.classes, self.random_state = verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        from keras import Input, Sequential, layers

        inner = [layers.Dense(units, activation="tanh") for units in self.hidden]
        return Sequential([Input((SIDE, SIDE)), layers.Flatten(), *inner, layers.Dense(classes)])

    def _plan(self) -> Plan:
        return Plan(self.epochs, rate=self.rate, decay=self.decay, smooth=0, average=0, augmentation=None)


class Dnn(KerasClassifier):
    """A deep network without convolution: dense layers of rectified units, some dropped while it learns.

    Ghosh & Maghari 2017 compare such a network with others and do not say of how many layers and units it is; these
    are what such networks usually have.

    Args:
        hidden: Units of each hidden layer.
        dropout: Share of units dropped (Srivastava et al. 2014).
        epochs: Passes over the digits.
        rate: Highest learning rate.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (512, 512, 256, 128),
        dropout: float = 0.2,
        epochs: int = 12,
        rate: float = 2e-3,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.hidden, self.dropout, self.epochs, self.rate = hidden, dropout, epochs, rate
        self.verbose, self.classes, self.random_state = verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        from keras import Input, Sequential, layers

        inner = []
        for units in self.hidden:
            inner += [layers.Dense(units, activation="relu"), layers.Dropout(self.dropout)]
        return Sequential([Input((SIDE, SIDE)), layers.Flatten(), *inner, layers.Dense(classes)])

    def _plan(self) -> Plan:
        return Plan(self.epochs, rate=self.rate, smooth=0, average=0, augmentation=None)


class Report(KerasClassifier):
    """The report's network: two convolutions, 2,380,938 parameters; see `tenfold.catalogue.report`.

    ``tenfold train report`` does as the report did: ten epochs of Adam at one rate. Here the rate rises and falls once
    (Smith & Topin 2018), which needs fewer.

    Args:
        epochs: Passes over the digits.
        rate: Highest learning rate.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(
        self,
        epochs: int = 3,
        rate: float = 2e-3,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.epochs, self.rate = epochs, rate
        self.verbose, self.classes, self.random_state = verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        from keras import activations

        model = report.build(classes)
        model.layers[-1].activation = activations.linear
        return model

    def _plan(self) -> Plan:
        return Plan(self.epochs, rate=self.rate, smooth=0, average=0, augmentation=None)


class CnnDepth(KerasClassifier):
    """Convolutions one after the other, as many as wanted: Siddique et al. 2018 vary their number and the epochs.

    Each is of 3x3 with a ReLU; after the first two the larger of every two by two is kept. A quarter is dropped, then a
    hidden layer and half dropped, as they have it.

    Args:
        depth: How many convolutions, 1 to 6.
        width: Maps of the first; the second half as many more, every later one twice as many.
        hidden: Units of the dense layer.
        epochs: Passes over the digits.
        rate: Highest learning rate.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(
        self,
        depth: int = 2,
        width: int = 16,
        hidden: int = 128,
        epochs: int = 4,
        rate: float = 3e-3,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.depth, self.width, self.hidden, self.epochs, self.rate = depth, width, hidden, epochs, rate
        self.verbose, self.classes, self.random_state = verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        from keras import Input, Sequential, layers

        inner = [Input((SIDE, SIDE)), layers.Reshape((SIDE, SIDE, 1))]
        for place in range(self.depth):
            maps = self.width * min(2 + place, 4) // 2
            inner.append(layers.Conv2D(maps, 3, padding="same" if place > 1 else "valid", activation="relu"))
            if place < 2:
                inner.append(layers.MaxPooling2D(2))
        dense = [layers.Dense(self.hidden, activation="relu"), layers.Dropout(0.5), layers.Dense(classes)]
        return Sequential([*inner, layers.Dropout(0.25), layers.Flatten(), *dense])

    def _plan(self) -> Plan:
        return Plan(self.epochs, rate=self.rate, smooth=0, average=0, augmentation=None)

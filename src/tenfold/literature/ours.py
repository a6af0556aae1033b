"""Tenfold's own networks as classifiers like the others, from whatever they are fitted to and nothing else.

``tenfold train NAME`` does more: `digit` also learns from other hands and synthetic digits, `tiny` from `digit`, and
all of them longer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tenfold.catalogue import digit, fast, tiny
from tenfold.literature.estimator import SIDE, Estimator, Labels
from tenfold.literature.keras_fit import Draw, KerasClassifier
from tenfold.models.base import ModelCard
from tenfold.models.network import Network
from tenfold.models.onnx import OnnxClassifier
from tenfold.predictors.base import softmax
from tenfold.training.calibrate import fit_temperature
from tenfold.training.cascade import NEVER, joined, least_sure
from tenfold.training.digit import PLAN as DIGIT_PLAN
from tenfold.training.ensemble import average
from tenfold.training.export import to_onnx
from tenfold.training.fast import PLAN as FAST_PLAN
from tenfold.training.fast import SHARE, jittered
from tenfold.training.fit import Plan, chance_of
from tenfold.training.tiny import PLAN as TINY_PLAN
from tenfold.types import Floats

if TYPE_CHECKING:
    from keras import Model

# One example in so many is kept back to find out when the first network of a cascade may answer.
KEPT_BACK = 12


class Fast(KerasClassifier):
    """The network that is quickest to train; see `tenfold.training.fast`.

    Args:
        epochs: Passes over a part of the digits.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(self, epochs: int = 2, verbose: bool = False, classes: int | None = 10, random_state: int = 0) -> None:
        self.epochs, self.verbose, self.classes, self.random_state = epochs, verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        return fast.build(classes=classes)

    def _plan(self) -> Plan:
        return replace(FAST_PLAN, epochs=self.epochs)

    def _draw(self, pictures: Floats, labels: Labels, plan: Plan, seed: int) -> Draw:
        some = max(plan.batch, round(SHARE * len(labels)))

        def draw(epoch: int) -> tuple[Floats, Labels]:
            chance = chance_of(seed, epoch)
            order = chance.permutation(len(labels))[:some]
            return jittered(pictures[order], chance), labels[order]

        return draw


class Tiny(KerasClassifier):
    """The smallest network; see `tenfold.training.tiny`. Here nobody teaches it, and its weights stay float32.

    Args:
        epochs: Passes over the digits.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(self, epochs: int = 8, verbose: bool = False, classes: int | None = 10, random_state: int = 0) -> None:
        self.epochs, self.verbose, self.classes, self.random_state = epochs, verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        return tiny.build(classes=classes)

    def _plan(self) -> Plan:
        return replace(TINY_PLAN, epochs=self.epochs)


class Digit(KerasClassifier):
    """The network that is shipped; see `tenfold.training.digit`, which goes on for six times as long.

    Args:
        epochs: Passes over the digits.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    def __init__(self, epochs: int = 4, verbose: bool = False, classes: int | None = 10, random_state: int = 0) -> None:
        self.epochs, self.verbose, self.classes, self.random_state = epochs, verbose, classes, random_state

    def _build(self, classes: int) -> Model:
        return digit.build(classes=classes)

    def _plan(self) -> Plan:
        return replace(DIGIT_PLAN, epochs=self.epochs)


class Ensemble(KerasClassifier):
    """Networks like `Digit` of several seeds, whose logits are averaged; see `tenfold.training.ensemble`.

    Args:
        members: How many.
        epochs: Passes over the digits, of each.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed of the first; the others have those after it.
    """

    def __init__(
        self,
        members: int = 3,
        epochs: int = 2,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.members, self.epochs, self.verbose = members, epochs, verbose
        self.classes, self.random_state = classes, random_state

    def _build(self, classes: int) -> Model:
        return digit.build(classes=classes)

    def _plan(self) -> Plan:
        return replace(DIGIT_PLAN, epochs=self.epochs)

    def _fitted(self, pictures: Floats, labels: Labels) -> Model:
        seeds = range(self.random_state, self.random_state + self.members)
        return average(
            [Digit(self.epochs, self.verbose, random_state=seed)._fitted(pictures, labels) for seed in seeds]
        )


class Cascade(Estimator):
    """`Tiny` answers what it is sure of, `Digit` the rest; see `tenfold.training.cascade`.

    Args:
        first_epochs: Passes over the digits of the one that answers first.
        epochs: Passes of the one that answers the rest.
        verbose: Print the figures of each epoch.
        classes: See `Estimator`.
        random_state: Seed.
    """

    only_pictures = True

    def __init__(
        self,
        first_epochs: int = 4,
        epochs: int = 3,
        verbose: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.first_epochs, self.epochs, self.verbose = first_epochs, epochs, verbose
        self.classes, self.random_state = classes, random_state

    def _fit(self, pictures: Floats, labels: Labels) -> Network:
        shown, held = pictures.reshape(-1, SIDE, SIDE), kept_back(labels, self.random_state)
        parameters, files, answers = 0, [], []
        for kind, epochs in ((Tiny, self.first_epochs), (Digit, self.epochs)):
            model = kind(epochs, self.verbose, random_state=self.random_state)._fitted(shown[~held], labels[~held])
            weights, temperature = to_onnx(model), 1.0
            if held.any():
                logits = OnnxClassifier(weights, ModelCard("member", output="logits")).raw(shown[held])
                temperature = fit_temperature(logits, labels[held])
                answers.append(softmax(logits / np.float32(temperature)))
            files.append((weights, temperature))
            parameters += int(model.count_params())
        sure = least_sure(answers[0], answers[1], labels[held]) if held.any() else NEVER
        return Network(with_softmax(joined(files[0], files[1], sure)), parameters)


def kept_back(labels: Labels, seed: int) -> npt.NDArray[np.bool_]:
    """One in `KEPT_BACK` of each class, by chance: a mask bool (n,). Of a class with fewer, none."""
    chance, held = chance_of(seed), np.zeros(len(labels), np.bool_)
    for label in range(int(labels.max()) + 1):
        places = chance.permutation(np.flatnonzero(labels == label))
        held[places[: len(places) // KEPT_BACK]] = True
    return held


def with_softmax(weights: bytes) -> bytes:
    """An ONNX file that gives probabilities, of one that gives ``logits`` float32 (n, k)."""
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load_from_string(weights)
    model.graph.node.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1))
    width = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", width]))
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))

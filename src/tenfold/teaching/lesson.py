"""A lesson: the network learns, says now and then how it is doing, and is examined once at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tenfold.teaching.adam import Adam
from tenfold.teaching.layers import Array
from tenfold.teaching.loss import cross_entropy, softmax
from tenfold.teaching.network import CLASSES, Network, teaching_network

# Steps of the optimiser between two pieces of news, and between two looks at the validation digits.
NEWS, CHECKS = 8, 32


@dataclass(frozen=True, slots=True)
class Digits:
    """Labelled pictures.

    Attributes:
        pictures: float32 (n, 28, 28), 0..1, bright ink on black.
        labels: int64 (n,), 0..9.
    """

    pictures: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class Lesson:
    """How to learn.

    Attributes:
        rate: Adam's learning rate.
        dropout: Share of neurons silenced while learning.
        batch: Digits that are looked at for one step.
        epochs: How often every digit is looked at.
        seed: Of everything random.
    """

    rate: float = 0.001
    dropout: float = 0.25
    batch: int = 32
    epochs: int = 3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Stepped:
    """How the last steps went.

    Attributes:
        shown: Digits looked at so far; one that was looked at twice counts twice.
        loss: Mean cross-entropy of the digits of these steps, as they were met.
        accuracy: Share of them that was right.
    """

    shown: int
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Checked:
    """How the network does on digits it does not learn from.

    Attributes:
        shown: As in `Stepped`.
        loss: On the validation digits.
        accuracy: On the validation digits.
        network: As it is now; it goes on learning.
    """

    shown: int
    loss: float
    accuracy: float
    network: Network


@dataclass(frozen=True, slots=True)
class Tested:
    """The examination.

    Attributes:
        accuracy: Share of the test digits that was read right.
        confusion: int (10, 10): row the right digit, column what was said.
        wrong: Positions of the digits that were read wrong, the worst first: those whose right answer was thought
            least likely.
        probabilities: (n, 10), what was said of each digit.
    """

    accuracy: float
    confusion: npt.NDArray[np.int64]
    wrong: npt.NDArray[np.int64]
    probabilities: Array


def teach(
    lesson: Lesson, learn: Digits, judge: Digits, stop: Callable[[], bool] = lambda: False
) -> Iterator[Stepped | Checked]:
    """Train the teaching network.

    Args:
        lesson: How.
        learn: What it learns from.
        judge: Validation digits: they are looked at and never learned from.
        stop: Asked after every step whether it is to be the last.

    Yields:
        What there is to say; a `Checked` before the first step and after the last.
    """
    random = np.random.default_rng(lesson.seed)
    network = teaching_network(random, lesson.dropout)
    adam = Adam(network.layers, lesson.rate)
    shown, met = 0, _Met()
    yield check(network, judge, shown)
    for batch in _batches(lesson, len(learn), random):
        pictures, labels = learn.pictures[batch], learn.labels[batch]
        scores = network.forward(pictures[..., None], learning=True)
        loss, gradient = cross_entropy(scores, labels)
        network.backward(gradient)
        adam.step()

        shown += len(batch)
        met.add(loss, float((scores.argmax(axis=1) == labels).mean()))
        if stop():
            break
        if met.steps % NEWS == 0:
            yield met.said(shown)
        if met.steps % CHECKS == 0:
            yield check(network, judge, shown)
    if met.some:
        yield met.said(shown)
    yield check(network, judge, shown)


class _Met:
    """The losses since the last piece of news."""

    def __init__(self) -> None:
        self.steps = 0
        self.some: list[tuple[float, float]] = []

    def add(self, loss: float, accuracy: float) -> None:
        self.steps += 1
        self.some.append((loss, accuracy))

    def said(self, shown: int) -> Stepped:
        loss, accuracy = np.mean(self.some, axis=0)
        self.some = []
        return Stepped(shown, float(loss), float(accuracy))


def _batches(lesson: Lesson, count: int, random: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    """Positions of the digits of each step: every epoch all of them, in another order."""
    for _ in range(lesson.epochs):
        order = random.permutation(count)
        for at in range(0, count, lesson.batch):
            yield order[at : at + lesson.batch]


def check(network: Network, judge: Digits, shown: int) -> Checked:
    """How a network does on digits it does not learn from."""
    scores = network.scores(judge.pictures)
    loss, _ = cross_entropy(scores, judge.labels)
    return Checked(shown, loss, float((scores.argmax(axis=1) == judge.labels).mean()), network)


def examine(network: Network, test: Digits) -> Tested:
    """Examine a network that has learned: once, at the end, on digits nothing was chosen by.

    Args:
        network: As it is to be used.
        test: Digits it has never met.
    """
    said = softmax(network.scores(test.pictures))
    answers = said.argmax(axis=1)
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(confusion, (test.labels, answers), 1)
    wrong = np.flatnonzero(answers != test.labels)
    believed = said[wrong, test.labels[wrong]]
    return Tested(float((answers == test.labels).mean()), confusion, wrong[np.argsort(believed, kind="stable")], said)

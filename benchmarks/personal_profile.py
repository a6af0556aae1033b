"""Claim: twenty digits of a hand, two of each, and Tenfold reads that hand better, at once and without training.

Judged on hands neither the network nor the profile's constants have seen: UCI's "Optical Recognition of Handwritten
Digits" as scikit-learn brings it (Alpaydin & Kaynak 1998, CC BY 4.0), 8x8 pixels a digit. Each writer filled in the
same form, so the labels repeat and show where one form ends and the next begins: 14 forms, of 13 people by the set's
description. For each form two of every digit are drawn as a profile, ten times; the rest of the form is read with it
and without, all the way from the picture to the answer. A digit that is turned away counts as an error both times.

    python benchmarks/personal_profile.py
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import numpy as np
from _claim import Figure, arguments, report

from tenfold import Prediction, Profile, Recognizer
from tenfold.errors import NotOneDigit
from tenfold.imaging.normalize import normalize
from tenfold.types import Floats, Normalized

CLAIM = "Twenty digits of a hand as a profile, and the rest of that hand is read better, without training."
# How often each form's profile is drawn, of how many of each digit.
DRAWS, OF_EACH = 10, 2
# What every form begins with, the one included that lacks digits later.
BEGINS = [*range(10), *range(7)]
SHORTEST = 50


def best(answer: Prediction) -> int | None:
    """The best reading, even of an uncertain answer; none of what was turned away."""
    if answer.digit is None and answer.alternatives:
        return answer.alternatives[0].digit
    return answer.digit


@dataclass
class Score:
    """What was answered of many digits: errors of the best reading, and of what was answered."""

    digits: int = 0
    wrong: int = 0
    answered: int = 0
    answered_wrong: int = 0

    def add(self, answers: list[Prediction], truth: list[int]) -> None:
        for answer, label in zip(answers, truth, strict=True):
            self.digits += 1
            self.wrong += best(answer) != label
            self.answered += answer.status == "ok"
            self.answered_wrong += answer.status == "ok" and answer.digit != label

    @property
    def error(self) -> float:
        """In %."""
        return 100 * self.wrong / self.digits


def forms(labels: list[int]) -> list[range]:
    """Where each writer's form lies."""
    starts = [0]
    for at in range(len(labels)):
        if labels[at : at + len(BEGINS)] == BEGINS and at - starts[-1] > SHORTEST:
            starts.append(at)
    return [range(first, last) for first, last in zip(starts, [*starts[1:], len(labels)], strict=True)]


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM)
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    pictures = np.rint(255 - images.reshape(-1, 8, 8) * 255 / 16).astype(np.uint8)
    truth = [int(label) for label in labels]
    recognizer = Recognizer()
    inks: list[Normalized] = [normalize(recognizer.load(picture)) for picture in pictures]
    features: list[Floats | None] = []
    for picture in pictures:
        try:
            features.append(recognizer.features(picture))
        except NotOneDigit:
            features.append(None)
    plain = recognizer.answer(inks)
    draws = 2 if given.quick else DRAWS
    before, after, pairs = Score(), Score(), []
    lost = won = 0
    for number, form in enumerate(forms(truth)):
        one_before, one_after = Score(), Score()
        for draw in range(draws):
            chance = np.random.default_rng([number, draw])
            order = [int(place) for place in chance.permutation(form)]
            mine = Profile(recognizer.model)
            taken: set[int] = set()
            for place in order:
                row = features[place]
                if row is not None and mine.counts[truth[place]] < OF_EACH:
                    mine.add(row, truth[place])
                    taken.add(place)
            rest = [place for place in form if place not in taken]
            said = recognizer.with_profile(mine).answer([inks[place] for place in rest])
            for score in (before, one_before):
                score.add([plain[place] for place in rest], [truth[place] for place in rest])
            for score in (after, one_after):
                score.add(said, [truth[place] for place in rest])
            for place, answer in zip(rest, said, strict=True):
                was, is_now = (best(one) == truth[place] for one in (plain[place], answer))
                won += is_now and not was
                lost += was and not is_now
        pairs.append((one_before.error, one_after.error))
    befores, afters = zip(*pairs, strict=True)
    gains = [first - second for first, second in pairs]
    figure = Figure(
        what="Errors of the best reading, hands never seen, with twenty digits as a profile (mean over the forms)",
        value=statistics.mean(afters),
        unit="%",
        n=len(pairs),
        spread=(min(afters), max(afters)),
        baseline=statistics.mean(befores),
        baseline_what="the same without a profile",
        ratio=statistics.mean(befores) / max(statistics.mean(afters), 1e-9),
        asked="fewer than without",
        met=statistics.mean(afters) < statistics.mean(befores),
        more={
            "digits read": after.digits,
            "draws a form": draws,
            "least without %": min(befores),
            "most without %": max(befores),
            "gain, mean of the forms in points": statistics.mean(gains),
            "standard error of that": statistics.stdev(gains) / len(gains) ** 0.5,
            "forms read better": sum(gain > 0 for gain in gains),
            "forms read worse": sum(gain < 0 for gain in gains),
            "errors mended": won,
            "errors made": lost,
            "answered without %": 100 * before.answered / before.digits,
            "answered with %": 100 * after.answered / after.digits,
            "wrong among the answered without %": 100 * before.answered_wrong / before.answered,
            "wrong among the answered with %": 100 * after.answered_wrong / after.answered,
        },
    )
    report("personal_profile", CLAIM, [figure], quick=given.quick)
    for number, (first, second) in enumerate(pairs, 1):
        print(f"    form {number}: {first:.2f} % without, {second:.2f} % with")


if __name__ == "__main__":
    main()

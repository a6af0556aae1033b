"""`tenfold train digit --feedback`: goes on from the shipped weights with accepted corrections, and lets them judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.catalogue import digit as catalogue
from tenfold.data.augment import Augmentation
from tenfold.data.dataset import Dataset
from tenfold.data.foreign import open_foreign
from tenfold.errors import UnreadableImage, UsageError
from tenfold.imaging.load import load
from tenfold.imaging.look import look_of
from tenfold.imaging.normalize import VERSION, normalize
from tenfold.models.base import Calibrated
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, load_onnx
from tenfold.store.store import Store
from tenfold.store.suspicion import NEAR
from tenfold.store.versions import Check, Versions
from tenfold.training.export import to_onnx
from tenfold.training.family import Ready, answers, finish, get_ready, of_length, reminded_by
from tenfold.training.fit import DrawEpoch, Labels, Plan, as_shares, fit, forget, settle
from tenfold.training.framework import need_keras
from tenfold.training.onnx_features import with_features
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, identity
from tenfold.training.reopen import reopen
from tenfold.types import Pixels

# Gentle, and from weights that read well already: a few passes.
PLAN = Plan(epochs=4, rate=4e-4, smooth=0.0, ease=0.5, augmentation=Augmentation(stretch=0.2, weight=0.5))
# How many digits of the original data an epoch has, and how many corrections for each ten of them.
ORIGINAL, CORRECTED = 6_000, 2
# From how many batches of original digits the statistics of batch normalisation are taken in the end.
SETTLE = 200
# So many corrections are needed at least; of so many one judges.
FEWEST, JUDGES = 20, 4
# Up to this mean difference of their pixels, of 255, two pictures are one in two copies: scaled, or with another pen.
# What one hand writes over and over is farther apart, and has to be on both sides.
COPY = 6.0
# What may be lost: one picture, or this share of them.
TOLERANCE = 0.003
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Corrected:
    """Accepted corrections: uint8 (n, 28, 28), int64 (n,), and which of them judge: bool (n,)."""

    pixels: Pixels
    labels: Labels
    judges: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def hash(self) -> str:
        """Changes with anything of it."""
        return sha256(self.pixels.tobytes() + self.labels.tobytes() + self.judges.tobytes()).hexdigest()[:16]


def learn(options: TrainOptions) -> Path:
    """Go on from the shipped weights; keep the new version, and promote it if it passes.

    It passes if of MNIST's validation digits no digit, and of the foreign sets (with `options.foreign`) none, is read
    worse than before by more than one picture or 0.3 %, and if corrections it has not learned from are read better.

    Args:
        options: Of the run; its settings name the database.

    Returns:
        The folder with ``digit.onnx``, its card, ``digit.keras`` and the log.

    Raises:
        UsageError: If there are too few corrections.
        StoreUnavailable: If the database does not answer.
    """
    store = Store(options.settings.database)
    try:
        corrected = accepted(store)
        versions = Versions(store)
        foreign = open_foreign(options.foreign, options.without) if options.foreign else []
        ready = get_ready(options)
        shipped = (WEIGHTS / "digit.onnx").read_bytes()
        model = reopen(shipped, catalogue.build(), ready.held[0][:1000])
        whole = f"{identity('digit', options)} from {sha256(shipped).hexdigest()[:16]}, corrections {corrected.hash}"
        draw = _mixed(ready, [part for part, _ in foreign], corrected)
        plan = of_length(PLAN, options)
        fit(model, draw, ready.held, plan, options.seed, options.out, options.resume, whole, reminded_by(shipped))
        _settle(model, ready)
        others = [*(part.name for part, _ in foreign), f"{int((~corrected.judges).sum())} accepted corrections"]
        validating = [part for _, part in foreign]
        card = finish(
            options,
            ready,
            with_features(to_onnx(model)),
            "digit",
            "Goes on from the shipped digit",
            others,
            validating,
            model,
        )
        weights = (options.out / "digit.onnx").read_bytes()
        now = versions.current()
        before = load_onnx("digit", VERSION)
        if now is not None and versions.get(now).card.normalization == VERSION:
            before = OnnxClassifier(*versions.weights(now))
        checks = compared(before, OnnxClassifier(weights, card), ready, validating, corrected, options)
        made = versions.add(weights, card, checks)
        for check in checks:
            say(f"{check.what}: {check.before:.2%} -> {check.after:.2%}{'' if check.passed else '  NOT GOOD ENOUGH'}")
        # A trial on a part of the digits, or on others, shows little; and somebody may have decided meanwhile.
        whole_run = not options.limit and options.data in (None, "mnist") and versions.current() == now
        if made.passed and whole_run:
            versions.promote(made.id)
            say(f"Version {made.id} answers from now on. To go back: tenfold models rollback")
        else:
            say(f"Version {made.id} is kept, and does not answer. See: tenfold models versions")
    finally:
        store.close()
    forget(options.out)
    return options.out


def accepted(store: Store) -> Corrected:
    """The accepted corrections of single digits whose pictures are kept, through the normalisation.

    Copies of one picture are all on one side: what judges has not been learned in another copy. Which side that is
    follows from the first of them, so that it stays when others come: what judges once judges always.

    Raises:
        UsageError: If there are fewer than `FEWEST`, or all are copies of one.
    """
    pixels, labels, looks, names = [], [], [], []
    listed = sorted(store.listed("accepted", MOST), key=lambda one: (one.at, one.id))
    for one in listed:
        picture = store.picture(one.id) if one.task == "digit" and one.final and one.has_picture else None
        if picture is None:
            continue
        try:
            ink = normalize(load(picture))
        except UnreadableImage:
            continue
        if not ink.empty:
            pixels.append(ink.pixels)
            labels.append(int(one.final or 0))
            looks.append(int(look_of(ink.pixels), 16))
            names.append(one.answer)
    if len(labels) < FEWEST:
        raise UsageError(
            f"{len(labels)} accepted corrections of digits have a picture; at least {FEWEST} are needed.",
            "Keep pictures (TENFOLD_KEEP_PICTURES_DAYS), and review corrections: tenfold feedback review",
        )
    firsts = _first_copies(np.stack(pixels), np.array(looks, np.uint64))
    judges = np.array([int(sha256(names[first].encode()).hexdigest(), 16) % JUDGES == 0 for first in firsts])
    if judges.all() or not judges.any():
        raise UsageError(
            "The accepted corrections are too much alike: some have to be learned, and others to judge.",
            "Accept corrections of more different pictures.",
        )
    return Corrected(np.stack(pixels), np.array(labels, np.int64), judges)


def _first_copies(pixels: Pixels, looks: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> list[int]:
    """For each picture the place of the first that it is a copy of, directly or by way of other copies.

    Args:
        pixels: uint8 (n, 28, 28).
        looks: Theirs, (n,): quick to compare, so that pixels are only where looks are near.
    """
    firsts = list(range(len(looks)))
    for place, look in enumerate(looks):
        near = np.flatnonzero(np.bitwise_count(looks[:place] ^ look) <= NEAR)
        apart = np.abs(pixels[near].astype(np.int16) - pixels[place]).mean(axis=(1, 2))
        copies = {firsts[other] for other in near[apart <= COPY].tolist()}
        if copies:
            least = min(copies)
            firsts = [least if first in copies or here == place else first for here, first in enumerate(firsts)]
    return firsts


def _settle(model: Any, ready: Ready) -> None:
    """Take the statistics of batch normalisation from original digits as they are.

    Corrections of one hand among them are a fifth of what is learned, and not of what is read afterwards: statistics
    with them in would cost other digits more than all that was learned.
    """
    pictures = ready.pictures[: SETTLE * PLAN.batch]
    batches = (as_shares(pictures[start : start + PLAN.batch]) for start in range(0, len(pictures), PLAN.batch))
    settle(need_keras(), model, batches, SETTLE)


def _mixed(ready: Ready, foreign: list[Dataset], corrected: Corrected) -> DrawEpoch:
    """Original digits, a part of them each time, with corrections among them."""
    learned, right = corrected.pixels[~corrected.judges], corrected.labels[~corrected.judges]
    every = [(ready.pictures, ready.labels)]
    every += [(part.network_pixels(), part.labels) for part in foreign]

    def draw_epoch(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        count = min(ORIGINAL, sum(len(labels) for _, labels in every))
        # Half of the originals are MNIST's where there are others, as in the shipped network's own recipe.
        shares = [1.0] if len(every) == 1 else [0.5] + [0.5 / (len(every) - 1)] * (len(every) - 1)
        pools = [(pixels, labels, int(count * share)) for (pixels, labels), share in zip(every, shares, strict=True)]
        pools.append((learned, right, count * CORRECTED // 10))
        pictures, digits = [], []
        for pixels, labels, size in pools:
            chosen = chance.choice(len(labels), size)
            pictures.append(pixels[chosen])
            digits.append(labels[chosen])
        order = chance.permutation(sum(map(len, digits)))
        return np.concatenate(pictures)[order], np.concatenate(digits)[order]

    return draw_epoch


def compared(
    before: Calibrated,
    after: Calibrated,
    ready: Ready,
    foreign: list[Dataset],
    corrected: Corrected,
    options: TrainOptions,
) -> list[Check]:
    """What the new version is compared in with the one that answers."""

    def right(network: Calibrated, pixels: Pixels, labels: Labels) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.asarray(answers(network, pixels).argmax(axis=1) == labels)

    def check(what: str, pixels: Pixels, labels: Labels, enough: Callable[[int, int, int], bool]) -> Check:
        old, new = (int(right(network, pixels, labels).sum()) for network in (before, after))
        count = len(labels)
        return Check(what, count, old / count, new / count, enough(old, new, count))

    def hardly_worse(old: int, new: int, count: int) -> bool:
        return old - new <= max(1, TOLERANCE * count)

    pixels, labels = ready.held
    checks = [
        check(
            f"{digit} among MNIST's validation digits", pixels[labels == digit], labels[labels == digit], hardly_worse
        )
        for digit in range(10)
        if (labels == digit).any()
    ]
    checks += [check(part.name, part.network_pixels(options.settings), part.labels, hardly_worse) for part in foreign]
    judges = corrected.judges
    better = "corrections it has not learned from"
    checks.append(check(better, corrected.pixels[judges], corrected.labels[judges], lambda old, new, _: new > old))
    return checks

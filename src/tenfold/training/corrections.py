"""`tenfold train digit --feedback`: goes on from the shipped weights with accepted corrections, and lets them judge."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.catalogue import digit as network
from tenfold.data.augment import Augmentation
from tenfold.data.dataset import Dataset
from tenfold.data.foreign import open_foreign
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, load_onnx
from tenfold.store.store import Store
from tenfold.store.versions import Versions
from tenfold.training.accepted import Corrected, accepted
from tenfold.training.export import to_onnx
from tenfold.training.family import Ready, finish, get_ready, of_length, reminded_by
from tenfold.training.fit import DrawEpoch, Labels, Plan, as_shares, fit, forget, settle
from tenfold.training.framework import need_keras
from tenfold.training.onnx_features import with_features
from tenfold.training.passing import FEWEST_JUDGES, compared
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


def learn(options: TrainOptions) -> Path:
    """Go on from the shipped weights; keep the new version, and promote it if it passes.

    What it has to pass is in `tenfold.training.passing`, and is decided before the test digits are handed over.

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
        model = reopen(shipped, network.build(), ready.held[0][:1000])
        judging = int(corrected.judges.sum())
        if judging < FEWEST_JUDGES:
            say(f"Only {judging} corrections judge, {FEWEST_JUDGES} have to: the version will be kept, and not answer.")
        whole = f"{identity('digit', options)} from {sha256(shipped).hexdigest()[:16]}, corrections {corrected.hash}"
        draw = _mixed(ready, [part for part, _ in foreign], corrected)
        plan = of_length(PLAN, options)
        fit(model, draw, ready.held, plan, options.seed, options.out, options.resume, whole, reminded_by(shipped))
        _settle(model, ready)
        others = [*(part.name for part, _ in foreign), f"{int((~corrected.judges).sum())} accepted corrections"]
        validating = [part for _, part in foreign]
        weights = with_features(to_onnx(model))
        now = versions.current()
        after, known = OnnxClassifier(weights, ModelCard("digit", output="logits")), load_onnx("digit", VERSION)
        of_now = now is not None and versions.get(now).card.normalization == VERSION
        before = OnnxClassifier(*versions.weights(now)) if now is not None and of_now else known
        checks = compared(before, after, ready, validating, corrected, options, known if of_now else None)
        summary = "Goes on from the shipped digit"
        card = finish(options, ready, weights, "digit", summary, others, validating, model)
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

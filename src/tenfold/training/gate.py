"""The recipe of the gate: is this one digit, several, or none at all?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenfold.atomic import make_folder
from tenfold.catalogue import digit as network
from tenfold.data.augment import Augmentation, augment
from tenfold.data.clutter import no_digit
from tenfold.data.foreign import chosen_sets, open_foreign
from tenfold.data.splits import open_training_data
from tenfold.data.synth import normalized, spoiled, together, written_digit
from tenfold.decide import TURNED_AWAY, threshold
from tenfold.models.base import ModelCard
from tenfold.training.calibrate import calibrated, fit_temperature
from tenfold.training.digit import synthetic
from tenfold.training.export import to_onnx
from tenfold.training.family import limited, of_length
from tenfold.training.fit import Labels, Plan, fit, forget
from tenfold.training.framework import need_keras
from tenfold.training.progress import say
from tenfold.training.recipes import EVERY_FIT, TrainOptions, command, identity, recipe
from tenfold.training.ship import commit, logits_of, ship
from tenfold.types import Pixels, as_floats

ONE, SEVERAL, NEITHER = 0, 1, 2
# Gentler than for reading: a digit bent beyond recognition should not pass for one.
MILD = Augmentation(turn=5, shear=0.1, stretch=0.12, elastic=0.7, hide=0.02)
# An epoch is half of all there is, drawn anew each time.
PLAN = Plan(epochs=16, rate=2e-3, smooth=0.01, augmentation=MILD)
COUNTS = {"synthetic": 10_000, "several": 20_000, "spoiled": 14_000, "no digit": 60_000}
# Share of the digits in what is not one digit that are synthetic.
WRITTEN = 0.25
# Several digits: how many there are in each row, as often as each is named.
ROWS = ((2,), (2,), (2,), (2,), (3,), (3,), (3,), (4,), (5,), (1, 1), (1, 1), (1, 1), (2, 1), (2, 2), (1, 1, 1))
# Shares of validation digits turned away, for which the card lists the least probability of one digit.
SHARES = (0.0005, 0.001, 0.002, 0.003, 0.005, TURNED_AWAY, 0.01, 0.02)


TAKES = (*EVERY_FIT, "foreign", "without")


@recipe("gate", "Tells one digit from several and from what is no digit, before any network reads it", TAKES)
def train(options: TrainOptions) -> Path:
    """Train and export `gate`.

    Returns:
        The folder with ``gate.onnx``, its card, ``gate.keras`` and the log.
    """
    keras, made_at = need_keras(), commit()
    keras.utils.set_random_seed(options.seed)
    out = make_folder(options.out)
    rng = np.random.default_rng(options.seed)
    train_set, validation_set = open_training_data(options.data or "mnist", options.settings)
    part = 1.0 if options.limit is None else min(1.0, options.limit / len(train_set))
    train_set, validation_set = limited(train_set, validation_set, options.limit)
    held = validation_set.network_pixels(options.settings)
    pictures = train_set.network_pixels(options.settings)
    say(f"{len(pictures):,} digits; drawing what is not one digit …")
    foreign = open_foreign(options.foreign, options.without) if options.foreign else []
    others = [fitted.network_pixels(options.settings) for fitted, _ in foreign]
    extra, kinds = _others(pictures, train_set.labels, rng, part)
    extra = np.concatenate([extra, *others])
    kinds = np.concatenate([kinds, np.full(len(extra) - len(kinds), ONE)])
    judged, judged_kinds = _others(held, validation_set.labels, np.random.default_rng(options.seed + 1), 0.1 * part)

    def draw_epoch(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        every = np.concatenate([pictures, extra])
        labels = np.concatenate([np.full(len(pictures), ONE), kinds])
        order = chance.permutation(len(every))[: len(every) // 2]
        return every[order], labels[order]

    validation = np.concatenate([held, judged]), np.concatenate([np.full(len(held), ONE), judged_kinds])
    model = network.build(channels=(16, 32, 48, 64, 80, 80), classes=3)
    plan = of_length(PLAN, options)
    fit(model, draw_epoch, validation, plan, options.seed, out, options.resume, identity("gate", options))

    logits = logits_of(model, validation[0])
    temperature = fit_temperature(logits, validation[1])
    rest = calibrated(logits, temperature)[len(held) :]
    bent = augment(as_floats(np.repeat(held, 3, axis=0)), rng, MILD)
    digits = calibrated(logits_of(model, (bent * 255).astype(np.uint8)), temperature)[:, ONE]
    thresholds = tuple((share, round(float(np.quantile(digits, share)), 6)) for share in SHARES)
    least = threshold(thresholds, TURNED_AWAY)
    scores = {
        f"turned_away_{name}": float((rest[judged_kinds == kind, ONE] < least).mean())
        for name, kind in (("several", SEVERAL), ("neither", NEITHER))
    }
    for _, judging in foreign:
        ones = calibrated(logits_of(model, judging.network_pixels(options.settings)), temperature)[:, ONE]
        scores[f"turned_away_{judging.name.replace(':', '_')}"] = float((ones < least).mean())
    say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
    card = ModelCard(
        name="gate",
        task="gate",
        summary="Says whether ink is one digit, several, or neither; asked before any network reads it",
        recipe=command("gate", options),
        data=f"{train_set.name} ({len(pictures):,} digits) alone, in rows and stacked; "
        "synthetic digits, letters, marks, scribbles, textures, scenes"
        + "".join(f", {one.name} ({one.what}; {one.licence})" for one in chosen_sets(options.without) if foreign),
        commit=made_at,
        seed=options.seed,
        temperature=round(temperature, 4),
        thresholds=thresholds,
        scores=scores,
    )
    ship(to_onnx(model), card, validation[0], out, model)
    forget(out)
    return out


def _others(
    digits: Pixels, labels: Labels, rng: np.random.Generator, part: float
) -> tuple[Pixels, npt.NDArray[np.int64]]:
    """Synthetic single digits, rows of digits, spoiled digits and non-digits, with their kinds."""
    count = {name: max(10, int(value * part)) for name, value in COUNTS.items()}

    no_zeros = np.flatnonzero(labels)

    def any_digit() -> Pixels:
        if rng.random() < WRITTEN:
            return written_digit(int(rng.integers(10)), rng)
        return np.asarray(digits[rng.integers(len(digits))])

    def any_but_zero() -> Pixels:
        if rng.random() < WRITTEN:
            return written_digit(int(rng.integers(1, 10)), rng)
        return np.asarray(digits[no_zeros[rng.integers(len(no_zeros))]])

    def several() -> Pixels:
        shape = ROWS[rng.integers(len(ROWS))]
        return together([[any_digit() for _ in range(count)] for count in shape], rng)

    makers = {
        "several": (SEVERAL, several),
        "spoiled": (NEITHER, lambda: spoiled(any_but_zero(), rng)),
        "no digit": (NEITHER, lambda: no_digit(rng)),
    }
    singles, _ = synthetic(rng, count["synthetic"])
    pools, kinds = [singles], [np.full(len(singles), ONE)]
    for name, (kind, make) in makers.items():
        pools.append(np.stack(list(normalized(make, count[name]))))
        kinds.append(np.full(count[name], kind))
    return np.concatenate(pools), np.concatenate(kinds)

"""The recipe of the smallest network: taught by `digit`, kept in whole numbers of one byte."""

from __future__ import annotations

from pathlib import Path

from tenfold.catalogue import tiny as network
from tenfold.data.augment import Augmentation
from tenfold.training.export import to_onnx
from tenfold.training.family import as_chosen, finish, get_ready, taught_by
from tenfold.training.fit import Plan, fit, forget
from tenfold.training.params import Param
from tenfold.training.recipes import EVERY_FIT, TrainOptions, identity, recipe
from tenfold.training.storage import kept_in_bytes

# A network this small cannot learn the far-fetched and the likely alike.
MILD = Augmentation(turn=5, shear=0.1, scale=0.06, stretch=0.1, elastic=0.6, weight=0.3, soften=0.06, harden=0.06)
PLAN = Plan(epochs=32, rate=5e-3, decay=2e-3, smooth=0.0, augmentation=MILD, ease=0.2)
PARAMS = (
    Param("rate", PLAN.rate, "log", (5e-4, 3e-2)),
    Param("decay", PLAN.decay, "log", (1e-4, 0.1)),
    Param("ease", PLAN.ease, "linear", (0.0, 1.0)),
    Param("batch", PLAN.batch, "log", (32, 512)),
)


@recipe("tiny", "Weights of at most 12,000 bytes, kept as int8; taught by the shipped digit", EVERY_FIT, PARAMS)
def train(options: TrainOptions) -> Path:
    """Train and export `tiny`.

    Returns:
        The folder with ``tiny.onnx``, its card, ``tiny.keras`` (not rounded) and the log.
    """
    ready = get_ready(options)
    teach, teacher = taught_by("digit")
    model = network.build()
    plan, whole = as_chosen(PLAN, options), f"{identity('tiny', options)} taught by {teacher.identity}"
    fit(model, ready.shuffled, ready.held, plan, options.seed, options.out, options.resume, whole, teach)
    summary = "Five small convolutions, weights of one byte each"
    weights = kept_in_bytes(to_onnx(model))
    others = [f"answers of {teacher.identity}, which learned from {teacher.data}"]
    finish(options, ready, weights, "tiny", summary, others, model=model)
    forget(options.out)
    return options.out

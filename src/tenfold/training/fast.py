"""The recipe for those who cannot wait: the report's accuracy in a small part of its time, from MNIST alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenfold.catalogue import fast as network
from tenfold.data.augment import Pixel, shifted
from tenfold.training.export import to_onnx
from tenfold.training.family import as_chosen, finish, get_ready
from tenfold.training.fit import Labels, Plan, fit, forget
from tenfold.training.params import Param
from tenfold.training.recipes import EVERY_FIT, TrainOptions, identity, recipe
from tenfold.types import Pixels

# Shifted by up to so many pixels each way: all the augmentation there is time for.
SHIFT = 1
# Of the training digits so many are shown in each of the two epochs.
SHARE = 0.7
PLAN = Plan(epochs=2, rate=1e-2, decay=1e-2, average=0.98, augmentation=None, settle=40)
PARAMS = (
    Param("rate", PLAN.rate, "log", (1e-3, 5e-2)),
    Param("decay", PLAN.decay, "log", (1e-3, 0.3)),
    Param("smooth", PLAN.smooth, "linear", (0.0, 0.15)),
    Param("average", PLAN.average, "linear", (0.9, 0.998)),
    Param("batch", PLAN.batch, "log", (32, 512)),
)


@recipe("fast", "The report's accuracy as fast as possible, from MNIST alone", EVERY_FIT, PARAMS)
def train(options: TrainOptions) -> Path:
    """Train and export `fast`.

    Returns:
        The folder with ``fast.onnx``, its card, ``fast.keras`` and the log.
    """
    ready = get_ready(options)

    def draw_epoch(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        pictures, labels = ready.shuffled(chance)
        some = slice(round(SHARE * len(labels)))
        return jittered(pictures[some], chance), labels[some]

    model = network.build()
    plan, whole = as_chosen(PLAN, options), identity("fast", options)
    fit(model, draw_epoch, ready.held, plan, options.seed, options.out, options.resume, whole)
    finish(options, ready, to_onnx(model), "fast", "Three convolutions, trained in seconds", model=model)
    forget(options.out)
    return options.out


def jittered(pictures: npt.NDArray[Pixel], chance: np.random.Generator) -> npt.NDArray[Pixel]:
    """Every picture (n, 28, 28) shifted by up to `SHIFT` whole pixels each way."""
    return shifted(pictures, SHIFT - chance.integers(0, 2 * SHIFT + 1, (2, len(pictures))).T)

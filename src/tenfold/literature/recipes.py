"""`tenfold train NAME` for every classifier of the literature: fit, calibrate, measure, save."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from tenfold.atomic import make_folder
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.literature.entries import ENTRIES, Entry
from tenfold.literature.params import PARAMS
from tenfold.models.arrays import PredictorClassifier
from tenfold.models.base import ModelCard
from tenfold.training.family import answers as answers_of
from tenfold.training.family import calibrate, open_limited
from tenfold.training.progress import say
from tenfold.training.recipes import Trainer, TrainOptions, command, recipe
from tenfold.training.ship import accuracy, commit

# Names that have a recipe of their own, which trains what is shipped.
OWN = ("cascade", "digit", "ensemble", "fast", "report", "tiny")

# Modules of those that Keras fits.
NETWORKS = ("boosted", "dbn", "lenet", "nets")


def trainer_of(entry: Entry) -> Trainer:
    """The function that trains a classifier and leaves its file and card."""

    def train(options: TrainOptions) -> Path:
        made_at = commit()
        model = entry.make(options.seed, **_epochs(entry, options), **options.params)
        make_folder(options.out)
        fitting, held = open_limited(options)
        pictures, labels = fitting.network_pixels(options.settings), fitting.labels
        shown, right = held.network_pixels(options.settings), held.labels
        say(f"{entry.name}: {entry.title}. {len(labels):,} digits to train on, {len(right):,} to validate.")
        with _waiting(entry):
            try:
                model.fit(pictures, labels)
            except ValueError as error:
                raise UsageError(f"{fitting.name}: {error}") from error
        classifier = PredictorClassifier(model.predictor_, ModelCard(entry.name))
        with Console(stderr=True).status("Measuring it on the validation digits, as they are and bent …"):
            scores = calibrate(classifier, (shown, right), options.seed, times=1)
        test = options.hand_over_test()
        if test is not None:
            with Console(stderr=True).status("Measuring it on the test digits …"):
                said = answers_of(classifier, test.network_pixels(options.settings))
            scores[f"{test.name.replace(':', '_')}_accuracy"] = accuracy(said, test.labels)
        say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
        path = model.save(
            options.out / entry.name,
            summary=entry.title,
            recipe=command(entry.name, options),
            data=f"{fitting.name} ({len(labels):,} digits)",
            licence="MIT",
            commit=made_at,
            seed=options.seed,
            normalization=VERSION,
            temperature=classifier.card.temperature,
            thresholds=classifier.card.thresholds,
            scores=scores,
        )
        say(f"Saved: {path}, {path.stat().st_size:,} bytes.")
        return options.out

    return train


def _epochs(entry: Entry, options: TrainOptions) -> dict[str, Any]:
    if options.epochs is None:
        return {}
    if "epochs" not in entry.make().get_params(deep=False):
        raise UsageError(f"{entry.name!r} is not trained in epochs.", "Leave out --epochs.")
    return {"epochs": options.epochs}


def _waiting(entry: Entry) -> AbstractContextManager[object]:
    """What a terminal shows while it is fitted; networks have a bar of their own."""
    return nullcontext() if _is_network(entry) else Console(stderr=True).status(f"Fitting {entry.name} …")


def _is_network(entry: Entry) -> bool:
    """Whether Keras fits it."""
    return entry.home.partition(":")[0] in NETWORKS


for _entry in ENTRIES:
    if _entry.name not in OWN:
        _known = PARAMS.get(_entry.name, ())
        _takes = ("epochs", "tensorboard") if _is_network(_entry) else ("epochs",)
        recipe(_entry.name, _entry.title, _takes, _known, partial(_epochs, _entry))(trainer_of(_entry))

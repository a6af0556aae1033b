"""The recipe of the shipped network: MNIST first; then every other hand there is, written, drawn, synthetic."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.atomic import make_folder, write_file
from tenfold.catalogue import digit as network
from tenfold.data.augment import Augmentation
from tenfold.data.dataset import Dataset
from tenfold.data.foreign import chosen_sets, open_foreign
from tenfold.data.synth import fonts, normalized, printed, written_digit
from tenfold.errors import MissingExtra, UsageError
from tenfold.training.export import to_onnx
from tenfold.training.family import Ready, as_chosen, finish, get_ready, of_length, reminded_by
from tenfold.training.fit import DrawEpoch, Labels, Plan, fit, forget
from tenfold.training.keras_files import load_keras
from tenfold.training.onnx_features import with_features
from tenfold.training.params import Param
from tenfold.training.progress import say
from tenfold.training.recipes import EVERY_FIT, TrainOptions, identity, recipe
from tenfold.types import Pixels

if TYPE_CHECKING:
    from keras import Model

PLAN = Plan(epochs=26, ease=0.3)
# Of the run on MNIST alone: what follows goes on from there in its own way.
PARAMS = (
    Param("rate", PLAN.rate, "log", (3e-4, 3e-2)),
    Param("decay", PLAN.decay, "log", (1e-3, 0.3)),
    Param("smooth", PLAN.smooth, "linear", (0.0, 0.15)),
    Param("ease", PLAN.ease, "linear", (0.0, 1.0)),
    Param("batch", PLAN.batch, "log", (32, 512)),
)
# From MNIST to the world: a shorter and gentler cycle, from weights that read well already.
WIDER = Plan(epochs=6, rate=7e-4, smooth=0.0, ease=0.5, augmentation=Augmentation(stretch=0.2, weight=0.5))
# How many foreign digits join an epoch, equally many of each set: small ones must not be lost among the large.
FOREIGN_DRAWS = 12_000
# Synthetic digits: how many there are, how many of them are print, and how many join an epoch.
SYNTHETIC, PRINTED, SYNTHETIC_DRAWS = 36_000, 4_000, 12_000
# Left in a folder when the network that learned from MNIST alone is done: what it is.
FINISHED = "finished.txt"
TAKES = (*EVERY_FIT, "feedback", "foreign", "without", "start")
SUMMARY = "Handwritten digits: six convolutions"


@recipe(
    "digit", "The default network: MNIST alone, or with --foreign every hand there is; 258k parameters", TAKES, PARAMS
)
def train(options: TrainOptions) -> Path:
    """Train, calibrate and export `digit`.

    Returns:
        The folder with ``digit.onnx``, its card, ``digit.keras`` and the log; after `options.foreign` it holds
        a folder ``alone`` with the same of the network as it was after MNIST. With `options.feedback` see
        `tenfold.training.corrections.learn`.

    Raises:
        UsageError: If `options.foreign` lacks a set, or `options.start` is no network of ten logits.
        UnknownName: If `options.without` names no set.
    """
    if options.feedback:
        return _learn_from_corrections(options)
    foreign = open_foreign(options.foreign, options.without) if options.foreign else []
    ready = get_ready(options)
    if options.start:
        model = _logits_of_ten(options.start)
    else:
        alone = options.model_copy(update={"foreign": None, "out": options.out / "alone"}) if foreign else options
        model = train_alone(alone, ready)
    if foreign:
        say(f"Then {', '.join(part.name for part, _ in foreign)} and synthetic digits; preparing them …")
        wider = _wider(options, (ready.pictures, ready.labels), [part for part, _ in foreign])
        plan, whole = of_length(WIDER, options), identity("digit", options)
        before = reminded_by(to_onnx(model))
        fit(model, wider, ready.held, plan, options.seed + 1, options.out, options.resume, whole, before)
        sets = [f"{one.name} ({one.what}; {one.licence})" for one in chosen_sets(options.without)]
        others = [*sets, "synthetic pen strokes", "printed digits of DejaVu and STIX"]
        finish(
            options,
            ready,
            with_features(to_onnx(model)),
            "digit",
            SUMMARY,
            others,
            [part for _, part in foreign],
            model,
        )
        forget(options.out / "alone")
    forget(options.out)
    return options.out


def _learn_from_corrections(options: TrainOptions) -> Path:
    try:
        from tenfold.training.corrections import learn
    except ModuleNotFoundError as error:
        raise MissingExtra("Learning from corrections", "serve") from error
    return learn(options)


def train_alone(options: TrainOptions, ready: Ready) -> Model:
    """Train `digit` on MNIST alone and write its files.

    Returns:
        The fitted network. What it could be resumed from is still there: `forget` it when all is done.
    """
    note = make_folder(options.out) / FINISHED
    note.unlink(missing_ok=True)
    model = network.build()
    plan, whole = as_chosen(PLAN, options), identity("digit", options)
    fit(model, ready.shuffled, ready.held, plan, options.seed, options.out, options.resume, whole)
    finish(options, ready, with_features(to_onnx(model)), "digit", SUMMARY, model=model)
    write_file(note, _what_is_trained(options).encode())
    return model


def is_trained(options: TrainOptions) -> bool:
    """Whether a run of these options on MNIST alone, as they are understood today, has left its network."""
    note = options.out / FINISHED
    return note.is_file() and note.read_text("utf-8") == _what_is_trained(options)


def _what_is_trained(options: TrainOptions) -> str:
    """All that decides what becomes of MNIST alone: options, normalisation, plan, network."""
    return f"{identity('digit', options)} {PLAN} parameters {network.build().count_params()}"


def _logits_of_ten(path: Path) -> Model:
    """A network to go on from.

    Raises:
        UsageError: If it does not end in ten logits.
    """
    model = load_keras(path)
    activation = getattr(model.layers[-1], "activation", None)
    if tuple(model.output_shape[1:]) != (10,) or getattr(activation, "__name__", "") != "linear":
        raise UsageError(f"{path} is no network that gives ten logits.", "Start from digit.keras of an earlier run.")
    return model


def _wider(options: TrainOptions, mnist: tuple[Pixels, Labels], foreign: list[Dataset]) -> DrawEpoch:
    """MNIST, digits of other hands, and synthetic ones."""
    pictures, labels = mnist
    rng = np.random.default_rng(options.seed)
    made, made_labels = synthetic(rng, SYNTHETIC if not options.limit else max(20, options.limit // 5))
    others = [(part.network_pixels(options.settings), part.labels) for part in foreign]
    draws = min(FOREIGN_DRAWS, len(pictures)) // len(others)

    def draw_epoch(chance: np.random.Generator) -> tuple[Pixels, Labels]:
        every, digits = [pictures], [labels]
        pools = [(other, draws) for other in others] + [((made, made_labels), min(SYNTHETIC_DRAWS, len(pictures)))]
        for (drawn, drawn_labels), count in pools:
            chosen = chance.choice(len(drawn), count)
            every.append(drawn[chosen])
            digits.append(drawn_labels[chosen])
        order = chance.permutation(sum(map(len, digits)))
        return np.concatenate(every)[order], np.concatenate(digits)[order]

    return draw_epoch


def synthetic(rng: np.random.Generator, count: int) -> tuple[Pixels, Labels]:
    """Synthetic digits through the normalisation, ten of each kind in turn: uint8 (n, 28, 28), int64 (n,)."""
    labels = np.arange(count, dtype=np.int64) % 10
    in_print = int(count * PRINTED / SYNTHETIC) if fonts() else 0

    def one(digit: int, place: int) -> Pixels:
        make: Any = (lambda: printed(str(digit), rng)) if place < in_print else (lambda: written_digit(digit, rng))
        return next(normalized(make, 1))

    return np.stack([one(digit, place) for place, digit in enumerate(labels.tolist())]), labels

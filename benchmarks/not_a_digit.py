"""Claim: the gate tells digits from what is none: the clothes of Fashion-MNIST, and letters, marks, scribbles, scenes.

Everything goes through the whole path: MNIST's test digits as well as what is no digit. The score of a picture is the
gate's probability of one digit, 0 where nothing is written. The figure is the area under the ROC curve: how often a
digit by chance scores higher than a stranger by chance. The plain way is the confidence of the report's network on the
same pictures resized to 28x28, inverted where the ground is bright, as it was trained: the usual stand-in where nothing
better is there (Hendrycks & Gimpel 2017).

Fashion-MNIST is not part of this project: Debian's package `dataset-fashion-mnist` brings it, or name a folder with its
files. Without it nothing is measured. What is drawn here comes of another seed than the gate was trained with, but of
the same makers: it measures the gate, not the breadth of the world. For that there are characters in fonts the gate has
never met, some of them of scripts it has never met (Debian's `fonts-freefont-ttf`, `fonts-liberation`,
`fonts-wqy-microhei`), and pieces of photographs (those in the wheel of `scikit-image`, unpacked), where they are there.

    python benchmarks/not_a_digit.py [--fashion FOLDER] [--fonts FOLDER] [--photos FOLDER]
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from _claim import ROOT, Figure, arguments, open_report, report, stop
from _strangers import SCRIPTS, characters, photographs

from tenfold.config import load_settings
from tenfold.data.clutter import NO_DIGITS
from tenfold.data.held_out import open_data
from tenfold.data.synth import Rng, cut_out, ringed, struck_out
from tenfold.decide import TURNED_AWAY, threshold
from tenfold.imaging.normalize import VERSION, normalize
from tenfold.models.base import Classifier
from tenfold.models.onnx import load_onnx
from tenfold.types import Picture, Pixels, as_floats

FASHION_LEAST, DRAWN_LEAST, PASS_LEAST = 0.998, 0.97, 99.0
SEED = 4711
CLAIM = "What is no digit scores lower than digits do: clothes (Fashion-MNIST), letters, marks, scribbles, scenes."

Scores = npt.NDArray[np.float64]


def gate_scores(gate: Classifier, pictures: list[Pixels]) -> Scores:
    """Probability of one digit, float64 (n,); 0 where nothing is written."""
    inks = [normalize(Picture(picture)) for picture in pictures]
    rows = gate.predict_proba(as_floats(np.stack([ink.pixels for ink in inks])))
    return np.where([ink.empty for ink in inks], 0.0, rows[:, 0]).astype(np.float64)


def plain_scores(network: Classifier, pictures: list[Pixels]) -> Scores:
    """Confidence of a network on the pictures resized, what is bright on dark as it is, float64 (n,)."""
    # Where most of a picture is bright it is the ground.
    pictures = [255 - picture if np.median(picture) > 127 else picture for picture in pictures]
    small = np.stack([cv2.resize(picture, (28, 28), interpolation=cv2.INTER_AREA) for picture in pictures])
    return network.predict_proba(as_floats(small)).max(axis=1).astype(np.float64)


def auroc(inside: Scores, outside: Scores) -> float:
    """Area under the ROC curve by ranks (Mann & Whitney 1947); equal scores count half."""
    every = np.concatenate([inside, outside])
    _, place, counts = np.unique(every, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    n, m = len(inside), len(outside)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def main() -> None:
    """Measure and report."""
    given = arguments(
        CLAIM,
        fashion="/usr/share/datasets/fashion-mnist",
        fonts="/usr/share/fonts",
        photos="/usr/share/photos",
        each=500,
    )
    if not Path(given.fashion).is_dir():
        stop(
            f"What is no digit: not measured. {given.fashion} is not there; it comes with Debian's package\n"
            "dataset-fashion-mnist (apt-get install dataset-fashion-mnist), or name another folder: --fashion FOLDER",
            status=0,
        )
    settings = load_settings()
    few = 100 if given.quick else None
    each = 20 if given.quick else given.each
    digits, clothes = (open_data(spec, settings) for spec in ("mnist:test", f"{given.fashion}:test"))
    gate = load_onnx("gate", VERSION)
    theirs = open_report(ROOT / "runs" / "report" / "mnist.onnx").classifier
    written = [np.asarray(picture) for picture in digits.images[:few]]
    inside, plain_inside = gate_scores(gate, written), plain_scores(theirs, written)
    rng: Rng = np.random.default_rng(SEED)
    kinds = {"clothes of Fashion-MNIST": [np.asarray(picture) for picture in clothes.images[:few]]}
    kinds |= {make.__name__.strip("_"): [make(rng) for _ in range(each)] for _, make in NO_DIGITS}
    # A slash through a 0 is a way to write it.
    no_zeros = [picture for picture, label in zip(written, digits.labels, strict=False) if label]
    for name, spoil in {"struck out": struck_out, "ringed": ringed, "cut out of a slab": cut_out}.items():
        kinds[f"digit {name}"] = [spoil(no_zeros[rng.integers(len(no_zeros))], rng) for _ in range(each)]
    unseen = {script: characters(Path(given.fonts), script, each, rng) for script in SCRIPTS}
    unseen["pieces of photographs"] = photographs(Path(given.photos), each, rng)
    unseen = {kind: pictures for kind, pictures in unseen.items() if pictures}
    for kind in (*SCRIPTS, "pieces of photographs"):
        if kind not in unseen:
            print(f"{kind[0].upper()}{kind[1:]}: not measured, there are none in {given.fonts} or {given.photos}.")
    kinds |= unseen
    ours = {kind: gate_scores(gate, pictures) for kind, pictures in kinds.items()}
    plain = {kind: plain_scores(theirs, pictures) for kind, pictures in kinds.items()}
    least = threshold(gate.card.thresholds, TURNED_AWAY)
    baseline = "confidence of the report's network"
    drawn = [kind for kind in kinds if kind not in ("clothes of Fashion-MNIST", *unseen)]
    figures = [
        Figure(
            what=what,
            value=auroc(inside, np.concatenate([ours[kind] for kind in chosen])),
            unit="AUROC",
            n=len(inside) + sum(len(ours[kind]) for kind in chosen),
            baseline=auroc(plain_inside, np.concatenate([plain[kind] for kind in chosen])),
            baseline_what=baseline,
            asked=f"at least {asked:g}",
            met=auroc(inside, np.concatenate([ours[kind] for kind in chosen])) >= asked,
            more={f"turned away, {kind} %": 100 * float((ours[kind] < least).mean()) for kind in chosen},
        )
        for what, chosen, asked in (
            ("Digits from clothes (Fashion-MNIST)", ["clothes of Fashion-MNIST"], FASHION_LEAST),
            ("Digits from letters, marks, scribbles, scenes and spoiled digits", drawn, DRAWN_LEAST),
            *((f"Digits from {kind} the gate never met", [kind], DRAWN_LEAST) for kind in unseen),
        )
    ]
    passing = 100 * float((inside >= least).mean())
    cut = float(np.quantile(plain_inside, 1 - passing / 100))
    strangers = np.concatenate([plain[kind] for kind in drawn])
    figures += [
        Figure(
            what="MNIST test digits the gate lets pass",
            value=passing,
            unit="%",
            n=len(inside),
            baseline=100.0,
            baseline_what="the report's network, which turns nothing away",
            asked=f"at least {PASS_LEAST:g} %",
            met=passing >= PASS_LEAST,
        ),
        Figure(
            what="Drawn strangers that pass with them",
            value=100 * float(np.mean(np.concatenate([ours[kind] for kind in drawn]) >= least)),
            unit="%",
            n=len(strangers),
            baseline=100 * float((strangers >= cut).mean()),
            baseline_what="confidence of the report's network, cut so that as many digits pass",
        ),
    ]
    report("not_a_digit", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()

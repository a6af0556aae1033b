"""The files of a fitted network: ONNX with its card, Keras, and the certificate that both say the same."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tenfold.atomic import staged
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.training.export import parity, write_model
from tenfold.training.progress import say
from tenfold.types import Floats, Pixels, as_floats

if TYPE_CHECKING:
    from keras import Model

PARITY_IMAGES = 10_000


def logits_of(model: Model, pictures: Pixels) -> Floats:
    """What a network says of pictures uint8 (n, 28, 28): float32 (n, k)."""
    rows = [
        np.asarray(model(as_floats(pictures[start : start + 500]), training=False))
        for start in range(0, len(pictures), 500)
    ]
    return np.concatenate(rows)


def ship(weights: bytes, card: ModelCard, pictures: Pixels, out: Path, model: Model | None = None) -> ModelCard:
    """Write ``NAME.onnx``, its card ``NAME.json``, and ``NAME.keras``.

    Args:
        weights: The ONNX file, giving logits.
        card: What the recipe knows of it; what can be read off the network is filled in.
        pictures: uint8 (n, 28, 28) for the certificate that Keras and ONNX agree.
        out: Folder for the files.
        model: The Keras network the file was made of; without one there is no ``.keras`` and no certificate.

    Returns:
        The card as written.
    """
    full = replace(card, licence="MIT", normalization=VERSION, output="logits")
    if model is None:
        say(f"{card.name}: {len(weights):,} bytes.")
        return write_model(out, card.name, weights, full)
    certificate = parity(model, weights, as_floats(pictures[:PARITY_IMAGES]))
    parameters = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    with staged(out) as folder:
        model.save(folder / f"{card.name}.keras")
    say(
        f"{card.name}: Keras and ONNX agree on {certificate['same_digit']:,.0f} of {certificate['images']:,.0f} "
        f"pictures, largest difference {certificate['largest_difference']:.2g}; {len(weights):,} bytes."
    )
    return write_model(out, card.name, weights, replace(full, parameters=parameters, parity=certificate))


def commit() -> str:
    """The commit this code is at, with ``+`` if it was changed since; empty outside its own checkout.

    Weights that were trained since are no change of the code: a card names those it learned from by their SHA-256.
    """
    package = Path(__file__).resolve().parent.parent
    # Installed in a virtual environment inside somebody's repository, git would name that one's commit.
    top = _git(package, "rev-parse", "--show-toplevel")
    if not top or (Path(top) / "src" / "tenfold").resolve() != package:
        return ""
    changed = _git(package, "status", "--porcelain", "--untracked-files=no", "--", ".", ":!models/weights")
    return _git(package, "rev-parse", "--short=12", "HEAD") + ("+" if changed else "")


def _git(folder: Path, *command: str) -> str:
    """What git says in a folder; empty if it is not there or has nothing to say."""
    try:
        done = subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def accuracy(probabilities: Floats, labels: npt.NDArray[np.int64]) -> float:
    """Share of right answers, 0..1."""
    return float((probabilities.argmax(axis=1) == labels).mean())

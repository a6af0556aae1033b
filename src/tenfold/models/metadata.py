"""What an ONNX file says of itself, so that it can be used rightly where its card is not beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from tenfold.errors import ModelError
from tenfold.models.base import ModelCard, Output

NORMALIZATION, LABELS, MODEL = "tenfold.normalization", "tenfold.labels", "tenfold.model"
OUTPUT, TEMPERATURE = "tenfold.output", "tenfold.temperature"
LICENCE = "model_license"  # ONNX has this name itself: docs/MetadataProps.md of its specification

_CLASSES = {"digit": tuple("0123456789"), "gate": ("one_digit", "several_digits", "not_a_digit")}


def labels(card: ModelCard) -> tuple[str, ...]:
    """What each of a network's outputs stands for, in their order."""
    return _CLASSES.get(card.task) or tuple(card.alphabet)


def metadata(card: ModelCard, source: str) -> dict[str, str]:
    """A network's metadata.

    Args:
        card: What is known of it.
        source: ``name@hash`` of what it was exported from.

    Returns:
        Text by key, without what the card does not know: the version of the normalisation, the labels as a JSON list,
        `source`, the licence, whether it gives logits or probabilities, and the temperature that divides the logits.
    """
    found = {
        NORMALIZATION: card.normalization,
        LABELS: json.dumps(labels(card)),
        MODEL: source,
        LICENCE: card.licence,
        OUTPUT: card.output,
        TEMPERATURE: repr(card.temperature),
    }
    return {key: value for key, value in found.items() if value}


def described_by(card: ModelCard, found: Mapping[str, str], normalization: str) -> ModelCard:
    """A plain card, with what the file says of itself.

    Args:
        card: That of a file without one.
        found: Its metadata; what is not Tenfold's counts for nothing.
        normalization: The version of the normalisation in force.

    Raises:
        ModelError: If the file was made for another normalisation, or says what cannot be.
    """
    version = found.get(NORMALIZATION, "")
    if version and version != normalization:
        raise ModelError(
            f"Model {card.name!r} was exported for normalisation {version!r}; this Tenfold uses {normalization!r}.",
            "Export it again with this Tenfold, from a network that was trained on its normalisation.",
        )
    try:
        return replace(
            card,
            normalization=version,
            licence=found.get(LICENCE, ""),
            output=cast(Output, found.get(OUTPUT, card.output)),
            temperature=float(found.get(TEMPERATURE, card.temperature)),
        )
    except ValueError as error:
        raise ModelError(f"The metadata of model {card.name!r} are damaged: {error}.", "Export it again.") from error

"""The way from an input to its explanation: answer it, take ink away, look for what is like it, change it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from tenfold.decide import TURNED_AWAY, threshold
from tenfold.errors import UnreadableImage, UsageError
from tenfold.explanation.change import find_ways
from tenfold.explanation.layers import layers
from tenfold.explanation.occlusion import Ask, evidence, log_probabilities
from tenfold.explanation.place import ink_box, stroke_ink
from tenfold.explanation.prototypes import gallery, nearest, prototypes
from tenfold.explanation.value import Change, Explanation, Gate, StrokeShare
from tenfold.imaging.load import Source, strokes_in
from tenfold.models.base import Classifier
from tenfold.recognizer import Recognizer, shared
from tenfold.types import Floats, Normalized, Prediction, Strokes, as_floats

# How many training digits are shown.
NEIGHBOURS = 6
# Of more strokes than a digit can have, none says anything by itself.
MOST_STROKES = 20
# A digit somebody would say to be that: more likely than all others together.
LEAST_SURE = 0.5
# How many changes the recogniser is shown at most.
TRIES = 4


def explain(x: Source, model: str | Path | Classifier | None = None, against: int | None = None) -> Explanation:
    """Say why the digit in a picture is read as it is.

    Args:
        x: One digit, as for `tenfold.predict`.
        model: As for `Recognizer`; by default the one in the settings.
        against: The digit, 0..9, the answer is held against, and that the ink is changed into; by default the next
            best reading.

    Returns:
        What was answered, which ink spoke for it and which for the other digit, which training digits it is like,
        the smallest change found that makes it the other, and what each layer made of it. Input that cannot be opened
        is answered with status ``unreadable_image`` and explained by its reason alone.

    Raises:
        UsageError: If `x` is of a type Tenfold does not know, or `against` is no digit; see also `Recognizer`.
        UnknownName: If there is no such model.
        ModelError: If the model cannot be trusted.
    """
    recognizer = shared(model) if model is None or isinstance(model, str | Path) else Recognizer(model)
    return explain_with(recognizer, x, against)


def explain_with(
    recognizer: Recognizer,
    x: Source,
    against: int | None = None,
    changes: Sequence[int] | None = None,
    with_layers: bool = True,
) -> Explanation:
    """As `explain`, by a recogniser that is there already.

    Args:
        recognizer: Whose answers are explained.
        x: As for `explain`.
        against: As for `explain`.
        changes: The digits the ink is changed into; by default the rival alone.
        with_layers: Whether to keep what each layer made of it.

    Raises:
        UsageError: As for `explain`.
    """
    for digit in (against, *(changes or ())):
        if digit is not None and (isinstance(digit, bool) or not isinstance(digit, int) or digit not in range(10)):
            raise UsageError(f"A digit is 0 to 9, got {digit!r}.", "Name the digit it might have been.")
    try:
        strokes = strokes_in(x, recognizer.settings.max_bytes)
        picture = recognizer.load(x if strokes is None else strokes)
    except UnreadableImage as error:
        return Explanation(Prediction("unreadable_image", reason=str(error), model=recognizer.model))
    prediction, ink = recognizer.examine(picture)
    return explain_ink(recognizer, prediction, ink, strokes, against, changes, with_layers)


def explain_ink(
    recognizer: Recognizer,
    prediction: Prediction,
    ink: Normalized,
    strokes: Strokes | None = None,
    against: int | None = None,
    changes: Sequence[int] | None = None,
    with_layers: bool = True,
) -> Explanation:
    """As `explain_with`, of ink that was found and answered already.

    Args:
        recognizer: Whose answer it is.
        prediction: The answer.
        ink: What was found.
        strokes: What was drawn, if the ink is Tenfold's own drawing of strokes.
        against: As for `explain`.
        changes: As for `explain_with`.
        with_layers: As for `explain_with`.
    """
    if ink.empty:
        return Explanation(prediction, seen=ink.pixels)
    shown = as_floats(ink.pixels)
    gate = _gate(recognizer, ink)
    network = recognizer.network
    near = gallery(network)
    distances = near.distances(network, shown)
    found = partial(
        Explanation,
        prediction,
        ink.pixels,
        gate=gate,
        box=ink.box,
        seen_box=ink_box(ink.pixels),
        nearest=nearest(distances, NEIGHBOURS),
        space=near.space,
        layers=layers(network, shown) if with_layers else (),
    )
    if prediction.status not in ("ok", "uncertain"):
        said = evidence(recognizer.gate.predict_proba, shown)
        taken_for = 1 if prediction.status == "several_digits" else 2
        return found(evidence=said, map=said[taken_for] - said[0])
    answer, rival = _pair(prediction, against)
    ask = recognizer.classifier.predict_proba
    said = evidence(ask, shown)
    wanted = [rival] if changes is None else [digit for digit in changes if digit != answer]
    return found(
        answer=answer,
        rival=rival,
        evidence=said,
        map=said[answer] - said[rival],
        strokes=_strokes(ask, ink, strokes, answer, rival),
        changes=tuple(_change(recognizer, shown, digit, distances) for digit in wanted),
    )


def _pair(prediction: Prediction, against: int | None) -> tuple[int, int]:
    """The best reading, and the one it is held against: the next best where none, or the best itself, is named."""
    order = [int(digit) for digit in np.argsort(-np.asarray(prediction.probabilities), kind="stable")]
    return order[0], order[1] if against is None or against == order[0] else against


def _gate(recognizer: Recognizer, ink: Normalized) -> Gate:
    pictures = as_floats(np.concatenate([ink.pixels[None], ink.parts]))
    said = recognizer.gate.predict_proba(pictures)
    one, several, neither = (float(share) for share in said[0])
    least = threshold(recognizer.gate.card.thresholds, TURNED_AWAY)
    return Gate(one, several, neither, least, ink.parts, tuple(float(share) for share in said[1:, 0]))


def _strokes(ask: Ask, ink: Normalized, strokes: Strokes | None, answer: int, rival: int) -> tuple[StrokeShare, ...]:
    seen_box = ink_box(ink.pixels)
    if strokes is None or seen_box is None or ink.box is None or not 0 < len(strokes.strokes) <= MOST_STROKES:
        return ()
    drawn = stroke_ink(strokes, ink.pixels, seen_box, ink.box)
    whole = as_floats(ink.pixels)
    said = log_probabilities(ask, np.concatenate([whole[None], np.clip(whole - drawn, 0, 1)]))
    leads = said[:, answer] - said[:, rival]
    spoke = leads[0] - leads[1:]
    total = max(float(np.abs(spoke).sum()), 1e-9)
    return tuple(StrokeShare(float(one), float(one) / total) for one in spoke)


def _change(recognizer: Recognizer, shown: Floats, digit: int, distances: Floats) -> Change:
    """The smallest change to a digit that the recogniser itself confirms, gate and error budget included."""
    least = max(LEAST_SURE, threshold(recognizer.classifier.card.thresholds, recognizer.settings.error_budget))
    ask = recognizer.classifier.predict_proba
    for way in itertools.islice(find_ways(ask, shown, digit, least, distances), TRIES):
        (answer,) = recognizer.answer([Normalized(way.changed)])
        if answer.digit == digit:
            before = np.rint(shown * 255).astype(np.int16)
            more = way.changed.astype(np.int16) - before
            add, remove = (np.asarray(np.maximum(part, 0), np.uint8) for part in (more, -more))
            share = way.ink / max(float(shown.sum()), 1e-6)
            return Change(digit, answer, way.changed, add, remove, share, int(prototypes().numbers[way.place]))
    return Change(digit)

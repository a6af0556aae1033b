"""Corrections for people and programs to read, and their pictures for a terminal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tenfold.store.values import Correction
from tenfold.store.versions import Version

if TYPE_CHECKING:
    from rich.text import Text

WORDS = {
    "others_disagree": "others say otherwise",
    "contradicts_itself": "nearly the same picture was said to be something else",
    "tenfold_disagrees": "Tenfold was sure of its reading",
    "tenfold_unsure": "Tenfold was not sure either",
    "near_duplicate": "nearly the same picture came before",
    "busy_client": "its sender sends many",
}
# Width of a picture in a terminal, in characters; two rows of it make one line.
WIDE = 40


def record(one: Correction) -> dict[str, Any]:
    """As plain JSON types."""
    return asdict(one)


def named(value: str) -> str:
    """Digits, or the words for none."""
    return value or "no digit"


def line(one: Correction) -> str:
    """One line of a list."""
    when = datetime.fromtimestamp(one.at, UTC).strftime("%Y-%m-%d %H:%M")
    said = f"{named(one.was)} ({one.confidence:.0%}) -> {named(one.value)}"
    final = f" as {named(one.final or '')}" if one.state == "accepted" and one.final != one.value else ""
    why = f"  {', '.join(WORDS[reason] for reason in one.suspicion.reasons)}" if one.suspicion.reasons else ""
    return f"{one.id}  {when}  {one.state}{final}  {said}{why}"


def described(one: Correction) -> str:
    """What a reviewer is told."""
    why = "; ".join(WORDS[reason] for reason in one.suspicion.reasons)
    return f"Tenfold read {named(one.was)} ({one.confidence:.0%}), said to be {named(one.value)}." + (
        f" {why[0].upper()}{why[1:]}." if why else ""
    )


def drawn(picture: bytes) -> Text:
    """A picture in half blocks, two pixels to a character."""
    from rich.text import Text

    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        return Text("(the picture cannot be shown)")
    height = max(2, round(WIDE * pixels.shape[0] / pixels.shape[1] / 2) * 2)
    small = cv2.resize(np.asarray(pixels, np.uint8), (WIDE, min(height, 2 * WIDE)), interpolation=cv2.INTER_AREA)
    text = Text()
    for upper, lower in zip(small[0::2], small[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append("▀", f"rgb({above},{above},{above}) on rgb({below},{below},{below})")
        text.append("\n")
    return text


def version_record(one: Version) -> dict[str, Any]:
    """A version as plain JSON types."""
    checks = [asdict(check) for check in one.checks]
    fields = {"id": one.id, "at": one.at, "answers": one.answers, "passed": one.passed}
    return {**fields, "model": one.card.identity, "checks": checks, "card": one.card.to_dict()}


def version_lines(one: Version) -> list[str]:
    """A version for reading: what it is, and what it was compared in where it has not passed or has changed."""
    when = datetime.fromtimestamp(one.at, UTC).strftime("%Y-%m-%d %H:%M")
    state = ("answers" if one.answers else "") or ("passed" if one.passed else "not good enough")
    lines = [f"{one.id}  {when}  {one.card.identity}  {state}"]
    for check in one.checks:
        if not check.passed or check.before != check.after:
            change = f"{check.before:.2%} -> {check.after:.2%} of {check.pictures:,}"
            lines.append(f"   {check.what}: {change}{'' if check.passed else ', not good enough'}")
    return lines

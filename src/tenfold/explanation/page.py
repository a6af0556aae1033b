"""An explanation as one HTML file that needs no other file, no script and no host."""

from __future__ import annotations

import base64
from html import escape
from importlib.resources import files

from tenfold.explanation.drawing import png
from tenfold.explanation.sections import Section, Shown, sections
from tenfold.explanation.value import Explanation
from tenfold.explanation.words import answered, sentences
from tenfold.output import percent
from tenfold.types import Picture


def page(why: Explanation, picture: Picture | None, name: str) -> str:
    """The whole page.

    Args:
        why: The explanation.
        picture: What was given, if it could be opened.
        name: What to call it.
    """
    style = (files("tenfold.explanation") / "page.css").read_text("utf-8")
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences(why)[1:])
    main = (
        f"<header><p>{escape(name)}</p><h1>{escape(answered(why))}</h1>{said}</header>{_bars(why)}"
        f"{''.join(map(_section, sections(why, picture)))}"
        f"<footer>Read by {escape(why.prediction.model)}. Written by <b>tenfold explain</b>.</footer>"
    ).replace(" %", "\u00a0%")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Why: {escape(name)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>{style}</style></head><body><main>{main}</main></body></html>\n"
    )


def _bars(why: Explanation) -> str:
    if why.answer is None:
        return ""
    bars = "".join(
        f'<li{" class=best" if digit == why.answer else ""}><i><u style="height:{100 * share:.1f}%"></u></i>'
        f"<b>{digit}</b><small>{escape(percent(share))}</small></li>"
        for digit, share in enumerate(why.prediction.probabilities)
    )
    return f"<section><h2>How likely each digit is</h2><ol>{bars}</ol></section>"


def _section(section: Section) -> str:
    shown = "".join(map(_figure, section.shown))
    return (
        f"<section><h2>{escape(section.title)}</h2><p>{escape(section.note)}</p>"
        f'<div class="shown">{shown}</div></section>'
    )


def _figure(shown: Shown) -> str:
    data = base64.b64encode(png(shown.pixels)).decode("ascii")
    height, width = shown.pixels.shape[:2]
    kind = "large" if shown.large else "small"
    return (
        f'<figure class="{kind}"><img src="data:image/png;base64,{data}" width="{width}" height="{height}" '
        f'alt="{escape(shown.text)}"><figcaption>{escape(shown.caption)}</figcaption></figure>'
    )

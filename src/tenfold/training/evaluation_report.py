"""The evaluation report: one HTML file that needs no other file, no script and no host."""

from __future__ import annotations

import base64
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tenfold.atomic import write_file
from tenfold.imaging.load import load
from tenfold.output import percent
from tenfold.training.evaluate import Evaluation
from tenfold.training.evaluation_charts import confusion_table, recall_bars, reliability_diagram, risk_curve
from tenfold.training.evaluation_text import WAYS, condition, share, size
from tenfold.training.metrics import reliability, risk_coverage
from tenfold.types import Pixels

MISTAKES = 60
THUMB = 84


def write_report(outcome: Evaluation, path: Path) -> None:
    """Write the report of an evaluation.

    Args:
        outcome: What `tenfold.training.evaluate.evaluate` gave.
        path: The HTML file; its folder is made if missing.

    Raises:
        UsageError: If the place cannot be written to.
    """
    write_file(path, page(outcome).encode("utf-8"))


def page(outcome: Evaluation) -> str:
    """The report as a whole HTML page."""
    figures = outcome.to_dict()
    readings = outcome.readings
    counts = np.bincount(readings.labels, minlength=10).tolist()
    confidence, right = readings.confidence, readings.right
    style = (files("tenfold.training") / "report.css").read_text("utf-8")
    title = f"{figures['model']} on {figures['data']}"
    sections = [
        _section(
            "What was taken for what",
            "Rows: the digit that was written. Columns: what it was read as.",
            confusion_table(figures["confusion"]),
        ),
        _section(
            "Digit by digit",
            "The share of each digit that was read right.",
            recall_bars(figures["per_digit_recall"], counts),
        ),
        _section(
            "Does the confidence mean what it says?",
            "On the diagonal, of the answers given with 80 % confidence 80 % are right. Larger dots: more answers.",
            reliability_diagram(reliability(confidence, right)),
        ),
        _section(
            "What leaving out the doubtful ones buys",
            "When only the most confident answers are given, this share of them is wrong. Dots: the error budgets.",
            risk_curve(*risk_coverage(confidence, right), figures["coverage_at_error"]),
        ),
    ]
    main = (
        f'{_header(figures)}<div class="two">{"".join(sections)}</div>{_mistakes(outcome)}'
        "<footer>Written by <b>tenfold evaluate</b>.</footer>"
    ).replace(" %", "\u00a0%")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>{style}</style></head><body><main>{main}</main></body></html>\n"
    )


def _section(title: str, note: str, body: str) -> str:
    return f"<section><h2>{title}</h2><p>{note}</p>{body}</section>"


def _header(figures: dict[str, Any]) -> str:
    low, high = (share(end, 2) for end in figures["accuracy_ci95"])
    good = figures["answered_accuracy"]
    tiles = {
        "errors": (f"{figures['errors']:,}", f"of {figures['n']:,} pictures"),
        "answered": (
            share(figures["answered"]),
            condition(figures["error_budget"]) + ("" if good is None else f"; {share(good, 2)} right"),
        ),
        "calibration error": (share(figures["ece"], 2), "between confidence and accuracy"),
        "log-likelihood": (f"{figures['nll']:.4f}", "negative, in nats; less is better"),
        "parameters": (f"{figures['parameters']:,}", size(figures["bytes"])),
    }
    cards = "".join(
        f"<div><dt>{name}</dt><dd>{value}<small>{note}</small></dd></div>" for name, (value, note) in tiles.items()
    )
    return (
        f"<header><h1><span>{escape(figures['model'])}</span> on {escape(figures['data'])}</h1>"
        f"<p>{figures['n']:,} pictures, {WAYS[figures['way']]}.</p>"
        f'<p class="accuracy">{share(figures["accuracy"], 2)}<small>read right; 95 % interval {low} to {high}'
        f"</small></p><dl>{cards}</dl>{_statuses(figures['statuses'])}</header>"
    )


def _statuses(statuses: dict[str, int]) -> str:
    parts = ", ".join(f"<b>{count:,}</b> {name.replace('_', ' ')}" for name, count in statuses.items() if count)
    return f'<p class="note">Answers along the whole path: {parts}.</p>'


def _mistakes(outcome: Evaluation) -> str:
    """The mistakes made with the greatest confidence, as pictures."""
    readings = outcome.readings
    wrong = np.flatnonzero(~readings.right)
    worst = wrong[np.argsort(-readings.confidence[wrong], kind="stable")][:MISTAKES]
    if not len(worst):
        return _section("Mistakes", "There are none.", "")
    note = "The most confident first: what the network was given"
    note += "" if outcome.way == "raw" else ", and beside it the picture as it came"
    cards = "".join(_mistake(outcome, int(index)) for index in worst)
    title = "The worst mistakes" if len(wrong) > len(worst) else "All mistakes"
    return _section(title, f"{note}.", f'<div class="mistakes">{cards}</div>')


def _mistake(outcome: Evaluation, index: int) -> str:
    label, answer = int(outcome.readings.labels[index]), int(outcome.readings.answers[index])
    said = f"read as <b>{answer}</b>" if answer >= 0 else "<b>taken for empty</b>"
    sure = escape(percent(float(outcome.readings.confidence[index]))) if answer >= 0 else ""
    pictures = _image(outcome.seen[index], f"a {label}, number {index}")
    if outcome.way != "raw":
        pictures += _image(_given(outcome, index), "as it came")
    status = outcome.answers[index].status
    note = "" if status == "ok" else f"<em>{status.replace('_', ' ')}</em>"
    return (
        f"<figure><div>{pictures}</div><figcaption><b>{label}</b> {said} {sure}{note}"
        f"<small>number {index:,}</small></figcaption></figure>"
    )


def _given(outcome: Evaluation, index: int) -> Pixels:
    """A picture as it came, made small enough to be embedded."""
    given, limits = outcome.dataset.images[index], outcome.settings
    pixels = given if isinstance(given, np.ndarray) else load(given, limits.max_bytes, limits.max_pixels).pixels
    scale = THUMB / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    shape = [max(1, round(side * scale)) for side in (pixels.shape[1], pixels.shape[0])]
    return np.asarray(cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA), np.uint8)


def _image(pixels: Pixels, text: str) -> str:
    coloured = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    data = base64.b64encode(cv2.imencode(".png", coloured)[1].tobytes()).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" alt="{escape(text)}">'

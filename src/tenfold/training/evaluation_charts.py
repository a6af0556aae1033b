"""The charts of the evaluation report, as SVG and HTML without scripts; colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from tenfold.training.evaluation_text import share
from tenfold.training.metrics import BINS, Bin, Reals

WIDTH, HEIGHT = 360, 260
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 26, 40
MOST_POINTS = 400


def confusion_table(confusion: Sequence[Sequence[int]]) -> str:
    """The confusion matrix as a table: right answers in one colour by share, mistakes in another by how often."""
    most = max([count for label, row in enumerate(confusion) for answer, count in enumerate(row) if answer != label])
    head = "".join(f'<th scope="col">{digit}</th>' for digit in range(10))
    rows = "".join(
        f'<tr><th scope="row">{label}</th>{"".join(_cell(label, answer, row, most) for answer in range(10))}</tr>'
        for label, row in enumerate(confusion)
    )
    return f'<table class="confusion"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cell(label: int, answer: int, row: Sequence[int], most: int) -> str:
    count = row[answer]
    if not count:
        return "<td></td>"
    # Mistakes by the logarithm: a single one must still be seen beside a hundred.
    kind, strength = ("hit", count / sum(row)) if answer == label else ("miss", math.log1p(count) / math.log1p(most))
    title = f"{label} read as {answer}: {count:,}"
    return f'<td class="{kind}" style="--strength:{round(100 * strength)}%" title="{title}">{count:,}</td>'


def recall_bars(recalls: Sequence[float | None], counts: Sequence[int]) -> str:
    """A bar for each digit; the axis starts below the least recall, and says where."""
    known = [value for value in recalls if value is not None]
    # Only where all are near the top does it help to cut the bars short.
    floor = math.floor((min(known) - 0.002) * 50) / 50 if min(known) > 0.9 else 0.0
    rows = "".join(_bar(digit, recall, counts[digit], floor) for digit, recall in enumerate(recalls))
    return f'<div class="bars">{rows}</div><p class="note">The bars start at {share(floor, 0)}.</p>'


def _bar(digit: int, recall: float | None, count: int, floor: float) -> str:
    if recall is None:
        return f"<b>{digit}</b><i></i><span>none in this data</span>"
    length = 100 * (recall - floor) / (1 - floor)
    missed = count - round(recall * count)
    text = f"{share(recall, 2)}, {missed:,} of {count:,} missed"
    return f'<b>{digit}</b><i><u style="width:{length:.1f}%"></u></i><span>{text}</span>'


def reliability_diagram(bins: Sequence[Bin]) -> str:
    """Confidence against accuracy; the dot's size shows how many answers a bin holds."""
    x, y = _scale(0, 1, LEFT, WIDTH - RIGHT), _scale(0, 1, HEIGHT - BOTTOM, TOP)
    most = max(bar.n for bar in bins)
    parts = [f'<line class="ideal" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>']
    for bar in bins:
        title = (
            f"{bar.n:,} answers of confidence {share(bar.low, 0)} to {share(bar.high, 0)}: {share(bar.accuracy)} right"
        )
        height = round(y(0) - y(bar.accuracy), 1)
        left, width = x(bar.low) + 1, x(1 / BINS) - x(0) - 2
        radius = round(2.5 + 5 * math.log1p(bar.n) / math.log1p(most), 1)
        parts += [
            f"<g><title>{title}</title>",
            f'<rect class="area" x="{left:.1f}" y="{y(bar.accuracy)}" width="{width:.1f}" height="{height}"/>',
            f'<circle class="dot" cx="{x(bar.confidence)}" cy="{y(bar.accuracy)}" r="{radius}"/></g>',
        ]
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    axes = _axes(x, y, ticks, ticks, "confidence", "right")
    return _svg("Reliability diagram: of the answers with a given confidence, how many are right", axes, *parts)


def risk_curve(shares: Reals, risk: Reals, budgets: dict[str, float]) -> str:
    """How many of the answers given are wrong, when only the most confident share is given."""
    top = max(float(risk.max()), 0.002) * 1.08
    x, y = _scale(0, 1, LEFT, WIDTH - RIGHT), _scale(0, top, HEIGHT - BOTTOM, TOP)
    picked = np.unique(np.linspace(0, len(shares) - 1, min(len(shares), MOST_POINTS)).astype(int))
    points = " ".join(f"{x(float(shares[i]))},{y(float(risk[i]))}" for i in picked)
    parts = [f'<polyline class="curve" points="{points}"/>']
    for budget, part in budgets.items():
        if part and float(budget) <= top:
            title = f"{share(part)} can be answered with {share(float(budget))} errors"
            place = f'cx="{x(part)}" cy="{y(float(budget))}"'
            parts.append(f'<g><title>{title}</title><circle class="dot" {place} r="4.5"/></g>')
    axes = _axes(x, y, [0, 0.25, 0.5, 0.75, 1], _ticks(top), "answered", "wrong")
    return _svg("Risk and coverage: the share of wrong answers among those given", axes, *parts)


def _ticks(top: float) -> list[float]:
    """About five round numbers from 0 to top."""
    rough = top / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(step for step in (1, 2, 5, 10) if step * power >= rough) * power
    return [step * number for number in range(int(top / step) + 1)]


def _scale(low: float, high: float, start: float, end: float) -> Any:
    return lambda value: round(start + (value - low) / (high - low) * (end - start), 1)


def _axes(x: Any, y: Any, across: Sequence[float], up: Sequence[float], below: str, beside: str) -> str:
    digits = max(0, math.ceil(-math.log10(up[1]) - 2 - 1e-9))
    parts = [f'<line class="axis" x1="{LEFT}" y1="{y(0)}" x2="{WIDTH - RIGHT}" y2="{y(0)}"/>']
    for value in up:
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y(value)}" x2="{WIDTH - RIGHT}" y2="{y(value)}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{share(value, digits)}</text>')
    low = HEIGHT - BOTTOM + 16
    parts += [f'<text x="{x(value)}" y="{low}" text-anchor="middle">{share(value, 0)}</text>' for value in across]
    parts.append(f'<text class="name" x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{below} →</text>')
    parts.append(f'<text class="name" x="{LEFT}" y="{TOP - 12}">↑ {beside}</text>')
    return "".join(parts)


def _svg(label: str, *parts: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'

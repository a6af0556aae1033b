"""The charts of a comparison, as SVG without scripts; colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, get_args

from tenfold.comparison.ranking import published_met
from tenfold.literature.entries import Family

Row = dict[str, Any]
FAMILIES: tuple[str, ...] = get_args(Family)
WIDTH, HEIGHT = 1000, 520
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 30, 48
LETTER, LINE = 6.6, 13
Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of a scatter plot."""

    name: str
    family: str
    x: float
    y: float
    title: str


def scatter(spots: Sequence[Spot], across: str, up: str, label: str) -> str:
    """Points on two logarithmic axes, each with its name where there is room for it."""
    x, first, last = _log([spot.x for spot in spots], LEFT, WIDTH - RIGHT)
    y, low, high = _log([spot.y for spot in spots], HEIGHT - BOTTOM, TOP)
    parts = [*_grid_across(x, first, last, HEIGHT), *_grid_up(y, low, high)]
    parts.append(f'<text class="name" x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{escape(across)} →</text>')
    parts.append(f'<text class="name" x="{LEFT}" y="{TOP - 12}">↑ {escape(up)}</text>')
    taken = [(x(spot.x) - 7, y(spot.y) - 7, x(spot.x) + 7, y(spot.y) + 7) for spot in spots]
    for spot in spots:
        place = f'cx="{x(spot.x):.1f}" cy="{y(spot.y):.1f}" r="6"'
        parts.append(
            f'<g class="{css(spot.family)}"><title>{escape(spot.title)}</title><circle class="spot" {place}/></g>'
        )
    for spot in spots:
        found = _room(x(spot.x), y(spot.y), LETTER * len(spot.name), taken)
        if found:
            left, top = found
            taken.append((left, top, left + LETTER * len(spot.name), top + LINE))
            parts.append(f'<text x="{left:.1f}" y="{top + LINE - 3:.1f}">{escape(spot.name)}</text>')
    return f'<div class="scroll">{svg(label, WIDTH, HEIGHT, *parts)}</div>'


def learning_curves(rows: Sequence[Row]) -> str:
    """A panel a family: error against digits learned from; its own in colour, the others behind in grey."""
    curves = {row["name"]: _curve(row) for row in rows}
    curves = {name: points for name, points in curves.items() if len(points) > 1}
    if not curves:
        return ""
    everything = [point for points in curves.values() for point in points]
    wide, tall = 320, 230
    panels = []
    x, first, last = _log([count for count, _ in everything], 46, wide - 14)
    y, low, high = _log([error for _, error in everything], tall - 30, 26)
    for family in FAMILIES:
        names = [row["name"] for row in rows if row["family"] == family and row["name"] in curves]
        if not names:
            continue
        parts = [*_grid_across(x, first, last, tall, 30, 26), *_grid_up(y, low, high, 46, wide - 14)]
        lines = {name: " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points) for name, points in curves.items()}
        parts += [f'<polyline class="others" points="{line}"/>' for name, line in lines.items() if name not in names]
        for name in names:
            said = ", ".join(f"{100 * b:.2g} % after {a:,}" for a, b in curves[name])
            line = f'<polyline class="line" points="{lines[name]}"/>'
            parts.append(f'<g class="{css(family)}"><title>{name}: {said}</title>{line}</g>')
        body = svg(f"Learning curves of {family}", wide, tall, *parts)
        panels.append(f"<figure><figcaption><b>{family}</b> {escape(', '.join(names))}</figcaption>{body}</figure>")
    return f'<div class="panels">{"".join(panels)}</div>'


def _curve(row: Row) -> list[tuple[float, float]]:
    return [(float(count), max(1 - right, 2e-4)) for count, right in row["learning_curve"].items()]


def published_dots(rows: Sequence[Row]) -> str:
    """For each with a published error: ours with its interval, and the published one beside it."""
    # Only on the digits they were published for.
    known = [row for row in rows if published_met(row) is not None]
    if not known:
        return ""
    tall = 30 + 22 * len(known) + 40
    ends = [
        value for row in known for value in (row["published_error"], *(_error(end) for end in row["accuracy_ci95"]))
    ]
    left = 190
    x, first, last = _log(ends, left, WIDTH - RIGHT)
    parts = _grid_across(x, first, last, tall, 40, 20, lambda value: f"{value:g} %")
    for number, row in enumerate(known):
        y = 36 + 22 * number
        high, low = (_error(end) for end in row["accuracy_ci95"])
        here, there = f"{_error(row['accuracy']):.2f} % here", f"{row['published_error']:g} % published"
        title = f"{row['name']}: {here}, {there} ({row['source']})"
        met = "met" if published_met(row) else "unmet"
        parts.append(
            f'<g class="{css(row["family"])}"><title>{escape(title)}</title>'
            f'<line class="interval" x1="{x(low):.1f}" y1="{y}" x2="{x(high):.1f}" y2="{y}"/>'
            f'<circle class="spot" cx="{x(_error(row["accuracy"])):.1f}" cy="{y}" r="5"/>'
            f'<path class="published {met}" d="M{x(row["published_error"]):.1f} {y - 8}v16"/></g>'
            f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{escape(row["name"])}</text>'
        )
    parts.append(f'<text class="name" x="{WIDTH - RIGHT}" y="{tall - 6}" text-anchor="end">errors →</text>')
    drawn = svg("Errors here, with their interval, beside the published ones", WIDTH, tall, *parts)
    return f'<div class="scroll">{drawn}</div>'


def _error(right: float) -> float:
    return max(100 * (1 - right), 0.02)


def legend(rows: Sequence[Row]) -> str:
    """Which colour is which family."""
    there = [family for family in FAMILIES if any(row["family"] == family for row in rows)]
    return '<p class="legend">' + "".join(f'<span class="{css(name)}"><i></i>{name}</span>' for name in there) + "</p>"


def css(family: str) -> str:
    """The class that gives a family its colour."""
    return f"family-{family.replace(' ', '-')}"


def svg(label: str, width: int, height: int, *parts: str) -> str:
    """A picture of this size with a name for those who do not see it."""
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _log(values: Sequence[float], start: float, end: float) -> tuple[Scale, float, float]:
    """A logarithmic scale that holds all values, and its first and last."""
    low, high = math.log10(min(values)), math.log10(max(values))
    room = max(0.05 * (high - low), 0.05)
    low, high = low - room, high + room
    return (lambda value: start + (math.log10(value) - low) / (high - low) * (end - start)), 10**low, 10**high


def _ticks(first: float, last: float) -> list[float]:
    """Round numbers between two: powers of ten, and 2 and 5 times these where there are few."""
    powers = range(math.floor(math.log10(first)), math.ceil(math.log10(last)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        found = [step * 10.0**power for power in powers for step in steps if first <= step * 10.0**power <= last]
        if len(found) >= 4:
            break
    return found


def _grid_across(
    x: Scale, first: float, last: float, height: int, bottom: int = BOTTOM, top: int = TOP, name: Any = None
) -> list[str]:
    parts = []
    for value in _ticks(first, last):
        parts.append(f'<line class="grid" x1="{x(value):.1f}" y1="{top}" x2="{x(value):.1f}" y2="{height - bottom}"/>')
        text = name(value) if name else _short(value)
        parts.append(f'<text x="{x(value):.1f}" y="{height - bottom + 16}" text-anchor="middle">{text}</text>')
    return parts


def _grid_up(y: Scale, low: float, high: float, left: int = LEFT, right: int = WIDTH - RIGHT) -> list[str]:
    parts = []
    for value in _ticks(low, high):
        parts.append(f'<line class="grid" x1="{left}" y1="{y(value):.1f}" x2="{right}" y2="{y(value):.1f}"/>')
        parts.append(f'<text x="{left - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{100 * value:.3g} %</text>')
    return parts


def _short(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _room(x: float, y: float, wide: float, taken: Sequence[tuple[float, float, float, float]]) -> Any:
    """Where beside a point its name hides nothing: left and top; None if nowhere."""
    places = (
        (x + 9, y - 6),
        (x - 9 - wide, y - 6),
        (x - wide / 2, y - 21),
        (x - wide / 2, y + 8),
        (x + 7, y - 18),
        (x + 7, y + 6),
        (x - 7 - wide, y - 18),
        (x - 7 - wide, y + 6),
    )
    for left, top in places:
        inside = left >= LEFT and left + wide <= WIDTH - 4 and top >= 0 and top + LINE <= HEIGHT - BOTTOM + 4
        clear = all(left + wide <= a or left >= c or top + LINE <= b or top >= d for a, b, c, d in taken)
        if inside and clear:
            return left, top
    return None

"""The charts of a search, as SVG without scripts; colours come from the page's style."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from tenfold.training.params import Param, shown
from tenfold.tuning.importance import Importance
from tenfold.tuning.search import Outcome, Trial

WIDTH, HEIGHT = 420, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 18, 18, 46
Scale = Callable[[float], float]


def bars(outcome: Outcome) -> str:
    """A bar a parameter, what mattered most first."""
    rows = [(escape(one.name), 100 * one.share) for one in outcome.mattered.params]
    drawn = (f'<b>{name}</b><i><u style="width:{much:.1f}%"></u></i><span>{much:.0f} %</span>' for name, much in rows)
    return f'<div class="bars">{"".join(drawn)}</div>'


def panels(outcome: Outcome) -> str:
    """A panel a parameter, what mattered most first: the trials' errors by its value, and what the forest expects."""
    known = {param.name: param for param in outcome.space.params}
    figures = [
        f"<figure><figcaption><b>{escape(one.name)}</b> mattered {100 * one.share:.0f} %</figcaption>"
        f"{panel(known[one.name], one, outcome)}</figure>"
        for one in outcome.mattered.params
    ]
    return f'<div class="two">{"".join(figures)}</div>'


def panel(param: Param, importance: Importance, outcome: Outcome) -> str:
    """The panel of one parameter."""
    first = outcome.space.rungs[0]
    least = 0.5 / outcome.space.validation
    points = [(trial, digits, max(1 - right, least)) for trial, digits, right in _measured(outcome.trials)]
    errors = [error for *_, error in points] + [error for _, error in importance.effect]
    low, high = math.log10(min(errors)) - 0.05, math.log10(max(errors)) + 0.05

    def x(place: float) -> float:
        return LEFT + place * (WIDTH - LEFT - RIGHT)

    def y(error: float) -> float:
        return TOP + (high - math.log10(error)) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [*_grid(10**low, 10**high, y), *_values(param, x)]
    line = " ".join(f"{x(param.place(value)):.1f},{y(error):.1f}" for value, error in importance.effect)
    parts.append(f'<polyline class="curve" points="{line}"/>')
    for trial, digits, error in points:
        value = shown(trial.params[param.name])
        title = f"trial {trial.number}: {value}, {100 * error:.2f} % wrong after {digits:,} digits"
        place = f'cx="{x(param.place(trial.params[param.name])):.1f}" cy="{y(error):.1f}"'
        kind = "dot" if digits == first else "dot further"
        own = " own" if not trial.number else ""
        parts.append(f'<g><title>{escape(title)}</title><circle class="{kind}{own}" {place} r="4.5"/></g>')
    parts.append(
        f'<text class="name" x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{escape(param.name)} →</text>'
    )
    label = f"Errors by {param.name}"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _measured(trials: Sequence[Trial]) -> list[tuple[Trial, int, float]]:
    return [(trial, digits, right) for trial in trials for digits, right in trial.accuracies.items()]


def _grid(low: float, high: float, y: Scale) -> list[str]:
    """Lines at round errors, with their names."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        found = [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
        if len(found) >= 3:
            break
    parts = []
    for error in found:
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y(error):.1f}" x2="{WIDTH - RIGHT}" y2="{y(error):.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(error) + 4:.1f}" text-anchor="end">{100 * error:.3g} %</text>')
    return parts


def _values(param: Param, x: Scale) -> list[str]:
    """Values of the range, below."""
    values = param.range if param.kind == "choice" else tuple(param.at(step / 4) for step in range(5))
    return [
        f'<text x="{x(param.place(value)):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{shown(value)}</text>'
        for value in dict.fromkeys(values)
    ]

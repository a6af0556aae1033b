"""The figures of an evaluation in words and a small table, for the terminal."""

from __future__ import annotations

from typing import Any

from tenfold.training.metrics import most_confused

WAYS = {
    "raw": "given to the network as they are",
    "whole": "through the whole path: loaded, normalised, read",
    "naive": "merely resized to 28x28, as the report's window did",
}
PAIRS = 6


def describe(figures: dict[str, Any]) -> str:
    """The figures as lines of text.

    Args:
        figures: What `tenfold.training.evaluate.Evaluation.to_dict` gave.
    """
    rows = "\n".join(f"  {name:<14}{text}" for name, text in headlines(figures).items())
    digits = "".join(f"{digit:>7}" for digit in range(10))
    recalls = "".join(f"{'-' if value is None else f'{100 * value:.1f}':>7}" for value in figures["per_digit_recall"])
    parts = [
        f"{figures['model']} on {figures['data']}: {figures['n']:,} pictures, {WAYS[figures['way']]}",
        rows,
        f"  digit     {digits}\n  recall, % {recalls}",
    ]
    confused = most_confused(figures["confusion"], PAIRS)
    if confused:
        parts.append("  most confused " + ", ".join(f"{a} as {b} ({n}x)" for a, b, n in confused))
    return "\n\n".join(parts)


def headlines(figures: dict[str, Any]) -> dict[str, str]:
    """The figures that matter most, each a name and a phrase."""
    low, high = (share(end, 2) for end in figures["accuracy_ci95"])
    able = ", ".join(f"{share(part)} at {share(float(cost))}" for cost, part in figures["coverage_at_error"].items())
    good = figures["answered_accuracy"]
    lines = {
        "accuracy": f"{share(figures['accuracy'], 2)} of the best readings (95 % interval {low} to {high}), "
        f"{figures['errors']:,} errors",
        "calibration": f"negative log-likelihood {figures['nll']:.4f}, calibration error {share(figures['ece'], 2)}",
        "answered": f"{share(figures['answered'])} {condition(figures['error_budget'])}"
        + ("" if good is None else f"; {share(good, 2)} of these right"),
        "could answer": f"{able} errors",
        "model": f"{figures['parameters']:,} parameters, {size(figures['bytes'])}",
    }
    others = {name: count for name, count in figures["statuses"].items() if count and name not in ("ok", "uncertain")}
    if others:
        lines["turned away"] = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in others.items())
    return lines


def condition(error_budget: float | None) -> str:
    """Under which condition answers were given."""
    return "without thresholds" if error_budget is None else f"at an error budget of {100 * error_budget:g} %"


def share(value: float, digits: int = 1) -> str:
    """A share of 0..1 in per cent."""
    return f"{100 * value:.{digits}f} %"


def size(count: int) -> str:
    """A number of bytes as people read it."""
    return f"{count / 1e6:.2f} MB" if count >= 1e6 else f"{count / 1e3:.1f} kB"

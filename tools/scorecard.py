"""Writes docs/scorecard.md, docs/reliability.md, the README's figures and the plan for a billion from
benchmarks/results, or checks them."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

from billion import plan
from written import ROOT, with_block, wrapped, write_or_check

RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "scorecard.md"
RELIABILITY = ROOT / "docs" / "reliability.md"
README = ROOT / "README.md"
SCALING = ROOT / "docs" / "scaling.md"
CURVES = ROOT / "docs" / "images" / "robustness.svg"
START, END = "<!-- scorecard: written by `make docs` -->", "<!-- end of scorecard -->"
PLAN_START, PLAN_END = "<!-- the plan: written by `make docs` -->", "<!-- end of the plan -->"

HEAD = """\
# Scorecard

Every figure Tenfold claims, each beside a plain way of doing the same in the same run. Written by `make docs` from
`benchmarks/results`; `make bench` measures them again. Times depend on the machine: the ratios are what to compare.
"""
SHORT = """\
## In short

What was asked for, and whether it is met. What holds under load and over time is in [reliability](reliability.md).
"""
# What is measured of the service and of long runs has a page of its own.
RELIABLE = ("batch", "corrections", "fuzz_read", "fuzz_uploads", "load", "personal_profile", "soak")
RELIABILITY_HEAD = """\
# Reliability

How the service and long runs hold up: under load, under too much of it, over a long time, and when something is killed.
Each figure stands beside a plain way of doing the same in the same run. Written by `make docs` from
`benchmarks/results`; what is promised without a number is in the tests: a server killed among a thousand corrections
has lost none, on both databases, and without its database it answers on (`tests/store/test_nothing_lost.py`); a batch
killed at any point goes on to the same bytes (`tests/scale`).
"""
# What the README shows of all this, missed or not, in words that need no page beside them.
HEADLINES = {
    "`digit` on MNIST's test digits, mean of 5 seeds": "MNIST's test digits read right, mean of five seeds",
    "Digits drawn in a web page by many (finnish_canvas), after MNIST alone": "Drawn on a web page by hands never seen",
    "Ten ways a picture goes wrong, severity 3": "Shifted, turned, faint, blurred, shaded, … (ten ways)",
    "Errors among the answers, MNIST test, budget 1 %": "Wrong among the answers given, error budget 1 %",
    "Digits from letters, marks, scribbles, scenes and spoiled digits": "Digits told from letters and scribbles",
    "register_rows: numbers read exactly": "Whole numbers in a handwritten register",
    "the same, touching or overlapping: numbers read exactly": "Numbers of five touching digits",
    "A picture to its answer, from a shell": "A picture to its answer, from a shell",
    "Requests a second, 2 processes, 8 clients": "Requests a second, 2 processes, 8 clients",
}
# What figures that were asked for are held against, in brackets behind them.
REMARK = re.compile(r" \([^)]*\)")
EMPTY = "Nothing has been measured yet: run `make bench`.\n"


def results() -> dict[str, dict[str, Any]]:
    """The stored results by name."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(RESULTS.glob("*.json"))}


def number(value: float, unit: str) -> str:
    """A value as people read it, three digits or, for shares, two decimals."""
    if unit == "%":
        return f"{value:.2f} %"
    return (f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}").strip()


def exact(value: float) -> str:
    """A further figure: four digits, and never as a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def asked(figure: dict[str, Any]) -> str:
    """What was asked for, and whether it is met."""
    if not figure["asked"]:
        return ""
    return f"{figure['asked']}: {'met' if figure['met'] else '**missed**'}"


def headlines(figures: list[dict[str, Any]]) -> str:
    """The README's few figures, without what each is held against, and how many of all that was asked for are met."""
    wanted = [figure for figure in figures if figure["asked"]]
    known = {figure["what"]: figure for figure in wanted}
    lines = ["| | Tenfold | the plain way | asked for |", "|---|---|---|---|"]
    for what, title in HEADLINES.items():
        if what not in known:
            lines.append(f"| {title} | not measured yet | | |")
            continue
        figure = known[what]
        ours, plain = (number(figure[key], figure["unit"]) for key in ("value", "baseline"))
        lines.append(f"| {title} | **{ours}** | {plain} | {REMARK.sub('', asked(figure))} |")
    met = sum(figure["met"] for figure in wanted)
    return "\n".join([*lines, "", f"Of {len(wanted)} figures that were asked for, {met} are met."]) + "\n"


def table(figures: list[dict[str, Any]]) -> str:
    """The short table of the scorecard: what something was asked for, without the rest."""
    lines = ["| | Tenfold | the plain way | asked for |", "|---|---|---|---|"]
    for figure in figures:
        if not figure["asked"]:
            continue
        ours, plain = (number(figure[key], figure["unit"]) for key in ("value", "baseline"))
        lines.append(f"| {figure['what']} | {ours} | {plain} ({figure['baseline_what']}) | {asked(figure)} |")
    return "\n".join(lines) + "\n"


def section(name: str, result: dict[str, Any]) -> str:
    """One claim in full: figures, spread, trials, machine and versions."""
    lines = [f"## {result['claim']}", "", f"`python benchmarks/{name}.py`", ""]
    lines += ["| | Tenfold | spread | n | the plain way | ratio | asked for |", "|---|---|---|---|---|---|---|"]
    for figure in result["figures"]:
        unit = figure["unit"]
        spread = " to ".join(number(value, unit) for value in figure["spread"] or ())
        ratio = f"{figure['ratio']:.3g}" if figure["ratio"] else ""
        lines.append(
            f"| {figure['what']} | {number(figure['value'], unit)} | {spread} | {figure['n']:,} "
            f"| {number(figure['baseline'], unit)} ({figure['baseline_what']}) | {ratio} | {asked(figure)} |"
        )
    if name == "robustness":
        lines += ["", f"![Share read right against strength, for each way a picture goes wrong](images/{CURVES.name})"]
    for figure in result["figures"]:
        if figure["more"]:
            more = ", ".join(f"{key} {exact(value)}" for key, value in figure["more"].items())
            lines += ["", wrapped(f"{figure['what']}: {more}.")]
    machine = result["machine"]
    versions = ", ".join(f"{package} {version}" for package, version in result["versions"].items())
    where = f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}"
    lines += ["", wrapped(f"Measured on {where}; commit `{result['commit']}`; {versions}.")]
    return "\n".join(lines) + "\n"


def curves(result: dict[str, Any]) -> str:
    """The robustness card as SVG: for each way a picture goes wrong, the share read right against its strength."""
    import matplotlib as mpl

    mpl.use("svg")
    # Equal results give equal files, letters stay letters, and grey is legible on light and dark.
    mpl.rcParams.update({"svg.hashsalt": "tenfold", "svg.fonttype": "none", "font.size": 9})
    for part in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"):
        mpl.rcParams[part] = "#808080"
    from matplotlib.figure import Figure

    spoilt = [figure for figure in result["figures"] if "Tenfold at" in " ".join(figure["more"] or ())]
    page = Figure(figsize=(10, 4.6), layout="constrained")
    for place, (axes, figure) in enumerate(zip(page.subplots(2, 5, sharey=True).flat, spoilt, strict=True)):
        for whose, colour in (("report", "#c0702a"), ("Tenfold", "#2a7fc0")):
            points = [(key.split(" at ")[1], value) for key, value in figure["more"].items() if key.startswith(whose)]
            axes.plot(*zip(*points, strict=True), color=colour, marker="o", markersize=3, label=whose)
        name, _, strength = figure["what"].partition(", ")
        axes.set_title(f"{name} ({' '.join(strength.split()[1:])})", fontsize=8)
        axes.set_ylim(0, 102)
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if place % 5 == 0:
            axes.set_ylabel("right, %")
    page.axes[0].legend(frameon=False, loc="lower left")
    drawn = io.StringIO()
    page.savefig(drawn, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n"


def pages() -> dict[Path, str]:
    """What the files should say."""
    found = results()
    everything = [figure for result in found.values() for figure in result["figures"]]
    arithmetic = plan(found["batch"]) + "\n" if "batch" in found else ""
    reliable = [section(name, found.pop(name)) for name in RELIABLE if name in found]
    figures = [figure for result in found.values() for figure in result["figures"]]
    sections = [f"{SHORT}\n{table(figures)}", *(section(name, result) for name, result in found.items())]
    block = f"{START}\n\n{headlines(everything) if everything else EMPTY}\n{END}"
    drawn = {CURVES: curves(found["robustness"])} if "robustness" in found else {}
    return drawn | {
        PAGE: "\n".join([HEAD, *(sections if figures else [EMPTY])]),
        RELIABILITY: "\n".join([RELIABILITY_HEAD, *(reliable or [EMPTY])]),
        README: with_block(README, START, END, block),
        SCALING: with_block(SCALING, PLAN_START, PLAN_END, f"{PLAN_START}\n\n{arithmetic}{PLAN_END}"),
    }


if __name__ == "__main__":
    sys.exit(write_or_check(pages()))

"""The report of a comparison: one HTML file that needs no other file, no script and no host."""

from __future__ import annotations

import base64
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2

from tenfold.atomic import write_file
from tenfold.comparison.charts import Spot, learning_curves, legend, published_dots, scatter
from tenfold.comparison.corruptions import CORRUPTIONS
from tenfold.comparison.material import Material
from tenfold.comparison.measure import PAIRS
from tenfold.comparison.ranking import ranked
from tenfold.comparison.report_tables import by_corruption, by_digit, by_pair, by_set, heat, ranking
from tenfold.comparison.text import shared_note
from tenfold.types import Pixels

Row = dict[str, Any]
PICTURES = 8
HARDEST = 40


def write_report(rows: list[Row], material: Material, quick: bool, path: Path) -> None:
    """Write the report.

    Args:
        rows: What `tenfold.comparison.run.compare` gave.
        material: On what.
        quick: Whether it was made in a hurry.
        path: The HTML file; its folder is made if missing.

    Raises:
        UsageError: If the place cannot be written to.
    """
    write_file(path, page(rows, material, quick).encode("utf-8"))


def page(rows: list[Row], material: Material, quick: bool) -> str:
    """The report as a whole HTML page."""
    best = ranked(rows)
    labels = "".join(map(str, material.test.labels))
    style = (files("tenfold.training") / "report.css").read_text("utf-8")
    style += (files("tenfold.comparison") / "comparison.css").read_text("utf-8")
    parts = [_header(rows, best, material, quick), *(_sections(best, labels, material) if best else [])]
    failed = [row for row in rows if "error" in row]
    if failed:
        items = "".join(f"<li><b>{escape(row['name'])}</b>: {escape(row['error'])}</li>" for row in failed)
        parts.append(_section("Failed", "These were started and gave nothing.", f"<ul>{items}</ul>"))
    main = "".join(parts).replace(" %", "\u00a0%")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Classifiers compared</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<style>{style}</style></head><body><main class="wide">{main}'
        "<footer>Written by <b>tenfold compare</b>.</footer></main></body></html>\n"
    )


def _sections(best: list[Row], labels: str, material: Material) -> list[str]:
    spoilt = sum(len(part.labels) for steps in material.spoilt.values() for part in list(steps.values())[:1])
    fitted = [row for row in best if row["fit_seconds"]]
    return [
        _section("By rank", "Best first, and what each costs.", ranking(best, labels)),
        _section(
            "Accuracy against what an answer costs",
            "Further down is better, further left is quicker.",
            _costs(best, "seconds_a_digit", 1e6, "microseconds a digit"),
        ),
        _section(
            "Accuracy against what fitting costs",
            "Those that are measured as shipped are not here.",
            _costs(fitted, "fit_seconds", 1, "seconds to fit"),
        ),
        _section(
            "Beside what was published",
            "The dot is the error here with its 95 % interval, the stroke what was published: red where it is not met.",
            published_dots(best),
        ),
        _section(
            "What more digits bring",
            "Errors against the digits learned from; on the way to all of them 2,000 test digits judge.",
            learning_curves(best),
        ),
        _section("Digit by digit", "Errors in per cent of the digits that were written.", heat(best, by_digit())),
        _section(
            "Spoilt digits",
            f"Accuracy in per cent on {spoilt // len(material.spoilt):,} test digits, spoilt by "
            f"{', '.join(f'{name} ({one.unit})' for name, one in CORRUPTIONS.items())}. "
            "Nothing is centred or cleaned before they are read.",
            heat(best, by_corruption(best)),
        ),
        _section(
            "Digits of other hands",
            "Accuracy in per cent on sets that are no MNIST, through Tenfold's normalisation. Some of those "
            "measured as shipped have learned from a part of these.",
            heat(best, by_set(best)) if material.foreign else "",
        ),
        _section(
            "The pairs the survey names",
            "How often one was taken for the other; below, the test digits that most classifiers took so.",
            heat(best, by_pair()) + _pairs(best, material),
        ),
        _section(
            "The hardest digits",
            "How many of the classifiers read each wrongly, and what most of them took it for.",
            _hardest(best, material),
        ),
        _section("What they are", "", _about(best)),
    ]


def _section(title: str, note: str, body: str) -> str:
    return f"<section><h2>{title}</h2><p>{note}</p>{body}</section>" if body else ""


def _header(rows: list[Row], best: list[Row], material: Material, quick: bool) -> str:
    counts = f"{len(material.fitting.labels):,} digits to fit to, {len(material.test.labels):,} to judge by"
    hurry = " A quick run, with fewer digits and epochs: not what these classifiers can do." if quick else ""
    lead = ""
    if best:
        first = best[0]
        lead = (
            f'<p class="accuracy">{100 * first["accuracy"]:.2f} %<small>{escape(first["name"])}, the best of '
            f"{len(rows)}; the last has {100 * best[-1]['accuracy']:.2f} %</small></p>{legend(best)}"
        )
    shared = shared_note(rows)
    hurry += f" {escape(shared)}" if shared else ""
    title = f"<h1><span>{len(rows)} classifiers</span> on {escape(material.data)}</h1>"
    return f"<header>{title}<p>{counts}.{hurry}</p>{lead}</header>"


def _costs(rows: list[Row], key: str, factor: float, name: str) -> str:
    spots = []
    for row in rows:
        error = max(1 - row["accuracy"], 0.5 / row["n"])
        title = f"{row['name']}: {100 * (1 - row['accuracy']):.2f} % errors, {factor * row[key]:,.3g} {name}"
        spots.append(Spot(row["name"], row["family"], max(factor * row[key], 1e-3), error, title))
    return scatter(spots, name, "errors", f"Errors against {name}") if spots else ""


# -- pictures ---------------------------------------------------------------------------------------------------


def _pairs(best: list[Row], material: Material) -> str:
    """For each pair the test digits that most classifiers took for the other of the two."""
    labels = material.test.labels
    groups = []
    for one, other in PAIRS:
        taken: dict[int, int] = {}
        for row in best:
            for place, answer in enumerate(row["answers"]):
                if (int(labels[place]), int(answer)) in ((one, other), (other, one)):
                    taken[place] = taken.get(place, 0) + 1
        chosen = sorted(taken, key=lambda place: (-taken[place], place))[:PICTURES]
        cards = "".join(
            _card(material.test.pictures[place], f"a {labels[place]}", f"{taken[place]} of {len(best)}")
            for place in chosen
        )
        if cards:
            groups.append(f'<div><h3>{one} and {other}</h3><div class="mistakes">{cards}</div></div>')
    return f'<div class="pairs">{"".join(groups)}</div>'


def _hardest(best: list[Row], material: Material) -> str:
    labels = material.test.labels
    wrong: list[tuple[int, int, str]] = []
    for place, label in enumerate(labels):
        said = [row["answers"][place] for row in best if row["answers"][place] != str(label)]
        if said:
            wrong.append((-len(said), place, max(sorted(set(said)), key=said.count)))
    cards = [
        _card(material.test.pictures[place], f"a {labels[place]}, read as {most}", f"{-count} of {len(best)}")
        for count, place, most in sorted(wrong)[:HARDEST]
    ]
    return f'<div class="mistakes">{"".join(cards)}</div>' if cards else ""


def _card(picture: Pixels, text: str, small: str) -> str:
    data = base64.b64encode(cv2.imencode(".png", picture)[1].tobytes()).decode("ascii")
    image = f'<img src="data:image/png;base64,{data}" alt="{escape(text)}">'
    return f"<figure><div>{image}</div><figcaption>{escape(text)}<small>{small}</small></figcaption></figure>"


def _about(best: list[Row]) -> str:
    items = []
    for row in sorted(best, key=lambda row: str(row["name"])):
        params = ", ".join(f"{key} {value}" for key, value in row["params"].items())
        more = " ".join(f"{text}." for text in (row["note"].rstrip("."), params) if text)
        items.append(
            f"<dt>{escape(row['name'])}</dt><dd>{escape(row['title'])}. {escape(row['source'])}. Learned from "
            f"{escape(row['learned_from'])}. {escape(more)}</dd>"
        )
    return f'<dl class="about">{"".join(items)}</dl>'

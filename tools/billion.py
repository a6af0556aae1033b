"""The plan for a billion pictures: arithmetic from what benchmarks/batch.py measured, with assumed prices."""

from __future__ import annotations

import textwrap
from typing import Any

from tenfold.scale.entries import Entry, to_line

PICTURES = 1_000_000_000
# What one command reads: as many as were measured in one go, so that what was measured holds for each.
SHARD = 1_000_000
CORES = (100, 1_000, 10_000)
# Assumed, in dollars: a core for an hour, a gigabyte from one region of a cloud to another, and kept for a month.
CORE_HOUR, MOVED, KEPT = 0.04, 0.02, 0.023
# A file of its own, as the listing of a folder has it.
NAME = "batch-0417/0123456789.png"
LINE = len(to_line(Entry(name=NAME, path=NAME, size=2_000, changed=1_700_000_000_000_000_000))) + 1


def plan(result: dict[str, Any]) -> str:
    """The arithmetic as Markdown.

    Args:
        result: What benchmarks/results/batch.json holds.

    Raises:
        KeyError: If a figure is missing: `benchmarks/batch.py` has to measure again.
    """
    rates = {engine: _figure(result, f"Pictures a second, engine {engine}") for engine in ("local", "ray")}
    peaks = {engine: _figure(result, f"Peak memory of all processes, engine {engine}") for engine in rates}
    a_core = {engine: one["value"] / one["more"]["processes"] for engine, one in rates.items()}
    hours = {engine: PICTURES / rate / 3600 for engine, rate in a_core.items()}
    local = rates["local"]["more"]
    read, written = (PICTURES * local[f"bytes {way} a picture"] / 1e9 for way in ("in", "out"))
    rows = [
        ("pictures a second and core", [f"{a_core[engine]:,.0f}" for engine in rates]),
        ("core-hours", [f"{hours[engine]:,.0f}" for engine in rates]),
        *((f"hours on {cores:,} cores", [f"{hours[engine] / cores:,.1f}" for engine in rates]) for cores in CORES),
        (f"read from storage in a second, {CORES[1]:,} cores", [f"{_speed(read, hours[e]):,.2f} GB" for e in rates]),
        ("memory a core", [f"{peaks[e]['value'] / rates[e]['more']['processes']:,.0f} MB" for e in rates]),
        (f"cores at ${CORE_HOUR:g} an hour (assumed)", [f"${CORE_HOUR * hours[engine]:,.0f}" for engine in rates]),
    ]
    table = ["| a billion pictures | engine local | engine ray |", "|---|---|---|"]
    table += [f"| {what} | {' | '.join(values)} |" for what, values in rows]
    n = rates["local"]["n"]
    begin, join = (local[f"seconds {when} part"] for when in ("until the first", "after the last"))
    joined = PICTURES / n * join / 3600
    machine = result["machine"]
    sizes = [f"{local[f'bytes {way} a picture']:,.0f}" for way in ("in", "out")]
    bullets = [
        f"**Bytes.** {read:,.0f} GB are read and {written:,.0f} GB of CSV written, {sizes[0]} and {sizes[1]} bytes a "
        f"picture; other pictures change this in proportion. From another region, at ${MOVED:g} a GB, reading costs "
        f"${MOVED * read:,.0f} more; keeping the answers costs ${KEPT * written:,.0f} a month (both assumed).",
        f"**Starting.** A command has its first part after {begin:,.0f} s. In {PICTURES // SHARD:,} commands of "
        f"{SHARD:,} pictures that is {100 * begin / (SHARD / rates['local']['value']):,.2g} % of the time.",
        f"**Joining.** In one command the last step, joining the parts, is one process's and takes {joined:,.1f} hours "
        f"({join:,.0f} s for {n:,}), while all other cores wait, with {2 * written:,.0f} GB of disk. In commands of "
        f"{SHARD:,} it takes {SHARD / n * join:,.0f} s each, on as many machines.",
        f"**Listing.** A billion files of their own make a listing of {PICTURES * LINE / 1e9:,.0f} GB and a million "
        f"requests to a storage that names 1,000 at a time; a Parquet file of {n:,} pictures made one of "
        f"{local['bytes of the listing'] / 1e3:,.1f} kB.",
    ]
    source = f"Measured on {n:,} digits, {machine['cpu']}, {machine['cores']} cores, commit `{result['commit']}`."
    return (
        "\n".join([*table, "", *_wrapped(source), "", *(line for one in bullets for line in _wrapped(f"- {one}"))])
        + "\n"
    )


def _wrapped(text: str) -> list[str]:
    indent = "  " if text.startswith("- ") else ""
    return textwrap.wrap(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _figure(result: dict[str, Any], what: str) -> dict[str, Any]:
    found: dict[str, Any] = {figure["what"]: figure for figure in result["figures"]}[what]
    return found


def _speed(gigabytes: float, core_hours: float) -> float:
    """Gigabytes a second that `CORES[1]` cores read."""
    return gigabytes / (core_hours / CORES[1] * 3600)

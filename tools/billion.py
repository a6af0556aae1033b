"""The plan for a billion pictures: arithmetic from what benchmarks/batch.py measured, with assumed prices."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from typing import Any, NoReturn

from tenfold.scale.entries import Entry, to_line

PICTURES = 1_000_000_000
# What one command reads: as many as were measured in one go, so that what was measured holds for each.
SHARD = 1_000_000
COMMANDS = PICTURES // SHARD
# On how many cores, as far as the commands have processes for them.
CORES = (100, 1_000, 10_000)
# Assumed, in dollars: a core for an hour, a gigabyte from one region of a cloud to another, and kept for a month.
CORE_HOUR, MOVED, KEPT = 0.04, 0.02, 0.023
# A file of its own, as the listing of a folder has it.
NAME = "batch-0417/0123456789.png"
LINE = len(to_line(Entry(name=NAME, path=NAME, size=2_000, changed=1_700_000_000_000_000_000))) + 1
# What the benchmark reads and writes.
FORMAT_IN, FORMAT_OUT = "PNGs of 72x72 in Parquet", "CSV"


@dataclass(frozen=True)
class Command:
    """One command of `SHARD` pictures, of the shape that was measured.

    Attributes:
        begin: Seconds until its first part is there.
        reading: Seconds from then to the last part.
        join: Seconds in which one process joins the parts.
        processes: That it has.
        memory: Peak of all of them, in MB.
    """

    begin: float
    reading: float
    join: float
    processes: int
    memory: float

    @property
    def seconds(self) -> float:
        """From start to end; its other cores wait while it begins and joins."""
        return self.begin + self.reading + self.join

    @property
    def core_hours(self) -> float:
        """Of all commands together."""
        return COMMANDS * self.seconds * self.processes / 3600

    @property
    def most_cores(self) -> int:
        """With which all commands run at once."""
        return COMMANDS * self.processes

    def hours(self, cores: int) -> float:
        """Until a billion are read: rounds of as many commands at once as the cores have room for."""
        at_once = min(COMMANDS, cores // self.processes)
        return -(-COMMANDS // at_once) * self.seconds / 3600


def plan(result: dict[str, Any]) -> str:
    """The arithmetic as Markdown; ends with a sentence if something was not measured.

    Args:
        result: What benchmarks/results/batch.json holds.
    """
    local, ray = (_command(result, engine) for engine in ("local", "ray"))
    both = (local, ray)
    measured = _figure(result, "Pictures a second, engine local")
    n, bytes_in, bytes_out = measured["n"], *(_more(measured, f"bytes {way} a picture") for way in ("in", "out"))
    read, written = PICTURES * bytes_in / 1e9, PICTURES * bytes_out / 1e9
    least, most = max(one.processes for one in both), min(one.most_cores for one in both)
    counts = sorted({cores for cores in CORES if least <= cores <= most} | {most})
    rows = [
        ("pictures a second and core", [f"{SHARD / one.seconds / one.processes:,.0f}" for one in both]),
        ("core-hours", [f"{one.core_hours:,.0f}" for one in both]),
        *((f"hours on {cores:,} cores", [f"{one.hours(cores):,.1f}" for one in both]) for cores in counts),
        (
            f"read from storage in a second, {most:,} cores",
            [f"{read / (one.hours(most) * 3600):,.2f} GB" for one in both],
        ),
        ("memory a core", [f"{one.memory / one.processes:,.0f} MB" for one in both]),
        (f"cores at ${CORE_HOUR:g} an hour (assumed)", [f"${CORE_HOUR * one.core_hours:,.0f}" for one in both]),
    ]
    table = ["| a billion pictures | engine local | engine ray |", "|---|---|---|"]
    table += [f"| {what} | {' | '.join(values)} |" for what, values in rows]
    joined = local.join * COMMANDS / 3600
    machine = result["machine"]
    source = (
        f"Measured on {n:,} digits, {machine['cpu']}, {machine['cores']} cores, commit `{result['commit']}`; with Ray "
        "one of the workers was killed half-way, and what that cost is in the figures. Each command has "
        f"{local.processes} processes, as it was measured, so {COMMANDS:,} commands of {SHARD:,} pictures have work "
        f"for {most:,} cores and no more; for more of them the commands would have to be smaller. The hours are of "
        "whole commands, with their start and their joining."
    )
    bullets = [
        f"**Bytes.** {read:,.0f} GB are read and {written:,.0f} GB written, {bytes_in:,.0f} and {bytes_out:,.0f} bytes "
        f"a picture, for what was measured: {FORMAT_IN}, and {FORMAT_OUT}. Other pictures and formats change this in "
        f"proportion. From another region, at ${MOVED:g} a GB, reading costs ${MOVED * read:,.0f} more; keeping the "
        f"answers costs ${KEPT * written:,.0f} a month (both assumed).",
        f"**Starting.** A command has its first part after {local.begin:,.0f} s, "
        f"{100 * local.begin / local.seconds:,.2g} % of its time.",
        f"**Joining.** A command of {SHARD:,} joins its parts for {local.join:,.0f} s, in one process, while its other "
        f"cores wait: {100 * local.join / local.seconds:,.2g} % of its time. In one command for all of them that would "
        f"be {joined:,.1f} hours, with {2 * written:,.0f} GB of disk.",
        f"**Listing.** A billion files of their own make a listing of {PICTURES * LINE / 1e9:,.0f} GB and a million "
        f"requests to a storage that names 1,000 at a time; a Parquet file of {n:,} pictures made one of "
        f"{_more(measured, 'bytes of the listing') / 1e3:,.1f} kB.",
    ]
    return (
        "\n".join([*table, "", *_wrapped(source), "", *(line for one in bullets for line in _wrapped(f"- {one}"))])
        + "\n"
    )


def _command(result: dict[str, Any], engine: str) -> Command:
    """A command of `SHARD` pictures: reading and joining in proportion to what was measured, the start as it was."""
    rate = _figure(result, f"Pictures a second, engine {engine}")
    begin, join = (_more(rate, f"seconds {when} part") for when in ("until the first", "after the last"))
    share = SHARD / rate["n"]
    reading = max(0.0, _more(rate, "seconds in all") - begin - join)
    memory = _figure(result, f"Peak memory of all processes, engine {engine}")["value"]
    return Command(begin, reading * share, join * share, int(_more(rate, "processes")), memory)


def _wrapped(text: str) -> list[str]:
    indent = "  " if text.startswith("- ") else ""
    return textwrap.wrap(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _figure(result: dict[str, Any], what: str) -> dict[str, Any]:
    """A figure by its name; the tool ends here if it is not there."""
    found: dict[str, dict[str, Any]] = {figure["what"]: figure for figure in result["figures"]}
    if what not in found:
        _missing(what)
    return found[what]


def _more(figure: dict[str, Any], name: str) -> float:
    """A further number of a figure; the tool ends here if it is not there."""
    more = figure.get("more") or {}
    if name not in more:
        _missing(f"{name!r} of {figure['what']!r}")
    return float(more[name])


def _missing(what: str) -> NoReturn:
    sys.exit(f"The plan for a billion needs {what}, and batch.json has none: measure again, python benchmarks/batch.py")

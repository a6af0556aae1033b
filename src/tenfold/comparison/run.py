"""Runs a comparison in a process beside this one; the figures of each classifier are kept as soon as they are there."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tenfold import __version__
from tenfold.atomic import make_folder, write_file
from tenfold.comparison.material import Material
from tenfold.comparison.measure import described, measure
from tenfold.errors import TenfoldError
from tenfold.literature.entries import Entry
from tenfold.models.load import find_model
from tenfold.training.beside import Beside, Died, Tell
from tenfold.training.framework import need_sklearn
from tenfold.training.progress import say

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared and how.

    Attributes:
        entries: The classifiers.
        out: Folder in which the figures of each are kept.
        seed: Of everything random.
        quick: Use the parameters for those who have no time.
        fresh: Measure again what was measured before.
    """

    entries: Sequence[Entry]
    out: Path
    seed: int = 0
    quick: bool = False
    fresh: bool = False


# Measures classifiers in any order, and gives the row of each with it. A row says in ``at_once`` how many were measured
# on the same machine meanwhile: where that is more than one, its times are not comparable with others.
Engine = Callable[[Plan, Material, Sequence[Entry], Tell], Generator[tuple[Entry, Row], None, None]]


def compare(plan: Plan, material: Material, engine: Engine | None = None) -> list[Row]:
    """Measure every classifier, or take the figures of an earlier run on the same digits.

    Args:
        plan: What is compared.
        material: On what.
        engine: What measures; by default `one_by_one`.

    Returns:
        A row a classifier, in the order of the plan: what `tenfold.comparison.measure.measure` gives, and ``at_once``;
        of one that failed its ``name``, ``title``, ``family`` and ``error``.

    Raises:
        MissingExtra: If the extra ``[train]`` is not installed.
        UsageError: If the folder cannot be made.
    """
    need_sklearn("Comparing")
    make_folder(plan.out)
    wanted = {_key(entry, plan, material): entry for entry in plan.entries}
    rows: dict[str, Row] = {}
    for key, entry in wanted.items():
        if not plan.fresh and (row := _known(entry, place(plan.out, entry.name, key))):
            rows[key] = row
    left = [entry for key, entry in wanted.items() if key not in rows]
    with (
        _progress(len(wanted)) as tell,
        closing((engine or one_by_one)(plan, material, left, lambda text: tell(len(rows), text))) as measured,
    ):
        for entry, row in measured:
            key = _key(entry, plan, material)
            rows[key] = _taken(entry, row, key, place(plan.out, entry.name, key))
    return [rows[_key(entry, plan, material)] for entry in plan.entries]


def _taken(entry: Entry, row: Row, key: str, path: Path) -> Row:
    """Say what came of a classifier, and keep it if it went well."""
    if "error" in row:
        say(f"{entry.name} failed: {row['error']}")
        return row
    row["key"] = key
    write_file(path, (json.dumps(row, default=str) + "\n").encode())
    seconds = "" if row["fit_seconds"] is None else f", fitted in {row['fit_seconds']:.1f} s"
    say(f"{entry.name}: {100 * row['accuracy']:.2f} %{seconds}")
    return row


def one_by_one(
    plan: Plan, material: Material, entries: Sequence[Entry], tell: Tell
) -> Generator[tuple[Entry, Row], None, None]:
    """Measure one classifier after the other, in a process beside this one."""
    with closing(Beside(_attempt, (plan, material))) as process:
        for entry in entries:
            tell(entry.name)
            try:
                row = process.do(entry, tell)
            except Died as died:
                row = failed(entry, str(died))
            yield entry, {**row, "at_once": 1}


def attempt(plan: Plan, material: Material, entry: Entry, tell: Tell = lambda _: None) -> Row:
    """The row of a classifier, measured in this process; whatever goes wrong is its row, and the others go on."""
    try:
        return measure(entry, material, plan.seed, plan.quick, tell)
    except TenfoldError as error:
        return failed(entry, str(error))
    except Exception as error:  # an accident of one is no reason to lose the others
        return failed(entry, f"{type(error).__name__}: {error}")
    finally:
        gc.collect()


def failed(entry: Entry, why: str) -> Row:
    """The row of a classifier that could not be measured."""
    return {"name": entry.name, "title": entry.title, "family": entry.family, "error": why}


def place(out: Path, name: str, key: str) -> Path:
    """Where the figures of a classifier are kept; those of other digits, seeds or settings lie beside them."""
    return out / f"{name}-{key}.json"


def _known(entry: Entry, path: Path) -> Row | None:
    """The figures of an earlier run, if there are any."""
    try:
        row: Row = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return {**row, **described(entry)}


def _key(entry: Entry, plan: Plan, material: Material) -> str:
    """What decides on the figures of a classifier, in few letters."""
    if entry.shipped:
        path = find_model(entry.shipped)
        what = hashlib.sha256(path.read_bytes()).hexdigest() if path else ""
    else:
        try:
            what = str(entry.make(plan.seed, plan.quick).get_params(deep=False))
        except (ImportError, AttributeError, TypeError):  # said where it is to be fitted
            what = str(entry.params)
    text = f"{__version__} {entry.name} {entry.home} {what} {plan.seed} {plan.quick} {material.digest}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _attempt(given: tuple[Plan, Material], entry: Entry, tell: Tell) -> Row:
    return attempt(*given, entry, lambda step: tell(f"{entry.name}: {step}"))


@contextmanager
def _progress(count: int) -> Iterator[Callable[[int, str], None]]:
    """A bar over all classifiers, on standard error; yields what it is moved on with."""
    columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=count)
        yield lambda at, text: progress.update(task, completed=at, description=text)

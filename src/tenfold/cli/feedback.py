"""`tenfold feedback`: say what is right, look at corrections, decide on them, take them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from tenfold.cli.database import Database, opened

if TYPE_CHECKING:
    from tenfold.store.values import Correction, State

app = typer.Typer(help="Corrections of wrong answers: send, list, review and export them.", no_args_is_help=True)

# Who corrects here, as the clients of a service have names.
HERE = "command line"
Id = Annotated[str, typer.Argument(help="Of a correction, as `tenfold feedback list` shows it.", metavar="ID")]


@app.command("list")
def list_corrections(
    state: Annotated[str, typer.Option(help="waiting, accepted, rejected, or all.")] = "waiting",
    most: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a correction, one a line.")] = False,
    database: Database = None,
) -> None:
    """List corrections: those that wait with the most suspicious first, others with the latest first."""
    from tenfold.errors import UnknownName
    from tenfold.store.show import line, record

    states = ("waiting", "accepted", "rejected", "all")
    if state not in states:
        raise UnknownName("state", state, list(states))
    with opened(database) as store:
        wanted = None if state == "all" else cast("State", state)
        found = store.waiting(most) if state == "waiting" else store.listed(wanted, most)
        for one in found:
            print(json.dumps(record(one)) if as_json else line(one))
        if not found and not as_json:
            print("No corrections." if state == "all" else f"No corrections are {state}.")


@app.command()
def correct(
    answer: Annotated[str, typer.Argument(help="The id that the service gave with its answer.", metavar="ID")],
    value: Annotated[str, typer.Argument(help="What it is; '' for no digit.", metavar="DIGITS")],
    database: Database = None,
) -> None:
    """Say what an answer of the service should have been; it waits for review, as every correction does."""
    from tenfold.store.show import line

    with opened(database) as store:
        print(line(store.correct(answer, store.client(HERE), value)))


@app.command()
def accept(
    correction: Id,
    value: Annotated[
        str | None, typer.Option("--as", help="What it is, if not what was said; '' for no digit.", metavar="DIGITS")
    ] = None,
    database: Database = None,
) -> None:
    """Accept a correction that waits: it may be learned from."""
    with opened(database) as store:
        _say(store.review(correction, True, value))


@app.command()
def reject(correction: Id, database: Database = None) -> None:
    """Reject a correction that waits."""
    with opened(database) as store:
        _say(store.review(correction, False))


@app.command()
def review(
    most: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100, database: Database = None
) -> None:
    """Go through the corrections that wait, the most suspicious first, and decide on each."""
    from rich.console import Console

    from tenfold.store.errors import Conflict
    from tenfold.store.show import described, drawn

    console = Console(highlight=False)
    with opened(database) as store:
        waiting = store.waiting(most)
        for number, one in enumerate(waiting, 1):
            picture = store.picture(one.id)
            if picture is not None:
                console.print(drawn(picture))
            console.print(f"{number} of {len(waiting)}  {described(one)}")
            decision = _asked(one)
            if decision is None:
                break
            try:
                if decision:
                    _say(store.review(one.id, **decision, seen=one.value))
            except Conflict as error:
                console.print(str(error))
        print(", ".join(f"{count:,} {state}" for state, count in store.counts().items()))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A new folder.", metavar="FOLDER")], database: Database = None
) -> None:
    """Write accepted corrections to a folder 0/ … 9/ of pictures, which --data takes wherever it is asked for."""
    from tenfold.store.export import export as write

    with opened(database) as store:
        counts = write(store, folder)
    print(f"{sum(counts.values()) - counts['without']:,} pictures in {folder}, {counts['without']:,} without one.")


def _asked(one: Correction) -> dict[str, Any] | None:
    """What is to be done with it: arguments of a review, nothing, or None to leave."""
    keys: dict[str, dict[str, Any] | None] = {
        "a": {"accept": True},
        "r": {"accept": False},
        "n": {"accept": True, "value": ""},
        "s": {},
        "q": None,
    }
    while True:
        said = typer.prompt("a: accept, r: reject, digits: accept as these, n: no digit, s: skip, q: quit").strip()
        if said in keys:
            return keys[said]
        if said.isascii() and said.isdigit() and (one.task == "number" or len(said) == 1):
            return {"accept": True, "value": said}


def _say(one: Correction) -> None:
    from tenfold.store.show import named

    print(f"{one.id} {one.state}" + (f" as {named(one.final or '')}" if one.state == "accepted" else ""))

"""`tenfold models`: what is known of the shipped networks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenfold.cli.database import Database, opened

if TYPE_CHECKING:
    from tenfold.models.base import ModelCard

app = typer.Typer(help="What is known of the shipped networks.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a model, one a line.")]


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the shipped networks: what each reads, its size, and what it is."""
    cards = _cards()
    width = max((len(card.name) for card in cards), default=0)
    for card in cards:
        if as_json:
            print(json.dumps(_record(card)))
        else:
            size = f"{_size(card) / 1e6:.2f} MB"
            print(f"{card.name:<{width}}  {card.task:<6}  {size:>8}  {card.parameters:>9,} parameters  {card.summary}")


@app.command("show")
def show_model(
    name: Annotated[str, typer.Argument(help="Name of a shipped network.", metavar="NAME")], as_json: AsJson = False
) -> None:
    """Show one network's card: recipe, data, measured figures, licence, checksum."""
    from tenfold.errors import UnknownName

    cards = {card.name: card for card in _cards()}
    if name not in cards:
        raise UnknownName("model", name, sorted(cards))
    fields = _record(cards[name])
    if as_json:
        print(json.dumps(fields))
        return
    for key, value in fields.items():
        for line in _lines(key.replace("_", " "), value):
            print(line)


@app.command()
def versions(as_json: AsJson = False, database: Database = None) -> None:
    """List the versions of digit that learned from corrections, the latest first, and which one answers."""
    from tenfold.store.show import version_lines, version_record
    from tenfold.store.versions import Versions

    with opened(database) as store:
        found = Versions(store).listed()
        for one in found:
            print(json.dumps(version_record(one)) if as_json else "\n".join(version_lines(one)))
        if not as_json and not any(one.answers for one in found):
            print("The shipped digit answers.")


@app.command()
def promote(
    version: Annotated[int, typer.Argument(help="Of `tenfold models versions`.", metavar="VERSION")],
    anyway: Annotated[bool, typer.Option("--anyway", help="Even if it has not passed.")] = False,
    database: Database = None,
) -> None:
    """Let a version of digit answer in the place of the one that does."""
    from tenfold.store.versions import Versions

    with opened(database) as store:
        Versions(store).promote(version, anyway)
    print(f"Version {version} answers.")


@app.command()
def rollback(database: Database = None) -> None:
    """Let that version of digit answer again which did before."""
    from tenfold.store.versions import Versions

    with opened(database) as store:
        before = Versions(store).roll_back()
    print("The shipped digit answers." if before is None else f"Version {before} answers.")


def _cards() -> list[ModelCard]:
    from tenfold.models.load import LITERATURE
    from tenfold.models.onnx import WEIGHTS, read_card, shipped_names

    paths = [WEIGHTS / f"{name}.json" for task in ("digit", "gate", "reader") for name in shipped_names(task)]
    return [read_card(path) for path in (*paths, *sorted(LITERATURE.glob("*.json")))]


def _size(card: ModelCard) -> int:
    from tenfold.models.load import ENDINGS, LITERATURE
    from tenfold.models.onnx import WEIGHTS

    files = (folder / f"{card.name}{ending}" for folder in (WEIGHTS, LITERATURE) for ending in ENDINGS)
    return next(file for file in files if file.is_file()).stat().st_size


def _record(card: ModelCard) -> dict[str, Any]:
    return {**card.to_dict(), "bytes": _size(card)}


def _lines(key: str, value: Any) -> list[str]:
    """A field of a card for reading; nothing for an empty one."""
    if isinstance(value, dict):
        return [f"{key}:", *(f"  {name}: {number:,}" for name, number in value.items())] if value else []
    if isinstance(value, list):
        rows = (row if isinstance(row, list) else [row] for row in value)
        return [f"{key}:", *(f"  {' '.join(map(str, row))}" for row in rows)] if value else []
    return [] if value in ("", None) else [f"{key}: {value:,}" if isinstance(value, int) else f"{key}: {value}"]

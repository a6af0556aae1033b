"""`tenfold profile`: digits of your hand, by which it is read better."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Digits of your hand, by which it is read better: add, list, reset.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Of the profile: letters, digits, - . _", metavar="NAME")]


@app.command()
def add(
    name: Name,
    images: Annotated[
        list[Path],
        typer.Argument(
            help="Pictures or strokes of one digit each, or a folder of them: 0/ … 9/.", metavar="IMAGE|FOLDER..."
        ),
    ],
    digit: Annotated[int | None, typer.Option(min=0, max=9, help="Which digit the pictures show.", metavar="D")] = None,
) -> None:
    """Put digits into a profile, which is made if it is not there; two of each digit are enough."""
    from tenfold.errors import NotOneDigit, UnreadableImage
    from tenfold.models.profile_files import ProfileFiles
    from tenfold.recognizer import Recognizer

    recognizer, files = Recognizer(), ProfileFiles()
    profile = files.get_or_new(name, recognizer.model)
    given = _labelled(images, digit)
    refused = 0
    for path, label in given:
        try:
            profile.add(recognizer.features(path), label)
        except (NotOneDigit, UnreadableImage) as error:
            print(f"tenfold: {path}: {error.message}", file=sys.stderr)
            refused += 1
    if refused < len(given):
        files.save(name, profile)
    print(f"{name}: {_said(profile.counts)}")
    if refused:
        raise typer.Exit(3)


@app.command("list")
def list_profiles(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a profile, one a line.")] = False,
) -> None:
    """List the profiles on this machine, and how many of each digit they hold."""
    from tenfold.models.profile_files import ProfileFiles

    files = ProfileFiles()
    names = files.names()
    for name in names:
        profile = files.get(name)
        if as_json:
            print(json.dumps({"name": name, "model": profile.model, "digits": list(profile.counts)}))
        else:
            print(f"{name}: {_said(profile.counts)} ({profile.model})")
    if not names and not as_json:
        print("There are no profiles.")


@app.command()
def reset(name: Name) -> None:
    """Forget a profile."""
    from tenfold.models.profile_files import ProfileFiles

    ProfileFiles().reset(name)
    print(f"{name} is forgotten.")


def _labelled(images: list[Path], digit: int | None) -> list[tuple[Path, int]]:
    from tenfold.data.readers import read
    from tenfold.errors import UsageError

    if digit is not None:
        folders = [path for path in images if path.is_dir()]
        if folders:
            raise UsageError(f"{folders[0]} is a folder, and its folders 0/ … 9/ say which digits.", "No --digit.")
        return [(path, digit) for path in images]
    found: list[tuple[Path, int]] = []
    for path in images:
        if not path.is_dir():
            raise UsageError(f"Which digit does {path} show?", "Say so: --digit D, or name a folder 0/ … 9/.")
        inside = read(path)
        found += [(Path(str(one)), int(label)) for one, label in zip(inside.images, inside.labels, strict=True)]
    return found


def _said(counts: tuple[int, ...]) -> str:
    each = ", ".join(f"{count} of {digit}" for digit, count in enumerate(counts) if count)
    total = sum(counts)
    return f"{total} {'digit' if total == 1 else 'digits'}" + (f": {each}" if each else "")

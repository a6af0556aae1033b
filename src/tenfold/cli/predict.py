"""`tenfold predict`: one answer a picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.inputs import STDIN, check_formats, leave_if_unreadable, read_stdin
from tenfold.cli.options import AsCsv, ErrorBudget, ModelName, Top

if TYPE_CHECKING:
    from tenfold.models.base import Classifier
    from tenfold.types import Prediction

Rows = list[tuple[str, "Prediction"]]

BATCH = 64
KERAS_FILES = (".keras", ".h5", ".hdf5")


def command(
    images: Annotated[
        list[str],
        typer.Argument(
            help="Pictures or strokes (JSON, InkML) of one digit each; - reads one from standard input.",
            metavar="IMAGE...",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a picture, one a line.")] = False,
    as_csv: AsCsv = False,
    model: ModelName = None,
    top: Top = None,
    error_budget: ErrorBudget = None,
    profile: Annotated[
        str | None, typer.Option(help="Whose hand it is; see: tenfold profile list", metavar="NAME")
    ] = None,
) -> None:
    """Read the digit in each picture."""
    # Nothing here multiplies large matrices, and numpy's pool of threads for it takes longer to set up than
    # all reading of a picture.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from tenfold.errors import UsageError
    from tenfold.recognizer import Recognizer

    check_formats(as_json, as_csv, images)
    if as_csv and top is not None:
        raise UsageError("--csv has no columns for other readings.", "Leave out --top, or give --json.")
    recognizer = Recognizer(opened(model), error_budget)
    if profile is not None:
        from tenfold.models.profile_files import ProfileFiles

        recognizer = recognizer.with_profile(ProfileFiles().get(profile))
    show = _json(top) if as_json else _csv() if as_csv else _words(images, top)
    unreadable = 0
    for start in range(0, len(images), BATCH):
        names = images[start : start + BATCH]
        given = (read_stdin(recognizer.settings.max_bytes, "predict") if name == STDIN else name for name in names)
        rows = list(zip(names, recognizer.predict_batch(given), strict=True))
        show(rows)
        sys.stdout.flush()
        unreadable += sum(answer.status == "unreadable_image" for _, answer in rows)
        _progress(start + len(rows), len(images))
    leave_if_unreadable(unreadable, len(images))


def opened(model: str | None) -> str | Classifier | None:
    """The model named by an option: Keras files are opened here, everything else by the recogniser."""
    if model is None or Path(model).suffix.lower() not in KERAS_FILES:
        return model
    from tenfold.training.export import classifier_from_keras

    return classifier_from_keras(Path(model))


def _json(top: int | None) -> Callable[[Rows], None]:
    from tenfold.output import json_line

    return lambda rows: print("\n".join(json_line(name, answer, top) for name, answer in rows))


def _csv() -> Callable[[Rows], None]:
    from tenfold.output import CSV_FIELDS, csv_line, csv_values

    print(csv_line(CSV_FIELDS))
    return lambda rows: print("\n".join(csv_line(csv_values(name, answer)) for name, answer in rows))


def _words(images: list[str], top: int | None) -> Callable[[Rows], None]:
    if sys.stdout.isatty():
        return _table(images, top)
    from tenfold.output import name_width, text_line

    width = name_width(images)
    return lambda rows: print("\n".join(text_line(name, answer, width, top) for name, answer in rows))


def _table(images: list[str], top: int | None) -> Callable[[Rows], None]:
    from rich.console import Console

    from tenfold.output import name_width, rich_table

    console = Console(highlight=False)
    width = min(name_width(images), console.width // 3)
    headers = iter([True])
    return lambda rows: console.print(
        rich_table(rows, width, top, header=next(headers, False), ascii_only=console.options.ascii_only)
    )


def _progress(done: int, total: int) -> None:
    """Count on the terminal, unless the answers themselves appear there."""
    if total > BATCH and sys.stderr.isatty() and not sys.stdout.isatty():
        print(f"\r{done:,} of {total:,} pictures", end="\n" if done == total else "", file=sys.stderr, flush=True)

"""`tenfold read`: the numbers on pictures, scans and PDFs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenfold.cli.inputs import STDIN, check_formats, leave_if_unreadable, read_stdin
from tenfold.cli.options import AsCsv, ErrorBudget, Top

if TYPE_CHECKING:
    from tenfold.types import Page, Picture

Show = Callable[[str, "Page"], None]
PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def command(
    files: Annotated[
        list[str],
        typer.Argument(
            help="Pictures, PDFs or strokes (JSON, InkML); - reads one from standard input.", metavar="IMAGE|PDF..."
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a page, one a line.")] = False,
    as_csv: AsCsv = False,
    field: Annotated[
        str | None,
        typer.Option(
            help="What may stand in each number: digits:4, digits:2-6, zip, amount, date, luhn, or a regular "
            "expression.",
            metavar="FIELD",
        ),
    ] = None,
    annotate: Annotated[
        Path | None,
        typer.Option(
            help="Draw what was read into this picture; pages after the first get a number.", metavar="OUT.png"
        ),
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Write all numbers with cuttings into one searchable page.", metavar="OUT.html")
    ] = None,
    top: Top = None,
    error_budget: ErrorBudget = None,
) -> None:
    """Read the numbers on pictures, scans and PDFs."""
    from tenfold.atomic import check_target
    from tenfold.errors import UsageError
    from tenfold.page_output import total_line
    from tenfold.reading.fields import find_field
    from tenfold.recognizer import Recognizer

    check_formats(as_json, as_csv, files)
    if field is not None:
        find_field(field)  # before anything is read
    for path, endings in ((annotate, PICTURES), (summary, (".html", ".htm"))):
        if path is not None:
            check_target(path)
            if path.suffix.lower() not in endings:
                raise UsageError(f"{path} does not end in {' or '.join(endings)}.", "Give it such a name.")
    recognizer = Recognizer(error_budget=error_budget)
    show = _json() if as_json else _csv() if as_csv else _words(top)
    pages: list[Page] = []
    unreadable = 0
    with ExitStack() as stack:
        keep = _summary(summary, stack) if summary else None
        for name in files:
            whole = True
            source: Any = read_stdin(recognizer.settings.max_document_bytes, "read") if name == STDIN else name
            for picture, page in _with_progress(recognizer, source, name, field):
                show(name, page)
                sys.stdout.flush()
                if annotate is not None and picture is not None:
                    _annotate(annotate, len(pages), picture, page)
                if keep is not None:
                    keep(name, picture, page)
                pages.append(_light(page))
                whole &= page.status != "unreadable_image"
            unreadable += not whole
    if sys.stdout.isatty() and not (as_json or as_csv):
        print(total_line(pages))
    leave_if_unreadable(unreadable, len(files))


def _light(page: Page) -> Page:
    """The page without what takes room: of a thousand pages only counts are needed in the end."""
    from dataclasses import replace

    return replace(page, numbers=tuple(replace(one, digits=(), alternatives=()) for one in page.numbers))


def _with_progress(recognizer: Any, source: Any, name: str, field: str | None) -> Iterator[tuple[Picture | None, Page]]:
    """The pages of an input, with a bar on the terminal where there are many."""
    from tenfold.errors import UnreadableImage
    from tenfold.imaging.document import count_pages

    found = recognizer.examine_pages(source, field)
    try:
        count = count_pages(source, recognizer.settings)
    except UnreadableImage:
        count = 1  # said again, and better, by the one that opens it
    if count == 1 or not sys.stderr.isatty():
        yield from found
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(found, description=name, total=count, console=Console(stderr=True), transient=True)


def _json() -> Show:
    from tenfold.page_output import page_line

    return lambda name, page: print(page_line(name, page))


def _csv() -> Show:
    from tenfold.output import csv_line
    from tenfold.page_output import CSV_FIELDS, csv_rows

    print(csv_line(CSV_FIELDS))

    def show(name: str, page: Page) -> None:
        for row in csv_rows(name, page):
            print(csv_line(row))

    return show


def _words(top: int | None) -> Show:
    from tenfold.page_output import text_lines

    def show(name: str, page: Page) -> None:
        label = name if page.page == 1 else f"{name}, page {page.page}"
        for line in text_lines(label, page, top):
            print(line)

    return show


def _annotate(path: Path, before: int, picture: Picture, page: Page) -> None:
    """Draw a page into a file; all but the first get a number in their name."""
    import cv2

    from tenfold.atomic import write_file
    from tenfold.page_output import annotated

    target = path if before == 0 else path.with_name(f"{path.stem}-{before + 1}{path.suffix}")
    _, coded = cv2.imencode(path.suffix.lower(), annotated(picture, page)[..., ::-1])
    write_file(target, coded.tobytes())


def _summary(path: Path, stack: ExitStack) -> Callable[[str, Picture | None, Page], None]:
    """Write the summary page by page, under another name until it is whole."""
    from tenfold.atomic import staged
    from tenfold.page_summary import FOOT, HEAD, page_rows

    folder = stack.enter_context(staged(path.parent))
    file = stack.enter_context((folder / path.name).open("w", encoding="utf-8"))
    file.write(HEAD)
    stack.callback(lambda: file.write(FOOT))

    def keep(name: str, picture: Picture | None, page: Page) -> None:
        file.write(page_rows(name, picture, page))

    return keep

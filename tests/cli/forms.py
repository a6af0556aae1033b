"""Forms for `tenfold read`: two rows of digits, as pictures in files, and what was read of them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.commands import png
from tests.imaging.pages import Draft, blank

from tenfold.types import Page


def two_rows(*texts: str) -> Draft:
    page = blank(220, 460)
    for place, text in enumerate(texts or ("2048", "395")):
        page.write(text, 40, 30 + 90 * place, 48)
    return page


def save(path: Path, page: Draft) -> Path:
    path.write_bytes(png(page.on_paper()))
    return path


def texts(answer: dict[str, object]) -> list[str]:
    return [number.text for number in Page.from_dict(answer).numbers]

"""Pages and parts of pages that tools write: written, or with `--check` compared with what is there."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def write_or_check(pages: dict[Path, str]) -> int:
    """Write pages, or with ``--check`` name those that are not as they should be; gives the exit status."""
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(
                f"{path.relative_to(ROOT)} is not what it is written from: run `make docs` and commit it.",
                file=sys.stderr,
            )
        return 1 if stale else 0
    for path, text in pages.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


def with_block(path: Path, start: str, end: str, block: str) -> str:
    """The text of a page with another block in the place of the one between two marks, the marks among it."""
    page = path.read_text("utf-8")
    pattern = re.escape(start) + r".*?" + re.escape(end)
    if len(re.findall(pattern, page, re.DOTALL)) != 1:
        sys.exit(f"{path.name} has no place for it: expected one block between {start} and {end}")
    return re.sub(pattern, lambda _: block, page, flags=re.DOTALL)


def wrapped(text: str) -> str:
    """A paragraph in lines of at most 120 signs."""
    return textwrap.fill(" ".join(text.split()), 120, break_long_words=False, break_on_hyphens=False)


def cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown; empty if there are no rows."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n" if rows else ""

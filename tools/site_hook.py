"""What the documentation's site does besides: pages that lie above docs/, and links to what is no page.

In the repository every link leads to a file. On the site README.md, CONTRIBUTING.md and CHANGELOG.md are pages like the
others, and what else a link leads to (a folder of examples, a file of results) is not there: the words stay, the link
goes. mkdocs.yml names this file among its `hooks`.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
# Pages of the site that are files above docs/.
ABOVE = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def on_config(config: Any) -> None:
    """Leave out of the navigation what is not there: some pages come with a part of Tenfold."""
    config.nav = _there(config.nav)


def on_files(files: Any, config: Any) -> None:
    """Add the pages above docs/."""
    for name, uri in ABOVE.items():
        files.append(File.generated(config, uri, content=(ROOT / name).read_text("utf-8")))


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Turn links between files of the repository into links between pages of the site."""
    uri = page.file.src_uri
    here = next((name for name, there in ABOVE.items() if there == uri), f"docs/{uri}")

    def linked(found: re.Match[str]) -> str:
        mark, words, target, anchor = found.groups()
        file = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
        there = ABOVE.get(file, file.removeprefix("docs/"))
        if file not in ABOVE and not (file.startswith("docs/") and files.get_file_from_path(there)):
            return str(words)
        return f"{mark}[{words}]({posixpath.relpath(there, posixpath.dirname(uri))}{anchor or ''})"

    # What stands in a block of code is no link.
    code = FENCED.findall(markdown)
    between = [LINK.sub(linked, text) for text in FENCED.split(markdown)]
    return "".join(text + block for text, block in zip(between, [*code, ""], strict=True))


def _there(entries: list[Any]) -> list[Any]:
    kept = []
    for entry in entries:
        if isinstance(entry, dict):
            ((title, below),) = entry.items()
            kept.append({title: _there(below) if isinstance(below, list) else below})
        elif entry in ABOVE.values() or (ROOT / "docs" / entry).is_file():
            kept.append(entry)
    return kept

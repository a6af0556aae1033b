"""Writes docs/reference/python.md from the docstrings of what users import, or checks it (`--check`)."""

from __future__ import annotations

import logging
import sys
from typing import Any

import griffe
from written import DOCS, ROOT, cell, table, write_or_check

import tenfold

TARGET = DOCS / "reference" / "python.md"

HEAD = """\
# Python

Written by `make docs` from the docstrings. Everything here is imported from `tenfold` unless it says otherwise; what is
not on this page may change from version to version.
"""
# By heading, every name of `tenfold.__all__` once, and what else is promised.
GROUPS: dict[str, tuple[str, ...]] = {
    "Reading": ("predict", "read", "Recognizer"),
    "Answers about one digit": ("Prediction", "Alternative"),
    "Answers about numbers": ("Page", "Number", "NumberAlternative", "Digit", "Box"),
    "Why": (
        "explain",
        "Explanation",
        *(f"explanation.value.{name}" for name in ("Change", "Neighbour", "StrokeShare", "Gate", "Layer")),
    ),
    "Pen strokes": ("Strokes", "Stroke"),
    "One hand": ("Profile",),
    "Settings and errors": ("Settings", "config.load_settings", "TenfoldError"),
    "The classifiers of the literature": (
        "literature.entries.find_entry",
        "literature.entries.Entry",
        "literature.estimator.Estimator",
        "models.load.load_model",
    ),
}
NOTES = {
    "Why": "[What an explanation holds, and what it means](../explain.md).",
    "Settings and errors": "All [settings](settings.md), and all [errors](errors.md), have pages of their own.",
    "The classifiers of the literature": "They need the extra `[train]`; [each is explained](../literature.md).",
}
# These have pages of their own.
SHORT = {"Settings"}


class Complaints(logging.Handler):
    """What griffe finds wrong with docstrings: a parameter that is none, a section without items."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.found.append(record.getMessage())


def signature(function: Any, name: str) -> str:
    """A call as one would write it, with kinds and defaults; a line a parameter where it is long."""
    shown = []
    for one in function.parameters:
        if one.name in ("self", "cls"):
            continue
        text = f"**{one.name}" if one.kind and one.kind.name == "var_keyword" else one.name
        text += f": {one.annotation}" if one.annotation else ""
        shown.append(text + (f" = {one.default}" if one.default is not None and "var" not in one.kind.name else ""))
    gives = f" -> {function.returns}" if getattr(function, "returns", None) else ""
    line = f"{name}({', '.join(shown)}){gives}"
    return line if len(line) <= 100 else f"{name}(\n    " + ",\n    ".join(shown) + f",\n){gives}"


def docstring(thing: Any) -> str:
    """A docstring in Markdown."""
    if thing.docstring is None:
        return ""
    parts = []
    for one in thing.docstring.parse("google"):
        name = one.kind.value
        if name == "text":
            parts.append(str(one.value).strip() + "\n")
        elif name in ("parameters", "attributes"):
            rows = [[f"`{item.name}`", _code(item.annotation), cell(item.description)] for item in one.value]
            parts.append(table(["argument" if name == "parameters" else "attribute", "kind", "what"], rows))
        elif name == "raises":
            rows = [[f"`{item.annotation}`", cell(item.description)] for item in one.value]
            parts.append(table(["raises", "when"], rows))
        elif name in ("returns", "yields"):
            parts.append(f"**{name.capitalize()}** {' '.join(item.description for item in one.value)}\n")
        else:
            raise ValueError(f"{thing.path}: a section of the kind {name!r} is not shown yet")
    return "\n".join(parts)


def _code(annotation: Any) -> str:
    return f"`{cell(str(annotation))}`" if annotation is not None else ""


def entry(thing: Any, name: str) -> str:
    """A function or class in full, the public methods of the class among it."""
    public = name.rpartition(".")[2]
    home = thing.path.rpartition(".")[0]
    found = f"from {home} import {public}" if "." in name else f"from tenfold import {public}"
    parts = [f"### {public}\n"]
    if thing.is_function:
        parts += [f"```py\n{found}\n\n{signature(thing, public)}\n```\n", docstring(thing)]
        return "\n".join(parts)
    call = thing.all_members.get("__init__")
    call = signature(call, public).removesuffix(" -> None") if call and call.is_function and public not in SHORT else ""
    parts += [f"```py\n{found}\n" + (f"\n{call}\n" if call else "") + "```\n", docstring(thing)]
    for member in thing.members.values():
        if member.name.startswith("_") or member.docstring is None:
            continue
        title = f"{public}.{member.name}"
        if member.is_function:
            parts.append(f"#### {title}\n\n```py\n{signature(member, title)}\n```\n\n{docstring(member)}")
        elif "property" in member.labels:
            parts.append(f"#### {title}\n\n{_code(member.annotation)}: {docstring(member)}")
    return "\n".join(parts)


def page() -> str:
    """The whole page."""
    shown = {name for names in GROUPS.values() for name in names if "." not in name}
    missing = set(tenfold.__all__) - shown - {"__version__"}
    assert not missing, f"GROUPS has no place for {missing}"
    package = griffe.load("tenfold", search_paths=[str(ROOT / "src")], docstring_parser="google", resolve_aliases=True)
    parts = [HEAD]
    for title, names in GROUPS.items():
        note = f"\n{NOTES[title]}\n" if title in NOTES else ""
        parts += [f"## {title}\n{note}", *(entry(_target(package[name]), name) for name in names)]
    return "\n".join(parts)


def _target(thing: Any) -> Any:
    return thing.final_target if thing.is_alias else thing


def main() -> int:
    """Write or check the page; 1 if a docstring says what is not so."""
    complaints = Complaints()
    logging.getLogger("griffe").addHandler(complaints)
    text = page()
    for one in complaints.found:
        print(one, file=sys.stderr)
    return 1 if complaints.found else write_or_check({TARGET: text})


if __name__ == "__main__":
    sys.exit(main())

"""Writes docs/reference/settings.md from `tenfold.config`, or checks that it is current (`--check`)."""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import MISSING, Field, fields
from typing import Any

from written import DOCS, cell, table, write_or_check

from tenfold.config import _MAY_BE_NONE, _NUMBERS, LEAST_TOKEN, LOGS, PREFIX, Settings

TARGET = DOCS / "reference" / "settings.md"

HEAD = """\
# Settings

Written by `make docs` from `tenfold.config`. Every setting has a safe default. From weak to strong it is given

1. in the settings file, `~/.config/tenfold/settings.toml` (`$XDG_CONFIG_HOME/tenfold/settings.toml`),
2. in the environment, as `TENFOLD_` and its name in capitals: `TENFOLD_PORT=9000`,
3. as an argument: of a command where the [command line](cli.md) has one, or of `tenfold.config.load_settings`.

```toml
# ~/.config/tenfold/settings.toml
error_budget = 0.005
port = 9000
keep_pictures_days = 7
```

A name that is none, a value of the wrong type or out of range ends the command with a sentence and the exit status 2.
"""
# Where the default follows from the user's folders.
PLACES = {
    "cache_dir": "`~/.cache/tenfold`",
    "database": "`sqlite:///~/.local/share/tenfold/tenfold.db`",
}
GROUPS = {
    "Reading": ("model", "error_budget", "number_error_budget", "threads"),
    "Limits": ("max_bytes", "max_pixels", "max_document_bytes"),
    "Data": ("cache_dir", "mnist_dir"),
    "The service": (
        "host",
        "port",
        "workers",
        "places",
        "request_seconds",
        "client_rate",
        "token",
        "cors_origins",
        "proxy",
        "log",
        "lesson_seconds",
    ),
    "What the service keeps": ("database", "keep_answers_days", "keep_pictures_days", "keep_profiles_days"),
}
NOTES = {
    "What the service keeps": "What that is, and what is never kept: [privacy](../privacy.md).",
    "The service": "What each is for: [the service](../service.md#what-it-bounds).",
}


def meanings() -> dict[str, str]:
    """What the docstring says of each setting."""
    text = inspect.getdoc(Settings) or ""
    block = text.partition("Attributes:\n")[2].partition("\n\n")[0]
    return {name: " ".join(said.split()) for name, said in re.findall(r"^    (\w+): (.*(?:\n {8}.*)*)", block, re.M)}


def default(one: Field[Any]) -> str:
    """The default as one would write it."""
    if one.name in PLACES:
        return PLACES[one.name]
    value = one.default
    assert value is not MISSING, f"{one.name} follows from the surroundings: say in PLACES how"
    if value is None or value == "":
        return "none"
    return f"`{value:,}`" if isinstance(value, int) and value >= 10_000 else f"`{value}`"


def values(name: str) -> str:
    """What it may be."""
    if name in _NUMBERS:
        kind, low, high = _NUMBERS[name]
        most = "" if high == float("inf") else f" to {high:,g}" if high < 1e6 else f" to {high:,.0f}"
        beyond = "above " if kind is float and name not in _MAY_BE_NONE else ""
        return f"{'whole number' if kind is int else 'number'}, {beyond}{low:,g}{most or ' or more'}"
    if name == "log":
        return " or ".join(f"`{one}`" for one in LOGS)
    if name == "token":
        return f"text of at least {LEAST_TOKEN} plain characters"
    return "folder" if name.endswith("_dir") else "text"


def page() -> str:
    """The whole page; every setting stands in one group."""
    known, said = {one.name: one for one in fields(Settings)}, meanings()
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(known), f"GROUPS: {set(grouped) ^ set(known)}"
    parts = [HEAD]
    for title, names in GROUPS.items():
        rows = [
            [f"`{name}`", default(known[name]), values(name), cell(said[name]), f"`{PREFIX}{name.upper()}`"]
            for name in names
        ]
        note = f"\n{NOTES[title]}\n" if title in NOTES else ""
        parts.append(
            f"## {title}\n{note}\n" + table(["setting", "default", "may be", "what it is", "environment"], rows)
        )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(write_or_check({TARGET: page()}))

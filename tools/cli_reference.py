"""Writes docs/reference/cli.md from the commands' own help, or checks that it is current (`--check`)."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import typer
from written import DOCS, write_or_check

from tenfold.cli.app import build

TARGET = DOCS / "reference" / "cli.md"

HEAD = """\
# The command line

Written from the commands' own help by `make docs`; `tenfold COMMAND --help` shows the same.

Answers go to standard output, messages and progress to standard error. With `--json`, one JSON object an input,
one a line.

| exit status | meaning |
|---|---|
| 0 | every input was answered, whatever its status |
| 1 | anything not named below |
| 2 | wrong usage: an unknown option, name or value |
| 3 | some input could not be read; the others are still answered |
| 4 | a package is missing; the message has the command that installs it |
| 5 | data or a model failed its check, or could not be fetched |
"""


def commands(command: Any, path: str) -> list[tuple[str, Any]]:
    """Every command below a command or group, with its full name, in the order of the help."""
    if not hasattr(command, "commands"):
        return [(path, command)]
    return [found for name, child in command.commands.items() for found in commands(child, f"{path} {name}")]


def usage(path: str, command: Any) -> str:
    """The line to type: `tenfold predict IMAGE... [OPTIONS]`."""
    arguments = [_name(parameter) for parameter in command.params if parameter.param_type_name == "argument"]
    optional = any(parameter.param_type_name == "option" for parameter in command.params)
    return " ".join([path, *arguments, *(["[OPTIONS]"] if optional else [])])


def row(parameter: Any) -> str:
    """A parameter's line in the table."""
    text = " ".join((parameter.help or "").split())
    default = parameter.default
    shown = parameter.show_default and default is not None and not callable(default) and default not in (False, ())
    if shown and not parameter.required:
        shown_as = parameter.show_default if isinstance(parameter.show_default, str) else default
        text += f" Default: `{shown_as}`."
    name = _name(parameter).replace("|", "\\|")
    return f"| `{name}` | {text.replace('|', chr(92) + '|')} |"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = str(parameter.metavar or parameter.name.upper())
        return name if parameter.required else f"[{name}]"
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {_value(parameter)}"


def _value(parameter: Any) -> str:
    if parameter.metavar:
        return str(parameter.metavar)
    choices = getattr(parameter.type, "choices", ())
    return "|".join(str(getattr(choice, "value", choice)) for choice in choices) or parameter.name.upper()


def reference() -> str:
    """The whole page."""
    parts = [HEAD]
    for path, command in commands(typer.main.get_command(build()), "tenfold"):
        text = inspect.cleandoc(command.help or "").replace("\b\n", "")
        parts.append(f"## {path}\n\n{text}\n\n```text\n{usage(path, command)}\n```\n")
        shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
        if shown:
            parts.append("\n".join(["| | |", "|---|---|", *map(row, shown)]) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(write_or_check({TARGET: reference()}))

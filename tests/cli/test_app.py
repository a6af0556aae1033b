"""The command line as a whole: help, version, wrong usage, and the exit status of whatever ends a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import environment, python
from tests.cli.commands import tenfold as command

import tenfold
from tenfold.cli.app import COMMANDS, GROUPS

EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "digits" / "seven-crossed.png"

# Replaces what `tenfold models list` does, to see how the command line ends.
ENDING = """
import sys
from tenfold.cli import main, models
from tenfold.errors import *
def end(): {0}
models._cards = end
main()
"""


def names() -> list[str]:
    return [*COMMANDS, *GROUPS]


def test_version() -> None:
    assert command("--version").stdout == f"tenfold {tenfold.__version__}\n"


def test_bare_tenfold_shows_its_help() -> None:
    bare, asked = command(), command("--help")
    assert (bare.returncode, asked.returncode) == (2, 0)
    assert (bare.stdout + bare.stderr).strip() == asked.stdout.strip()
    for name in names():
        assert f" {name} " in asked.stdout


def test_python_m_tenfold_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tenfold", "--version"], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout == f"tenfold {tenfold.__version__}\n"


def test_help_of_every_command_loads_nothing_heavy() -> None:
    """One process for all of them: what one loads, the next would too."""
    code = """
import sys
from tenfold.cli.app import build
app = build()
for name in sys.argv[1:]:
    try:
        app([name, "--help"])
    except SystemExit as end:
        assert end.code == 0, name
heavy = {"keras", "tensorflow", "sklearn", "matplotlib", "fastapi", "onnxruntime", "cv2", "numpy", "PIL", "tkinter"}
print(*sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = python(code, *names())
    assert done.returncode == 0
    assert done.stderr.split() == []
    assert all(f"tenfold {name}" in done.stdout or f" {name} [OPTIONS]" in done.stdout for name in names())


def test_a_command_does_not_wait_for_the_others() -> None:
    """What an answer needs is loaded, and nothing of what only other commands or other packages do."""
    code = """
import sys
from tenfold.cli import main
try:
    main()
finally:
    unused = {"tenfold.cli.doctor", "tenfold.training", "rich", "asyncio", "numpy.ma", "requests"}
    print(*sorted(unused & set(sys.modules)), file=sys.stderr)
"""
    done = python(code, "predict", str(EXAMPLE), "--json")
    assert done.returncode == 0
    assert done.stderr.split() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["predcit"], "No such command 'predcit'"), (["models", "shwo"], "No such command 'shwo'")],
)
def test_an_unknown_command(arguments: list[str], message: str) -> None:
    done = command(*arguments)
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize(
    ("end", "status", "message"),
    [
        ("raise TenfoldError('It broke.', 'Mend it.')", 1, "tenfold: It broke.\n  Mend it.\n"),
        ("raise UsageError('Wrong.')", 2, "tenfold: Wrong.\n"),
        ("raise UnreadableImage('No picture.')", 3, "tenfold: No picture.\n"),
        (
            "raise MissingExtra('Training', 'train')",
            4,
            "tenfold: Training needs packages that are not installed.\n"
            '  Install them with: pip install "tenfold[train]"\n',
        ),
        ("raise ChecksumError('Changed.\\n  - twice')", 5, "tenfold: Changed.\n  - twice\n"),
        ("raise TenfoldError('a\\x1b[2Jb')", 1, "tenfold: a\\x1b[2Jb\n"),
        ("raise KeyboardInterrupt", 130, ""),
        ("raise BrokenPipeError", 0, ""),
        (
            "open('/nowhere/at/all', 'w')",
            1,
            "tenfold: /nowhere/at/all: No such file or directory.\n  Check the free space and your rights there.\n",
        ),
        ("raise MemoryError", 1, "tenfold: The computer's memory does not suffice.\n  Try fewer or smaller inputs.\n"),
        (
            "import no_such_package",
            1,
            "tenfold: A package that Tenfold needs cannot be loaded: No module named 'no_such_package'.\n"
            "  See what is missing: tenfold doctor\n",
        ),
    ],
)
def test_whatever_ends_a_command_has_its_exit_status(end: str, status: int, message: str) -> None:
    done = python(ENDING.format(end), "models", "list")
    assert (done.returncode, done.stderr) == (status, message)


def test_a_bug_still_shows_where_it_is() -> None:
    """Only what is no bug is put into a sentence."""
    done = subprocess.run(
        [sys.executable, "-c", ENDING.format("raise ZeroDivisionError"), "models", "list"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr

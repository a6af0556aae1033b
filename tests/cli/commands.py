"""Runs the real `tenfold` command, and makes pictures for it."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tests.browser.strokes import DIGITS

TENFOLD = Path(sysconfig.get_path("scripts")) / "tenfold"


def environment(**more: str) -> dict[str, str]:
    """The environment without the settings of whoever runs the tests, but with their cache."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TENFOLD_")}
    return {**plain, "XDG_CONFIG_HOME": os.devnull, "COLUMNS": "100", **more}


def tenfold(*arguments: str | bytes | Path, stdin: bytes | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `tenfold` to its end, its output taken as UTF-8 text."""
    return finished([str(TENFOLD), *arguments], stdin, env)


def python(code: str, *arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a fresh process; `arguments` are what it finds in sys.argv[1:]."""
    return finished([sys.executable, "-c", code, *map(str, arguments)], None, env)


def on_a_terminal(*arguments: str | Path) -> tuple[int, str]:
    """Exit status and output of `tenfold` with a terminal for everything."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [TENFOLD, *arguments], stdin=follower, stdout=follower, stderr=follower, env=environment(TERM="xterm-256color")
    )
    os.close(follower)
    output = read_terminal(leader)
    return process.wait(), output.replace("\r\n", "\n")


def read_terminal(leader: int) -> str:
    """All that was written to a terminal whose other end is closed when the program ends; closes this end."""
    output = b""
    with os.fdopen(leader, "rb", buffering=0) as terminal, contextlib.suppress(OSError):  # Linux's way to say it ends
        while said := terminal.read(65536):
            output += said
    return output.decode("utf-8")


def finished(command: list[Any], stdin: bytes | None, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    source = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    done = subprocess.run(command, capture_output=True, env=environment(**env), timeout=600, check=False, **source)
    text = subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    )
    assert "Traceback" not in text.stderr, text.stderr
    return text


def answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The JSON objects a command printed, one a line."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def digit_picture(digit: int, side: int = 280, pen: int = 20) -> np.ndarray:
    """A digit as somebody draws it: uint8 (side, side), black on white."""
    canvas = np.full((side, side), 255, np.uint8)
    for line in DIGITS[digit]:
        points = np.rint(np.array(line) * side * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [points], False, 0, pen, cv2.LINE_AA, 4)
    return canvas


def save_digit(folder: Path, digit: int, name: str = "") -> Path:
    """A PNG of a drawn digit."""
    path = folder / (name or f"{digit}.png")
    path.write_bytes(png(digit_picture(digit)))
    return path


def png(pixels: np.ndarray) -> bytes:
    """Pixels as the bytes of a PNG file."""
    done, data = cv2.imencode(".png", pixels)
    assert done
    return data.tobytes()

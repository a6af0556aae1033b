"""What a header says of pictures, where there is a C compiler: compiled and run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tenfold.errors import TenfoldError
from tenfold.types import Floats, Pixels

COMPILERS = ("gcc", "clang", "cc")
# Other compilers warn of other things, which is no reason to refuse a header that they compile: -Werror is for tests.
STANDARD = ("-std=c99",)
# Seconds for the compiler, and for the program to read its pictures.
PATIENCE = 120
AGAIN = "Mend the C compiler, or take it out of PATH: without one the header is written all the same, and not compared."
# Reads pictures from standard input, and writes the probabilities it gives bytes, then those it gives floats.
_PROGRAM = """
#include "{prefix}.h"
#include <stdio.h>

int main(void) {{
    static uint8_t bytes[784];
    static float floats[784], found[2][{classes}];
    while (fread(bytes, 1, 784, stdin) == 784) {{
        for (int at = 0; at < 784; at++) {{
            floats[at] = (float)bytes[at] / 255.0f;
        }}
        {prefix}_predict_bytes(bytes, found[0]);
        {prefix}_predict(floats, found[1]);
        if (fwrite(found, sizeof found[0][0], 2 * {classes}, stdout) != 2 * {classes}) {{
            return 1;
        }}
    }}
    return 0;
}}
"""


def compiler() -> str | None:
    """The path of a C compiler; None if there is none on this machine."""
    return next(filter(None, map(shutil.which, COMPILERS)), None)


def answers_in_c(header: str, prefix: str, classes: int, pictures: Pixels, flags: Sequence[str] = ("-O2",)) -> Floats:
    """Compile a header with a small program, and let it read pictures.

    Args:
        header: As `tenfold.training.c_header.c_header` wrote it.
        prefix: What its names begin with.
        classes: How many probabilities it gives.
        pictures: uint8 (n, 28, 28).
        flags: For the compiler, beside `STANDARD`.

    Returns:
        float32 (2, n, classes): what it gives for bytes, and for the same as floats.

    Raises:
        TenfoldError: If there is no compiler, if it cannot be started, fails or takes longer than `PATIENCE`, or if
            that is so of what it made.
    """
    tool = compiler()
    if tool is None:
        raise TenfoldError("There is no C compiler on this machine.", "Install gcc or clang.")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / f"{prefix}.h").write_text(header, "ascii")
        (place / "main.c").write_text(_PROGRAM.format(prefix=prefix, classes=classes), "ascii")
        _run([tool, *STANDARD, *flags, "main.c", "-o", "main"], place)
        said = _run([str(place / "main")], place, pictures.tobytes())
    return np.frombuffer(said, np.float32).reshape(-1, 2, classes).transpose(1, 0, 2)


def _run(command: Sequence[str], place: Path, given: bytes = b"") -> bytes:
    name = Path(command[0]).name
    try:
        done = subprocess.run(command, cwd=place, input=given, capture_output=True, check=False, timeout=PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise TenfoldError(f"{name} took longer than {PATIENCE:g} seconds.", AGAIN) from error
    except OSError as error:
        raise TenfoldError(f"{name} cannot be run: {error.strerror or error}.", AGAIN) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise TenfoldError(f"{name} ended with status {done.returncode}: {said:.500}", AGAIN)
    return done.stdout

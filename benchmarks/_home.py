"""The commands and the service of Tenfold in a home of their own, where corrections and versions are kept."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _claim import TENFOLD, stop
from _service import surroundings


@dataclass
class Home:
    """Where everything lies: a home of its own, but for the cache with MNIST.

    Attributes:
        folder: Holds the database and the run.
    """

    folder: Path

    @property
    def database(self) -> str:
        """The URL of the database."""
        return f"sqlite:///{self.folder / 'kept.db'}"

    @property
    def environment(self) -> dict[str, str]:
        """What commands run in: the settings are the defaults, and pictures are kept."""
        homes = {f"XDG_{kind}_HOME": str(self.folder / kind.lower()) for kind in ("CONFIG", "DATA")}
        return surroundings({**homes, "TENFOLD_KEEP_PICTURES_DAYS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"})

    def run(self, *command: str, given: str = "", quiet: bool = True) -> str:
        """Run `tenfold`; gives its output, and ends here if it failed."""
        done = subprocess.run(
            [TENFOLD, *command],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else None,
            text=True,
            env=self.environment,
            check=False,
        )
        if done.returncode:
            stop(f"tenfold {' '.join(command)} ended with {done.returncode}.\n{done.stderr or ''}")
        return done.stdout

    def versions(self) -> list[dict[str, Any]]:
        """What is kept, the latest first."""
        listed = self.run("models", "versions", "--json", "--database", self.database)
        return [json.loads(line) for line in listed.splitlines()]


@contextmanager
def served(home: Home, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`tenfold serve`; gives its address and its process."""
    command = [TENFOLD, "serve", "--port", str(port), "--database", home.database]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=home.environment)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        if not found:
            stop("tenfold serve did not start.")
        yield found[0], process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()

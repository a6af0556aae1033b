"""What all tests share: MNIST, brought by the product's own code into the user's cache, where it stays."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
from pathlib import Path

import pytest

from tenfold.config import Settings, load_settings
from tenfold.data.mnist import fetch_mnist
from tenfold.errors import NoSource

# A shell that starts the tests in the background has Ctrl-C ignored, and every program they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


# What servers keep belongs to the tests, and to none of whoever runs them.
_KEPT = tempfile.TemporaryDirectory(prefix="tenfold-tests-")
os.environ["XDG_DATA_HOME"] = _KEPT.name


# Files that take long come first: begun last, they would have one worker busy while the others have nothing to do.
SLOW = ("contract", "store/test_nothing_lost", "training", "scale", "comparison", "tuning", "literature", "cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every other file is one that waits for a browser, as long as there are: what computes has the processor then."""
    files = list(dict.fromkeys(item.path for item in items))
    waits = [path for path in files if path.parent.name == "browser"]
    works = [path for path in files if path.parent.name != "browser"]

    def place(path: Path) -> int:
        name = path.relative_to(Path(__file__).parent).as_posix()
        return next((number for number, slow in enumerate(SLOW) if name.startswith(slow)), len(SLOW))

    works.sort(key=place)
    pairs = itertools.zip_longest(works, waits)
    order = {path: number for number, path in enumerate(path for pair in pairs for path in pair if path)}
    items.sort(key=lambda item: order[item.path])


@pytest.fixture(scope="session")
def mnist_settings() -> Settings:
    """The settings in force, with MNIST in their cache."""
    settings = load_settings()
    try:
        fetch_mnist(settings)
    except NoSource as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip("MNIST is nowhere to be had; bring it with: tenfold data fetch mnist --from FOLDER")
    return settings

"""What all tests share: their order, MNIST in the user's cache, Keras, and a browser."""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tenfold.catalogue import blocks
from tenfold.config import Settings, load_settings
from tenfold.data.mnist import fetch_mnist
from tenfold.errors import NoSource
from tenfold.training.framework import need_keras

# A shell that starts the tests in the background has Ctrl-C ignored, and every program they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


# How long an example takes says nothing on a machine that does other things besides.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

# What servers keep belongs to the tests, and to none of whoever runs them.
_KEPT = tempfile.TemporaryDirectory(prefix="tenfold-tests-")
os.environ["XDG_DATA_HOME"] = _KEPT.name


# Networks as small as those trained here gain nothing by threads, and other tests run beside them.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


# Files that take long come first: begun last, they would have one worker busy while the others have nothing to do.
SLOW = (
    "contract",
    "test_docs",
    "store/test_nothing_lost",
    "test_notebook",
    "test_guides",
    "training",
    "scale",
    "comparison",
    "tuning",
    "literature",
    "cli",
)


# Of those who train, what is theirs to settle.
THEIRS = (
    # Keras 3.15 reads TensorFlow's variables in a way numpy 2 deprecates.
    "ignore:__array__ implementation doesn't accept a copy keyword",
    # What reads digits for Keras' predict is traced even where nothing else is.
    "ignore:Even though the .tf.config",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put them in order, and have those that train not fail for warnings of others."""
    in_order(items)
    for item in items:
        if item.get_closest_marker("train"):
            for warning in THEIRS:
                item.add_marker(pytest.mark.filterwarnings(warning))


def in_order(items: list[pytest.Item]) -> None:
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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests of a process."""
    from playwright.sync_api import sync_playwright
    from tests.browser.chromium import BRING, launch

    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except FileNotFoundError as error:
            if os.environ.get("CI") == "true":
                pytest.fail(str(error), pytrace=False)
            pytest.skip(f"needs Chromium: {BRING}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def keras() -> Any:
    # TensorFlow warns of its own dependencies' ageing while it is imported: not ours to fix.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = need_keras()
        import tensorflow  # noqa: F401 - its warnings come here, and not in the test that needs it first
    return found


@pytest.fixture
def small_digit(keras: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A network of one convolution in place of `digit`, for what is done with it: TensorFlow has it ready at once."""

    def build(classes: int = 10) -> Any:
        stack = [*blocks.pictures(), *blocks.convolutions([(6, 5, 4, "valid")]), keras.layers.Flatten()]
        return keras.Sequential([*stack, keras.layers.Dropout(0.3), keras.layers.Dense(classes)], name="digit")

    monkeypatch.setattr("tenfold.catalogue.digit.build", build)
    return build

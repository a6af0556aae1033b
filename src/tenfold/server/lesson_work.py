"""The process that trains the network of the tour: told how on its first line, it says what happens, a line at a time.

    python -m tenfold.server.lesson_work

Each line it writes is ``EVENT {JSON}``. It ends by itself, and early when its input is closed: then it still examines
what it has learned so far. Beside a service that answers it is the last to get the processor, and gets one of it.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tenfold.config import Settings
from tenfold.data import held_out
from tenfold.data.dataset import Dataset
from tenfold.data.mnist import mnist_here
from tenfold.data.splits import some, training_data
from tenfold.errors import TenfoldError
from tenfold.teaching import Checked, Digits, Lesson, Network, Tested, examine, teach
from tenfold.types import as_floats

SAMPLES = Path(__file__).parent / "page" / "learn" / "samples.png"
SIDE = 28
# Of the samples' twenty of each digit, the first so many are learned from, and the next so many validate.
LEARNED, VALIDATED = 14, 3
# Validation digits of MNIST that are looked at each time.
JUDGES = 1000
# Mistakes that are shown.
WORST = 24

Parts = tuple[Digits, Digits, Callable[[], Digits]]


def main() -> None:
    """Read how, train, examine, and say so."""
    asked = json.loads(sys.stdin.readline())
    closed = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(closed,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(19)
    try:
        _lesson(asked, closed)
    except TenfoldError as error:
        _say("failed", code=error.code, message=error.message, hint=error.hint)
    except BrokenPipeError:  # nobody listens any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lesson(asked: dict[str, Any], closed: threading.Event) -> None:
    end = time.monotonic() + asked["seconds"]
    learn, judge, hand_over_test = _parts(asked)
    lesson = Lesson(**asked["lesson"])
    _say("begun", digits=len(learn), validation=len(judge), shown=len(learn) * lesson.epochs)
    network: Network | None = None
    for news in teach(lesson, learn, judge, lambda: closed.is_set() or time.monotonic() > end):
        figures = {"shown": news.shown, "loss": round(news.loss, 5), "accuracy": round(news.accuracy, 5)}
        if isinstance(news, Checked):
            network = news.network
            _say("checked", **figures, weights=packed(network))
        else:
            _say("stepped", **figures)
    assert network is not None
    _say("examining")
    # Handed over here, when nothing is left to be chosen.
    test = hand_over_test()
    _say("tested", **_report(examine(network, test), test))
    why = "stopped" if closed.is_set() else "out_of_time" if time.monotonic() > end else "finished"
    _say("ended", why=why)


def _parts(asked: dict[str, Any]) -> Parts:
    """What to learn from, what validates, and what hands the test digits over.

    Raises:
        TenfoldError: If MNIST is asked for and not there; it is not fetched at a visitor's request.
    """
    if asked["data"] == "samples":
        learn, judge, test = (_digits(part) for part in divided_samples())
        return learn, judge, lambda: test
    settings = Settings(cache_dir=Path(asked["cache_dir"]), mnist_dir=asked["mnist_dir"])
    if not mnist_here(settings):
        raise TenfoldError("MNIST is not here any more.", "Bring it: tenfold data fetch mnist")
    learned, judged = training_data(settings)
    few, judges = some(learned, asked["digits"]), some(judged, JUDGES)
    return _digits(few), _digits(judges), lambda: _digits(held_out.test_data(settings))


def divided_samples() -> tuple[Dataset, Dataset, Dataset]:
    """The built-in samples, cut in three, with as many of each digit: to learn from, to validate, to test."""
    with Image.open(SAMPLES) as atlas:
        pixels = np.asarray(atlas.convert("L"))
    rows, columns = pixels.shape[0] // SIDE, pixels.shape[1] // SIDE
    # Row by row the digits 0 to 9.
    cells = pixels.reshape(rows, SIDE, columns, SIDE).swapaxes(1, 2)

    def part(begin: int, end: int) -> Dataset:
        chosen = cells[:, begin:end]
        return Dataset(chosen.reshape(-1, SIDE, SIDE), np.repeat(np.arange(rows), chosen.shape[1]), "samples", True)

    return part(0, LEARNED), part(LEARNED, LEARNED + VALIDATED), part(LEARNED + VALIDATED, columns)


def _digits(data: Dataset) -> Digits:
    return Digits(as_floats(data.network_pixels()), data.labels)


def packed(network: Network) -> dict[str, str]:
    """The weights as a browser takes them: little-endian float32, in base64."""
    weights = network.weights.items()
    return {name: base64.b64encode(value.astype("<f4").tobytes()).decode("ascii") for name, value in weights}


def _report(tested: Tested, test: Digits) -> dict[str, Any]:
    worst = [
        {
            "pixels": base64.b64encode((test.pictures[place] * 255).round().astype(np.uint8).tobytes()).decode("ascii"),
            "label": int(test.labels[place]),
            "probabilities": [round(float(value), 5) for value in tested.probabilities[place]],
        }
        for place in tested.wrong[:WORST]
    ]
    return {
        "n": len(test),
        "errors": len(tested.wrong),
        "accuracy": tested.accuracy,
        "confusion": tested.confusion.tolist(),
        "worst": worst,
    }


def _say(event: str, **what: Any) -> None:
    print(event, json.dumps(what), flush=True)  # noqa: T201 - it is what the process is for


def _wait_for_the_end(closed: threading.Event) -> None:
    # Not through sys.stdin, whose lock would be wanted when the process ends while this still waits.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    closed.set()


if __name__ == "__main__":
    main()

"""Claim: `digit` answers 150 times sooner than the report's network in Keras, and twice as many digits a second.

One 28x28 array at a time on one thread, another of MNIST's test digits each time; then all of them in one call on one
thread and on two, and in smaller stacks for comparison. The report's network runs in Keras as the report runs it
(`model.predict`), also in batches of 256 and called without `predict`, and, exported, in ONNX Runtime; how long it
takes does not depend on its weights. A 280x280 PNG goes the whole way: open, normalise, gate, read. They take turns, of
twenty digits one after the other, so that each finds the processor as its own last digit left it.

    python benchmarks/speed.py [--trials 1000]
"""

from __future__ import annotations

import io
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _claim import ROOT, Figure, arguments, report, timed
from PIL import Image

from tenfold import Recognizer
from tenfold.config import load_settings
from tenfold.data.held_out import open_data
from tenfold.data.splits import open_training_data
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, read_card, shipped_names
from tenfold.types import Floats, as_floats

SOONER, MORE, PNG_LIMIT = 150.0, 2.0, 3.0
# What is asked of the smallest network, where it is there.
TINY_LIMIT, TINY_MORE = 40.0, 20.0
CASCADE_MORE = 5.0
MANY = 10_000
TURN = 20
STACK, STACKS = 256, (1, 8, 64, 256, 1024)
# Networks whose arithmetic is tried in bytes too (`tenfold export NAME --to int8`).
BYTES, IN_BYTES = ("digit", "tiny"), " in bytes"
CLAIM = "`digit` answers 150 times sooner than the report's network in Keras, and twice as many digits a second."
REPORT = "the report's network in ONNX Runtime"
KERAS, CALLED = "the report's network, model.predict", "the report's network, model(x)"
BATCHES = f"the report's network, model.predict in batches of {STACK}"


def microseconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - start) / 1e3


def a_second(network: OnnxClassifier, pictures: Floats, stack: int) -> float:
    """Digits a second, in stacks of that size."""
    start = time.perf_counter()
    for at in range(0, len(pictures), stack):
        network.predict_proba(pictures[at : at + stack])
    return len(pictures) / (time.perf_counter() - start)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share lies."""
    return float(np.quantile(values, share))


def one_by_one(
    networks: dict[str, dict[int, OnnxClassifier]], keras: Any, pictures: Floats, trials: int
) -> dict[str, list[float]]:
    """How long a picture takes by itself, in microseconds on one thread, by network; of Keras a tenth as many."""
    waits: dict[str, list[float]] = {name: [] for name in (*networks, KERAS, CALLED)}
    as_keras = pictures[..., None]
    for turn in range(-1, -(-trials // TURN)):
        places = [(turn * TURN + step) % len(pictures) for step in range(TURN)]
        for name, threads in networks.items():
            for place in places:
                one = pictures[place : place + 1]
                wait = microseconds(partial(threads[1].predict_proba, one))
                if turn >= 0:
                    waits[name].append(wait)
        for place in places[::10]:
            one_keras = as_keras[place : place + 1]
            wait = microseconds(partial(keras.predict, one_keras, verbose=0))
            call = microseconds(partial(keras, one_keras, training=False))
            if turn >= 0:
                waits[KERAS].append(wait)
                waits[CALLED].append(call)
    return waits


def all_at_once(
    networks: dict[str, dict[int, OnnxClassifier]], keras: Any, pictures: Floats, times: int
) -> dict[str, list[float]]:
    """Digits a second where all are given in one call, on two threads, by network; Keras' also in batches."""
    rates: dict[str, list[float]] = {name: [] for name in (*networks, KERAS, BATCHES)}
    as_keras, many = pictures[..., None], len(pictures)
    for _ in range(times):
        rates[KERAS].append(many / (microseconds(lambda: keras.predict(as_keras, verbose=0)) / 1e6))
        batches = microseconds(lambda: keras.predict(as_keras, batch_size=STACK, verbose=0))
        rates[BATCHES].append(many / (batches / 1e6))
        for name, threads in networks.items():
            rates[name].append(a_second(threads[2], pictures, many))
    return rates


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, trials=1000)
    trials = 20 if given.quick else given.trials
    many = 500 if given.quick else MANY
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from tenfold.catalogue.report import build
    from tenfold.training.export import to_onnx
    from tenfold.training.quantize import in_bytes

    keras = build()
    plain = to_onnx(keras)
    # Real digits: how many the cascade hands on depends on them.
    test = open_data("mnist:test", load_settings())
    pictures = as_floats(test.network_pixels(load_settings())[:many])
    names = shipped_names()
    files = {name: ((WEIGHTS / f"{name}.onnx").read_bytes(), read_card(WEIGHTS / f"{name}.json")) for name in names}
    shown = open_training_data("mnist", load_settings())[0].network_pixels(load_settings())
    files |= {f"{name}{IN_BYTES}": (in_bytes(files[name][0], shown), files[name][1]) for name in BYTES}
    files[REPORT] = plain, ModelCard(name="report")
    networks = {name: {threads: OnnxClassifier(*file, threads) for threads in (1, 2)} for name, file in files.items()}
    waits = one_by_one(networks, keras, pictures, trials)
    rates = all_at_once(networks, keras, pictures, 2 if given.quick else 5)
    figures = []
    for name in names:
        figures.append(alone(name, waits))
        figures.append(together(name, rates, in_stacks(networks[name], pictures), many))
    figures += [in_short(name, waits, rates, files) for name in BYTES]
    if "cascade" in names:
        figures.append(beside_digit(rates, many))
    figures.append(png(trials))
    report("speed", CLAIM, figures, quick=given.quick)


def in_stacks(threads: dict[int, OnnxClassifier], pictures: Floats) -> dict[str, float]:
    """Digits a second in smaller stacks, and on one thread."""
    return {
        f"{stack} at once, {count} thread{'s' if count > 1 else ''}, a second": a_second(
            threads[count], pictures, stack
        )
        for count in (1, 2)
        for stack in (*STACKS, len(pictures))
        if (stack, count) != (len(pictures), 2)
    }


def alone(name: str, waits: dict[str, list[float]]) -> Figure:
    """A network's answer to one picture, beside Keras'."""
    wait, keras_wait = statistics.median(waits[name]), statistics.median(waits[KERAS])
    tiny, ours = name == "tiny", name == "digit"
    return timed(
        f"`{name}`: one 28x28 array to its probabilities, one thread",
        "us",
        waits[name],
        waits[KERAS],
        KERAS,
        asked=f"at least {SOONER:g} times sooner" if ours else f"at most {TINY_LIMIT:g} us" if tiny else "",
        met=keras_wait / wait >= SOONER if ours else wait <= TINY_LIMIT or not tiny,
        more={
            "p99 us": percentile(waits[name], 0.99),
            f"{REPORT}, us": statistics.median(waits[REPORT]),
            f"{CALLED}, us": statistics.median(waits[CALLED]),
            "kB on disk": (WEIGHTS / f"{name}.onnx").stat().st_size / 1000,
        },
    )


def in_one_call(
    what: str, ours: list[float], plain: list[float], plain_what: str, least: float = 0, more: Any = None
) -> Figure:
    """Digits a second where all are given in one call, with the fewest and most, beside another's.

    Args:
        what: What was measured.
        ours: One a trial.
        plain: The same of the other.
        plain_what: Which that is.
        least: How many times as many are asked for; 0 if nothing is.
        more: Further numbers by name.
    """
    rate, plain_rate = statistics.median(ours), statistics.median(plain)
    return Figure(
        what=what,
        value=rate,
        unit="/s",
        n=len(ours),
        spread=(min(ours), max(ours)),
        baseline=plain_rate,
        baseline_what=plain_what,
        ratio=rate / plain_rate,
        asked=f"at least {least:g} times as many" if least else "",
        met=rate / plain_rate >= least,
        more=more,
    )


def together(name: str, rates: dict[str, list[float]], by_stack: dict[str, float], many: int) -> Figure:
    """A network's answers to many pictures in one call, beside Keras'."""
    return in_one_call(
        f"`{name}`: digits a second, two threads, {many:,} in one call",
        rates[name],
        rates[KERAS],
        f"{KERAS} of {many:,}",
        {"digit": MORE, "tiny": TINY_MORE}.get(name, 0),
        {
            **by_stack,
            f"{REPORT}, a second": statistics.median(rates[REPORT]),
            f"{BATCHES}, a second": statistics.median(rates[BATCHES]),
        },
    )


def beside_digit(rates: dict[str, list[float]], many: int) -> Figure:
    """The cascade's answers to many pictures in one call, beside those of `digit`."""
    what = f"`cascade`: digits a second beside `digit`, two threads, {many:,} in one call"
    return in_one_call(what, rates["cascade"], rates["digit"], "`digit`", CASCADE_MORE)


def in_short(
    name: str, waits: dict[str, list[float]], rates: dict[str, list[float]], files: dict[str, tuple[bytes, ModelCard]]
) -> Figure:
    """A network whose arithmetic is done in bytes, beside the same in floating point."""
    short = name + IN_BYTES
    rate, rate_before = (statistics.median(rates[key]) for key in (short, name))
    settings = load_settings()
    held = open_training_data("mnist", settings)[1]
    pictures = as_floats(held.network_pixels(settings))
    said, said_before = (OnnxClassifier(*files[key]).predict_proba(pictures).argmax(axis=1) for key in (short, name))
    return timed(
        f"`{name}` in int8 arithmetic: one 28x28 array to its probabilities, one thread",
        "us",
        waits[short],
        waits[name],
        f"`{name}` in floating point",
        more={
            "digits a second, two threads": rate,
            "in floating point": rate_before,
            "kB": len(files[short][0]) / 1000,
            "kB in floating point": len(files[name][0]) / 1000,
            "validation digits right, %": 100 * float((said == held.labels).mean()),
            "in floating point, %": 100 * float((said_before == held.labels).mean()),
            "read otherwise, of 5,000": float((said != said_before).sum()),
        },
    )


def png(trials: int) -> Figure:
    """A 280x280 PNG to its answer, beside opening and resizing it alone."""
    picture = Image.open(Path(ROOT) / "examples" / "digits" / "seven-crossed.png").convert("RGB").resize((280, 280))
    buffer = io.BytesIO()
    picture.save(buffer, "png")
    data = buffer.getvalue()
    recognizer = Recognizer()
    ours, plain = [], []
    for trial in range(-20, trials):
        wait = microseconds(lambda: recognizer.predict(data)) / 1e3
        other = microseconds(lambda: Image.open(io.BytesIO(data)).convert("L").resize((28, 28))) / 1e3
        if trial >= 0:
            ours.append(wait)
            plain.append(other)
    return timed(
        "A 280x280 PNG to its answer",
        "ms",
        ours,
        plain,
        "opening it with Pillow and resizing it to 28x28, without reading it",
        asked=f"at most {PNG_LIMIT:g} ms",
        met=statistics.median(ours) <= PNG_LIMIT,
        more={"p99 ms": percentile(ours, 0.99)},
    )


if __name__ == "__main__":
    main()

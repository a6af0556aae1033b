"""Claim: 200 corrections of a hand that `digit` reads wrongly teach it that hand, and nothing else is lost or dropped.

The hand writes its 9 with a tail that comes back in a loop, which people read and the shipped network takes for a 2 or
an 8. A real server gets pictures of it until 200 are answered wrongly or with a doubt. What is right is sent to
`/v1/feedback`, reviewed by `tenfold feedback review` and learned by `tenfold train digit --feedback`, whose gate
decides. Meanwhile the same server is asked over and over, takes up what is promoted, gives the old answers again after
`tenfold models rollback` and the new ones after `promote`; beside it stands a server that is ended and started anew.
Before and after are 500 new pictures of the hand, MNIST's test digits and synthetic digits in other hands; with
`--foreign FOLDER` also the validating parts of the foreign sets, from whose other parts the version then learns, too.

    python benchmarks/corrections.py [--count 200] [--new 500] [--epochs 4] [--foreign FOLDER]
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
from _asking import PATIENCE, Asking, Read, ask, read
from _claim import Figure, arguments, report, stop
from _home import Home, served

from tenfold.data.synth import draw, path, scrawl, written_digit
from tenfold.training.metrics import wilson

CLAIM = "200 corrections of a hand that is read wrongly teach `digit` that hand; nothing else is lost, nothing dropped."
# A 9 whose tail comes back in a loop.
DIGIT, GLYPH = 9, "80,20 45,0 15,25 40,48 78,25! 78,75 50,80 20,98 50,110 95,80"
# How far one hand strays, and its pens as shares of the height.
WILD, PENS = 0.8, (0.05, 0.12)
# Chance of what is corrected, of what is new, and of other hands.
CORRECTED, NEW, OTHERS = 1, 2, 3
# What MNIST's test digits and digits in other hands may lose, in points: as much as the gate lets pass on validation
# digits.
TOLERANCE = 0.3
# Seconds a command may take to be heard of.
HEARD = 5.0
QUICK = {"count": 24, "new": 50, "epochs": 1, "limit": 2000}


def written(count: int, seed: int) -> list[bytes]:
    """PNGs of the hand's 9, black on white."""
    rng = np.random.default_rng(seed)
    return [png(draw(scrawl(path(GLYPH), rng, WILD), rng, float(rng.uniform(*PENS)))) for _ in range(count)]


def others(count: int) -> tuple[list[bytes], list[int]]:
    """PNGs of synthetic digits in any other hand, and what they are."""
    rng = np.random.default_rng(OTHERS)
    labels = [number % 10 for number in range(count)]
    return [png(written_digit(label, rng)) for label in labels], labels


def png(ink: Any) -> bytes:
    """Ink, bright on black, as a PNG of black on white."""
    return cv2.imencode(".png", 255 - ink)[1].tobytes()


def correct(client: httpx.Client, count: int) -> int:
    """Correct so many answers that are wrong or in doubt; gives how many pictures it took."""
    corrected = sent = 0
    pictures = written(20 * count, CORRECTED)
    while corrected < count:
        if sent == len(pictures):
            stop(f"Only {corrected} of {sent} pictures are read wrongly: this hand needs no corrections any more.")
        answer = ask(client, pictures[sent])
        sent += 1
        if answer["digit"] != DIGIT:
            client.post("/v1/feedback", json={"id": answer["id"], "digit": DIGIT}).raise_for_status()
            corrected += 1
    return sent


def accept(home: Home, count: int) -> None:
    """Accept all of them, one after the other, in the terminal's review."""
    given = "a\n" * count
    home.run("feedback", "review", "--most", str(count), "--database", home.database, given=given)
    listed = home.run("feedback", "list", "--state", "accepted", "--most", str(count), "--database", home.database)
    if len(listed.splitlines()) != count:
        stop(f"{len(listed.splitlines())} corrections are accepted, not {count}.")


def learn(home: Home, given: Any, quick: bool) -> float:
    """Train; gives the seconds it took."""
    command = ["train", "digit", "--feedback", "--database", home.database, "--out", str(home.folder / "run")]
    command += ["--epochs", str(QUICK["epochs"] if quick else given.epochs)]
    command += ["--limit", str(QUICK["limit"])] if quick else []
    command += ["--foreign", given.foreign] if given.foreign else []
    start = time.perf_counter()
    home.run(*command, quiet=False)
    return time.perf_counter() - start


def on_mnist(home: Home, model: str) -> dict[str, Any]:
    """What `tenfold evaluate` finds on MNIST's test digits."""
    found: dict[str, Any] = json.loads(home.run("evaluate", model, "--data", "mnist:test", "--json"))
    return found


def restarted(home: Home, picture: bytes) -> tuple[float, int]:
    """The plain way to another network: seconds without an answer, and requests not answered."""
    with served(home) as (base, process):
        port = int(base.rpartition(":")[2])
        with Asking(base, picture) as asking:
            time.sleep(1)
            process.send_signal(signal.SIGTERM)
            process.wait()
            with served(home, port):
                time.sleep(1)
    return asking.longest_silence, asking.dropped


def main() -> None:
    """Measure and report."""
    given = arguments(CLAIM, count=200, new=500, epochs=4, foreign="")
    count, new = (QUICK["count"], QUICK["new"]) if given.quick else (given.count, given.new)
    pictures, (strange, labels) = written(new, NEW), others(2 * new)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with served(home) as (base, _), httpx.Client(base_url=base, timeout=PATIENCE, trust_env=False) as client:
            say(f"Reading {new} new pictures of the hand, and {2 * new} of others …")
            first, before, strangers = ask(client, pictures[0]), read(client, pictures), read(client, strange)
            say(f"Correcting {count} answers …")
            sent = correct(client, count)
            accept(home, count)
            say("Learning …")
            with Asking(base, pictures[0]) as asking:
                seconds = learn(home, given, given.quick)
                (version,) = home.versions()
                promoted = version["answers"]
                if not promoted:
                    say("The gate said no: it is promoted anyway, for what is measured besides.")
                    home.run("models", "promote", str(version["id"]), "--anyway", "--database", home.database)
                asking.until(version["model"], 0.0)
                say("Reading them again …")
                after, strangers_after = read(client, pictures), read(client, strange)
                times = back_and_forth(home, asking, first["model"], version, lambda: read(client, pictures))
        say("A server that is ended and started anew …")
        restart = restarted(home, pictures[0])
        say("MNIST's test digits …")
        mnist = [on_mnist(home, model) for model in ("digit", str(home.folder / "run" / "digit.onnx"))]
    figures = of_the_hand(before, after, version, promoted, {"pictures sent": sent, "training seconds": seconds}, count)
    figures += of_the_rest(mnist, strangers.right(labels), strangers_after.right(labels), len(labels), version)
    figures += of_the_server(asking, times, restart, before, after)
    report("corrections", CLAIM, figures, quick=given.quick)


@dataclass(frozen=True)
class Times:
    """Going back and forth between versions.

    Attributes:
        back: Seconds from `rollback` to the first answer of the shipped network.
        forth: Seconds from `promote` to the first of the new version.
        old: What the shipped network answered after that.
    """

    back: float
    forth: float
    old: Read


def back_and_forth(
    home: Home, asking: Asking, shipped: str, version: dict[str, Any], again: Callable[[], Read]
) -> Times:
    """Roll back, read again, and promote once more."""
    start = time.perf_counter()
    home.run("models", "rollback", "--database", home.database)
    back = asking.until(shipped, start)
    old = again()
    start = time.perf_counter()
    promote = ["models", "promote", str(version["id"]), "--database", home.database]
    home.run(*promote, *([] if version["passed"] else ["--anyway"]))
    return Times(back, asking.until(version["model"], start), old)


def share(
    what: str,
    now: int,
    was: int,
    n: int,
    baseline_what: str,
    asked: str,
    met: bool,
    more: dict[str, float] | None = None,
) -> Figure:
    """A share read right, beside the one before."""
    low, high = wilson(now, n)
    return Figure(
        what=what,
        value=100 * now / n,
        unit="%",
        n=n,
        spread=(100 * low, 100 * high),
        baseline=100 * was / n,
        baseline_what=baseline_what,
        asked=asked,
        met=met,
        more=more,
    )


def of_the_hand(
    before: Read, after: Read, version: dict[str, Any], promoted: bool, more: dict[str, float], count: int
) -> list[Figure]:
    """What became of the hand's digits."""
    labels = [DIGIT] * len(before.best)
    was, now = before.right(labels), after.right(labels)
    answered = {
        "answered with 9 before %": 100 * before.answered.count(DIGIT) / len(labels),
        "answered with 9 after %": 100 * after.answered.count(DIGIT) / len(labels),
        "answered with another digit after %": 100
        * sum(one not in (None, DIGIT) for one in after.answered)
        / len(labels),
    }
    judged = version["checks"][-1]
    n = judged["pictures"]
    return [
        share(
            f"New pictures of the hand read right, after {count} corrections",
            now,
            was,
            len(labels),
            "before them",
            "more than before",
            now > was,
            {**answered, **more},
        ),
        share(
            "Corrections kept out of learning, read right",
            round(n * judged["after"]),
            round(n * judged["before"]),
            n,
            "before",
            "more than before, and the gate promotes by itself",
            judged["passed"] and promoted,
        ),
    ]


def of_the_rest(
    mnist: list[dict[str, Any]], strangers: int, strangers_after: int, n: int, version: dict[str, Any]
) -> list[Figure]:
    """What became of everything else."""
    asked = f"at most {TOLERANCE:g} points less"
    (was, now), tests = (round(one["n"] * one["accuracy"]) for one in mnist), mnist[0]["n"]
    lost = [old - new for old, new in zip(*(one["per_digit_recall"] for one in mnist), strict=True)]
    recalls = {"largest loss of a digit's recall, points": 100 * max(lost)}
    met = 100 * (was - now) / tests <= TOLERANCE
    figures = [share("MNIST's test digits read right", now, was, tests, "before", asked, met, recalls)]
    what, met = "Synthetic digits in other hands read right", 100 * (strangers - strangers_after) / n <= TOLERANCE
    figures.append(share(what, strangers_after, strangers, n, "before", asked, met))
    for check in version["checks"][:-1]:
        if "MNIST" not in check["what"]:
            size = check["pictures"]
            now, was = round(size * check["after"]), round(size * check["before"])
            asked = "at most one picture or 0.3 % less"
            figures.append(share(f"{check['what']}, read right", now, was, size, "before", asked, check["passed"]))
    return figures


def of_the_server(asking: Asking, times: Times, restart: tuple[float, int], before: Read, after: Read) -> list[Figure]:
    """How the running server took it."""
    without, refused = restart
    slowest = max(times.back, times.forth)
    n = len(before.best)
    return [
        Figure(
            what="Requests dropped while versions were learned, promoted, rolled back and promoted again",
            value=asking.dropped,
            unit="",
            n=len(asking.seen),
            baseline=refused,
            baseline_what="a server ended and started anew",
            asked="none",
            met=asking.dropped == 0,
        ),
        Figure(
            what="From the command to the first answer of a running server by another version",
            value=slowest,
            unit="s",
            n=2,
            spread=(min(times.back, times.forth), slowest),
            baseline=without,
            baseline_what="a server ended and started anew: no answers so long",
            asked=f"at most {HEARD:g} s",
            met=slowest <= HEARD,
        ),
        Figure(
            what="Answers that differ from those before, after `tenfold models rollback`",
            value=before.differ(times.old),
            unit="",
            n=n,
            baseline=before.differ(after),
            baseline_what="by the new version",
            asked="none",
            met=before.differ(times.old) == 0,
        ),
    ]


def say(what: str) -> None:
    """How far it is."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()

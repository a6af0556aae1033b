"""Claim: while a digit is drawn, every layer's maps follow it at least 10 times a second, in each of three networks.

The page is served and drawn on in Chromium, a number of the first convolution chosen, so that its arithmetic is shown
too; what is counted are the frames the page says it has shown, when a digit has been under the pen for a second. The
plain way is ONNX Runtime in Python, giving every tensor of one picture after the other, with nobody to see them.

    python benchmarks/inside.py [--digits 12]
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
from _claim import ROOT, Figure, arguments, quartiles, report

sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLAIM = "While a digit is drawn, every layer's maps follow it at least 10 times a second."
FLOOR = 10.0
NETWORKS = ("report", "lenet-5", "digit")
# Seconds a digit takes to draw, and between two looks at where the pen is.
DRAWING, STEP = 1.5, 0.008
PLAIN = 100


def drawn(page: Page, frame: dict[str, float]) -> float:
    """Draw a slow 8; gives the frames a second that the page counts at its end."""
    start = time.perf_counter()
    page.mouse.move(*place(frame, 0.0))
    page.mouse.down()
    while (passed := time.perf_counter() - start) < DRAWING:
        page.mouse.move(*place(frame, passed / DRAWING))
        time.sleep(STEP)
    rate = page.locator("#rate").inner_text()
    page.mouse.up()
    page.keyboard.press("Escape")
    return float(rate.split()[0])


def place(frame: dict[str, float], share: float) -> tuple[float, float]:
    """Where the pen is after this share of an 8, in pixels of the page."""
    turn = 2 * math.pi * share
    x, y = 0.5 + 0.18 * math.sin(2 * turn), 0.5 - 0.32 * math.cos(turn)
    return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]


def rates(address: str, name: str, digits: int) -> list[float]:
    """Frames a second at the end of each of so many digits."""
    from playwright.sync_api import sync_playwright
    from tests.browser.chromium import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/inside#{name}")
        page.wait_for_selector('#layers[aria-busy="false"]')
        frame = page.locator("#pad").bounding_box()
        drawn(page, frame)
        page.get_by_role("region", name="Conv 1").locator("canvas").click(position={"x": 30, "y": 30})
        found = [drawn(page, frame) for _ in range(digits)]
        browser.close()
    return found


def plain(name: str) -> float:
    """Pictures a second out of ONNX Runtime on one thread, with every tensor."""
    import onnx
    import onnxruntime

    from tenfold.models.onnx import WEIGHTS

    model = onnx.load(str(WEIGHTS / f"{name}.onnx"))
    names = [one for node in model.graph.node for one in node.output]
    known = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=one) for one in names if one not in known)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    picture = {session.get_inputs()[0].name: np.random.default_rng(0).random((1, 28, 28), np.float32)}
    session.run(names, picture)
    start = time.perf_counter()
    for _ in range(PLAIN):
        session.run(names, picture)
    return PLAIN / (time.perf_counter() - start)


def main() -> None:
    """Measure and report."""
    from tests.browser.chromium import serving

    given = arguments(CLAIM, digits=12)
    digits = 2 if given.quick else given.digits
    figures = []
    with serving() as (address, _):
        for name in NETWORKS:
            found = rates(address, name, digits)
            figures.append(
                Figure(
                    what=f"`{name}`: frames a second while drawing",
                    value=statistics.median(found),
                    unit="/s",
                    n=digits,
                    spread=quartiles(found),
                    baseline=plain(name),
                    baseline_what="ONNX Runtime in Python, every tensor, nothing shown",
                    asked=f"at least {FLOOR:g} a second",
                    met=statistics.median(found) >= FLOOR,
                )
            )
    report("inside", CLAIM, figures, quick=given.quick)


if __name__ == "__main__":
    main()

"""Number mode for the tests: writing on the wide sheet, composed pages, and answers put in the server's mouth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Page, Route
from tests.browser.strokes import DIGITS, Polyline, smooth

# The 1 of the strokes leans, and so could be a slash; here it stands straight.
UPRIGHT_ONE: list[Polyline] = [[(0.5, 0.16), (0.5, 0.84)]]
INK, PAPER = (28, 36, 92), (240, 237, 228)


def shapes(text: str) -> list[list[Polyline]]:
    """The strokes of each digit, each in a square of side 1."""
    return [UPRIGHT_ONE if sign == "1" else DIGITS[int(sign)] for sign in text]


def write(page: Page, text: str) -> None:
    """Write a number on the wide sheet with the mouse, its digits well apart and as large as there is room."""
    frame = page.locator("#number-pad").bounding_box()
    assert frame is not None
    tall = frame["height"]
    step = min(0.52, (frame["width"] / tall - 0.3) / len(text))
    size = min(0.75, 1.5 * step)
    for place, strokes in enumerate(shapes(text)):
        for stroke in strokes:
            way = [
                (
                    frame["x"] + tall * (0.1 + place * step + size * (x - 0.28)),
                    frame["y"] + tall * (0.5 + size * (y - 0.5)),
                )
                for x, y in smooth(stroke)
            ]
            page.mouse.move(*way[0])
            page.mouse.down()
            for point in way[1:]:
                page.mouse.move(*point)
            page.mouse.up()


def number_settled(page: Page) -> str:
    """Wait for the answer to what is on the wide sheet now; gives its status."""
    page.wait_for_selector('#reply[aria-busy="false"]:not([data-status="waiting"])')
    return page.locator("#reply").get_attribute("data-status") or ""


@dataclass(frozen=True)
class Written:
    """A number on a composed page, and the box of its ink."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def compose(
    rows: Sequence[tuple[str, int, int]], size: tuple[int, int] = (1000, 640), tall: int = 70
) -> tuple[Image.Image, list[Written]]:
    """A sheet with numbers at given places (left, top), `tall` pixels high: the picture, and where each stands."""
    image = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(image)
    side, width, places = tall / 0.66, max(3, tall // 9), []
    for text, left, top in rows:
        points: list[tuple[float, float]] = []
        for place, strokes in enumerate(shapes(text)):
            for stroke in strokes:
                line = [
                    (left + side * (place * 0.62 + x - 0.3), top + side * (y - 0.165)) for x, y in smooth(stroke, 12)
                ]
                pen.line(line, INK, width, "curve")
                for x, y in (line[0], line[-1]):
                    pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), INK)
                points += line
        xs, ys = zip(*points, strict=True)
        half = width / 2
        places.append(Written(text, min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half))
    return image, places


ROWS = [("2026", 120, 90), ("438", 640, 100), ("75", 180, 280), ("93084", 520, 300), ("6152", 260, 480)]
TEXTS = [text for text, _, _ in ROWS]


def save(image: Image.Image, path: Path, **options: Any) -> Path:
    """Write a picture to a file; gives its path."""
    image.save(path, **options)
    return path


def number(text: str, value: str, confidence: float, box: tuple[int, int, int, int], **more: Any) -> dict[str, Any]:
    """A number as POST /v1/read gives it; `sure` is the confidence of each digit."""
    x, y, width, height = box
    share = width // len(value)
    sure = more.pop("sure", [0.999] * len(value))
    digits = [
        {"digit": int(sign), "confidence": sure[place], "box": as_box((x + place * share, y, share, height))}
        for place, sign in enumerate(value)
    ]
    alternatives = [{"value": other, "probability": share} for other, share in more.pop("others", {}).items()]
    return {
        "text": text, "value": value, "confidence": confidence, "box": as_box(box), "digits": digits,
        "alternatives": alternatives, "note": "", "page": 1, **more,
    }  # fmt: skip


def as_box(box: tuple[int, int, int, int]) -> dict[str, int]:
    """A box as JSON has it."""
    return dict(zip(("x", "y", "width", "height"), box, strict=True))


def answering(page: Page, status: str, numbers: Sequence[dict[str, Any]] = (), **fields: Any) -> None:
    """Let the server answer this to whatever is to be read."""
    answer = {
        "id": "0" * 32, "status": status, "width": 1000, "height": 640, "numbers": list(numbers), "reason": "",
        "model": "reader@00000000", "page": 1, "turned": 0, **fields,
    }  # fmt: skip
    text = json.dumps(answer)
    page.unroute_all()

    def answer_route(route: Route) -> None:
        route.fulfill(body=text, content_type="application/json")

    page.route("**/v1/read*", answer_route)


DOUBTFUL = [
    number("2026", "2026", 0.98, (115, 85, 260, 80)),
    number("4?8", "438", 0.71, (640, 95, 160, 80), sure=[0.99, 0.72, 0.99], others={"478": 0.2, "498": 0.004}),
    number("?5", "75", 0.6, (180, 275, 110, 80), others={"15": 0.3, "35": 0.05, "25": 0.02}),
]

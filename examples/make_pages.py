"""Draws the pages in `examples/pages`: numbers in a notebook, a table, boxes, on a cheque's pattern, in a PDF.

    python examples/make_pages.py            # writes examples/pages/*
    python examples/make_pages.py --out DIR

Everything comes from the strokes of `make_examples.py` and the seeds below, so the pictures may be used for anything.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from make_examples import PATHS, Canvas, Colour, photograph, smooth
from PIL import Image

Rng = np.random.Generator

MARKS = {
    ".": "8,95 10,98 12,96",
    ",": "14,92 14,100 4,116",
    "-": "6,54 30,52 48,54",
    "/": "52,0 30,50 8,100",
    "$": "56,16 36,6 14,20 30,44 56,66 40,92 8,82 | 36,-8 34,50 32,110",
}
ADVANCE = {".": 0.3, ",": 0.32, "-": 0.62, "/": 0.62, "1": 0.62}
BLUE, BLACK, PENCIL = (28, 40, 120), (25, 25, 30), (92, 92, 98)

# What stands on each page, row by row: the tests read them again.
TRUTH = {
    "notebook.jpg": ["4071", "88", "20356", "917", "5548", "36"],
    "table.png": ["12", "7", "305", "48", "96", "21", "154", "8", "60"],
    "boxes.png": ["80331"],
    "amount.png": ["125000"],
    "scan.pdf": ["1987", "2046", "315", "7702", "64", "9083"],
}


def write(canvas: Canvas, text: str, left: float, top: float, height: float, pen: int, ink: Colour, rng: Rng) -> None:
    """Write a text in one hand, each stroke a little unsteady."""
    layer = np.zeros(canvas.shape[:2], np.uint8)
    lean = rng.normal(0.08, 0.05)
    for sign in text:
        lift = rng.normal(0, 0.03) * height
        for path in {**PATHS, **MARKS}[sign].split("|"):
            stroke = np.array([point.split(",") for point in path.split()], np.float64) / 100
            line = smooth(stroke) + cv2.blur(rng.normal(0, 0.016, (len(smooth(stroke)), 2)), (1, 15))
            line[:, 0] += lean * (0.5 - line[:, 1])
            fixed = np.rint((line * height + (left, top + lift)) * 16).astype(np.int32)
            cv2.polylines(layer, [fixed.reshape(-1, 1, 2)], False, 255, pen, cv2.LINE_AA, 4)
        left += ADVANCE.get(sign, 0.82) * height
    cover = layer[..., None] / 255 * rng.uniform(0.75, 0.95, (*layer.shape, 1))
    canvas[:] = canvas * (1 - cover) + np.array(ink) * cover


def paper(height: int, width: int, tone: Colour, grain: float, rng: Rng) -> Canvas:
    """A sheet of plain paper."""
    return np.full((height, width, 3), tone, np.float64) + rng.normal(0, grain, (height, width, 1))


def notebook(rng: Rng) -> Canvas:
    """A ruled page, photographed from one side with the hand's shadow on it."""
    sheet = paper(900, 700, (244, 242, 232), 1.5, rng)
    for y in range(90, 900, 62):
        sheet[y : y + 2] = (150, 175, 215)
    sheet[:, 70:72] = (225, 150, 150)
    rows = ((110, 90), (420, 90), (150, 276), (470, 276), (110, 462), (430, 648))
    for text, (left, row) in zip(TRUTH["notebook.jpg"], rows, strict=True):
        write(sheet, text, left, row + 62 - 50 + 4, 50, 4, BLUE, rng)
    slope = (np.linspace(0, 1, 900)[:, None] + np.linspace(0, 1, 700)) / 2
    sheet *= 1 - 0.35 * slope[..., None]
    corners = np.array([[0, 0], [700, 0], [700, 900], [0, 900]], np.float32)
    seen = np.array([[70, 40], [665, 75], [690, 905], [35, 880]], np.float32)
    table = cv2.getPerspectiveTransform(corners, seen)
    photo = cv2.warpPerspective(sheet, table, (730, 930), borderValue=(58, 48, 42))
    return photograph(photo, 60, rng)


def table(rng: Rng) -> Canvas:
    """A table filled in with a pencil."""
    sheet = paper(420, 620, (250, 250, 248), 1.0, rng)
    for x in (30, 220, 410, 600):
        sheet[30:392, x : x + 2] = 70
    for y in (30, 150, 270, 390):
        sheet[y : y + 2, 30:602] = 70
    for place, text in enumerate(TRUTH["table.png"]):
        row, column = divmod(place, 3)
        write(
            sheet, text, 60 + 190 * column + rng.uniform(0, 20), 62 + 120 * row + rng.uniform(-6, 6), 56, 4, PENCIL, rng
        )
    return sheet


def boxes(rng: Rng) -> Canvas:
    """A postcode, one digit a box."""
    sheet = paper(150, 460, (246, 244, 238), 1.0, rng)
    for x in range(30, 431, 80):
        sheet[30:122, x : x + 2] = (200, 110, 90)
    for y in (30, 120):
        sheet[y : y + 2, 30:432] = (200, 110, 90)
    for place, sign in enumerate(TRUTH["boxes.png"][0]):
        write(sheet, sign, 48 + 80 * place + rng.uniform(-4, 4), 44 + rng.uniform(-3, 3), 62, 5, BLACK, rng)
    return sheet


def amount(rng: Rng) -> Canvas:
    """An amount on the pattern of a cheque."""
    sheet = paper(150, 560, (226, 238, 232), 1.0, rng)
    y, x = np.mgrid[:150, :560]
    waves = np.sin((y + 9 * np.sin(x / 33)) / 2.6) > 0.55
    sheet[waves] = sheet[waves] * 0.6 + np.array((120, 178, 168)) * 0.4
    write(sheet, "$1,250.00", 40, 40, 66, 5, BLUE, rng)
    return sheet


def scan(rng: Rng, texts: list[str]) -> Canvas:
    """A page of a form as a scanner gives it: grey, a dark edge, each number on its line."""
    sheet = paper(880, 620, (250, 250, 250), 2.0, rng)
    sheet[:, :26] = 14
    for place, text in enumerate(texts):
        y = 190 + 210 * place
        sheet[y : y + 2, 300:560] = 110
        write(sheet, text, 320, y - 62, 56, 4, BLACK, rng)
    return sheet


PAGES: dict[str, Callable[[Rng], Canvas]] = {
    "notebook.jpg": notebook,
    "table.png": table,
    "boxes.png": boxes,
    "amount.png": amount,
}


def draw(name: str) -> npt.NDArray[np.uint8]:
    """One picture by name: uint8 (H, W, 3) RGB, the same at every call."""
    return rounded(PAGES[name](np.random.default_rng(zlib.crc32(name.encode()))))


def rounded(canvas: Canvas) -> npt.NDArray[np.uint8]:
    """As whole levels: uint8."""
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def main() -> None:
    """Write every page."""
    parser = argparse.ArgumentParser(description="Draw the example pages.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pages", help="folder to write to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        options = [cv2.IMWRITE_JPEG_QUALITY, 70] if name.endswith("jpg") else [cv2.IMWRITE_PNG_COMPRESSION, 9]
        cv2.imwrite(str(out / name), draw(name)[..., ::-1], options)
    rng = np.random.default_rng(7)
    texts = TRUTH["scan.pdf"]
    first, second = (Image.fromarray(rounded(scan(rng, part))).convert("L") for part in (texts[:3], texts[3:]))
    first.save(out / "scan.pdf", save_all=True, append_images=[second], resolution=75)


if __name__ == "__main__":
    main()

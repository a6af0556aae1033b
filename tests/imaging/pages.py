"""Pages with rows of digits in known places, for the tests of finding and reading lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from tests.browser.strokes import DIGITS

from tenfold.imaging.lines import Sheet, WrittenLine
from tenfold.types import Box, Pixels

# The 1 of the strokes leans, and so could be a slash; here it stands straight.
UPRIGHT_ONE = [[(0.5, 0.16), (0.5, 0.84)]]


def row_ink(text: str, height: int, pen: int = 0, gap: float = 0.28) -> Pixels:
    """Digits well apart, each cut to its ink: uint8 (height, W), bright on black."""
    pen = pen or max(1, round(height / 11))
    glyphs = []
    for sign in text:
        strokes = UPRIGHT_ONE if sign == "1" else DIGITS[int(sign)]
        side = 4 * height
        canvas = np.zeros((side, side), np.uint8)
        thick = max(1, round(4 * pen * 0.7))
        for line in strokes:
            points = np.rint(np.array(line) * side * 16).astype(np.int32).reshape(-1, 1, 2)
            cv2.polylines(canvas, [points], False, 255, thick, cv2.LINE_AA, 4)
        x, y, wide, tall = cv2.boundingRect(canvas)
        size = (max(1, round(wide * height / tall)), height)
        glyphs.append(cv2.resize(canvas[y : y + tall, x : x + wide], size, interpolation=cv2.INTER_AREA))
    space = np.zeros((height, max(2, round(gap * height))), np.uint8)
    parts = [part for glyph in glyphs for part in (glyph, space)][:-1]
    return np.asarray(np.concatenate(parts, axis=1), np.uint8)


@dataclass
class Draft:
    """A page to write on.

    Attributes:
        ink: float32 (H, W), 0..1.
        boxes: Where each row was written, in the order of writing.
    """

    ink: np.ndarray
    boxes: list[Box] = field(default_factory=list)

    def write(self, text: str, left: int, top: int, height: int = 40, pen: int = 0, depth: float = 1.0) -> Box:
        """Write a row; gives its place."""
        row = row_ink(text, height, pen)
        window = self.ink[top : top + row.shape[0], left : left + row.shape[1]]
        np.maximum(window, row.astype(np.float32) / 255 * depth, out=window)
        box = Box(left, top, row.shape[1], row.shape[0])
        self.boxes.append(box)
        return box

    def rule(self, first: tuple[int, int], last: tuple[int, int], thick: int = 2, depth: float = 0.6) -> None:
        """Draw a straight line."""
        layer = np.zeros(self.ink.shape, np.uint8)
        cv2.line(layer, first, last, 255, thick, cv2.LINE_AA)
        np.maximum(self.ink, layer.astype(np.float32) / 255 * depth, out=self.ink)

    def on_paper(self, tone: int = 245, dark: int = 30, grain: float = 1.5) -> Pixels:
        """As a scanner sees it: uint8 (H, W)."""
        rng = np.random.default_rng(self.ink.size)
        seen = tone + (dark - tone) * self.ink + grain * rng.standard_normal(self.ink.shape)
        return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def blank(height: int, width: int) -> Draft:
    """A bare page."""
    return Draft(np.zeros((height, width), np.float32))


def turned(pixels: Pixels, degrees: float) -> tuple[Pixels, np.ndarray]:
    """A page turned on a larger one of the same tone: the picture, and where a point of the page is in it (2, 3)."""
    height, width = pixels.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    to = (round(height * sin + width * cos), round(height * cos + width * sin))
    turn[:, 2] += (to[0] - width) / 2, (to[1] - height) / 2
    paper = float(np.median(pixels))
    return cv2.warpAffine(pixels, turn, to, flags=cv2.INTER_AREA, borderValue=paper), turn


def around(box: Box, turn: np.ndarray) -> Box:
    """The upright box around a box that was moved and turned."""
    corners = [(box.x, box.y), (box.x + box.width, box.y), (box.x, box.y + box.height)]
    corners.append((box.x + box.width, box.y + box.height))
    moved = np.array([turn @ (x, y, 1) for x, y in corners])
    (left, top), (right, bottom) = moved.min(axis=0), moved.max(axis=0)
    return Box(round(left), round(top), round(right - left), round(bottom - top))


def in_picture(sheet: Sheet, line: WrittenLine) -> Box:
    """Where a line that was found stands in the given picture."""
    return around(line.box, sheet.back)


def overlap(one: Box, other: Box) -> float:
    """How much two boxes are one: the area they share, over the area they fill together."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    tall = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0, wide) * max(0, tall)
    return shared / (one.width * one.height + other.width * other.height - shared)

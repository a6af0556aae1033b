"""Digits written on all kinds of paper, for the tests of the normalisation."""

from __future__ import annotations

import cv2
import numpy as np

SIDE = 280
Ink = np.ndarray

# A hand's 2, 4, 5 and 7: polylines in hundredths of the picture.
STROKES: dict[int, list[list[tuple[int, int]]]] = {
    2: [[(32, 34), (40, 22), (56, 20), (66, 30), (62, 44), (48, 60), (32, 78), (70, 77)]],
    4: [[(38, 20), (32, 54), (70, 54)], [(60, 34), (58, 82)]],
    5: [[(66, 20), (40, 20), (37, 44), (54, 42), (66, 54), (62, 72), (46, 80), (32, 74)]],
    7: [[(32, 22), (68, 22), (54, 50), (46, 80)]],
}


def ink(digit: int, pen: int = 16, strokes: list[list[tuple[int, int]]] | None = None) -> Ink:
    """How much ink lies on each pixel: float64 (280, 280), 0..1."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for line in strokes or STROKES[digit]:
        points = np.rint(np.array(line) * SIDE / 100 * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [points], False, 255, pen, cv2.LINE_AA, 4)
    return canvas.astype(np.float64) / 255


def on(ink: Ink, paper: Ink | tuple[int, ...], pen: tuple[int, ...]) -> np.ndarray:
    """Ink of a colour on paper of a colour, or on a picture of paper: uint8 (280, 280, 3)."""
    ground = np.broadcast_to(np.asarray(paper, np.float64), (*ink.shape, 3))
    colour = ground * (1 - ink[..., None]) + np.asarray(pen, np.float64) * ink[..., None]
    return np.clip(np.rint(colour), 0, 255).astype(np.uint8)


def papers(digit: int, pen: int = 16) -> dict[str, np.ndarray]:
    """The same digit on every paper a user might have: uint8 (280, 280, 3) by name."""
    rng = np.random.default_rng(digit)
    drawn = ink(digit, pen)
    rows, columns = np.mgrid[0 : 1 : SIDE * 1j, 0 : 1 : SIDE * 1j]
    white = np.full((SIDE, SIDE, 3), 250.0)
    out = {
        "black on white": on(drawn, white, (0, 0, 0)),
        "white on black": on(drawn, (5, 5, 5), (250, 250, 250)),
        "faint pencil": on(drawn, (250, 250, 250), (205, 205, 205)),
        "blue on yellow": on(drawn, (240, 220, 120), (40, 60, 180)),
        "yellow on blue": on(drawn, (30, 40, 110), (240, 220, 90)),
        "red on green of equal lightness": on(drawn, (90, 160, 90), (200, 95, 70)),
        "a gradient of light": on(drawn, white, (30, 30, 60)) * (0.4 + 0.6 * columns)[..., None],
        "dark corners": on(drawn, (190, 190, 185), (60, 60, 60))
        * (1 - 1.1 * ((rows - 0.5) ** 2 + (columns - 0.5) ** 2))[..., None],
        "a hard shadow": on(drawn, white, (40, 40, 40)) * np.where(rows + columns < 0.8, 0.5, 1.0)[..., None],
        "grain": on(drawn, (190, 190, 190), (60, 60, 60)) + rng.normal(0, 12, (SIDE, SIDE, 1)),
    }
    ruled, boxed, table, specks = white.copy(), white.copy(), np.full_like(white, 70.0), white.copy()
    for y in range(18, SIDE, 40):
        cv2.line(ruled, (0, y), (SIDE, y + 3), (110, 130, 190), 2)
    cv2.rectangle(boxed, (12, 12), (268, 268), (20, 20, 20), 3)
    table[:, 24:-30] = 245
    for x, y in rng.integers(0, SIDE, (50, 2)):
        cv2.circle(specks, (int(x), int(y)), 1, (60, 60, 60), -1)
    for name, paper in {"ruled": ruled, "boxed": boxed, "on a table": table, "specks": specks}.items():
        out[name] = on(drawn, paper, (10, 10, 50))
    return {name: np.clip(picture, 0, 255).astype(np.uint8) for name, picture in out.items()}

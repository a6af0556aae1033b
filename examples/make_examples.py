"""Draws the pictures in `examples/digits`: strokes laid down here, on paper, board and under a phone's camera.

    python examples/make_examples.py            # writes examples/digits/*.png
    python examples/make_examples.py --out DIR

Everything comes from the coordinates and the seeds below, so the pictures may be used for anything.
"""

from __future__ import annotations

import argparse
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Canvas = npt.NDArray[np.float64]  # (H, W, 3) RGB, 0..255
Colour = tuple[int, int, int]

# Where the pen goes, in hundredths of the writing's height: x to the right, y down; "|" lifts the pen.
PATHS = {
    "0": "42,3 20,14 10,45 16,80 38,97 60,84 68,50 60,17 40,2 30,6",
    "1": "20,28 34,14 43,2 | 43,2 42,35 40,70 40,99",
    "2": "12,24 22,7 42,2 60,13 60,34 42,62 20,84 9,95 | 9,95 30,92 50,95 70,92",
    "3": "14,12 34,2 55,10 57,30 42,44 28,47 | 28,47 50,50 65,68 56,90 33,99 10,90",
    "4": "30,3 22,30 10,56 | 10,56 40,57 72,55 | 55,8 53,50 50,99",
    "5": "60,4 40,5 22,5 | 22,5 19,25 16,43 | 16,43 38,37 60,52 62,78 42,97 10,93",
    "6": "54,3 30,25 14,58 20,88 40,98 60,84 56,62 38,54 18,68",
    "7": "10,7 35,5 66,6 | 66,6 50,36 38,68 32,98",
    "7 crossed": "10,7 35,5 66,6 | 66,6 50,36 38,68 32,98 | 24,52 42,50 60,50",
    "8": "56,12 36,2 18,14 24,36 46,52 62,74 50,95 26,96 13,78 26,56 50,38 60,20 54,10",
    "9": "60,20 44,3 20,12 14,34 30,50 50,42 60,20 | 60,20 58,50 52,78 46,98",
    "A": "6,99 20,55 38,2 | 38,2 55,50 72,99 | 18,62 40,60 62,61",
}


@dataclass(frozen=True)
class Scene:
    """One picture: what is written, with what, on what, in which light.

    Attributes:
        text: Keys of `PATHS`, written from left to right.
        size: Height and width of the picture in pixels.
        at: Left and top of the writing in pixels.
        height: Height of the writing in pixels.
        pen: Width of the pen in pixels.
        ink: Colour of the ink.
        cover: How much the ink hides of the ground, 0..1.
        shake: How unsteady the hand is, and how grainy its ink; 0 for a steady felt pen.
        tilt: Degrees by which the writing is turned clockwise.
        ground: Colour of the ground.
        grain: How rough the ground is, in grey levels.
        ruled: Whether the paper has pale blue rules.
        shadow: How dark the bottom right corner is, 0..1.
        phone: JPEG quality of a slightly blurred, noisy photograph; 0 for a clean picture.
    """

    text: tuple[str, ...] = ()
    size: tuple[int, int] = (200, 200)
    at: tuple[int, int] = (42, 28)
    height: int = 140
    pen: int = 9
    ink: Colour = (25, 25, 30)
    cover: float = 1.0
    shake: float = 0.0
    tilt: float = 0.0
    ground: Colour = (252, 252, 250)
    grain: float = 0.0
    ruled: bool = False
    shadow: float = 0.0
    phone: int = 0


SCENES = {
    "zero-white-chalk": Scene(
        ("0",), (210, 210), (48, 30), 145, 11, (235, 238, 230), 0.85, 1, ground=(38, 58, 50), grain=3
    ),
    "one-ruled-paper": Scene(("1",), (240, 220), (65, 40), 145, 6, (30, 40, 110), shake=1, ruled=True, grain=0.7),
    "two-marker": Scene(("2",), (200, 200), (38, 22), 150, 26, (15, 15, 20)),
    "three-blue-on-yellow": Scene(
        ("3",), (240, 240), (62, 45), 145, 6, (38, 62, 150), 0.95, 1, ground=(250, 224, 92), grain=1, shadow=0.55
    ),
    "four-felt-pen": Scene(("4",), pen=10, ink=(185, 30, 45)),
    "five-phone-photo": Scene(
        ("5",), (260, 260), (75, 55), 145, 8, (45, 45, 60), 1, 1, -6, (205, 203, 196), 3, shadow=0.35, phone=35
    ),
    "six-faint-pencil": Scene(("6",), pen=5, ink=(95, 95, 100), cover=0.55, shake=1, ground=(244, 243, 240), grain=1),
    "seven-thin-pen": Scene(("7",), (240, 240), (60, 30), 175, 2),
    "seven-crossed": Scene(("7 crossed",), pen=8),
    "eight-in-a-corner": Scene(("8",), (360, 360), (285, 268), 60, 4),
    "nine-tilted": Scene(("9",), tilt=14, ink=(20, 90, 60), ground=(240, 240, 238), grain=0.7),
    "blank-sheet": Scene(ground=(246, 245, 240), grain=1, shadow=0.3),
    "ten-side-by-side": Scene(("1", "0"), (200, 290), (30, 30), 140),
    "letter-a": Scene(("A",)),
}


def smooth(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A Catmull-Rom curve through points (n, 2): (m, 2)."""
    ends = [points[0], *points, points[-1]]
    step = np.linspace(0, 1, 24, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * step + (2 * a - 5 * b + 4 * c - d) * step**2 + (3 * b - a - 3 * c + d) * step**3)
        for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])


def write(canvas: Canvas, scene: Scene, rng: np.random.Generator) -> None:
    """Write the scene's text onto the canvas, in place."""
    ink = np.zeros(canvas.shape[:2], np.uint8)
    angle = np.deg2rad(scene.tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    for place, character in enumerate(scene.text):
        left_top = np.add(scene.at, (0.8 * scene.height * place, 0))
        for path in PATHS[character].split("|"):
            stroke = np.array([point.split(",") for point in path.split()], np.float64) / 100
            line = (smooth(stroke) - 0.5) @ turn + 0.5
            line += cv2.blur(rng.normal(0, 0.012 * scene.shake, line.shape), (1, 15))
            fixed = np.rint((line * scene.height + left_top) * 16).astype(np.int32)  # 4 fractional bits
            cv2.polylines(ink, [fixed.reshape(-1, 1, 2)], False, 255, scene.pen, cv2.LINE_AA, 4)
    cover = ink[..., None] / 255 * scene.cover * rng.uniform(1 - 0.2 * scene.shake, 1, (*ink.shape, 1))
    canvas[:] = canvas * (1 - cover) + np.array(scene.ink) * cover


def photograph(canvas: Canvas, quality: int, rng: np.random.Generator) -> Canvas:
    """As a phone would have taken it: a little out of focus, noisy, and squeezed by JPEG."""
    taken = cv2.GaussianBlur(canvas, (0, 0), 1.6) + rng.normal(0, 7, canvas.shape)
    _, data = cv2.imencode(".jpg", np.clip(taken, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR).astype(np.float64)


def draw(name: str) -> npt.NDArray[np.uint8]:
    """One picture by name: uint8 (H, W, 3) RGB, the same at every call."""
    scene = SCENES[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    height, width = scene.size
    canvas = np.full((height, width, 3), scene.ground, np.float64) + rng.normal(0, scene.grain, (height, width, 1))
    if scene.ruled:
        for y in range(22, height, 36):
            canvas[y : y + 2] = canvas[y : y + 2] * 0.4 + np.array([150, 180, 225]) * 0.6
    write(canvas, scene, rng)
    slope = (np.linspace(0, 1, height)[:, None] + np.linspace(0, 1, width)) / 2
    canvas *= 1 - scene.shadow * slope[..., None]
    if scene.phone:
        canvas = photograph(canvas, scene.phone, rng)
    return np.clip(np.rint(canvas), 0, 255).astype(np.uint8)


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description="Draw the example pictures.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "digits", help="folder to write to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for name in SCENES:
        cv2.imwrite(str(out / f"{name}.png"), draw(name)[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()

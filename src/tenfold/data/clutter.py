"""Synthetic ink that is no digit: letters, characters, marks, scribbles, shapes, textures, scenes."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from tenfold.data.glyphs import LETTERS, MARKS
from tenfold.data.synth import CANVAS, Rng, curve, draw, fonts, path, printed, scrawl
from tenfold.types import Floats, Pixels

# Printed characters that no digit could be taken for.
PRINTED = (
    "ACEFHKLMNPRTUVWXacdefhkmnprtvwxΓΔΞΠΣΦΨΩαεζηκλμνξπφχψωДЖИЙКЛПФЦШЩЮЯ"
    "←↑→↓↔⇒⇔♥♦♣♠★☆✓✗✕∀∈∑√∞∫≈≠≤≥±×+=#%&@€£$¥§¶!?<>{}[];:*~^"
)


def scribble(rng: Rng) -> Pixels:
    """An idle scribble: a wandering pen."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        steps = rng.normal(0, 1, (rng.integers(5, 40), 2))
        if rng.random() < 0.5:
            steps = np.cumsum(steps, axis=0)
        tokens = " ".join(f"{x:.0f},{y:.0f}{'!' if rng.random() < 0.3 else ''}" for x, y in steps * 100)
        strokes.append(curve(tokens))
    return draw(strokes, rng)


def hatching(rng: Rng) -> Pixels:
    """Parallel strokes, one way or both."""
    angle, count = rng.uniform(0, np.pi), rng.integers(3, 9)
    strokes = []
    for turn in (angle, angle + np.pi / 2)[: rng.integers(1, 3)]:
        along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
        for place in np.linspace(-0.5, 0.5, count):
            ends = rng.normal([-0.5, 0.5], 0.06)
            strokes.append(np.array([place * across + end * along for end in ends], np.float32))
    return draw(strokes, rng)


def texture(rng: Rng) -> Pixels:
    """Blots and grain: smoothed noise, cut at a level, or left as it is."""
    noise = rng.normal(0, 1, (CANVAS, CANVAS)).astype(np.float32)
    sigma = float(np.exp(rng.uniform(np.log(0.8), np.log(24))))
    smooth = cv2.GaussianBlur(noise, (0, 0), sigma, sigmaY=sigma * float(np.exp(rng.normal(0, 0.7))))
    smooth = (smooth - smooth.mean()) / max(float(smooth.std()), 1e-6)
    hard = float(rng.choice([1.0, 3.0, 30.0]))
    ink = np.asarray(np.clip((smooth - rng.uniform(0, 1.5)) * hard * 90, 0, 255), np.uint8)
    if rng.random() < 0.5:
        y, x = np.mgrid[-1 : 1 : CANVAS * 1j, -1 : 1 : CANVAS * 1j]
        ink[(x / rng.uniform(0.3, 1)) ** 2 + (y / rng.uniform(0.3, 1)) ** 2 > 1] = 0
    return ink


def shape(rng: Rng) -> Pixels:
    """A solid figure: a disc, a box, a polygon, a silhouette of several."""
    canvas = np.zeros((CANVAS, CANVAS), np.uint8)
    for _ in range(rng.integers(1, 4)):
        centre, size = rng.uniform(22, 50, 2), rng.uniform(8, 26, 2)
        if rng.random() < 0.4:
            angle = float(rng.uniform(0, 180))
            cv2.ellipse(canvas, (tuple(map(float, centre)), tuple(map(float, 2 * size)), angle), 255, -1)
        else:
            corners = centre + rng.normal(0, 1, (rng.integers(3, 8), 2)) * size * 0.7
            if rng.random() < 0.5:
                corners = centre + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size
            cv2.fillPoly(canvas, [np.rint(corners).astype(np.int32).reshape(-1, 1, 2)], 255)
    if rng.random() < 0.4:  # left and right alike, as clothes and vessels are
        canvas = np.maximum(canvas, canvas[:, ::-1])
    if rng.random() < 0.6:
        light = cv2.GaussianBlur(
            rng.normal(0, 1, canvas.shape).astype(np.float32), (0, 0), float(np.exp(rng.uniform(0, 2.7)))
        )
        light = 0.3 + 0.7 * (light - light.min()) / max(float(np.ptp(light)), 1e-6)
        return np.asarray(canvas * light, np.uint8)
    return canvas


def glow(rng: Rng) -> Pixels:
    """One to four soft spots of light, as a lamp or a face out of focus."""
    y, x = np.mgrid[:CANVAS, :CANVAS].astype(np.float32)
    ink = np.zeros((CANVAS, CANVAS), np.float32)
    for _ in range(rng.integers(1, 5)):
        cx, cy = rng.uniform(16, CANVAS - 16, 2)
        wide, turn = np.exp(rng.uniform(np.log(4), np.log(16))), rng.uniform(0, np.pi)
        high = wide * np.exp(rng.uniform(0, 0.9))  # longer ones are strokes
        along = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
        across = (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
        ink += rng.uniform(0.4, 1) * np.exp(-0.5 * ((along / wide) ** 2 + (across / high) ** 2))
    return np.asarray(np.clip(ink * rng.uniform(180, 400), 0, 255), np.uint8)


def photo(rng: Rng) -> Pixels:
    """Things of many tones before one another, in some light, more or less sharp."""
    corner = rng.uniform(0, 255, (2, 2)).astype(np.float32)
    scene = np.asarray(cv2.resize(corner, (CANVAS, CANVAS), interpolation=cv2.INTER_LINEAR), np.float32)
    for _ in range(rng.integers(2, 10)):
        tone, centre, size = float(rng.uniform(0, 255)), rng.uniform(0, CANVAS, 2), rng.uniform(6, 34, 2)
        if rng.random() < 0.4:
            box = (tuple(map(float, centre)), tuple(map(float, size)), float(rng.uniform(0, 180)))
            cv2.ellipse(scene, box, tone, -1)
        else:
            corners = centre + rng.normal(0, 1, (rng.integers(3, 7), 2)) * size
            cv2.fillPoly(scene, [np.rint(corners).astype(np.int32).reshape(-1, 1, 2)], tone)
    if rng.random() < 0.4:  # left and right alike, as clothes, faces and furniture are
        scene[:, CANVAS // 2 :] = scene[:, CANVAS // 2 - 1 :: -1]
    if rng.random() < 0.7:
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), float(np.exp(rng.uniform(-0.7, 1.5)))), np.float32)
    scene += rng.normal(0, rng.uniform(0, 14), scene.shape).astype(np.float32)
    return np.asarray(np.clip(scene, 0, 255), np.uint8)


def brushwork(rng: Rng) -> Pixels:
    """Four to twelve straight and hooked strokes in a square, as in the characters of the East."""
    strokes = []
    for _ in range(rng.integers(4, 13)):
        start, length, kind = rng.uniform(0, 0.8, 2), rng.uniform(0.2, 0.9), rng.random()
        if kind < 0.4:
            way = np.array([length, rng.normal(0, 0.04)])
        elif kind < 0.75:
            way = np.array([rng.normal(0, 0.03), length])
        else:
            way = np.array([rng.choice([-1, 1]), 1]) * length * 0.6
        end = np.clip(start + way, -0.1, 1.1)
        points = [start, end]
        if rng.random() < 0.2:
            points.append(end + rng.uniform(-0.2, 0.2, 2))
        strokes.append(np.array(points, np.float32))
    return draw(strokes, rng, pen=float(np.exp(rng.uniform(np.log(0.02), np.log(0.1)))))


def word(rng: Rng) -> Pixels:
    """Two to five letters in a row."""
    names = list(LETTERS)
    if rng.random() < 0.4 and fonts():
        return printed("".join(rng.choice(list(PRINTED[:35]), rng.integers(2, 6))), rng)
    strokes: list[Floats] = []
    for place in range(rng.integers(2, 5)):
        glyphs = LETTERS[names[rng.integers(len(names))]]
        offset = np.array([place * rng.uniform(0.75, 1.1), 0], np.float32)
        strokes += [line + offset for line in scrawl(path(glyphs[0]), rng)]
    return draw(strokes, rng, pen=float(rng.uniform(0.015, 0.06)))


def _letter(rng: Rng) -> Pixels:
    names = list(LETTERS)
    glyphs = LETTERS[names[rng.integers(len(names))]]
    return draw(scrawl(path(glyphs[rng.integers(len(glyphs))]), rng), rng)


def _mark(rng: Rng) -> Pixels:
    names = list(MARKS)
    name = names[rng.integers(len(names))] if rng.random() < 0.85 else "dash"
    glyphs = MARKS[name]
    # A dash that is turned or bent far is a 1.
    return draw(scrawl(path(glyphs[rng.integers(len(glyphs))]), rng, wild=0.5), rng)


def _character(rng: Rng) -> Pixels:
    return printed(PRINTED[rng.integers(len(PRINTED))], rng) if fonts() else _letter(rng)


NO_DIGITS: tuple[tuple[float, Callable[[Rng], Pixels]], ...] = (
    (0.22, _letter),
    (0.18, _character),
    (0.15, _mark),
    (0.11, scribble),
    (0.03, hatching),
    (0.06, texture),
    (0.08, shape),
    (0.04, glow),
    (0.06, photo),
    (0.03, brushwork),
    (0.06, word),
)


def no_digit(rng: Rng) -> Pixels:
    """Something that is no digit: a letter, a mark, a scribble, a word, a shape, a texture, a scene."""
    weights = np.array([weight for weight, _ in NO_DIGITS])
    return NO_DIGITS[rng.choice(len(NO_DIGITS), p=weights / weights.sum())][1](rng)

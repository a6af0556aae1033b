"""Paper, and what photographs and scans make of it: rules, cells, patterns, light, shadow, blur, grain."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from tenfold.types import Box, Floats, Pixels, as_floats

Rng = np.random.Generator


def rules(ink: Floats, box: Box, height: int, rng: Rng, harsh: float = 1.0) -> Floats:
    """Add rules, cell borders, comb boxes, underlines and bits of the lines above and below: float32, 0..1.

    Args:
        ink: float32 (h, w), 0..1, the writing.
        box: What the writing fills.
        height: Height of a digit.
        rng: Source of chance.
        harsh: How often there are any, 0..1.
    """
    tall, wide = ink.shape
    thin = max(1, round(height * rng.uniform(0.015, 0.07)))
    dark = float(rng.uniform(0.35, 1.0))
    out = ink.copy()
    foot = box.y + box.height
    if rng.random() < 0.2 * harsh:
        # A ruled line the writing stands on or cuts through, and the one above.
        y = foot + rng.normal(0, 0.08) * height
        for place in (y, y - rng.uniform(1.05, 1.8) * height):
            _rule(out, (0, place), (wide, place + rng.normal(0, 0.01) * wide), thin, dark)
    if rng.random() < 0.14:
        # Underlined, by hand.
        y = foot + rng.uniform(-0.03, 0.3) * height
        sides = box.x + rng.uniform(-0.2, 0.2) * height, box.x + box.width + rng.uniform(-0.2, 0.3) * height
        sag = rng.normal(0, 0.08) * height
        points = [(sides[0], y), ((sides[0] + sides[1]) / 2, y + sag), (sides[1], y + rng.normal(0, 0.08) * height)]
        for first, last in itertools.pairwise(points):
            _rule(out, first, last, max(thin, round(0.06 * height)), float(rng.uniform(0.7, 1)))
    if rng.random() < 0.08 * harsh:
        # Cell borders beside it.
        for x in (
            rng.uniform(0, max(1, box.x - 0.05 * height)),
            rng.uniform(box.x + box.width + 0.05 * height, wide + 1),
        ):
            if rng.random() < 0.6:
                _rule(out, (x, 0), (x + rng.normal(0, 0.02) * tall, tall), thin, dark)
    if rng.random() < 0.03 * harsh:
        # A comb: one box a digit, more or less.
        step = height * rng.uniform(0.7, 1.2)
        low, high = foot + 0.1 * height, box.y - rng.uniform(0, 0.3) * height
        for x in np.arange(box.x - 0.2 * height, box.x + box.width + step, step):
            _rule(out, (x, high), (x, low), thin, dark * 0.8)
        if rng.random() < 0.7:
            _rule(out, (0, low), (wide, low), thin, dark * 0.8)
        if rng.random() < 0.5:
            _rule(out, (0, high), (wide, high), thin, dark * 0.8)
    if rng.random() < 0.06 * harsh:
        # Tails and heads of the lines above and below.
        for _ in range(rng.integers(1, 4)):
            x = rng.uniform(0, wide)
            ends = (
                (0.0, rng.uniform(0, 0.15) * height)
                if rng.random() < 0.5
                else (tall - rng.uniform(0, 0.15) * height, float(tall))
            )
            _rule(out, (x, ends[0]), (x + rng.normal(0, 0.15) * height, ends[1]), max(1, round(0.08 * height)), 0.9)
    return out


def _rule(ink: Floats, first: tuple[float, float], last: tuple[float, float], thick: int, dark: float) -> None:
    """Draw a line where there is less ink than it has."""
    layer = np.zeros(ink.shape, np.uint8)
    ends = [(round(x * 16), round(y * 16)) for x, y in (first, last)]
    cv2.line(layer, ends[0], ends[1], 255, thick, cv2.LINE_AA, 4)
    np.maximum(ink, layer.astype(np.float32) * np.float32(dark / 255), out=ink)


def on_paper(ink: Floats, height: int, rng: Rng, harsh: float = 1.0) -> tuple[Pixels, float]:
    """What a camera or scanner makes of ink on paper.

    Args:
        ink: float32 (h, w), 0..1.
        height: Height of a digit in it.
        rng: Source of chance.
        harsh: How often what makes writing hard to see befalls it, 0..1.

    Returns:
        The picture, uint8 (h, w), most often dark on light, and its pixels for one of the ink's.
    """
    shape = ink.shape
    ground = _ground(shape, height, rng, harsh)
    # Ink as a share of light swallowed: from a hard pencil to a marker; its flow is never quite even.
    depth = float(rng.choice([rng.uniform(0.13, 0.35), rng.uniform(0.35, 0.95)], p=(0.2 * harsh, 1 - 0.2 * harsh)))
    flow = ink
    if rng.random() < 0.4 * harsh:
        flow = ink * (1 - np.float32(rng.uniform(0.1, 0.5)) * _cloud(shape, height * rng.uniform(0.05, 0.8), rng))
    seen: Floats = ground * (1 - np.float32(depth) * flow)
    scale = 1.0
    if rng.random() < 0.3 * harsh and height > 20:
        scale = float(rng.uniform(max(11 / height, 0.3), 0.9))
        size = (max(2, round(shape[1] * scale)), max(3, round(shape[0] * scale)))
        seen = np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_AREA), np.float32)
    if rng.random() < 0.5 * harsh:
        sigma = float(np.exp(rng.uniform(np.log(0.3), np.log(0.05 * height * scale + 0.5))))
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), sigma), np.float32)
    if rng.random() < 0.6:
        seen = seen + np.float32(rng.uniform(1, 9)) * rng.standard_normal(seen.shape).astype(np.float32)
    picture = np.asarray(np.clip(seen, 0, 255), np.uint8)
    kind = rng.random()
    if kind < 0.3 * harsh:
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
        picture = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    elif kind < 0.37 * harsh:
        cut = int(picture.max() * (1 - 0.5 * depth))
        picture = np.where(picture > cut, 255, 0).astype(np.uint8)
    if rng.random() < 0.06:
        picture = 255 - picture
    return picture, scale


def _ground(shape: tuple[int, ...], height: int, rng: Rng, harsh: float) -> Floats:
    """Paper in some light: float32, levels of 255."""
    tone = float(rng.choice([rng.uniform(215, 255), rng.uniform(90, 225)], p=(0.5, 0.5)))
    ground = np.full(shape, tone, np.float32)
    if rng.random() < 0.4 * harsh:
        corners = rng.uniform(0.55, 1.0, (2, 2)).astype(np.float32)
        ground *= cv2.resize(corners, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.12 * harsh:
        # The edge of a shadow.
        x, y = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
        angle = rng.uniform(0, 2 * np.pi)
        along = (x - rng.uniform(0, shape[1])) * np.float32(np.cos(angle)) + (
            y - rng.uniform(0, shape[0])
        ) * np.float32(np.sin(angle))
        ground *= 1 - np.float32(rng.uniform(0.1, 0.5)) / (
            1 + np.exp(np.clip(-along / np.float32(rng.uniform(0.5, 0.5 * height)), -30, 30))
        )
    if rng.random() < 0.4 * harsh:
        ground *= 1 - np.float32(rng.uniform(0.02, 0.14)) * _cloud(shape, height * rng.uniform(0.03, 0.6), rng)
    if rng.random() < 0.18 * harsh:
        ground *= 1 - np.float32(rng.uniform(0.04, 0.22)) * _pattern(shape, height, rng)
    return ground


def _cloud(shape: tuple[int, ...], size: float, rng: Rng) -> Floats:
    """Smooth noise of about this size of grain: float32, 0..1."""
    step = max(1.0, size)
    few = rng.random((max(2, int(shape[0] / step) + 2), max(2, int(shape[1] / step) + 2)), dtype=np.float32)
    return np.asarray(np.clip(cv2.resize(few, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), 0, 1), np.float32)


def _pattern(shape: tuple[int, ...], height: int, rng: Rng) -> Floats:
    """What is printed on cheques and forms against copying: waves, a screen of dots or lines, faint large figures."""
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    kind = rng.random()
    wave = np.float32(2 * np.pi / (height * rng.uniform(0.12, 0.7)))
    if kind < 0.45:
        bend = np.float32(height * rng.uniform(0, 0.5)) * np.sin(
            x * np.float32(2 * np.pi / (height * rng.uniform(0.5, 4)))
        )
        angle = rng.uniform(0, np.pi)
        phase = (x * np.float32(np.cos(angle)) + (y + bend) * np.float32(np.sin(angle))) * wave
        return np.asarray(np.clip((np.sin(phase) - rng.uniform(-0.5, 0.7)) * 3, 0, 1), np.float32)
    if kind < 0.7:
        return np.asarray(np.clip((np.sin(x * wave) * np.sin(y * wave) - rng.uniform(-0.2, 0.4)) * 4, 0, 1), np.float32)
    layer = np.zeros(shape, np.uint8)
    for _ in range(rng.integers(1, 6)):
        centre = (int(rng.uniform(0, shape[1])), int(rng.uniform(0, shape[0])))
        radius = int(height * rng.uniform(0.3, 2.5))
        cv2.circle(layer, centre, radius, 255, max(1, round(height * rng.uniform(0.03, 0.4))), cv2.LINE_AA)
    return as_floats(layer)

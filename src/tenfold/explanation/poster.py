"""An explanation as one picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tenfold.explanation.drawing import FOR, NEUTRAL
from tenfold.explanation.sections import Section, Shown, sections
from tenfold.explanation.value import Explanation
from tenfold.explanation.words import answered, sentences
from tenfold.output import percent
from tenfold.types import Picture, Pixels

WIDTH, EDGE, GAP = 1200, 40, 24
SMALL, LARGE = 144, 256
BAR_HEIGHT = 90
PAPER, INK, SOFT = (255, 253, 248), (29, 26, 22), (101, 94, 82)
HEAD, TITLE, TEXT, WORD = 40, 24, 19, 16


def poster(why: Explanation, picture: Picture | None) -> Pixels:
    """The whole explanation on paper.

    Args:
        why: The explanation.
        picture: What was given, if it could be opened.

    Returns:
        uint8 (h, 1200, 3), RGB.
    """
    paper = _Paper()
    paper.write(answered(why), HEAD, INK)
    for sentence in sentences(why)[1:]:
        paper.write(sentence, TEXT, INK)
    if why.answer is not None:
        paper.bars(why)
    for section in sections(why, picture):
        paper.section(section)
    paper.space()
    paper.write(f"Read by {why.prediction.model}.", WORD, SOFT)
    return paper.cut()


class _Paper:
    """A sheet that grows as it is written on, from the top to the bottom."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH, 1), PAPER)
        self._at = EDGE

    def cut(self) -> Pixels:
        self._room(EDGE)
        return np.asarray(self._image.crop((0, 0, WIDTH, self._at + EDGE)))

    def space(self) -> None:
        """Leaves some room."""
        self._at += GAP

    def write(self, text: str, size: int, colour: tuple[int, int, int]) -> None:
        """A paragraph."""
        font = ImageFont.load_default(size)
        for line in _wrapped(text, font, WIDTH - 2 * EDGE):
            pen = self._room(round(1.4 * size))
            pen.text((EDGE, self._at), line, fill=colour, font=font)
            self._at += round(1.4 * size)

    def section(self, section: Section) -> None:
        """A title, a sentence, and pictures in rows."""
        self.space()
        self.write(section.title, TITLE, INK)
        self.write(section.note, TEXT, SOFT)
        self._at += GAP // 2
        left, low = EDGE, self._at
        for shown in section.shown:
            image = _sized(shown)
            if left > EDGE and left + image.width > WIDTH - EDGE:
                left, self._at = EDGE, low + GAP
            height = self._placed(image, shown.caption, left)
            low = max(low, self._at + height)
            left += max(image.width, SMALL) + GAP
        self._at = low

    def bars(self, why: Explanation) -> None:
        """How likely each digit is."""
        self.space()
        pen, font = self._room(BAR_HEIGHT + 2 * TEXT + GAP), ImageFont.load_default(TEXT)
        step = (WIDTH - 2 * EDGE) // 10
        for digit, share in enumerate(why.prediction.probabilities):
            left, low = EDGE + digit * step, self._at + BAR_HEIGHT
            colour = FOR if digit == why.answer else NEUTRAL
            pen.rectangle((left, low - max(1, round(share * BAR_HEIGHT)), left + step - GAP, low), fill=colour)
            pen.text((left, low + 6), f"{digit}: {percent(share)}", fill=INK, font=font)
        self._at += BAR_HEIGHT + 2 * TEXT

    def _placed(self, image: Image.Image, caption: str, left: int) -> int:
        """Puts a picture with its caption down; gives the height they take."""
        font = ImageFont.load_default(WORD)
        lines = _wrapped(caption, font, max(image.width, SMALL))
        height = image.height + 6 + len(lines) * round(1.3 * WORD)
        pen = self._room(height)
        self._image.paste(image, (left, self._at), image if image.mode == "RGBA" else None)
        pen.rectangle((left - 1, self._at - 1, left + image.width, self._at + image.height), outline=NEUTRAL)
        for number, line in enumerate(lines):
            place = (left, self._at + image.height + 4 + number * round(1.3 * WORD))
            pen.text(place, line, fill=SOFT, font=font)
        return height

    def _room(self, height: int) -> ImageDraw.ImageDraw:
        """Makes room below, and gives a pen."""
        if self._at + height > self._image.height:
            taller = Image.new("RGB", (WIDTH, self._at + height + 2 * LARGE), PAPER)
            taller.paste(self._image)
            self._image = taller
        return ImageDraw.Draw(self._image)


def _sized(shown: Shown) -> Image.Image:
    image = Image.fromarray(shown.pixels)
    side = LARGE if shown.large else SMALL
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX)


def _wrapped(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int) -> list[str]:
    """Lines no wider than allowed, cut between words."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines

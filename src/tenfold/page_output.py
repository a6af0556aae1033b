"""What was read on pages, in words and pictures: lines of text, JSON and CSV, and the page with its numbers marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tenfold.output import percent, printable
from tenfold.types import Number, Page, Picture, Pixels

CSV_FIELDS = (
    "file",
    "page",
    "status",
    "text",
    "value",
    "confidence",
    "x",
    "y",
    "width",
    "height",
    "alternatives",
    "note",
    "reason",
    "model",
)
SURE, DOUBTFUL = (22, 128, 60), (200, 90, 0)
# The annotated picture is no larger than this; numbers on it are lettered at least so high.
LARGEST = 2600
LEAST_LETTER = 13


def page_line(file: str, page: Page) -> str:
    """A page as one line of JSON, in ASCII: the fields of `Page`, and ``file``."""
    return json.dumps({"file": file, **page.to_dict()})


def csv_rows(file: str, page: Page) -> Iterator[list[object]]:
    """The values of `CSV_FIELDS`, one row a number; one row without a number for a page that has none."""
    if not page.numbers:
        yield [file, page.page, page.status, *[""] * 9, page.reason, page.model]
    for one in page.numbers:
        others = " ".join(f"{other.value}:{other.probability:.4f}" for other in one.alternatives)
        box = one.box
        place = [box.x, box.y, box.width, box.height]
        sure = round(one.confidence, 6)
        yield [file, page.page, page.status, one.text, one.value, sure, *place, others, one.note, "", page.model]


def text_lines(name: str, page: Page, top: int | None = None) -> list[str]:
    """A page in words: a line a number, what stands there, how sure that is, and where.

    Args:
        name: The input as the user named it, with its page if it has several.
        page: What was read.
        top: Show at most so many other readings.
    """
    if not page.numbers:
        return [f"{printable(name)}: {page.reason}"]
    width = max(len(one.text) for one in page.numbers)
    return [f"{printable(name)}: {number_line(one, width, top)}" for one in page.numbers]


def number_line(one: Number, width: int, top: int | None) -> str:
    """A number in words, its text filled up to a width."""
    box = one.box
    remark = [f"at {box.x},{box.y}"]
    if not one.sure:
        remark.append(f"best guess {one.value}")
    others = ", ".join(f"{other.value} ({percent(other.probability)})" for other in one.alternatives[: top or 0])
    if others:
        remark.append(f"also {others}")
    if one.note:
        remark.append(one.note)
    return f"{one.text:<{width}}  {percent(one.confidence):>7}  {'; '.join(remark)}"


def annotated(picture: Picture, page: Page) -> Pixels:
    """The page with a frame around each number and what was read beside it; doubtful ones in another colour.

    Args:
        picture: The page.
        page: What was read on it.

    Returns:
        uint8 (h, w, 3), RGB.
    """
    image = Image.fromarray(picture.pixels).convert("RGB")
    scale = min(1.0, LARGEST / max(image.size))
    if scale < 1:
        image = image.resize(
            (max(1, round(image.width * scale)), max(1, round(image.height * scale))), Image.Resampling.BOX
        )
    # Letters need room: a small crop is enlarged.
    grow = max(1, round(240 / max(image.size))) if max(image.size) < 240 else 1
    if grow > 1:
        image = image.resize((image.width * grow, image.height * grow), Image.Resampling.NEAREST)
    scale *= grow
    heights = [number.box.height * scale for number in page.numbers] or [0.0]
    size = max(LEAST_LETTER, min(round(0.5 * float(np.median(heights))), image.height // 20 + 8))
    font = ImageFont.load_default(size)
    # Room above, so that the label of a number at the very top can be read.
    whole = Image.new("RGB", (image.width, image.height + size + 8), "white")
    whole.paste(image, (0, size + 8))
    pen = ImageDraw.Draw(whole)
    thick = max(1, round(max(image.size) / 700))
    for number in page.numbers:
        colour = SURE if number.sure else DOUBTFUL
        left, top = number.box.x * scale - 2 * thick, number.box.y * scale + size + 8 - 2 * thick
        right = (number.box.x + number.box.width) * scale + 2 * thick
        bottom = (number.box.y + number.box.height) * scale + size + 8 + 2 * thick
        pen.rectangle((left, top, right, bottom), outline=colour, width=thick)
        label = f"{number.text}  {percent(number.confidence)}"
        wide = pen.textlength(label, font=font)
        x, y = max(0, min(left, whole.width - wide - 4)), max(0, top - size - 4)
        pen.rectangle((x, y, x + wide + 4, y + size + 4), fill=colour)
        pen.text((x + 2, y), label, fill="white", font=font)
    return np.asarray(whole)


def total_line(pages: Sequence[Page]) -> str:
    """How much was read, in one sentence."""
    numbers = [number for page in pages for number in page.numbers]
    doubtful = sum(not number.sure for number in numbers)
    marked = f", {doubtful:,} of them doubtful (marked ?)" if doubtful else ""
    return f"{_counted(len(numbers), 'number')} on {_counted(len(pages), 'page')}{marked}."


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

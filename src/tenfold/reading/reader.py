"""The number reader: find lines, read each, keep what is a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tenfold.decide import threshold
from tenfold.imaging.line_picture import LINE_VERSION, LinePicture, second_look
from tenfold.imaging.lines import MOST_LINES, Sheet, WrittenLine, cut_line, find_lines
from tenfold.models.line_reader import LineReader, load_reader
from tenfold.predictors.base import softmax
from tenfold.reading.drafts import drafts_of, is_words
from tenfold.reading.fields import Field
from tenfold.reading.numbers import Judged, doubtful, judged, number_of
from tenfold.reading.second import NONE, SecondOpinion, cuttings
from tenfold.types import Box, Digit, Floats, Number, Page, Picture, Pixels, Status

# A number whose digits are on average less likely than this is none: something else was taken for it. On a page that
# holds much else, and where only little can be else.
LEAST_LIKELY = 0.7
LEAST_ALONE = 0.1
# A single digit is one by the gate's opinion too, with this probability; less on a picture with nothing else. Of the
# digits of a longer number this share is.
ONE, ONE_ALONE, SOME = 0.5, 0.05, 0.5
SURE_ALONE = 0.9
# Single digits much lower than the numbers around them are marks.
LOWER = 0.45
FAINTER = 0.5
# A page whose numbers are less likely than this on average may lie on its side or its head.
UPRIGHT = 0.9
# How it lies is found out from so many of its lines, as it stands too if it has very many.
TRIED, MANY = 24, 150
# Where these are not all there are, fewer numbers in them say nothing of the others.
TELLING = 3

NOTHING = "Nothing is written here."
NO_NUMBERS = "What is written here is no number."

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one turn of a page gave."""

    numbers: tuple[Number, ...]
    written: bool
    page: bool
    turned: int
    share: float = 1.0
    """Of its lines, those that were read."""

    @property
    def weight(self) -> float:
        """How much was read, and how surely; digits that make a number count more than as many alone."""
        read = sum(len(number.value) ** 1.5 * number.confidence**2 for number in self.numbers)
        return float(read / self.share)

    @property
    def tells(self) -> bool:
        """Whether it stands for the whole page: in noise one lucky line of few would stand for many."""
        return self.share == 1 or len(self.numbers) >= TELLING


class NumberReader:
    """Reads the numbers on pictures. Load it once, use it often; safe to share between threads.

    Args:
        reader: The network; by default the shipped one.
        threads: How many threads it may use.

    Raises:
        ModelError: If the shipped network cannot be trusted.
    """

    def __init__(self, reader: LineReader | None = None, threads: int = 1) -> None:
        self.network = reader or load_reader(LINE_VERSION, threads)
        self._second = SecondOpinion(threads)

    @property
    def model(self) -> str:
        """``name@hash`` of the network in use."""
        return self.network.card.identity

    def read(self, picture: Picture, error_budget: float, field: Field | None = None, page: int = 1) -> Page:
        """The numbers on a picture.

        Args:
            picture: uint8, (H, W) grey or (H, W, 3) RGB.
            error_budget: Largest accepted share of wrong numbers among those without ``?``.
            field: What may stand in each.
            page: Number of the page, from 1.
        """
        height, width = picture.pixels.shape[:2]
        least = threshold(self.network.card.thresholds, error_budget)
        # What has very many lines may be noise, which looks upright no way round: it is read whole once, in the end.
        found = self._turn(picture.pixels, 0, least, field, MANY)
        if found.page and not _is_upright(found):
            turns = [self._turn(picture.pixels, turned, least, field, TRIED) for turned in (90, 180, 270)]
            best = max(turns, key=lambda one: one.weight)
            # Figures on their heads are figures too: only what is far better is believed.
            if best.weight > 1.5 * found.weight + 0.5 and best.tells:
                found = best
        if found.share < 1:
            found = self._turn(picture.pixels, found.turned, least, field, MOST_LINES)
        status: Status = "ok"
        reason = ""
        if not found.numbers:
            status, reason = ("not_a_digit", NO_NUMBERS) if found.written else ("empty", NOTHING)
        elif not any(number.sure for number in found.numbers):
            status = "uncertain"
        numbers = tuple(replace(number, page=page) for number in found.numbers)
        return Page(status, width, height, numbers, reason, self.model, page, found.turned)

    def look(self, lines: Sequence[Pixels], temperature: float) -> list[tuple[Floats, Floats | None]]:
        """What the reader says of lines uint8 (32, W), looking twice: probabilities at this temperature.

        It does not look again at what is plainly words: a page may be full of them.
        """

        def see(shown: Sequence[Pixels]) -> list[Floats]:
            return [softmax(one / np.float32(temperature)) for one in self.network.logits(shown)]

        first = see(lines)
        again = [place for place, rows in enumerate(first) if not is_words(rows, self.network.card.alphabet)]
        second = dict(zip(again, see([second_look(lines[place]) for place in again]), strict=True))
        return [(rows, second.get(place)) for place, rows in enumerate(first)]

    def judge(
        self, lines: Sequence[LinePicture], looks: Sequence[tuple[Floats, Floats | None]], field: Field | None = None
    ) -> list[list[Judged]]:
        """The numbers in each line, by the reader and the digit network.

        Args:
            lines: As they were looked at.
            looks: What the reader says of each at the first and at the second look, if there was one; calibrated.
            field: What may stand in each number.
        """
        alphabet = self.network.card.alphabet
        found = [
            drafts_of(rows, alphabet, line.pixels, field, again)
            for (rows, again), line in zip(looks, lines, strict=True)
        ]
        cut = [
            one
            for drafts, line in zip(found, lines, strict=True)
            for draft in drafts
            for way in draft.ways
            for one in cuttings(line, way.edges)
        ]
        # All digits of the page at once.
        opinions = iter(self._second.of(cut))
        return [
            [judged(draft, [[next(opinions) for _ in way.text] for way in draft.ways], field) for draft in drafts]
            for drafts in found
        ]

    def _turn(self, pixels: Pixels, turned: int, least: float, field: Field | None, whole: int) -> _Found:
        """Read a picture turned clockwise by so many degrees; with more lines than `whole`, a few from all over it."""
        lying = np.ascontiguousarray(np.rot90(pixels, -turned // 90)) if turned else pixels
        sheet = find_lines(lying)
        if sheet is None:
            return _Found((), False, False, turned)
        count = len(sheet.lines)
        sheet = replace(sheet, lines=sheet.lines[:: -(-count // TRIED) if count > whole else 1])
        share = len(sheet.lines) / count if count else 1.0
        lines = [cut_line(sheet, line) for line in sheet.lines]
        looks = self.look([line.pixels for line in lines], self.network.card.temperature)
        numbers = self._numbers(sheet, lines, looks, least, field, lying.shape[:2])
        if turned:
            numbers = [_turned_back(number, turned, pixels.shape[:2]) for number in numbers]
        return _Found(tuple(numbers), bool(sheet.lines), _may_lie(sheet), turned, share)

    def _numbers(
        self,
        sheet: Sheet,
        lines: Sequence[LinePicture],
        looks: Sequence[tuple[Floats, Floats | None]],
        least: float,
        field: Field | None,
        size: tuple[int, int],
    ) -> list[Number]:
        alone = len(sheet.lines) == 1
        each = [
            [doubtful(number_of(one, line, sheet.back, size), least) for one in found if _looks_like_digits(one, alone)]
            for found, line in zip(self.judge(lines, looks, field), lines, strict=True)
        ]
        likely = LEAST_ALONE if alone else LEAST_LIKELY
        kept = [
            (number, line)
            for numbers, line in zip(each, sheet.lines, strict=True)
            for number in numbers
            if number.confidence >= likely ** len(number.value)
        ]
        return _without_marks(kept)


def _looks_like_digits(number: Judged, alone: bool) -> bool:
    """Whether what was read as digits looks like digits one by one; touching ones, badly cut, need not all."""
    # Of digits that hang together there is no opinion.
    ones = np.array([opinion.one_digit for opinion in number.opinions if opinion is not NONE])
    if len(ones) == 0:
        return len(number.value) > 1
    if len(number.value) == 1:
        # What is left of a rule may lie on it and upset the gate: on a crop of one digit the reader may be sure enough.
        return bool(ones[0] >= (ONE_ALONE if alone else ONE)) or (alone and number.confidence >= SURE_ALONE)
    return alone or float((ones >= ONE).mean()) >= SOME


def _without_marks(kept: list[tuple[Number, WrittenLine]]) -> list[Number]:
    """Leave out single digits far lower or fainter than the numbers of the page, or cut off by the picture's edge.

    A bracket, a tick, a full stop, the edge of a sheet, a letter of the next column.
    """
    if not kept:
        return []
    weights = np.array([len(number.value) * number.confidence for number, _ in kept])
    height = _weighted_median(np.array([line.height for _, line in kept]), weights)
    level = _weighted_median(np.array([line.level for _, line in kept]), weights)
    whole = any(not line.cut for _, line in kept)
    return [
        number
        for number, line in kept
        if len(number.value) > 1
        or (line.height >= LOWER * height and line.level >= FAINTER * level and not (line.cut and whole))
    ]


def _weighted_median(values: Reals, weights: Reals) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _is_upright(found: _Found) -> bool:
    digits = sum(len(number.value) for number in found.numbers)
    sure = sum(len(number.value) * number.confidence for number in found.numbers)
    # What lies on its side falls into single digits.
    alone = len(found.numbers) > 2 and digits < 1.6 * len(found.numbers)
    return digits > 0 and sure >= UPRIGHT * digits and not alone


def _may_lie(sheet: Sheet) -> bool:
    """Whether a page may lie on its side: one row of writing, wider than high, stands as it should."""
    boxes = [line.box for line in sheet.lines]
    return len(boxes) > 2 or any(box.height > 1.5 * box.width for box in boxes)


def _turned_back(number: Number, turned: int, shape: tuple[int, ...]) -> Number:
    """The number with its boxes in the picture as it was given."""

    def back(box: Box) -> Box:
        height, width = shape[:2]
        if turned == 90:
            return Box(box.y, height - box.x - box.width, box.height, box.width)
        if turned == 180:
            return Box(width - box.x - box.width, height - box.y - box.height, box.width, box.height)
        return Box(width - box.y - box.height, box.x, box.height, box.width)

    digits = tuple(Digit(one.digit, one.confidence, back(one.box)) for one in number.digits)
    return replace(number, box=back(number.box), digits=digits)

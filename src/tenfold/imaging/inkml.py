"""InkML, the W3C's form of tablet ink (Recommendation of 20 September 2011): traces become strokes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from tenfold.errors import DamagedImage, UnreadableImage
from tenfold.imaging.stroke_files import check_counts, checked
from tenfold.types import Stroke, Strokes

DEEPEST = 32
# A value, and how it is to be understood (section 3.2.1): as it is (!), as a difference ('), as a difference of
# differences ("), or as nothing has been said before. Blanks are never given back: many would take for ever.
_VALUE = re.compile(r"""\s*+([!'"]?)\s*+([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\#[0-9a-fA-F]{1,8}|[*?TF])""")


@dataclass(slots=True)
class _Channel:
    """One value of every point, as the trace format declares it."""

    name: str
    turned: bool = False


@dataclass(slots=True)
class _Series:
    """The values of a channel along a trace: each may be told by its difference to the one before."""

    order: int = 0
    value: float = 0.0
    speed: float = 0.0
    change: float = 0.0

    def next(self, mark: str, word: str) -> float:
        if mark:
            self.order = "!'\"".index(mark)
        number = None if word == "*" else _number(word)
        if self.order == 0:
            before, self.value = self.value, self.value if number is None else number
            self.speed = self.value - before
            return self.value
        if self.order == 1:
            self.speed = self.speed if number is None else number
        else:
            self.change = self.change if number is None else number
            self.speed += self.change
        self.value += self.speed
        return self.value


@dataclass(slots=True)
class _Reader:
    """What expat calls, element by element; text is gathered inside of traces only."""

    name: str
    stop: Callable[[str], Exception]
    channels: list[_Channel] = field(default_factory=lambda: [_Channel("X"), _Channel("Y")])
    strokes: list[Stroke] = field(default_factory=list)
    points: int = 0
    depth: int = 0
    declaring: list[_Channel] | None = None
    intermittent: bool = False
    text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        kind = tag.rpartition(":")[2]
        if self.depth == 1 and kind != "ink":
            raise UnreadableImage(f"{self.name} is XML, but no InkML.", "Its outermost element is to be ink.")
        if self.depth > DEEPEST:
            raise ValueError(f"its elements are nested deeper than {DEEPEST}")
        if kind == "traceFormat":
            self.declaring = []
        elif kind == "intermittentChannels":
            self.intermittent = True
        elif kind == "channel" and self.declaring is not None and not self.intermittent:
            turned = attributes.get("orientation", "") == "-ve"
            self.declaring.append(_Channel(attributes.get("name", ""), turned))
        elif kind == "trace" and attributes.get("type", "penDown") == "penDown":
            self.text = []

    def end(self, tag: str) -> None:
        self.depth -= 1
        kind = tag.rpartition(":")[2]
        if kind == "traceFormat" and self.declaring is not None:
            # Without channels of its own it is the usual one, X and Y.
            self.channels = self.declaring or self.channels
            self.declaring = None
        elif kind == "intermittentChannels":
            self.intermittent = False
        elif kind == "trace" and self.text is not None:
            self._trace("".join(self.text))
            self.text = None

    def data(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)

    def _trace(self, text: str) -> None:
        points = [point for point in text.split(",") if point.strip()]
        self.points += len(points)
        check_counts(self.name, len(self.strokes) + 1, self.points)
        series = {"X": _Series(), "Y": _Series()}
        if not series.keys() <= {channel.name for channel in self.channels}:
            raise self.stop("its traces have no channels X and Y")
        found: dict[str, list[float]] = {"X": [], "Y": []}
        for point in points:
            words = self._words(point.partition(":")[0])
            for channel, (mark, word) in zip(self.channels, words, strict=True):
                if channel.name not in series:
                    continue
                try:
                    value = series[channel.name].next(mark, word)
                except ValueError as error:
                    raise self.stop(f"a trace has {word!r} for its channel {channel.name}") from error
                found[channel.name].append(-value if channel.turned else value)
        if points:
            try:
                self.strokes.append(Stroke(tuple(found["X"]), tuple(found["Y"])))
            except ValueError as error:
                raise self.stop(str(error)) from error

    def _words(self, point: str) -> list[tuple[str, str]]:
        words: list[tuple[str, str]] = []
        at = 0
        while match := _VALUE.match(point, at):
            words.append((match[1], match[2]))
            at = match.end()
        if point[at:].strip() or len(words) != len(self.channels):
            said = " ".join(point.split())
            raise self.stop(f"a point of a trace is {said[:60]!r}; expected {len(self.channels)} values")
        return words


def parse_inkml(data: bytes, name: str) -> Strokes:
    """The traces of an InkML file as strokes, in their order.

    Traces are read by the trace format that stands before them, X and Y if none does; what a pen did above the paper
    (``type="penUp"``), channels that come and go, brushes, views and notes are passed over.

    Args:
        data: The file.
        name: What to call it in messages.

    Raises:
        ValueError: If it is broken off, or no XML at all.
        ImageTooLarge: If it has too many strokes or points.
        DamagedImage: If a trace holds what is no number.
        UnreadableImage: If it is other XML; and if it declares a document type: entities could blow it up, or name
            other files, and ink has no need of them.
    """

    def damaged(why: str) -> DamagedImage:
        return DamagedImage(f"{name} is damaged InkML: {why}.", "Save it again.")

    def no_types(*_: object) -> None:
        raise UnreadableImage(f"{name} declares a document type, which ink has no need of.", "Take out <!DOCTYPE …>.")

    reader = _Reader(name, damaged)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = no_types
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:  # the latter of an encoding that is unknown
        raise ValueError(str(error)) from error
    return checked(Strokes(tuple(reader.strokes)), name)


def _number(word: str) -> float:
    """A value as a number.

    Raises:
        ValueError: If it is none: not known (?), or yes and no.
    """
    return float(int(word[1:], 16)) if word.startswith("#") else float(word)

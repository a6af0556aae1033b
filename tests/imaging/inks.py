"""Files of strokes that say the same, and files that are none: what Python makes of them, browsers make of them."""

from __future__ import annotations

import json

from tenfold.errors import DamagedImage, TenfoldError, UnreadableImage
from tenfold.types import Stroke, Strokes

TWO = Strokes((Stroke((1.0, 2.5, 3.0), (4.0, -5.0, 6.0)), Stroke((7.0,), (8.0,))))
PLAIN = [{"x": [1, 2.5, 3], "y": [4, -5, 6]}, {"x": [7], "y": [8]}]


def inkml(body: str, start: str = '<ink xmlns="http://www.w3.org/2003/InkML">', end: str = "</ink>") -> bytes:
    return f"{start}{body}{end}".encode()


# Every way to say TWO.
SAYING_TWO: list[str] = [
    json.dumps({"strokes": PLAIN}),
    json.dumps(PLAIN),
    json.dumps([[one["x"], one["y"]] for one in PLAIN], indent=2),
    "\ufeff \n" + json.dumps({"device": "tablet", "strokes": PLAIN}),
    inkml("<trace>1 4, 2.5 -5, 3 6</trace><trace>7 8</trace>").decode(),
    # As nothing but signs part them; with a sign, a difference, a difference of differences, and no change.
    inkml("<trace>1 4,!2.5-5,!3 6</trace><trace>7 8</trace>").decode(),
    inkml("<trace>1 4,'1.5'-9,\"-1\"20</trace><trace>#7 #8</trace>").decode(),
    inkml(
        "<definitions><context><inkSource><traceFormat><channel name='T'/><channel name='Y' orientation='-ve'/>"
        "<channel name='X'/><intermittentChannels><channel name='F'/></intermittentChannels></traceFormat>"
        "</inkSource></context></definitions>"
        "<traceGroup><trace>0 -4 1, 9 5 2.5 : 3, 18 -6 3</trace><trace type='penUp'>1 50 50</trace></traceGroup>"
        "<trace>? -8 7</trace>"
    ).decode(),
    "<?xml version='1.0'?>\n<!-- by hand -->\n<i:ink xmlns:i='http://www.w3.org/2003/InkML'>"
    "<i:trace>1 4, 2.5 -5, 3 6</i:trace><i:annotation>12 12</i:annotation><i:trace>7 8</i:trace></i:ink>",
]

# Files that are no strokes: what they hold, what they are refused with, and what is said of them.
REFUSED: list[tuple[bytes, type[TenfoldError], str]] = [
    (b'{"strokes": [{"x": [1', DamagedImage, "damaged or incomplete JSON"),
    (b'{"strokes": [{"x": [1], "y": [1, 2]}]}', DamagedImage, "equally many"),
    (b'{"strokes": [{"x": ["1"], "y": [1]}]}', DamagedImage, "lists of numbers"),
    (b'{"strokes": [{"x": [NaN], "y": [1]}]}', DamagedImage, "finite"),
    (b'{"strokes": [{"x": [2e6], "y": [1]}]}', DamagedImage, "at most 1,000,000"),
    (b'{"name": "settings"}', UnreadableImage, 'without a list "strokes"'),
    (b'{"strokes": "abc"}', UnreadableImage, 'without a list "strokes"'),
    (b"[" * 100_000, DamagedImage, "damaged or incomplete JSON"),
    (b"[section]\nkey = 1\n", DamagedImage, "damaged or incomplete JSON"),
    (inkml("<trace>1 2, 3</trace>"), DamagedImage, "expected 2 values"),
    (inkml("<trace>1 2 3</trace>"), DamagedImage, "expected 2 values"),
    (inkml("<trace>1 two</trace>"), DamagedImage, "expected 2 values"),
    (inkml("<trace>1 ?</trace>"), DamagedImage, "for its channel Y"),
    (inkml("<trace>1 1e999</trace>"), DamagedImage, "finite"),
    (inkml("<trace>1 1e7</trace>"), DamagedImage, "at most 1,000,000"),
    (inkml("<trace>1 2", end=""), DamagedImage, "damaged InkML"),
    (inkml("<traceFormat><channel name='X'/></traceFormat><trace>1</trace>"), DamagedImage, "no channels X and Y"),
    (inkml("<a>" * 40 + "</a>" * 40), DamagedImage, "nested deeper than"),
    (b"<svg><ink></ink></svg>", UnreadableImage, "XML, but no InkML"),
]

"""The ten digits as a hand moves: polylines in a square of side 1, y downwards, stroke by stroke."""

from __future__ import annotations

Point = tuple[float, float]
Polyline = list[Point]


def _lines(*written: str) -> list[Polyline]:
    """Polylines from points in thousandths of the side: ``"545,165 455,172"``."""
    return [[(int(x) / 1000, int(y) / 1000) for x, y in (p.split(",") for p in line.split())] for line in written]


DIGITS: dict[int, list[Polyline]] = {
    0: _lines(
        "545,165 455,172 375,235 325,345 305,480 318,615 365,735 445,810 540,818 625,755 682,635 700,490 "
        "680,345 628,235 555,172 500,170",
    ),
    1: _lines(
        "545,160 538,270 526,390 515,510 505,640 492,760 485,840",
    ),
    2: _lines(
        "325,310 350,235 415,180 500,165 585,185 640,245 645,330 605,425 535,520 455,615 380,705 325,790 "
        "400,795 500,788 600,790 700,780",
    ),
    3: _lines(
        "345,235 410,180 495,162 580,185 632,250 618,340 555,415 465,465 560,480 640,535 672,625 640,725 "
        "560,800 455,825 365,795 315,735",
    ),
    4: _lines(
        "400,170 372,270 340,375 318,475 320,530 400,540 500,530 600,515 700,500",
        "632,175 622,300 608,430 596,560 585,700 575,835",
    ),
    5: _lines(
        "415,195 398,290 380,385 366,460 450,425 545,430 625,485 662,575 645,680 580,770 485,815 385,805 315,755",
        "412,192 495,188 590,180 690,170",
    ),
    6: _lines(
        "585,160 500,225 425,325 370,445 340,570 350,690 410,785 500,820 590,790 645,710 640,615 580,545 "
        "490,535 410,580 358,660",
    ),
    7: _lines(
        "300,200 395,205 495,200 595,190 682,185 650,270 600,375 548,490 505,605 470,720 448,835",
    ),
    8: _lines(
        "610,245 550,185 470,168 395,205 368,285 400,370 475,440 560,505 628,590 645,690 595,785 500,825 "
        "400,795 345,705 368,600 440,510 525,430 592,345 615,255",
    ),
    9: _lines(
        "628,290 580,205 495,168 405,200 352,290 365,395 435,460 525,455 600,390 632,295 628,400 612,520 "
        "592,640 568,750 540,840",
    ),
}

DASH: list[Polyline] = _lines("280,505 390,500 500,502 610,497 720,495")


def shrink(strokes: list[Polyline], width: float, left: float) -> list[Polyline]:
    """The same strokes `width` times as large, moved right by `left`, on the sheet's middle line."""
    return [[(left + width * x, 0.5 + width * (y - 0.5)) for x, y in stroke] for stroke in strokes]


# A one and a zero with a clear gap between them, as one writes ten.
TEN: list[Polyline] = shrink(DIGITS[1], 0.75, -0.110) + shrink(DIGITS[0], 0.75, 0.305)


def smooth(stroke: Polyline, steps: int = 2) -> Polyline:
    """The way a hand takes through the points: a Catmull-Rom curve with `steps` points between each two."""
    padded = [stroke[0], *stroke, stroke[-1]]
    curve = [stroke[0]]
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        curve += [_between(before, start, end, after, step / steps) for step in range(1, steps + 1)]
    return curve


def _between(before: Point, start: Point, end: Point, after: Point, t: float) -> Point:
    def along(a: float, b: float, c: float, d: float) -> float:
        return b + t * (c - a) / 2 + t**2 * (a - 2.5 * b + 2 * c - d / 2) + t**3 * (1.5 * (b - c) + (d - a) / 2)

    return (along(before[0], start[0], end[0], after[0]), along(before[1], start[1], end[1], after[1]))

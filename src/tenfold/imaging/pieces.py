"""The connected pieces of ink: which are a frame, a speck or an underline, and which stand apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.types import Box, Pixels

# A speck is smaller than these shares of the largest piece, in area and in extent.
SPECK_AREA = 0.02
SPECK_EXTENT = 0.16
# Pieces none of which is larger than this share of the picture are dust.
DUST_SHARE = 0.025
# Of a frame nearly all lies this close to its own bounds; of a 0 much does not.
FRAME_BAND = 0.12
FRAME_SHARE = 0.85
# What is lower than this share of its width is a rule, and holds nothing.
LOWEST_FRAME = 0.12
# What lies beside the paper shows as a strip along an edge, at most this share of the picture wide.
STRIP_SHARE = 0.2
# Pieces lower than this share of the tallest are no digit of their own.
TALL_SHARE = 0.45
MOST_PARTS = 12
# Pieces that share more than this part of the narrower one's width are one digit.
OVERLAP_SIDEWAYS = 0.25
# A pen that skips leaves a smaller gap between the halves of a 3 than this share of their height.
GAP_ABOVE = 0.04
# An underline is at most this high for its width, and this share of the writing's height below it.
FLAT = 0.3
UNDERLINE_GAP = 0.07


# Left, top, width, height and area of a piece.
BoxRow = list[int]


@dataclass(frozen=True, slots=True)
class Pieces:
    """8-connected pieces of ink in a picture.

    Attributes:
        ink: uint8 (h, w), the picture they are in, 1 where there is ink.
        x: Left edge of the window that holds all ink.
        y: Top edge of that window.
        labels: uint16, the window; 0 is ground, k is piece k.
        boxes: int32 (n, 5): left, top, width, height within the window, and area, of pieces 1..n.
        kept: bool (n,): the pieces that still count.
    """

    ink: Pixels
    x: int
    y: int
    labels: npt.NDArray[np.uint16]
    boxes: npt.NDArray[np.int32]
    kept: npt.NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture."""
        height, width = self.ink.shape
        return height, width

    def mask(self) -> Pixels:
        """The kept pieces: uint8 (h, w), 1 where there is ink."""
        if self.kept.all():
            return self.ink
        whole = np.zeros_like(self.ink)
        numbers = self.kept.nonzero()[0]
        if len(numbers) == 0:
            return whole
        left, top, right, bottom = _around(self.boxes[numbers])
        labels = self.labels[top:bottom, left:right]
        window = whole[self.y + top : self.y + bottom, self.x + left : self.x + right]
        if len(numbers) == 1:
            np.equal(labels, int(numbers[0]) + 1, out=window, casting="unsafe")
        else:
            counts = np.zeros(len(self.kept) + 1, np.uint8)
            counts[1:] = self.kept
            counts.take(labels, out=window, mode="clip")
        return whole

    def box(self) -> Box:
        """The bounds of the kept pieces in the picture; without size if none is kept."""
        numbers = self.kept.nonzero()[0]
        if len(numbers) == 0:
            return Box(0, 0, 0, 0)
        left, top, right, bottom = _around(self.boxes[numbers])
        return Box(self.x + left, self.y + top, right - left, bottom - top)


def _around(boxes: npt.NDArray[np.int32]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all boxes together."""
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = (boxes[:, :2] + boxes[:, 2:4]).max(axis=0).tolist()
    return left, top, right, bottom


def find_pieces(mask: Pixels) -> Pieces:
    """Label the connected pieces of a mask.

    Args:
        mask: uint8 (h, w), 1 where there is ink; of at most 510x510 pixels, so that 16 bits count its pieces.
    """
    x, y, width, height = cv2.boundingRect(mask)
    window = mask[y : y + height, x : x + width]
    if window.size == 0:
        return Pieces(mask, 0, 0, np.zeros((0, 0), np.uint16), np.zeros((0, 5), np.int32), np.zeros(0, bool))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(window, connectivity=8, ltype=cv2.CV_16U)
    kept = np.ones(count - 1, bool)
    return Pieces(mask, x, y, np.asarray(labels, np.uint16), np.asarray(stats[1:], np.int32), kept)


def without_specks(pieces: Pieces) -> Pieces:
    """Drop pieces far smaller than the largest."""
    if np.count_nonzero(pieces.kept) <= 1:
        return pieces
    area = pieces.boxes[:, cv2.CC_STAT_AREA]
    extent = np.maximum(pieces.boxes[:, 2], pieces.boxes[:, 3])
    largest = int((extent * pieces.kept).argmax())
    if extent[largest] <= DUST_SHARE * max(pieces.shape):
        return replace(pieces, kept=np.zeros_like(pieces.kept))
    large = ((area >= SPECK_AREA * area[largest]) & (area >= 2)) | (extent >= SPECK_EXTENT * extent[largest])
    return replace(pieces, kept=pieces.kept & large)


def without_frames(pieces: Pieces) -> Pieces:
    """Drop outlines of rectangles that hold other ink or run around the picture, and strips along its edge."""
    count = np.count_nonzero(pieces.kept)
    if count == 0:
        return pieces
    if count == 1:
        return replace(pieces, kept=~pieces.kept) if _runs_around(pieces) else pieces
    height, width = pieces.shape
    size = np.maximum(pieces.boxes[:, 2] / width, pieces.boxes[:, 3] / height)
    numbers = ((size >= 0.1) & pieces.kept).nonzero()[0].tolist()
    big = dict(zip(numbers, pieces.boxes[numbers].tolist(), strict=True))
    if len(big) < 2:
        return pieces
    dropped = []
    for index in numbers:
        box = big.pop(index)
        others = list(big.values())
        if _frames(pieces, index, box, others) or _hugs_edge(pieces, index, box, others):
            dropped.append(index)
        else:
            big[index] = box
    kept = pieces.kept.copy()
    kept[dropped] = False
    return replace(pieces, kept=kept) if dropped and kept.any() else pieces


def _runs_around(pieces: Pieces) -> bool:
    """Whether the only piece is a thin rectangle around the picture."""
    left, top, width, height, area = (int(value) for value in pieces.boxes[0])
    if min(pieces.shape) < 48 or width < 0.8 * pieces.shape[1] or height < 0.8 * pieces.shape[0]:
        return False
    dx, dy = max(2, width // 16), max(2, height // 16)
    middle = int(np.count_nonzero(pieces.labels[top + dy : top + height - dy, left + dx : left + width - dx]))
    return area <= 0.06 * 2 * (width + height) * min(width, height) / 2 and middle <= 0.02 * area


def _frames(pieces: Pieces, index: int, box: BoxRow, others: list[BoxRow]) -> bool:
    """Whether a piece is a rectangle's outline around one of the others, or a comb's box, which is open above."""
    left, top, width, height, area = box
    if height < LOWEST_FRAME * width:
        return False
    right, bottom = left + width, top + height
    between = [
        (y, y + tall, tall) for x, y, wide, tall, _ in others if left < x and x + wide < right and y + tall < bottom
    ]
    inside = any(top < y and tall >= 0.2 * height for y, _, tall in between)
    if not inside and not any(tall >= 0.6 * height and end > top + height / 2 for _, end, tall in between):
        return False
    dx, dy = max(2, round(FRAME_BAND * width)), max(2, round(FRAME_BAND * height))
    first = top + dy if inside else top
    middle = pieces.labels[first : top + height - dy, left + dx : left + width - dx] == index + 1
    return int(np.count_nonzero(middle)) <= (1 - FRAME_SHARE) * area


def _hugs_edge(pieces: Pieces, index: int, box: BoxRow, others: list[BoxRow]) -> bool:
    """Whether a piece touches an edge of the picture, lies along it, and leaves a whole other piece clear."""
    height, width = pieces.shape
    if min(height, width) < 48:
        return False
    left, top, wide, tall, area = box
    left, top = left + pieces.x, top + pieces.y
    touches = left == 0 or top == 0 or left + wide == width or top + tall == height
    if not touches or max(wide / width, tall / height) < 0.3:
        return False
    along_side = (left == 0 or left + wide == width) and wide <= STRIP_SHARE * width and tall >= 0.5 * height
    along_top = (top == 0 or top + tall == height) and tall <= STRIP_SHARE * height and wide >= 0.5 * width
    clear = any(
        pieces.x + x > 0 and pieces.y + y > 0 and pieces.x + x + across < width and pieces.y + y + down < height
        for x, y, across, down, _ in others
    )
    if not clear or along_side or along_top:
        return clear
    dx, dy = max(2, width // 12), max(2, height // 12)
    x0, y0 = max(dx - pieces.x, 0), max(dy - pieces.y, 0)
    x1, y1 = max(width - dx - pieces.x, 0), max(height - dy - pieces.y, 0)
    middle = pieces.labels[y0:y1, x0:x1] == index + 1
    return int(np.count_nonzero(middle)) <= 0.1 * area


def without_underline(pieces: Pieces) -> Pieces:
    """Drop a lone flat stroke that lies clear below all the rest, at least about as wide as that is.

    The base of a 2 or the foot of a 1 lies closer, should the pen have left a gap at all.
    """
    kept = pieces.kept.nonzero()[0]
    if len(kept) < 2:
        return pieces
    boxes = pieces.boxes[kept]
    lowest = int((boxes[:, 1] + boxes[:, 3] / 2).argmax())
    left, top, width, height, area = boxes[lowest].tolist()
    start, upper, end, lower = _around(np.concatenate([boxes[:lowest], boxes[lowest + 1 :]]))
    thick = area / width
    flat = height <= FLAT * width and thick <= 0.2 * (lower - upper)
    under = min(left + width, end) - max(left, start) >= 0.8 * min(width, end - start)
    if not flat or not under or width < 0.6 * (end - start) or lower - upper < width * 0.4:
        return pieces
    if top - lower < UNDERLINE_GAP * (lower - upper):
        return pieces
    left_over = pieces.kept.copy()
    left_over[kept[lowest]] = False
    return replace(pieces, kept=left_over)


def apart(pieces: Pieces) -> list[Pieces]:
    """Sort pieces into what could be digits of their own: side by side or, failing that, one above the other.

    Returns:
        The groups, left to right or top down; none unless there are at least two.
    """
    kept = pieces.kept.nonzero()[0]
    if len(kept) <= 1:
        return []
    row = _in_a_row(pieces, 0, share=OVERLAP_SIDEWAYS)
    if row:
        return row
    _, top, _, bottom = _around(pieces.boxes[kept])
    return _in_a_row(pieces, 1, gap=GAP_ABOVE * (bottom - top))


def _in_a_row(pieces: Pieces, axis: int, share: float = 0.0, gap: float = 0.0) -> list[Pieces]:
    """Groups of pieces along one axis (0: x, 1: y).

    Pieces that overlap along it by more than a share of the shorter belong together (the bar of a 5, the two strokes
    of a 4), and so do pieces less than a gap away; anything much lower than the tallest group is no digit of its own.
    """
    groups: list[list[int]] = []
    spans: list[list[int]] = []  # start and end of each group along the axis, its top and bottom
    numbers = pieces.kept.nonzero()[0]
    boxes = zip(numbers.tolist(), pieces.boxes[numbers].tolist(), strict=True)
    for index, box in sorted(boxes, key=lambda numbered: numbered[1][axis]):
        start, length, top, height = box[axis], box[axis + 2], box[1], box[3]
        most = share * min(spans[-1][1] - spans[-1][0], length) - gap if spans else 0.0
        if spans and min(spans[-1][1], start + length) - start > most:
            last = spans[-1]
            spans[-1] = [last[0], max(last[1], start + length), min(last[2], top), max(last[3], top + height)]
            groups[-1].append(index)
        else:
            spans.append([start, start + length, top, top + height])
            groups.append([index])
    heights = [bottom - top for _, _, top, bottom in spans]
    tall = [group for group, tall in zip(groups, heights, strict=True) if tall >= TALL_SHARE * max(heights)]
    if len(tall) < 2:
        return []
    return [replace(pieces, kept=_marked(group, len(pieces.kept))) for group in tall[:MOST_PARTS]]


def _marked(places: list[int], count: int) -> npt.NDArray[np.bool_]:
    marks = np.zeros(count, bool)
    marks[places] = True
    return marks

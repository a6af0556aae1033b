"""Histograms of oriented gradients, and support vector machines that look at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tenfold.predictors.svm import Machines
from tenfold.types import Floats

SIDE = 28
# Pixels of a cell's side, at each level; directions a cell tells apart, over the whole circle.
CELLS, BINS = (4, 7), 8
# Length below which the gradients of a block count as none, and the most one histogram value may have of the length 1.
FAINT, CLIP = 0.1, 0.3
# Pictures that are described at once.
LOT = 500


@dataclass(frozen=True, eq=False)
class HogMachines(Machines):
    """Machines that look at histograms of gradients; 28x28 pictures only."""

    def predict_proba(self, pictures: Floats) -> Floats:
        return super().predict_proba(histograms(pictures))


def histograms(pictures: Floats) -> Floats:
    """How the edges of each part of a picture are directed (Dalal & Triggs 2005), in cells of two sizes.

    Each pixel votes with the length of its gradient for the two directions next to it in the cells around it, less the
    farther they are. Each 2x2 cells are a block: it is brought to length 1, clipped, and brought to length 1 again.

    Args:
        pictures: float32 (n, 784), 0..1.

    Returns:
        float32 (n, features).
    """
    return np.concatenate([_histograms(pictures[at : at + LOT]) for at in range(0, len(pictures), LOT)])


def _histograms(pictures: Floats) -> Floats:
    voting = votes(pictures.reshape(-1, SIDE, SIDE))
    blocks = [_blocks(voting, cell).reshape(len(pictures), -1) for cell in CELLS]
    return np.concatenate(blocks, axis=1)


def votes(pictures: Floats) -> Floats:
    """The gradient's length in the direction of each bin: float32 (n, BINS, 28, 28).

    A direction between two bins is shared among them by its distance from each.
    """
    room = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), mode="edge")
    right = room[:, 1:-1, 2:] - room[:, 1:-1, :-2]
    down = room[:, 2:, 1:-1] - room[:, :-2, 1:-1]
    length = np.hypot(right, down)
    at = np.arctan2(down, right) * np.float32(BINS / (2 * np.pi))
    bins = np.arange(BINS, dtype=np.float32)[:, None, None]
    away = np.abs((at[:, None] - bins + BINS / 2) % BINS - BINS / 2)
    return np.asarray(length[:, None] * np.maximum(1 - away, 0), np.float32)


def _blocks(voting: Floats, cell: int) -> Floats:
    """Histograms of cells of that side, block by block: float32 (n, blocks, 4 * BINS)."""
    count = SIDE // cell
    middles = cell * (np.arange(count) + 0.5) - 0.5
    # A pixel between two cells is shared among them likewise.
    shares = np.maximum(1 - np.abs(np.arange(SIDE) - middles[:, None]) / cell, 0).astype(np.float32)
    cells = np.asarray(shares @ voting @ shares.T, np.float32)
    corners = [cells[:, :, y : y + count - 1, x : x + count - 1] for y in (0, 1) for x in (0, 1)]
    blocks = np.concatenate(corners, axis=1).reshape(len(voting), 4 * BINS, -1).transpose(0, 2, 1)
    return _brought_to_one(np.minimum(_brought_to_one(blocks), CLIP))


def _brought_to_one(blocks: Floats) -> Floats:
    squares = np.einsum("nbf,nbf->nb", blocks, blocks)[:, :, None]
    return np.asarray(blocks / np.sqrt(squares + FAINT**2), np.float32)

"""The number reader's network in ONNX Runtime: lines of writing in, what stands in every other column out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tenfold.errors import ModelError
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, read_model
from tenfold.models.session import Session
from tenfold.types import Floats, Pixels, as_floats

# Lines read at once, of about one length: what they take stays small.
LOT = 16


class LineReader:
    """A network that reads lines, on the CPU.

    Args:
        weights: The serialised ONNX model: input float32 (n, 32, W), output float32 (n, W / 2, signs + 1) logits.
        card: What is known of it.
        threads: How many threads work on one lot.

    Raises:
        ModelError: If ONNX Runtime cannot load the file, or it is no reader.
    """

    def __init__(self, weights: bytes, card: ModelCard, threads: int = 1) -> None:
        self._session = Session(weights, card.name, threads)
        inputs, output = self._session.inputs, self._session.output
        if len(inputs) != 1 or list(inputs[0].shape[1:2]) != [32] or output.shape[-1] != len(card.alphabet) + 1:
            raise ModelError(f"Model {card.name!r} takes {inputs[0].shape} and gives {output.shape}: no reader.")
        self.card = card

    def logits(self, lines: Sequence[Pixels]) -> list[Floats]:
        """What the network says of each line, as it is.

        Args:
            lines: uint8 (32, W) each, W a multiple of 4.

        Returns:
            For each line float32 (W / 2, signs + 1).

        Raises:
            ModelError: If the network cannot be run.
        """
        order = sorted(range(len(lines)), key=lambda index: lines[index].shape[1])
        found: list[Floats] = [np.zeros((0, 0), np.float32)] * len(lines)
        for start in range(0, len(order), LOT):
            lot = order[start : start + LOT]
            widest = lines[lot[-1]].shape[1]
            batch = np.zeros((len(lot), 32, widest), np.float32)
            for row, index in zip(batch, lot, strict=True):
                row[:, : lines[index].shape[1]] = as_floats(lines[index])
            rows = self._session.run(batch)
            for index, row in zip(lot, rows, strict=True):
                found[index] = np.asarray(row[: lines[index].shape[1] // 2], np.float32)
        return found


def load_reader(version: str, threads: int = 1) -> LineReader:
    """The shipped reader.

    Args:
        version: Of the line pictures in force.
        threads: See `LineReader`.

    Raises:
        ModelError: If the file is damaged or was made for other line pictures.
    """
    weights, card = read_model(WEIGHTS / "reader.onnx", version)
    return LineReader(weights, card, threads)

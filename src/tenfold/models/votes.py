"""Fitted classifiers of several kinds with one voice, and the file that holds the files of all."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from tenfold.errors import ModelError
from tenfold.models.network import Network
from tenfold.predictors.base import KIND, Predictor, arrays_of, read_arrays
from tenfold.types import Floats

VOTES = "votes"
# A file from outside may hold votes within votes without end.
DEEPEST = 4
# What no probability may fall below: one member alone cannot rule an answer out.
FLOOR = 1e-3


def together(said: Sequence[Floats]) -> Floats:
    """What several say, as one: the geometric mean of their probabilities, float32 (n, classes)."""
    shares = np.exp(np.mean([np.log(np.maximum(one, np.float32(FLOOR))) for one in said], axis=0))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


class Votes(Predictor):
    """The geometric mean of what the members say: a product of experts (Hinton 2002), in equal parts.

    Args:
        members: The fitted classifiers, of the same classes.
    """

    suffix: ClassVar[str] = ".npz"

    def __init__(self, members: Sequence[Predictor]) -> None:
        self.members = tuple(members)

    def predict_proba(self, pictures: Floats) -> Floats:
        return together([member.predict_proba(pictures) for member in self.members])

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        files: dict[str, Any] = {f"member_{place}": _bytes(one.to_bytes()) for place, one in enumerate(self.members)}
        files[KIND] = np.asarray(VOTES)
        # The members' files are compressed already.
        np.savez(file, **files)
        return file.getvalue()

    @property
    def parameters(self) -> int:
        return sum(member.parameters for member in self.members)


def _bytes(data: bytes) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer(data, np.uint8)


def open_predictor(data: bytes, name: str, depth: int = 0) -> Predictor:
    """A fitted classifier out of the bytes of its file, of whichever kind; nothing in it is executed.

    Args:
        data: The file.
        name: What to call it in messages.
        depth: In how many votes it is a member.

    Raises:
        ModelError: If it is no such file, or votes lie too deep in one another.
    """
    if not data.startswith(b"PK"):  # not a .npz file
        return Network(data)
    arrays = read_arrays(data, name)
    if str(arrays.get(KIND)) != VOTES:
        return arrays_of(arrays, name)
    files = [arrays[key] for key in sorted(arrays, key=_place) if key != KIND]
    if not files or any(file.dtype != np.uint8 for file in files):
        raise ModelError(f"{name}: a vote of no members.")
    if depth == DEEPEST:
        raise ModelError(f"{name}: votes within votes, more than {DEEPEST} deep.")
    return Votes([open_predictor(file.tobytes(), name, depth + 1) for file in files])


def _place(key: str) -> tuple[int, str]:
    return len(key), key

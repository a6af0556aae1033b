"""What every fitted classifier is: arrays that can be kept in a file, and a way from pictures to probabilities."""

from __future__ import annotations

import io
import zipfile
import zlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar, Self

import numpy as np

import tenfold.predictors
from tenfold.errors import ModelError
from tenfold.types import Floats

KIND = "kind"
# What the arrays of a file may take in memory.
MOST_BYTES = 2**31
# What a damaged file may end in: also one that is encrypted, or whose arrays claim to be larger than it.
BROKEN = (OSError, ValueError, KeyError, EOFError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)


def softmax(scores: Floats) -> Floats:
    """Softmax over the last axis, float32, safe for large scores."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), np.float32)


class Predictor(ABC):
    """A fitted classifier.

    Attributes:
        suffix: Ending of the file it is kept in.
    """

    suffix: ClassVar[str]

    @abstractmethod
    def predict_proba(self, pictures: Floats) -> Floats:
        """Probabilities of each class.

        Args:
            pictures: float32 (n, features); of pictures the rows of pixels one after the other, 0..1, bright on black.

        Returns:
            float32 (n, classes), rows sum to 1.
        """

    @abstractmethod
    def to_bytes(self) -> bytes:
        """The file it is kept in; the same every time."""

    @property
    @abstractmethod
    def parameters(self) -> int:
        """How many numbers fitting has set."""


@dataclass(frozen=True, eq=False)
class Arrays(Predictor):
    """A fitted classifier that numpy runs; a frozen dataclass whose fields are arrays, numbers or texts."""

    suffix: ClassVar[str] = ".npz"

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        kept: dict[str, Any] = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        kept[KIND] = np.asarray(self._kind())
        np.savez_compressed(file, **kept)
        return file.getvalue()

    @property
    def parameters(self) -> int:
        values = (np.asarray(getattr(self, field.name)) for field in fields(self))
        return sum(value.size for value in values if value.ndim)

    @classmethod
    def _kind(cls) -> str:
        return f"{cls.__module__.rpartition('.')[2]}.{cls.__name__}"

    @classmethod
    def from_arrays(cls, arrays: dict[str, Any]) -> Self:
        """The classifier of these arrays.

        Raises:
            ModelError: If one is missing or too many.
        """
        names = {field.name for field in fields(cls)}
        if names != set(arrays):
            expected, got = ", ".join(sorted(names)), ", ".join(sorted(arrays))
            raise ModelError(f"A {cls._kind()} is made of the arrays {expected}; got {got}.")
        return cls(**{name: value if value.ndim else value.item() for name, value in arrays.items()})


def read_arrays(data: bytes, name: str) -> dict[str, Any]:
    """The arrays of a fitted classifier's ``.npz`` file, its kind among them; nothing in it is executed.

    Args:
        data: The file.
        name: What to call it in messages.

    Raises:
        ModelError: If it is no such file, or its arrays are too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(one.file_size for one in packed.infolist())
        if size > MOST_BYTES:
            raise ModelError(f"{name}: its arrays take {size:,} bytes; at most {MOST_BYTES:,} are loaded.")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except BROKEN as error:
        raise ModelError(f"{name}: not a classifier's .npz file: {error!s:.200}") from error


def arrays_of(arrays: dict[str, Any], name: str) -> Arrays:
    """The classifier of arrays that were read.

    Raises:
        ModelError: If they are not those of their kind.
    """
    kind = str(arrays.get(KIND, ""))
    return _class_of(kind, name).from_arrays({key: value for key, value in arrays.items() if key != KIND})


def _class_of(kind: str, name: str) -> type[Arrays]:
    module, _, title = kind.partition(".")
    # Only what lies in this package: the file comes from outside.
    if module in {one.name for one in iter_modules(tenfold.predictors.__path__)}:
        found = getattr(import_module(f"tenfold.predictors.{module}"), title, None)
        if isinstance(found, type) and issubclass(found, Arrays) and found is not Arrays:
            return found
    raise ModelError(f"{name}: Tenfold knows no classifier of the kind {kind!r}.", "It may be from a newer Tenfold.")

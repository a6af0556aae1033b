"""The one shape every data set takes: pictures, their digits, and a name for messages and reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tenfold.config import Settings
from tenfold.errors import DataError, UnreadableImage
from tenfold.imaging.load import MAX_BYTES, MAX_PIXELS, load
from tenfold.imaging.normalize import normalize
from tenfold.types import Picture, Pixels

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled pictures of digits.

    Attributes:
        images: uint8 (n, H, W), or the paths of n picture files of any size.
        labels: int64 (n,), 0..9.
        name: What to call it, e.g. ``"mnist:test"`` or the path it was read from.
        normalized: True if the pictures already are what `tenfold.imaging.normalize` makes (bright
            ink on black, 20x20 in 28x28) and go to a network as they are; only so for MNIST by name.

    Raises:
        DataError: If there are no pictures, the counts differ, or a label is not 0..9.
    """

    images: Pixels | tuple[Path, ...]
    labels: Labels
    name: str
    normalized: bool = False

    def __post_init__(self) -> None:
        if len(self.images) != len(self.labels):
            raise DataError(
                f"{self.name}: {len(self.images):,} pictures but {len(self.labels):,} labels.",
                "They must be equally many: the two do not belong together, or one is incomplete.",
            )
        if len(self.labels) == 0:
            raise DataError(f"{self.name} holds no pictures.")
        wrong = np.flatnonzero((self.labels < 0) | (self.labels > 9))
        if wrong.size:
            raise DataError(
                f"{self.name}: label {wrong[0]:,} is {self.labels[wrong[0]]}; expected 0..9.",
                "Tenfold reads digits only: letters and other classes must be left out.",
            )

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[Any], name: str = "") -> Dataset:
        """The pictures at these positions, in this order.

        Args:
            indices: Integers (k,), each 0..n-1.
            name: What to call the part; by default as the whole.
        """
        images = self.images[indices] if isinstance(self.images, np.ndarray) else tuple(self.images[i] for i in indices)
        return Dataset(images, self.labels[indices], name or self.name, self.normalized)

    def pictures(self, settings: Settings | None = None) -> Iterator[Picture]:
        """The pictures, one by one; files are opened as they are reached, so any number fits in memory.

        Args:
            settings: Limits for picture files; by default the built-in ones.

        Raises:
            DataError: If a file cannot be opened as a picture, naming it.
        """
        if isinstance(self.images, np.ndarray):
            for number, pixels in enumerate(self.images):
                yield Picture(pixels, f"{self.name}, picture {number}")
            return
        max_bytes, max_pixels = (settings.max_bytes, settings.max_pixels) if settings else (MAX_BYTES, MAX_PIXELS)
        for path in self.images:
            try:
                yield load(path, max_bytes=max_bytes, max_pixels=max_pixels)
            except UnreadableImage as error:
                raise DataError(error.message, "Repair the file or take it out of the folder.") from error

    def network_pixels(self, settings: Settings | None = None) -> Pixels:
        """The pictures as a network is given them: uint8 (n, 28, 28), bright ink on black.

        Those that are not normalised yet go through `tenfold.imaging.normalize`; one in which nothing
        is written becomes all zero.

        Args:
            settings: Limits for picture files; by default the built-in ones.

        Raises:
            DataError: If a file cannot be opened as a picture.
        """
        if self.normalized and isinstance(self.images, np.ndarray):
            return self.images
        return np.stack([normalize(picture).pixels for picture in self.pictures(settings)])

"""A thousand of MNIST's training digits, a hundred of each, and which of them some ink is like."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import numpy.typing as npt

from tenfold.errors import DataError, UsageError
from tenfold.explanation.value import Neighbour, Space
from tenfold.models.base import Classifier
from tenfold.models.personal import featured, of_length_one
from tenfold.types import Floats, Pixels, as_floats

# Ten rows of a hundred digits, 28x28 each; the card beside it has their places among MNIST's training digits.
ATLAS = Path(__file__).parent / "prototypes.png"
OF_EACH = 100
SIDE = 28

_lock = Lock()
_galleries: WeakKeyDictionary[Classifier, Gallery] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False)
class Prototypes:
    """The digits.

    Attributes:
        pixels: uint8 (1000, 28, 28), bright ink on black.
        labels: int64 (1000,), 0..9, rising.
        numbers: int64 (1000,), their places among MNIST's 60,000 training digits.
    """

    pixels: Pixels
    labels: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]


@lru_cache(maxsize=1)
def prototypes() -> Prototypes:
    """Those in the package.

    Raises:
        DataError: If the files are damaged.
    """
    try:
        atlas = cv2.imdecode(np.frombuffer(ATLAS.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
        numbers = np.array(json.loads(ATLAS.with_suffix(".json").read_text("utf-8"))["numbers"], np.int64)
        if atlas is None or numbers.shape != (10, OF_EACH):
            raise ValueError("not ten rows of a hundred digits")
        pixels = np.asarray(atlas, np.uint8).reshape(10, SIDE, OF_EACH, SIDE).swapaxes(1, 2).reshape(-1, SIDE, SIDE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{ATLAS}: {error!s:.200}", "Install Tenfold again.") from error
    return Prototypes(np.ascontiguousarray(pixels), np.repeat(np.arange(10), OF_EACH), numbers.ravel())


class Gallery:
    """The prototypes as one network sees them: their features are made once, when they are first asked for.

    Args:
        network: What sees them; of one that gives no features the pictures themselves are compared.
    """

    def __init__(self, network: Classifier) -> None:
        shown = as_floats(prototypes().pixels)
        self.space: Space = "features"
        try:
            rows = featured(network).look(shown)[1]
        except UsageError:
            self.space, rows = "pixels", shown.reshape(len(shown), -1)
        self._rows = of_length_one(rows)

    def distances(self, network: Classifier, picture: Floats) -> Floats:
        """How far each prototype is from a picture, 0..2: float32 (1000,).

        Args:
            network: As given; a gallery holds on to none, so that it goes with the network.
            picture: float32 (28, 28), 0..1.
        """
        row = featured(network).look(picture[None])[1] if self.space == "features" else picture.reshape(1, -1)
        apart = 2 - 2 * (of_length_one(row) @ self._rows.T)[0]
        return np.asarray(np.sqrt(np.maximum(apart, 0)), np.float32)


def gallery(network: Classifier) -> Gallery:
    """The gallery of a network, kept as long as the network is."""
    with _lock:
        found = _galleries.get(network)
        if found is None:
            found = _galleries[network] = Gallery(network)
        return found


def nearest(distances: Floats, count: int) -> tuple[Neighbour, ...]:
    """The nearest of the prototypes, the nearest first."""
    known = prototypes()
    return tuple(
        Neighbour(int(known.labels[place]), float(distances[place]), int(known.numbers[place]), known.pixels[place])
        for place in np.argsort(distances, kind="stable")[:count]
    )

"""What every classifier of a comparison is given: digits to fit and to judge, the same spoilt, and other hands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenfold.comparison.corruptions import CORRUPTIONS, spoil
from tenfold.config import Settings
from tenfold.data.dataset import Dataset
from tenfold.data.foreign import SETS
from tenfold.data.held_out import open_data
from tenfold.data.readers import parse_spec, read
from tenfold.data.splits import choose_validation, divide, open_training_data
from tenfold.errors import DataError, UsageError
from tenfold.types import Pixels

SEED = 1998
# Where there is no part to test with, one digit in so many is kept for that.
SHARE = 6
# Test digits that are spoilt.
SPOILT = 1000
QUICK_TRAIN, QUICK_TEST, QUICK_SPOILT = 10_000, 2_000, 300

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Part:
    """Digits as a network is given them.

    Attributes:
        name: What they are.
        pictures: uint8 (n, 28, 28), bright ink on black.
        labels: int64 (n,).
    """

    name: str
    pictures: Pixels
    labels: Labels

    def first(self, count: int) -> Part:
        """The first so many."""
        return Part(self.name, self.pictures[:count], self.labels[:count])


@dataclass(frozen=True, eq=False)
class Material:
    """See the module.

    Attributes:
        data: Name of the data set.
        fitting: To fit to, in an order by chance.
        test: To judge by.
        spoilt: Test digits spoilt, by what spoils them and how much.
        foreign: Other sets, for those who learned from this one.
    """

    data: str
    fitting: Part
    test: Part
    spoilt: dict[str, dict[str, Part]]
    foreign: list[Part] = field(default_factory=list)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all its digits and labels, spoilt ones among them: what is spoilt otherwise is measured anew."""
        found = hashlib.sha256()
        spoilt = [part for steps in self.spoilt.values() for part in steps.values()]
        for part in (self.fitting, self.test, *self.foreign, *spoilt):
            found.update(part.pictures.tobytes() + part.labels.tobytes())
        return found.hexdigest()


def get_material(
    spec: str, settings: Settings, foreign: Path | None = None, quick: bool = False, seed: int = SEED
) -> Material:
    """Open the data of a comparison.

    Args:
        spec: ``mnist`` or a path, as for `tenfold.data.splits.open_training_data`; all that may be fitted to is. Where
            it holds no test part, one digit in six is kept from fitting.
        settings: Where the cache is, and limits for picture files.
        foreign: Folder with some of the sets of `tenfold.data.foreign`.
        quick: Only 10,000 digits to fit and 2,000 to test.
        seed: Decides on the order.

    Raises:
        UsageError: If the spec names nothing, or the folder holds none of the sets.
        DataError: If data is damaged, or a digit does not occur in it.
    """
    fitting, test = _open(spec, settings)
    order = np.random.default_rng(seed).permutation(len(fitting))
    parts = []
    for whole, count in ((fitting.take(order), QUICK_TRAIN), (test, QUICK_TEST)):
        chosen = whole.take(np.arange(min(count, len(whole)))) if quick else whole
        parts.append(Part(whole.name, chosen.network_pixels(settings), chosen.labels))
    missing = sorted(set(range(10)) - set(parts[0].labels.tolist()))
    if missing:
        raise DataError(f"{spec}: there is no {', '.join(map(str, missing))} to fit to; all ten digits must occur.")
    few = parts[1].first(QUICK_SPOILT if quick else SPOILT)
    spoilt = {
        name: {f"{much:g}": Part(name, spoil(few.pictures, much, name), few.labels) for much in one.steps}
        for name, one in CORRUPTIONS.items()
    }
    return Material(parse_spec(spec)[0], parts[0], parts[1], spoilt, _foreign(foreign, settings) if foreign else [])


def _open(spec: str, settings: Settings) -> tuple[Dataset, Dataset]:
    """All that may be fitted to, and the digits to test with."""
    name, part = parse_spec(spec)
    if part is not None:
        raise UsageError(f"{spec}: a comparison fits to the training part and tests with the rest.", f"Give {name}.")
    one, other = open_training_data(name, settings)
    whole = _together(one, other, f"{name}:train")
    try:
        return whole, open_data(f"{name}:test", settings)
    except UsageError:
        kept = choose_validation(whole.labels, max(1, len(whole) // SHARE), SEED)
        return divide(whole, kept, name)


def _together(one: Dataset, other: Dataset, name: str) -> Dataset:
    labels = np.concatenate([one.labels, other.labels])
    if isinstance(one.images, np.ndarray) and isinstance(other.images, np.ndarray):
        return Dataset(np.concatenate([one.images, other.images]), labels, name, one.normalized)
    return Dataset((*one.images, *other.images), labels, name)


def _foreign(folder: Path, settings: Settings) -> list[Part]:
    files = [folder / f"{one.name}.npz" for one in SETS]
    there = [file for file in files if file.is_file()]
    if not there:
        raise UsageError(f"{folder} holds none of {', '.join(file.name for file in files)}.", "Leave out --foreign.")
    wholes = [(file.stem, read(file)) for file in there]
    return [Part(name, whole.network_pixels(settings), whole.labels) for name, whole in wholes]

"""Digits that are no MNIST and that shipped weights may be trained on: what they are, and how they are opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tenfold.data.dataset import Dataset
from tenfold.data.readers import read
from tenfold.data.splits import choose_validation, divide
from tenfold.errors import UnknownName, UsageError

SEED = 1998
SHARE = 8
"""One picture in so many validates."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """One such set.

    Attributes:
        name: The file is called ``name.npz``.
        what: What is in it, for the model's card.
        licence: Under which it may be used.
    """

    name: str
    what: str
    licence: str


SETS = (
    Foreign("finnish_canvas", "digits drawn in a web page by many", "free for any use"),
    Foreign("hwd1000", "digits from a drawing program, one hand", "MIT"),
    Foreign("semeion", "scanned digits stretched to 16x16 (Semeion Research Center, UCI)", "UCI, to be cited"),
    Foreign("swiss_cc0", "scanned continental digits, two hands", "CC0"),
)


def chosen_sets(without: str | None) -> list[Foreign]:
    """All sets but one.

    Args:
        without: Name of the one to leave out, or None.

    Raises:
        UnknownName: If there is no set of that name.
    """
    names = [one.name for one in SETS]
    if without is not None and without not in names:
        raise UnknownName("set of foreign digits", without, names)
    return [one for one in SETS if one.name != without]


def open_foreign(folder: Path, without: str | None = None) -> list[tuple[Dataset, Dataset]]:
    """The sets in a folder, each cut into a part to fit and one to validate, with each digit's share as in the whole.

    Args:
        folder: Holds ``NAME.npz`` for each of `SETS`, arrays ``images`` uint8 (n, h, w) and ``labels`` (n,).
        without: Name of one that is left out and need not be there.

    Raises:
        UnknownName: If `without` names no set.
        UsageError: If a file is missing.
        DataError: If a file is damaged.
    """
    files = [folder / f"{one.name}.npz" for one in chosen_sets(without)]
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise UsageError(
            f"{folder} does not hold {', '.join(missing)}.",
            "Name the folder with the sets of foreign digits, or leave out --foreign to train on MNIST alone.",
        )
    wholes = [read(file) for file in files]
    return [
        divide(whole, choose_validation(whole.labels, len(whole) // SHARE, SEED), file.stem)
        for whole, file in zip(wholes, files, strict=True)
    ]

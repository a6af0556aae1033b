"""What may be fitted to: MNIST's training files, cut 55,000 / 5,000 by a stored list, or the user's own data."""

from __future__ import annotations

import hashlib
import struct
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenfold.config import Settings
from tenfold.data import idx, readers
from tenfold.data.dataset import Dataset, Labels
from tenfold.data.mnist import FILES, mnist_pair
from tenfold.errors import DataError, UsageError

VALIDATION = 5_000
SEED = 1998
SHARE = 12
"""One picture in so many validates; of MNIST's 60,000 that is the 5,000."""

Indices = npt.NDArray[np.int64]

_STORED = "mnist_validation.txt"


def training_files(settings: Settings) -> Dataset:
    """MNIST's 60,000 training pictures, undivided.

    Raises:
        NoSource: If MNIST is not in the cache and nowhere to be had.
    """
    return mnist_pair(settings, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "mnist:train-files")


def training_data(settings: Settings, seed: int = SEED) -> tuple[Dataset, Dataset]:
    """MNIST to train on: 55,000 pictures to fit and 5,000 to validate, alike in their share of each digit.

    Args:
        settings: Where the cache is, and where else to look.
        seed: Another seed cuts another 5,000 out; the default is the stored cut every shipped model was made with.

    Returns:
        The two data sets ``mnist:train`` and ``mnist:validation``.

    Raises:
        NoSource: If MNIST is not in the cache and nowhere to be had.
    """
    whole = training_files(settings)
    chosen = stored_validation() if seed == SEED else choose_validation(whole.labels, VALIDATION, seed)
    return divide(whole, chosen, "mnist")


def open_training_data(spec: str, settings: Settings, seed: int = SEED) -> tuple[Dataset, Dataset]:
    """Whatever ``--data`` names for training, cut into a part to fit and one to validate.

    Args:
        spec: ``mnist`` or ``mnist:train``; or a path as for `tenfold.data.readers.read`, where a
            folder or file that holds a test part too gives its training part only.
        settings: Where the cache is, and where else to look.
        seed: Decides which pictures validate: one in twelve of each digit.

    Raises:
        UsageError: If the spec asks for a part that is kept for evaluation, or names nothing.
        DataError: If the data is damaged, too little, or MNIST's test pictures under another name.
    """
    name, part = readers.parse_spec(spec)
    if part in ("test", "validation"):
        raise UsageError(
            f"{spec}: the {part} part is kept for evaluation and is never trained on.",
            f"Train on {name} or {name}:train.",
        )
    if name == "mnist":
        return training_data(settings, seed)
    whole = readers.read(Path(name), part, prefer=("train",))
    _refuse_test_pictures(whole)
    if len(whole) < 2:
        raise DataError(f"{whole.name} holds one picture; expected at least 2, one to fit and one to validate.")
    return divide(whole, choose_validation(whole.labels, max(1, len(whole) // SHARE), seed), whole.name)


def divide(whole: Dataset, validation: Indices, name: str) -> tuple[Dataset, Dataset]:
    """Cut a data set in two, both in the order of the whole.

    Args:
        whole: The data set.
        validation: Positions of those that validate.
        name: The parts are called this with ``:train`` and ``:validation``.
    """
    rest = np.setdiff1d(np.arange(len(whole)), validation)
    return whole.take(rest, f"{name}:train"), whole.take(np.sort(validation), f"{name}:validation")


def choose_validation(labels: Labels, count: int, seed: int) -> Indices:
    """Choose pictures for validation, with each digit's share as in the whole.

    Args:
        labels: int64 (n,), 0..9.
        count: How many to choose, at most n.
        seed: The same seed always chooses the same.

    Returns:
        Positions, int64 (count,), rising.
    """
    exact = np.bincount(labels, minlength=10) * (count / len(labels))
    quota = np.floor(exact).astype(int)
    short = np.argsort(quota - exact, kind="stable")[: count - quota.sum()]
    quota[short] += 1
    # RandomState and not default_rng: numpy promises that its stream never changes.
    random = np.random.RandomState(seed)
    chosen = [random.permutation(np.flatnonzero(labels == digit))[: quota[digit]] for digit in range(10)]
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def some(data: Dataset, count: int) -> Dataset:
    """So many pictures of a data set, with each digit's share as in the whole, in their order.

    Folders are sorted by digit: the first so many would be zeros. Fewer are always among more, so that who has learned
    from few has seen nothing that who learned from more has not.

    Args:
        data: The data set.
        count: How many to take; all of it if there are fewer.
    """
    place = np.empty(len(data))
    random = np.random.RandomState(SEED)  # as above
    for digit in range(10):
        those = random.permutation(np.flatnonzero(data.labels == digit))
        # Each digit's are spread evenly over the whole, so that any beginning of it has every digit's share.
        place[those] = (np.arange(len(those)) + random.random_sample(len(those))) / max(1, len(those))
    return data.take(np.sort(np.argsort(place, kind="stable")[:count]))


def stored_validation() -> Indices:
    """The positions of the 5,000 validation pictures in MNIST's training files, as committed."""
    text = (files("tenfold.data") / _STORED).read_text("ascii")
    return np.array(text.split(), np.int64)


def write_validation(labels: Labels, path: Path) -> None:
    """Write the list that `stored_validation` reads: how the committed file was made.

    Args:
        labels: The 60,000 labels of MNIST's training files.
        path: The file to write.
    """
    path.write_text("\n".join(map(str, choose_validation(labels, VALIDATION, SEED))) + "\n", "ascii")


def _refuse_test_pictures(data: Dataset) -> None:
    """Known by their SHA-256, in whatever format they come."""
    if not (isinstance(data.images, np.ndarray) and data.images.shape == (10_000, 28, 28)):
        return
    digest = hashlib.sha256(struct.pack(">4I", idx.MAGIC["images"], *data.images.shape))
    digest.update(data.images.tobytes())
    if digest.hexdigest() == FILES["t10k-images-idx3-ubyte"].sha256:
        raise DataError(
            f"{data.name} holds the 10,000 test pictures of MNIST; these are kept for evaluation.",
            "Train on mnist, or on pictures of your own.",
        )

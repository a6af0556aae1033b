"""What is kept from fitting: MNIST's test pictures, and the door through which evaluation opens any data set.

No module that fits a model may import this one; import-linter holds them to it.
"""

from __future__ import annotations

from pathlib import Path

from tenfold.config import Settings
from tenfold.data import readers
from tenfold.data.dataset import Dataset
from tenfold.data.mnist import mnist_pair
from tenfold.data.splits import training_data
from tenfold.errors import UsageError


def test_data(settings: Settings) -> Dataset:
    """MNIST's 10,000 test pictures.

    Raises:
        NoSource: If MNIST is not in the cache and nowhere to be had.
    """
    return mnist_pair(settings, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", "mnist:test")


def open_data(spec: str, settings: Settings) -> Dataset:
    """Open whatever ``--data`` names, to evaluate on it.

    Args:
        spec: ``mnist:train``, ``mnist:validation`` or ``mnist:test`` (``mnist`` alone is the test
            part); or the path of a file or folder as for `tenfold.data.readers.read`, with ``:train``
            or ``:test`` behind it where it holds both (alone it is the test part).
        settings: Where the cache is, and where else to look.

    Raises:
        UsageError: If the spec names nothing, or a part that is not there.
        DataError: If the data is damaged; names the place, what was expected and what was found.
        NoSource: If MNIST is asked for and nowhere to be had.
    """
    name, part = readers.parse_spec(spec)
    if name != "mnist":
        if part == "validation":
            raise UsageError(f"{spec}: only mnist has a validation part.", f"Say {name}, {name}:train or {name}:test.")
        return readers.read(Path(name), part)
    if part in (None, "test"):
        return test_data(settings)
    train, validation = training_data(settings)
    return train if part == "train" else validation

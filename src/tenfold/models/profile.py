"""A personal profile: what the network saw in some digits of one hand, kept with what they are."""

from __future__ import annotations

import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tenfold.errors import DataError, OtherNetwork, ProfileFull, UsageError
from tenfold.types import Floats

MOST = 200
"""Digits in a profile; more would gain nothing, and each is looked at for every answer."""

# A profile of so many digits is smaller by far.
MOST_BYTES = 10_000_000
_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


class Profile:
    """Some digits of one hand, by which a `Recognizer` reads that hand better; nothing is trained.

    It holds no pictures: of each digit the features the network's last layer answers from, and which digit it is.
    Features of one network say nothing to another, so a profile names its network and every other one refuses it.

    Args:
        model: ``name@hash`` of the network, as `Recognizer.model` gives it.

    Attributes:
        model: The same.
        features: float32 (n, m), one row a digit; replaced, never changed in place.
        labels: int64 (n,), 0..9, which digits they are.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.features: Floats = np.zeros((0, 0), np.float32)
        self.labels: npt.NDArray[np.int64] = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many of each digit 0 to 9 there are."""
        return tuple(int(count) for count in np.bincount(self.labels, minlength=10))

    def add(self, features: Floats, digit: int) -> None:
        """Put a digit in; one that is in already, to the bit, is not put in twice.

        Args:
            features: float32 (m,), finite, as `Recognizer.features` gives them.
            digit: Which digit it is, 0..9.

        Raises:
            UsageError: If these are no features, or of another number than those in it, or that is no digit.
            ProfileFull: If there are `MOST` in it.
        """
        row = np.asarray(features, np.float32)
        if row.ndim != 1 or not row.size or not np.isfinite(row).all():
            raise UsageError(f"Features are a row of finite numbers, got shape {row.shape}.", "See Recognizer.features")
        if len(self) and row.size != self.features.shape[1]:
            raise UsageError(f"Those in the profile have {self.features.shape[1]} features, this one has {row.size}.")
        if isinstance(digit, bool) or digit not in range(10):
            raise UsageError(f"A digit is 0 to 9, got {digit!r}.")
        before = self.features.reshape(len(self), row.size)
        if ((before == row).all(axis=1) & (self.labels == digit)).any():
            return
        if len(self) >= MOST:
            raise ProfileFull(f"A profile holds {MOST} digits, and this one has so many.", "Reset it and begin again.")
        self.features, self.labels = np.concatenate([before, row[None]]), np.append(self.labels, np.int64(digit))

    def reset(self) -> None:
        """Forget all digits."""
        self.features, self.labels = np.zeros((0, 0), np.float32), np.zeros(0, np.int64)

    def check_model(self, model: str) -> None:
        """Make sure that the profile belongs to a network.

        Raises:
            OtherNetwork: If it does not.
        """
        if self.model != model:
            raise OtherNetwork(
                f"This profile belongs to {self.model[:80]}, and {model} is to answer.",
                "Reset it and write the digits again, or name that network.",
            )

    def save(self, path: Path) -> None:
        """Write it to a ``.npz`` file that only its owner may read, at once: an interrupted write leaves the old one.

        Raises:
            UsageError: If the place cannot be written to.
        """
        import tempfile  # whoever only reads a digit need not wait for it

        file = io.BytesIO()
        np.savez(file, model=np.asarray(self.model), features=self.features, labels=self.labels)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Made for its owner alone, whatever others may be allowed by default.
            number, name = tempfile.mkstemp(".partial", f".{path.name}-", path.parent)
            try:
                with os.fdopen(number, "wb") as partial:
                    partial.write(file.getvalue())
                    partial.flush()
                    os.fsync(partial.fileno())
                Path(name).replace(path)
            except BaseException:  # Ctrl-C, too: nothing half-written stays
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}.", "Name another place.") from error

    @classmethod
    def load(cls, path: Path) -> Profile:
        """The profile in a file; nothing in it is executed.

        Raises:
            DataError: If it is no profile.
        """
        try:
            if path.stat().st_size > MOST_BYTES:
                raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
            with zipfile.ZipFile(path) as packed:
                if sum(one.file_size for one in packed.infolist()) > MOST_BYTES:
                    raise ValueError(f"its arrays take more than {MOST_BYTES:,} bytes")
            with np.load(path, allow_pickle=False) as file:
                return cls.of(str(file["model"]), file["features"], file["labels"])
        except _BROKEN as error:
            raise DataError(f"{path}: not a profile: {error!s:.200}", "Remove it and begin again.") from error

    @classmethod
    def of(cls, model: str, features: Floats, labels: npt.NDArray[np.int64]) -> Profile:
        """A profile of digits that were kept.

        Args:
            model: ``name@hash`` of the network.
            features: float32 (n, m).
            labels: int64 (n,), 0..9.

        Raises:
            ValueError: If these are no such arrays.
        """
        if features.ndim != 2 or labels.shape != (len(features),) or len(labels) > MOST:
            raise ValueError(f"features {features.shape} and labels {labels.shape} do not belong together")
        if features.dtype != np.float32 or labels.dtype != np.int64 or not np.isfinite(features).all():
            raise ValueError("features are finite float32, labels int64")
        if len(labels) and not (labels.min() >= 0 and labels.max() <= 9):
            raise ValueError("labels are 0 to 9")
        made = cls(model)
        made.features, made.labels = features, labels
        return made

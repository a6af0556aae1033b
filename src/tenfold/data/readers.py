"""From a path the user gives to a data set: IDX, CSV, NPZ, or a folder of pictures."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tenfold.data import idx
from tenfold.data.compressed import LARGEST
from tenfold.data.dataset import Dataset
from tenfold.data.tables import read_csv
from tenfold.errors import DataError, TenfoldError, UnknownName, UsageError

FORMATS = {
    "IDX": "a folder of train- or t10k-images and -labels files, or one images file with its labels beside it",
    "CSV": "a label and 784 pixels a line, with or without a header",
    "NPZ": "arrays images (n, H, W) of uint8 and labels (n,); also x and y, x_train and y_train, x_test and y_test",
    "pictures": "a folder with sub-folders 0, 1, … 9 of picture files, or of strokes as .json or .inkml",
}

NAMES = ("mnist", "mnist:train", "mnist:validation", "mnist:test")
PARTS = ("train", "validation", "test")

_DIGITS = tuple("0123456789")
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".json", ".inkml"})
_WHOLE = (("images", "labels"), ("x", "y"), ("X", "y"))
_NAMED = (("x_{}", "y_{}"), ("X_{}", "y_{}"), ("{}_images", "{}_labels"))


def parse_spec(spec: str) -> tuple[str, str | None]:
    """What ``--data`` says, in its two halves: a name or path, and the part behind the last colon, if any.

    Only ``:train``, ``:validation`` and ``:test`` are parts, so paths may hold colons.
    """
    name, colon, part = spec.rpartition(":")
    return (name, part) if colon and name and part in PARTS else (spec, None)


def read(path: Path, part: str | None = None, prefer: Sequence[str] = ("test", "train")) -> Dataset:
    """Read a data set of any known format.

    Args:
        path: A file or folder in one of `FORMATS`; IDX and CSV may be gzipped.
        part: ``"train"`` or ``"test"`` of a folder or file that holds both; None if not said.
        prefer: The parts to look for where `part` is None; the first found is taken.

    Returns:
        The data set, named after the path (and the part, if it has parts).

    Raises:
        DataError: If it is damaged or of no known format; names file and place, expected and got.
        UsageError: If there is nothing of that name, or a part is named of what has no parts.
    """
    parts = (part,) if part else tuple(prefer)
    if path.is_dir():
        folders = [path / digit for digit in _DIGITS if (path / digit).is_dir()]
        return _read_pictures(path, folders, part) if folders else _read_idx_folder(path, parts)
    if not path.is_file():
        raise UnknownName("data set, file or folder", str(path), list(NAMES))
    if path.suffix.lower() == ".npz":
        return _read_npz(path, part, parts)
    _refuse_part(path, part)
    if re.search(r"\.csv(\.gz)?$", path.name, re.IGNORECASE):
        return read_csv(path)
    return idx.read_pair(path, None, str(path))


def _refuse_part(path: Path, part: str | None) -> None:
    if part:
        raise UsageError(f"{path} is not divided into parts, so it has no {part!r}.", f"Say {path} alone.")


def _read_pictures(path: Path, folders: list[Path], part: str | None) -> Dataset:
    _refuse_part(path, part)
    files = [
        file
        for folder in folders
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in _PICTURES and not file.name.startswith(".")
    ]
    if not files:
        raise DataError(
            f"{path}: no pictures in its sub-folders {', '.join(folder.name for folder in folders)}; "
            f"looked for {', '.join(sorted(_PICTURES))}.",
            "Put each picture in the sub-folder of its digit.",
        )
    return Dataset(tuple(files), np.array([int(file.parent.name) for file in files], np.int64), str(path))


def _read_idx_folder(path: Path, parts: Sequence[str]) -> Dataset:
    for part in parts:
        if pair := idx.find_part(path, part):
            return idx.read_pair(*pair, f"{path}:{part}")
    there = sorted(item.name for item in path.iterdir())
    shown = ", ".join(there[:5]) + (", …" if len(there) > 5 else "")
    raise DataError(
        f"{path}: expected sub-folders 0 … 9 of pictures, or MNIST's files "
        f"{' or '.join(f'{idx.PREFIX[part]}-images-idx3-ubyte' for part in parts)} with their labels "
        f"(-idx3 or .idx3, plain or .gz); got {shown or 'an empty folder'}.",
        "A .npz or .csv file is named itself, not its folder.",
    )


def _read_npz(path: Path, part: str | None, parts: Sequence[str]) -> Dataset:
    if not zipfile.is_zipfile(path):
        raise DataError(
            f"{path} is no NPZ file, or is cut off: expected a ZIP archive, which ends with a list of what is in it.",
            "Copy it again, or write it again with numpy.savez_compressed.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name.removesuffix(".npy"): archive.getinfo(name).file_size for name in archive.namelist()}
            images_key, labels_key, name = _choose_arrays(path, set(members), part, parts)
            for key in (images_key, labels_key):
                if members[key] > LARGEST:
                    raise DataError(f"{path}, array {key}: {members[key]:,} bytes; the limit is {LARGEST:,}.")
            images, labels = (_load_array(archive, key) for key in (images_key, labels_key))
    except TenfoldError:
        raise
    except Exception as error:  # zipfile and numpy raise whatever a damaged file makes them stumble over
        raise DataError(
            f"{path} is damaged, or holds something else than plain arrays: {error}.",
            "Write it again with numpy.savez_compressed, images as uint8 and labels as integers.",
        ) from error
    return Dataset(_check_images(images, path, images_key), _check_labels(labels, path, labels_key), name)


def _load_array(archive: zipfile.ZipFile, key: str) -> npt.NDArray[Any]:
    with archive.open(f"{key}.npy") as member, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers written by Python 2, which are read all the same
        return np.asarray(np.lib.format.read_array(member, allow_pickle=False))


def _choose_arrays(path: Path, keys: set[str], part: str | None, parts: Sequence[str]) -> tuple[str, str, str]:
    """The names of the two arrays to read, and what to call the data set."""
    whole = next((pair for pair in _WHOLE if keys.issuperset(pair)), None)
    if whole and part is None:
        return *whole, str(path)
    for each in parts:
        for images, labels in _NAMED:
            if keys.issuperset({images.format(each), labels.format(each)}):
                return images.format(each), labels.format(each), f"{path}:{each}"
    if whole:
        _refuse_part(path, part)
    wanted = [f"x_{each} and y_{each}" for each in parts]
    raise DataError(
        f"{path}: expected arrays {' or '.join([*([] if part else ['images and labels']), *wanted])}; "
        f"got {', '.join(sorted(keys)) or 'none'}.",
        "Write it again with numpy.savez_compressed(file, images=..., labels=...).",
    )


def _check_images(images: npt.NDArray[Any], path: Path, key: str) -> npt.NDArray[np.uint8]:
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.dtype != np.uint8 or images.ndim != 3 or 0 in images.shape[1:]:
        raise DataError(
            f"{path}, array {key}: expected uint8 of shape (n, height, width), got {images.dtype} of {images.shape}.",
            "Give each picture its rows, as in images.reshape(-1, 28, 28)."
            if images.dtype == np.uint8 and images.ndim == 2
            else "Scale the pixels to 0..255 and store them as uint8, grey pictures without a channel axis.",
        )
    return images


def _check_labels(labels: npt.NDArray[Any], path: Path, key: str) -> npt.NDArray[np.int64]:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise DataError(
            f"{path}, array {key}: expected integers of shape (n,), got {labels.dtype} of {labels.shape}.",
            "Store one whole number 0..9 a picture.",
        )
    return labels.astype(np.int64)

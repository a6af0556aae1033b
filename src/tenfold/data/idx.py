"""The IDX format in which MNIST is distributed: a magic number, the dimensions, then the bytes.

Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits", section "File formats".
"""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tenfold.data.compressed import LARGEST, opened
from tenfold.data.dataset import Dataset
from tenfold.errors import DataError
from tenfold.types import Pixels

# Third byte 0x08: unsigned bytes. Fourth byte: number of dimensions.
MAGIC = {"images": 0x00000803, "labels": 0x00000801}
PREFIX = {"train": "train", "test": "t10k"}

_CHUNK = 1 << 20


def read_stream(file: BinaryIO, name: str, kind: str) -> Pixels:
    """Read one IDX file.

    Args:
        file: A binary stream at the beginning of the file.
        name: What to call it in messages.
        kind: ``"images"`` or ``"labels"``.

    Returns:
        uint8 (n, H, W) for images, (n,) for labels.

    Raises:
        DataError: If the magic number, the dimensions or the length are wrong; names the offset,
            what was expected there and what was found.
    """
    magic = MAGIC[kind]
    dimensions = magic & 0xFF
    header = file.read(4 + 4 * dimensions)
    if len(header) >= 4:
        _check_magic(int.from_bytes(header[:4], "big"), name, kind)
    if len(header) < 4 + 4 * dimensions:
        raise DataError(
            f"{name} ends at offset {len(header)}, inside its header; "
            f"expected {4 + 4 * dimensions} bytes of header for {kind}, got {len(header)}.",
            "The file is cut off: copy or download it again.",
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    length = math.prod(shape)
    claim = f"{' x '.join(f'{size:,}' for size in shape)} bytes (offsets 4 to {len(header) - 1})"
    if length == 0 or length > LARGEST:
        raise DataError(
            f"{name}: the header promises {claim}; expected more than nothing and at most {LARGEST:,}.",
            "The header is damaged: copy or download the file again.",
        )
    values = np.empty(length, np.uint8)
    got = _fill(file, values)
    if got < length:
        raise DataError(
            f"{name} ends at offset {len(header) + got:,}; its header promises {claim}, "
            f"so expected {len(header) + length:,} bytes in all, got {len(header) + got:,}.",
            "The file is cut off: copy or download it again.",
        )
    if file.read(1):
        raise DataError(
            f"{name} goes on at offset {len(header) + length:,}, where its header ({claim}) says it ends.",
            "The header or the file is damaged: copy or download it again.",
        )
    return values.reshape(shape)


def read_file(path: Path, kind: str) -> Pixels:
    """Read one IDX file, plain or gzipped; see `read_stream`."""
    with opened(path) as file:
        return read_stream(file, str(path), kind)


def read_pair(images: Path, labels: Path | None, name: str) -> Dataset:
    """Read an images file and the labels that belong to it.

    Args:
        images: IDX file of pictures, plain or gzipped.
        labels: IDX file of digits, plain or gzipped; None to look for it beside the images.
        name: What to call the data set.

    Raises:
        DataError: If either is missing or damaged, their counts differ, or a label is not 0..9.
    """
    pixels = read_file(images, "images")
    labels = labels or find_labels(images)
    digits = read_file(labels, "labels")
    if len(pixels) != len(digits):
        raise DataError(
            f"{images} holds {len(pixels):,} pictures, but {labels} {len(digits):,} labels (both at offset 4).",
            "The two do not belong together.",
        )
    wrong = np.flatnonzero(digits > 9)
    if wrong.size:
        raise DataError(
            f"{labels}, offset {8 + wrong[0]:,}: expected a label 0..9, got {digits[wrong[0]]}.",
            "Tenfold reads digits only: letters and other classes must be left out.",
        )
    return Dataset(pixels, digits.astype(np.int64), name)


def spellings(name: str) -> list[str]:
    """The names one IDX file goes by: ``-idx3`` or ``.idx3``, plain or ``.gz``."""
    plain = name.removesuffix(".gz").replace(".idx", "-idx")
    return [spelling + ending for spelling in (plain, plain.replace("-idx", ".idx")) for ending in ("", ".gz")]


def find(folder: Path, name: str) -> Path | None:
    """The file of this name in the folder, in whichever spelling it is there; None if in none."""
    return next((folder / spelling for spelling in spellings(name) if (folder / spelling).is_file()), None)


def find_part(folder: Path, part: str) -> tuple[Path, Path] | None:
    """The images and labels files of MNIST's ``"train"`` or ``"test"`` names in a folder; None if not there.

    Raises:
        DataError: If there is one without the other.
    """
    names = [f"{PREFIX[part]}-images-idx3-ubyte", f"{PREFIX[part]}-labels-idx1-ubyte"]
    images, labels = (find(folder, name) for name in names)
    if images and labels:
        return images, labels
    if images or labels:
        there, missing = (images, names[1]) if images else (labels, names[0])
        raise DataError(f"{folder} holds {there.name if there else ''} but no {missing}.", "Put both in the folder.")
    return None


def find_labels(images: Path) -> Path:
    """The labels file that stands beside an images file.

    Raises:
        DataError: If there is none, naming what was looked for.
    """
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    found = find(images.parent, name) if name != images.name else None
    if found is None:
        wanted = name if name != images.name else "…-images-idx3-ubyte and …-labels-idx1-ubyte"
        raise DataError(
            f"{images}: no labels file beside it; looked for {wanted}.",
            "Put the labels in the same folder, named like the images.",
        )
    return found


def _check_magic(got: int, name: str, kind: str) -> None:
    if got == MAGIC[kind]:
        return
    other = next((word for word, magic in MAGIC.items() if magic == got), None)
    what = f" (an IDX file of {other})" if other else ""
    raise DataError(
        f"{name}, offset 0: expected the magic number 0x{MAGIC[kind]:08x} of IDX {kind}, got 0x{got:08x}{what}.",
        "Images and labels may be swapped."
        if other
        else "Known are IDX files, .csv, .npz, and folders 0/ … 9/ of pictures; or the file is damaged.",
    )


def _fill(file: BinaryIO, values: Pixels) -> int:
    """Read into the array until it is full or the file ends; the number of bytes read."""
    view, filled = values.data, 0
    while filled < len(values):
        chunk = file.read(min(_CHUNK, len(values) - filled))
        if not chunk:
            break
        view[filled : filled + len(chunk)] = chunk
        filled += len(chunk)
    return filled

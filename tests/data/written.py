"""Writes small data sets in every format Tenfold reads."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from PIL import Image


def some_digits(n: int = 12, height: int = 28, width: int = 28, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pictures uint8 (n, height, width) of noise, and labels int64 (n,) that go round 0 to 9."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (n, height, width), np.uint8), np.arange(n, dtype=np.int64) % 10


def idx(values: np.ndarray) -> bytes:
    """An IDX file of bytes."""
    return struct.pack(f">{values.ndim + 1}I", 0x0800 | values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def csv(images: np.ndarray, labels: np.ndarray, header: bool = False, end: str = "\n") -> bytes:
    """A CSV file of a label and 784 pixels a line."""
    rows = np.column_stack([labels, images.reshape(len(images), -1)]).tolist()
    lines = [",".join(map(str, row)) for row in rows]
    if header:
        lines.insert(0, ",".join(["label", *(f"pixel{number}" for number in range(784))]))
    return end.join([*lines, ""]).encode("ascii")


def idx_folder(folder: Path, images: np.ndarray, labels: np.ndarray, spelling: str, part: str = "t10k") -> None:
    """An images and a labels file; the spelling is like ``-idx`` or ``.idx``, with ``.gz`` behind it to pack them."""
    folder.mkdir(exist_ok=True)
    ending = ".gz" if spelling.endswith(".gz") else ""
    separator = spelling.removesuffix(".gz")
    for name, values in ((f"{part}-images{separator}3-ubyte", images), (f"{part}-labels{separator}1-ubyte", labels)):
        data = idx(values)
        (folder / f"{name}{ending}").write_bytes(gzip.compress(data) if ending else data)


def picture_folder(folder: Path, images: list[np.ndarray], labels: np.ndarray) -> None:
    """Sub-folders by digit, the pictures as PNG."""
    for number, (pixels, label) in enumerate(zip(images, labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / str(label) / f"{number:03}.png")

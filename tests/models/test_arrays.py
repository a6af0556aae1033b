"""Classifiers out of .npz files: what is sound is read, what is damaged or made to do harm is refused in words."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tenfold.errors import ModelError
from tenfold.imaging.normalize import VERSION
from tenfold.models.arrays import load_npz
from tenfold.predictors.base import KIND
from tenfold.predictors.trees import Trees

# One question, about the pixel in the middle, and a leaf for each answer.
CHANCES = np.eye(10, dtype=np.float32)[[1, 8]]


def tree(right: tuple[int, ...] = (2, 0, 0)) -> dict[str, np.ndarray]:
    return {
        "what": np.array([406, 0, 1], np.int16),
        "cuts": np.array([0.5, 0, 0], np.float32),
        "right": np.array(right, np.int16),
        "roots": np.zeros(1, np.int32),
        "chances": CHANCES,
        "sharpness": np.asarray(1.0),
        KIND: np.asarray("trees.Trees"),
    }


def written(path: Path, arrays: dict[str, np.ndarray]) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def test_a_sound_file_answers(tmp_path: Path) -> None:
    classifier = load_npz(written(tmp_path / "tree.npz", tree()), VERSION)
    pictures = np.zeros((2, 28, 28), np.float32)
    pictures[1, 14, 14] = 1
    assert classifier.raw(pictures).argmax(axis=1).tolist() == [1, 8]
    assert Trees(**{name: value for name, value in tree().items() if name != KIND}).to_bytes()


def test_a_tree_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no end"):
        load_npz(written(tmp_path / "tree.npz", tree((2, 0, -2))), VERSION)


@pytest.mark.parametrize("name", ["what", "cuts", "right", "roots", "chances"])
@pytest.mark.parametrize("value", [np.asarray("a text"), np.asarray(3.0), np.zeros((0, 0))])
def test_a_field_of_another_kind_is_refused(name: str, value: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        load_npz(written(tmp_path / "tree.npz", {**tree(), name: value}), VERSION)


def packed(entries: dict[str, bytes], flags: int = 0) -> bytes:
    """A zip file, its entries with these flags set."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, data in entries.items():
            out.writestr(name, data)
    data = bytearray(file.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            struct.pack_into("<H", data, at + offset, flags)
    return bytes(data)


def claiming(shape: str) -> bytes:
    """An array's file that says it holds more than it does."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"1234"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 and nothing more",
        packed({"what.npy": b"no array"}),
        packed({"what.npy": claiming("(1000000000000000,)")}),
        packed({"what.npy": claiming("(3,)")}, flags=1),
    ],
    ids=["empty", "cut off", "no array", "larger than it is", "encrypted"],
)
def test_damaged_files_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.npz"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=r"damaged\.npz"):
        load_npz(path, VERSION)

"""Readers give back what was written, and answer any damage with a DataError and nothing else."""

from __future__ import annotations

import gzip
import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tests.data import written

from tenfold.data import Dataset, readers
from tenfold.errors import DataError

# The folder is the same for every example, and each example writes its own files over the last one's.
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
NAMES = ["set.csv", "set.csv.gz", "set.npz", "set-images-idx3-ubyte", "set-images-idx3-ubyte.gz"]


@st.composite
def digits(draw: st.DrawFn, side: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """A few pictures with their labels; 28 x 28 or of any small size."""
    size = st.integers(1, 12) if side is None else st.just(side)
    count = draw(st.integers(1, 5))
    images = draw(arrays.arrays(np.uint8, (count, draw(size), draw(size))))
    return images, draw(arrays.arrays(np.int64, count, elements=st.integers(0, 9)))


def write(folder: Path, name: str, images: np.ndarray, labels: np.ndarray) -> Path:
    """A data set of this name in its format, with labels beside it where they belong there."""
    path = folder / name
    if "csv" in name:
        data = written.csv(images, labels)
    elif "npz" in name:
        stream = io.BytesIO()
        np.savez_compressed(stream, images=images, labels=labels)
        data = stream.getvalue()
    else:
        data = written.idx(images)
        (folder / "set-labels-idx1-ubyte").write_bytes(written.idx(labels))
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def read_or_complain(path: Path) -> Dataset | str:
    """The data set, or the message of the only error a reader may raise."""
    try:
        return readers.read(path)
    except DataError as error:
        return str(error)


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
@same_folder
def test_what_was_written_is_read_back(tmp_path: Path, name: str, data: st.DataObject) -> None:
    images, labels = data.draw(digits(28 if "csv" in name else None))
    read = readers.read(write(tmp_path, name, images, labels))
    np.testing.assert_array_equal(read.images, images)
    np.testing.assert_array_equal(read.labels, labels)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "set.csv"])
@given(st.data())
@same_folder
def test_every_truncation_is_a_data_error(tmp_path: Path, name: str, data: st.DataObject) -> None:
    path = write(tmp_path, name, *data.draw(digits(28 if "csv" in name else None)))
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(DataError, match=r"set"):
        readers.read(path)


@given(st.data())
@same_folder
def test_a_truncated_csv_is_a_data_error_or_the_lines_before(tmp_path: Path, data: st.DataObject) -> None:
    # A text cannot show that whole lines, or digits of its last number, are missing.
    images, labels = data.draw(digits(28))
    path = write(tmp_path, "set.csv", images, labels)
    whole = path.read_bytes()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    read = read_or_complain(path)
    if isinstance(read, str):
        assert str(path) in read
        return
    np.testing.assert_array_equal(np.reshape(read.images, -1)[:-1], images.reshape(-1)[: len(read) * 784 - 1])
    np.testing.assert_array_equal(read.labels, labels[: len(read)])


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
@same_folder
def test_a_changed_byte_never_is_another_error(tmp_path: Path, name: str, data: st.DataObject) -> None:
    path = write(tmp_path, name, *data.draw(digits(28 if "csv" in name else None)))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    read = read_or_complain(path)
    if isinstance(read, str):
        assert str(tmp_path) in read
    else:
        assert np.asarray(read.images).dtype == np.uint8
        assert set(read.labels.tolist()) <= set(range(10))


@pytest.mark.parametrize("name", NAMES)
@given(content=st.binary(max_size=2000))
@same_folder
def test_random_bytes_are_a_data_error(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"set"):
        readers.read(path)


@given(shape=st.tuples(*[st.integers(0, 2**32 - 1)] * 3), body=st.binary(max_size=100))
@same_folder
def test_a_lying_header_is_a_data_error(tmp_path: Path, shape: tuple[int, ...], body: bytes) -> None:
    assume(np.prod(shape, dtype=object) != len(body))
    path = tmp_path / "set-images-idx3-ubyte"
    path.write_bytes(struct.pack(">4I", 0x803, *shape) + body)
    with pytest.raises(DataError, match=r"header"):
        readers.read(path)


@given(text=st.text(st.sampled_from("0123456789,.-\"' x\r\n"), max_size=400))
@same_folder
def test_random_tables_are_a_data_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "set.csv").write_bytes(text.encode())
    with pytest.raises(DataError, match=r"set\.csv"):
        readers.read(tmp_path / "set.csv")


@given(cell=st.text(st.characters(codec="utf-8", exclude_characters=",\r\n"), max_size=6), column=st.integers(2, 785))
@same_folder
def test_a_cell_is_read_as_the_number_it_is_or_named(tmp_path: Path, cell: str, column: int) -> None:
    cells = ["7", *["0"] * 784]
    cells[column - 1] = cell
    (tmp_path / "set.csv").write_text(",".join(cells) + "\n", "utf-8", newline="\n")
    read = read_or_complain(tmp_path / "set.csv")
    if isinstance(read, str):
        assert f"line 1, column {column}" in read
    else:
        assert np.asarray(read.images).reshape(-1)[column - 2] == int(cell.strip())

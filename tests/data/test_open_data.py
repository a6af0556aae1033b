"""Every format read back as it was written, through the door that `--data` uses."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from tests.data import written

from tenfold.config import Settings
from tenfold.data import Dataset, open_data
from tenfold.errors import DataError, TenfoldError, UnknownName, UsageError


def assert_holds(data: Dataset, images: np.ndarray, labels: np.ndarray) -> None:
    assert isinstance(data.images, np.ndarray)
    assert data.images.dtype == np.uint8
    assert data.labels.dtype == np.int64
    np.testing.assert_array_equal(data.images, images)
    np.testing.assert_array_equal(data.labels, labels)
    assert not data.normalized


@pytest.mark.parametrize("spelling", ["-idx", ".idx", "-idx.gz", ".idx.gz"])
def test_idx_folder_in_every_spelling(tmp_path: Path, settings: Settings, spelling: str) -> None:
    images, labels = written.some_digits(height=20, width=16)
    written.idx_folder(tmp_path / "set", images, labels, spelling)
    data = open_data(str(tmp_path / "set"), settings)
    assert_holds(data, images, labels)
    assert data.name == f"{tmp_path / 'set'}:test"


def test_idx_folder_with_both_parts(tmp_path: Path, settings: Settings) -> None:
    written.idx_folder(tmp_path, *written.some_digits(30, seed=1), "-idx", "train")
    written.idx_folder(tmp_path, *written.some_digits(10, seed=2), ".idx.gz", "t10k")
    assert len(open_data(f"{tmp_path}:train", settings)) == 30
    assert len(open_data(f"{tmp_path}:test", settings)) == 10
    assert len(open_data(str(tmp_path), settings)) == 10


@pytest.mark.parametrize("packed", [False, True])
def test_one_idx_file_finds_its_labels(tmp_path: Path, settings: Settings, packed: bool) -> None:
    images, labels = written.some_digits()
    name = tmp_path / ("mine-images-idx3-ubyte" + (".gz" if packed else ""))
    name.write_bytes(gzip.compress(written.idx(images)) if packed else written.idx(images))
    (tmp_path / "mine-labels.idx1-ubyte").write_bytes(written.idx(labels))
    assert_holds(open_data(str(name), settings), images, labels)


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["set.csv", "SET.CSV", "set.csv.gz"])
def test_csv(tmp_path: Path, settings: Settings, header: bool, end: str, name: str) -> None:
    images, labels = written.some_digits()
    text = written.csv(images, labels, header, end)
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    assert_holds(open_data(str(tmp_path / name), settings), images, labels)


def test_csv_with_spaces_blank_lines_and_byte_order_mark(tmp_path: Path, settings: Settings) -> None:
    images, labels = written.some_digits(3)
    text = written.csv(images, labels).replace(b",", b", ").replace(b"\n", b"\n\n")
    (tmp_path / "set.csv").write_bytes(b"\xef\xbb\xbf" + text)
    assert_holds(open_data(str(tmp_path / "set.csv"), settings), images, labels)


def test_csv_longer_than_one_block(tmp_path: Path, settings: Settings) -> None:
    images, labels = written.some_digits(4100)
    (tmp_path / "set.csv").write_bytes(written.csv(images, labels))
    assert_holds(open_data(str(tmp_path / "set.csv"), settings), images, labels)


@pytest.mark.parametrize(("x", "y"), [("images", "labels"), ("x", "y"), ("X", "y")])
@pytest.mark.parametrize("channel", [False, True])
def test_npz(tmp_path: Path, settings: Settings, x: str, y: str, channel: bool) -> None:
    images, labels = written.some_digits(height=30, width=40)
    arrays = {x: images[..., None] if channel else images, y: labels.astype(np.uint8)}
    np.savez_compressed(tmp_path / "set.npz", **arrays)
    assert_holds(open_data(str(tmp_path / "set.npz"), settings), images, labels)


@pytest.mark.parametrize(("x", "y"), [("x_{}", "y_{}"), ("{}_images", "{}_labels")])
def test_npz_with_both_parts(tmp_path: Path, settings: Settings, x: str, y: str) -> None:
    arrays = {}
    for part, n in (("train", 30), ("test", 10)):
        arrays[x.format(part)], arrays[y.format(part)] = written.some_digits(n)
    np.savez(tmp_path / "both.npz", **arrays)
    assert len(open_data(f"{tmp_path / 'both.npz'}:train", settings)) == 30
    assert len(open_data(f"{tmp_path / 'both.npz'}:test", settings)) == 10
    assert len(open_data(str(tmp_path / "both.npz"), settings)) == 10


def test_folder_of_pictures_of_different_sizes(tmp_path: Path, settings: Settings) -> None:
    random = np.random.default_rng(3)
    images = [random.integers(0, 256, (20 + n, 30 - n, 3), np.uint8) for n in range(6)]
    labels = np.array([0, 3, 3, 5, 8, 9])
    written.picture_folder(tmp_path / "set", images, labels)
    (tmp_path / "set" / "3" / "notes.txt").write_text("what is no picture by its name is passed over")
    (tmp_path / "set" / "3" / "._001.png").write_text("neither is a hidden file one")
    data = open_data(str(tmp_path / "set"), settings)
    assert data.labels.tolist() == labels.tolist()
    for picture, pixels in zip(data.pictures(), images, strict=True):
        np.testing.assert_array_equal(picture.pixels, pixels)


def test_a_path_may_hold_colons(tmp_path: Path, settings: Settings) -> None:
    images, labels = written.some_digits()
    written.idx_folder(tmp_path / "a:b", images, labels, "-idx")
    assert_holds(open_data(f"{tmp_path / 'a:b'}:test", settings), images, labels)
    assert_holds(open_data(str(tmp_path / "a:b"), settings), images, labels)


def expect(error: type[TenfoldError], spec: Path | str, settings: Settings, *words: str) -> None:
    with pytest.raises(error) as raised:
        open_data(str(spec), settings)
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (b"", "good", ["images-idx3", "offset 0", "16 bytes"]),
        (b"\x00\x00\x08", "good", ["images-idx3", "offset 3", "16 bytes", "got 3"]),
        (b"\x00\x00\x08\x03\x00\x00", "good", ["offset 6", "got 6"]),
        (b"not an IDX file at all", "good", ["offset 0", "0x00000803", "0x6e6f7420"]),
        ("labels", "good", ["offset 0", "0x00000803", "0x00000801", "IDX file of labels", "swapped"]),
        ("short", "good", ["ends at offset 9,423", "12 x 28 x 28", "expected 9,424", "got 9,423"]),
        ("long", "good", ["goes on at offset 9,424"]),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, "good", ["promises", "4,294,967,295", "at most"]),
        (b"\x00\x00\x08\x03" + b"\x00" * 12, "good", ["promises 0 x 0 x 0"]),
        ("good", b"\x00\x00\x08\x01\x00\x00\x00\x0b" + b"\x00" * 11, ["12 pictures", "11 labels", "offset 4"]),
        (
            "good",
            b"\x00\x00\x08\x01\x00\x00\x00\x0c" + b"\x00" * 5 + b"\x0a" * 7,
            ["labels-idx1", "offset 13", "got 10"],
        ),
        ("good", "images", ["labels-idx1", "offset 0", "0x00000801", "IDX file of images"]),
    ],
)
def test_what_is_wrong_with_an_idx_file(
    tmp_path: Path, settings: Settings, images: bytes | str, labels: bytes | str, words: list[str]
) -> None:
    pixels, digits = written.some_digits()
    whole = written.idx(pixels)
    known = {"labels": written.idx(digits), "images": whole, "short": whole[:-1], "long": whole + b"\x00"}
    for name, value, good in (("images-idx3", images, whole), ("labels-idx1", labels, written.idx(digits))):
        data = {**known, "good": good}[value] if isinstance(value, str) else value
        (tmp_path / f"t10k-{name}-ubyte").write_bytes(data)
    expect(DataError, tmp_path, settings, str(tmp_path), *words)


@pytest.mark.parametrize(("keep", "words"), [(500, "cut off"), (-1, "cut off")])
def test_a_gzip_file_that_is_cut_off(tmp_path: Path, settings: Settings, keep: int, words: str) -> None:
    images, labels = written.some_digits()
    written.idx_folder(tmp_path, images, labels, "-idx.gz")
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:keep])
    expect(DataError, tmp_path, settings, path.name, words, "unpacked bytes")


def test_a_gzip_file_with_a_changed_byte(tmp_path: Path, settings: Settings) -> None:
    written.idx_folder(tmp_path, *written.some_digits(), "-idx.gz")
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    expect(DataError, tmp_path, settings, path.name)


def test_images_without_labels(tmp_path: Path, settings: Settings) -> None:
    images, _ = written.some_digits()
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(written.idx(images))
    expect(DataError, tmp_path, settings, "t10k-images-idx3-ubyte", "no t10k-labels-idx1-ubyte")
    expect(DataError, tmp_path / "t10k-images-idx3-ubyte", settings, "no labels file", "t10k-labels-idx1-ubyte")
    (tmp_path / "nameless").write_bytes(written.idx(images))
    expect(DataError, tmp_path / "nameless", settings, "no labels file")


def test_labels_named_in_place_of_images(tmp_path: Path, settings: Settings) -> None:
    written.idx_folder(tmp_path, *written.some_digits(), "-idx")
    expect(DataError, tmp_path / "t10k-labels-idx1-ubyte", settings, "IDX file of labels")


def row(*changes: tuple[int, str], columns: int = 785) -> str:
    cells = ["7", *["0"] * (columns - 1)]
    for column, text in changes:
        cells[column - 1] = text
    return ",".join(cells) + "\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["holds no line of data"]),
        ("\n\n", ["holds no line of data"]),
        (row() + row(columns=784), ["line 2", "expected 785 columns", "got 784", "no labels"]),
        (row() + row(columns=700), ["line 2", "got 700", "cut off"]),
        (row(columns=786) * 3, ["line 1", "got 786"]),
        (row().replace(",", ";"), ["line 1", "separated by commas", "got 1"]),
        (row() + "\n" + row((3, "x")), ["line 3, column 3", "0..255", "'x'"]),
        (row((785, "256")), ["line 1, column 785", "'256'"]),
        (row((2, "-1")), ["line 1, column 2", "'-1'"]),
        (row((2, "0.5")), ["line 1, column 2", "'0.5'"]),
        (row((2, "")), ["line 1, column 2", "''"]),
        (row((2, "1" * 5000)), ["line 1, column 2", "'1111"]),
        (row((2, "\x00")), ["line 1, column 2", "\\x00"]),
        (row() + row((1, "10")), ["line 2, column 1", "a label 0..9", "'10'"]),
        (row() + row((1, "seven")), ["line 2, column 1", "'seven'"]),
        ("label," + row(columns=700) + row(), ["line 1", "got 701"]),
        (row((1, "pixel1"), (785, "class")) + row(), ["line 1", "column 1", "column 785", "'class'"]),
        ("label," + row(columns=784).replace("7,", "p,", 1), ["holds no line of data"]),
    ],
)
def test_what_is_wrong_with_a_csv_file(tmp_path: Path, settings: Settings, text: str, words: list[str]) -> None:
    path = tmp_path / "set.csv"
    path.write_text(text)
    expect(DataError, path, settings, str(path), *words)


def test_what_is_wrong_with_an_npz_file(tmp_path: Path, settings: Settings) -> None:
    images, labels = written.some_digits()
    path = tmp_path / "set.npz"

    def expect_of(arrays: dict[str, object], *words: str) -> None:
        np.savez(path, **arrays)  # type: ignore[arg-type]  # wrong on purpose
        expect(DataError, path, settings, str(path), *words)

    expect_of({"images": images}, "images and labels", "got images")
    expect_of({}, "got none")
    expect_of({"images": images / 255, "labels": labels}, "array images", "uint8", "float64")
    expect_of({"images": images.reshape(12, -1), "labels": labels}, "array images", "(n, height, width)", "(12, 784)")
    expect_of({"images": images[:, :0], "labels": labels}, "array images", "(12, 0, 28)")
    expect_of({"images": images, "labels": labels / 2}, "array labels", "integers", "float64")
    expect_of({"images": images, "labels": np.eye(12)}, "array labels", "(12, 12)")
    expect_of({"images": images, "labels": labels[1:]}, "12 pictures", "11 labels")
    expect_of({"images": images, "labels": labels + 5}, "label 5 is 10", "0..9")
    expect_of({"images": images, "labels": labels - 1}, "label 0 is -1")
    expect_of({"images": images[:0], "labels": labels[:0]}, "holds no pictures")
    expect_of({"images": images, "labels": np.array([{}] * 12)}, "plain arrays")


def test_an_npz_file_is_never_unpickled(tmp_path: Path, settings: Settings) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path, str]]:
            return Path.write_text, (tmp_path / "sprung", "")

    np.savez(tmp_path / "set.npz", images=np.array([Trap()], object), labels=np.array([1]))
    expect(DataError, tmp_path / "set.npz", settings, "plain arrays")
    assert not (tmp_path / "sprung").exists()


def test_a_file_that_is_no_npz(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "set.npz").write_text("label,pixel0")
    expect(DataError, tmp_path / "set.npz", settings, "set.npz", "ZIP archive")


def test_folders_that_hold_no_data(tmp_path: Path, settings: Settings) -> None:
    expect(DataError, tmp_path, settings, str(tmp_path), "0 … 9", "t10k-images-idx3-ubyte", "an empty folder")
    (tmp_path / "seven.png").write_bytes(b"")
    expect(DataError, tmp_path, settings, "got seven.png")
    (tmp_path / "7").mkdir()
    expect(DataError, tmp_path, settings, "no pictures", ".png")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"])
def test_a_damaged_picture_is_named(tmp_path: Path, settings: Settings, content: bytes) -> None:
    images, labels = written.some_digits(3)
    written.picture_folder(tmp_path, list(images), labels)
    (tmp_path / "1" / "001.png").write_bytes(content)
    data = open_data(str(tmp_path), settings)
    with pytest.raises(DataError, match=r"1.001\.png"):
        list(data.pictures(settings))


def test_pictures_keep_to_the_limits_of_the_settings(tmp_path: Path) -> None:
    images, labels = written.some_digits(1)
    written.picture_folder(tmp_path, list(images), labels)
    settings = Settings(max_pixels=100)
    with pytest.raises(DataError, match="limit is 100"):
        open_data(str(tmp_path), settings).network_pixels(settings)


def test_names_that_do_not_exist(tmp_path: Path, settings: Settings) -> None:
    expect(UnknownName, "minst", settings, "Did you mean 'mnist'?", "mnist:test")
    expect(UnknownName, tmp_path / "gone.csv", settings, "gone.csv")
    expect(UnknownName, f"{tmp_path / 'gone'}:train", settings, "gone")


def test_parts_that_do_not_exist(tmp_path: Path, settings: Settings) -> None:
    images, labels = written.some_digits()
    (tmp_path / "set.csv").write_bytes(written.csv(images, labels))
    np.savez(tmp_path / "set.npz", images=images, labels=labels)
    written.picture_folder(tmp_path / "pictures", list(images), labels)
    written.idx_folder(tmp_path / "idx", images, labels, "-idx")
    for name in ("set.csv", "set.npz", "pictures"):
        expect(UsageError, f"{tmp_path / name}:test", settings, name, "not divided")
    expect(UsageError, f"{tmp_path / 'idx'}:validation", settings, "only mnist")
    expect(DataError, f"{tmp_path / 'idx'}:train", settings, "train-images-idx3-ubyte")


def test_a_folder_where_a_file_should_be(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "set.csv").mkdir()
    expect(DataError, tmp_path / "set.csv", settings, "an empty folder")
    written.idx_folder(tmp_path, *written.some_digits(), "-idx")
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    (tmp_path / "t10k-labels-idx1-ubyte").mkdir()
    expect(DataError, tmp_path, settings, "no t10k-labels-idx1-ubyte")

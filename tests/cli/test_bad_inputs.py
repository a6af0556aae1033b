"""Bad inputs, each with its message and exit status, never a traceback, and never at the cost of the others."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.commands import answers, digit_picture, png
from tests.cli.commands import tenfold as command
from tests.cli.conftest import constant_network, write_card

import tenfold
from tenfold.errors import DamagedImage, ImageTooLarge, MissingImage, UnreadableImage

SEVEN = png(digit_picture(7))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int, rows: bytes) -> bytes:
    """A PNG whose header says one thing and whose data are another."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = zlib.compress(rows, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def encoded(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(digit_picture(7)).save(buffer, kind, **options)
    return buffer.getvalue()


def zip_file() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("seven.png", SEVEN)
    return buffer.getvalue()


# Name of the file, what is in it, part of the message.
BAD_FILES: list[tuple[str, bytes, str]] = [
    ("empty.png", b"", "is empty (0 bytes)"),
    ("text.png", b"This is not a picture.\n", "is text, not a picture"),
    ("half.png", SEVEN[: len(SEVEN) // 2], "is a damaged or incomplete PNG file"),
    ("header-only.png", SEVEN[:20], "is a damaged or incomplete PNG file"),
    ("half.jpg", encoded("JPEG")[:2000], "is a damaged or incomplete JPEG file"),
    ("half.webp", encoded("WebP")[:200], "is a damaged or incomplete WebP file"),
    ("half.tif", encoded("TIFF")[:2000], "is a damaged or incomplete TIFF file"),
    ("half.bmp", encoded("BMP")[:2000], "is a damaged or incomplete BMP file"),
    ("half.gif", encoded("GIF")[:300], "is a damaged or incomplete GIF file"),
    ("vast.png", png_claiming(30_000, 30_000, b"\0"), "is 30,000 x 30,000 pixels; the limit is 40,000,000"),
    ("bomb.png", png_claiming(30_000, 30_000, bytes(9_000_000)), "is 30,000 x 30,000 pixels; the limit is 40,000,000"),
    ("more-than-it-says.png", png_claiming(4, 4_000, b"\0" * 9), "is a damaged or incomplete PNG file"),
    ("no-size.png", png_claiming(0, 0, b""), "is a damaged or incomplete PNG file"),
    ("paper.pdf.png", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "is a PDF, not a picture"),
    ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "is an SVG drawing, not a picture"),
    ("page.html.jpg", b"<!DOCTYPE html><title>404</title>", "is a web page, not a picture"),
    ("archive.png", zip_file(), "is a ZIP archive"),
    ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is an HEIC picture"),
    ("no-frames.gif", b"GIF89a\x0a\0\x0a\0\0\0\0;", "is a damaged or incomplete GIF file"),
    ("noise.png", bytes(range(128, 256)) * 9, "is not a picture Tenfold can open"),
    ("heavy.bmp", b"BM" + bytes(21_000_000), "has 21,000,002 bytes; the limit is 20,000,000"),
]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, object]], int]:
    """All bad files in one call, a good picture before, among and after them."""
    folder = tmp_path_factory.mktemp("bad")
    for name, data, _ in BAD_FILES:
        (folder / name).write_bytes(data)
    for name in ("first.png", "middle.png", "last.png"):
        (folder / name).write_bytes(SEVEN)
    (folder / "folder").mkdir()
    (folder / "dangling.png").symlink_to(folder / "nowhere.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    os.mkfifo(folder / "pipe.png")
    others = ["folder", "dangling.png", "loop.png", "pipe.png", "missing.png", "two\nlines.png", "x" * 300]
    names = ["first.png", *(name for name, _, _ in BAD_FILES), "middle.png", *others, "last.png"]
    done = command("predict", "--json", *(folder / name for name in names), "/dev/null", "")
    found = {Path(str(answer["file"])).name: answer for answer in answers(done)}
    assert len(found) == len(names) + 2
    assert done.stderr == f"tenfold: {len(BAD_FILES) + len(others) + 2} of {len(names) + 2} inputs could not be read.\n"
    return folder, found, done.returncode


def test_the_good_pictures_among_them_are_answered(asked: tuple[Path, dict[str, dict[str, object]], int]) -> None:
    _, found, status = asked
    assert status == 3
    assert [found[name]["digit"] for name in ("first.png", "middle.png", "last.png")] == [7, 7, 7]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *((name, message) for name, _, message in BAD_FILES),
        ("folder", "is a folder, not a picture"),
        ("dangling.png", "no such file"),
        ("loop.png", "no such file"),
        ("pipe.png", "is not a regular file"),
        ("missing.png", "no such file"),
        ("two\nlines.png", "no such file"),
        ("x" * 300, "File name too long"),
        ("null", "is not a regular file"),
        ("", "name of the picture is empty"),
    ],
)
def test_each_bad_input_has_its_message(
    name: str, message: str, asked: tuple[Path, dict[str, dict[str, object]], int]
) -> None:
    folder, found, _ = asked
    answer = found[name]
    assert answer["status"] == "unreadable_image"
    assert answer["digit"] is None
    assert answer["confidence"] == 0
    assert answer["probabilities"] == [0] * 10
    assert answer["alternatives"] == []
    reason = str(answer["reason"])
    assert message in reason
    if name not in ("", "null"):
        assert reason.startswith(str(folder / name))
    assert reason.endswith(".")


def test_one_bad_input_in_words(tmp_path: Path) -> None:
    done = command("predict", tmp_path)
    assert done.returncode == 3
    assert done.stdout.count("\n") == 1
    assert "  -  " in done.stdout
    assert done.stdout.endswith(f" {tmp_path} is a folder, not a picture. Name the pictures in it.\n")
    assert done.stderr == "tenfold: 1 of 1 input could not be read.\n"


def test_broken_exif_is_no_reason_to_refuse_a_sound_picture(tmp_path: Path) -> None:
    (tmp_path / "phone.jpg").write_bytes(encoded("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f", quality=90))
    done = command("predict", "--json", tmp_path / "phone.jpg")
    assert answers(done)[0]["digit"] == 7
    assert done.stderr == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_one_may_not_read(tmp_path: Path) -> None:
    path = tmp_path / "private.png"
    path.write_bytes(SEVEN)
    path.chmod(0)
    done = command("predict", "--json", path)
    assert done.returncode == 3
    assert "cannot be opened: Permission denied" in answers(done)[0]["reason"]


@pytest.mark.parametrize(
    ("piped", "message"),
    [(b"", "is empty (0 bytes)"), (b"no picture", "is text"), (SEVEN[:100], "is a damaged or incomplete PNG file")],
)
def test_bad_standard_input(piped: bytes, message: str) -> None:
    done = command("predict", "-", "--json", stdin=piped)
    assert done.returncode == 3
    assert message in answers(done)[0]["reason"]


# ---- models ----------------------------------------------------------------------------------------


def damaged(path: Path) -> None:
    path.write_bytes(b"not ONNX at all")


def damaged_beside_its_card(path: Path) -> None:
    path.write_bytes(constant_network(7))
    write_card(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut_short(path: Path) -> None:
    path.write_bytes(constant_network(7)[:500])


def of_another_normalisation(path: Path) -> None:
    path.write_bytes(constant_network(7))
    write_card(path, normalization="0", recipe="tenfold train mine")


def with_a_card_that_is_none(path: Path) -> None:
    path.write_bytes(constant_network(7))
    path.with_suffix(".json").write_text('{"name": 5}', "utf-8")


def for_something_else(path: Path) -> None:
    path.write_bytes(constant_network(2, classes=26))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (damaged, "'own' is not a usable ONNX file"),
        (cut_short, "'own' is not a usable ONNX file"),
        (damaged_beside_its_card, "its card says"),
        (of_another_normalisation, "Train it again: tenfold train mine"),
        (with_a_card_that_is_none, "not a model card"),
        (for_something_else, "Expected (n, 10)"),
    ],
)
def test_a_model_that_cannot_be_trusted(
    make: Callable[[Path], None], message: str, tmp_path: Path, seven: Path
) -> None:
    make(tmp_path / "own.onnx")
    done = command("predict", seven, "--json", "--model", tmp_path / "own.onnx")
    assert done.returncode == 5
    assert done.stdout == ""
    assert message in done.stderr


# ---- the same from Python --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.full((28, 28), np.nan), "784 values that are not finite numbers"),
        (np.full((28, 28), np.inf), "784 values that are not finite numbers"),
        (np.zeros((28, 28, 2)), "shape (28, 28, 2) is not a picture"),
        (np.zeros((3, 28, 28)), "the channels last"),
        (np.zeros((0, 28)), "there is nothing in it"),
        (np.zeros((28, 0, 3)), "there is nothing in it"),
        (np.zeros(784), "shape (784,) is not a picture"),
        (np.array([[None]]), "An array of object is not a picture"),
        (np.zeros((28, 28), complex), "An array of complex128 is not a picture"),
        (np.zeros((8_000, 8_000), bool), "8,000 x 8,000 pixels; the limit is 40,000,000"),
        (b"", "is empty (0 bytes)"),
        (b"no picture", "is text"),
        ("a\0b.png", "no such file"),
        (Path("none.png"), "none.png: no such file"),
        (Image.new("L", (0, 5)), "0 x 5 pixels"),
    ],
)
def test_bad_values_get_a_typed_answer_from_python(x: object, message: str) -> None:
    answer = tenfold.predict(x)
    assert answer.status == "unreadable_image"
    assert answer.digit is None
    assert message in answer.reason


@pytest.mark.parametrize("x", [None, 7, [[0, 255]], {"image": b""}])
def test_other_types_are_the_callers_mistake(x: object) -> None:
    with pytest.raises(tenfold.TenfoldError, match=f"Cannot read a digit from {type(x).__name__}"):
        tenfold.predict(x)


@pytest.mark.parametrize(
    ("x", "error"),
    [
        (b"", UnreadableImage),
        (SEVEN[:99], DamagedImage),
        ("none.png", MissingImage),
        (png_claiming(30_000, 30_000, b""), ImageTooLarge),
    ],
)
def test_saw_raises_what_predict_answers(x: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        tenfold.Recognizer().saw(x)


def test_one_bad_picture_in_a_batch_leaves_the_others() -> None:
    found = tenfold.Recognizer().predict_batch([SEVEN, b"", SEVEN])
    assert [answer.digit for answer in found] == [7, None, 7]

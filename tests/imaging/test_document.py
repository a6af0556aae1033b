"""Documents give their pages one at a time, as pictures; what is wrong with one is said."""

from __future__ import annotations

import gc
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.imaging.pdfs import bare, behind_a_password, pdf_of, with_a_broken_page, without_pages

from tenfold.config import Settings
from tenfold.errors import DamagedImage, ImageTooLarge, MissingImage, UnreadableImage, UsageError
from tenfold.imaging import document
from tenfold.imaging.document import FINEST, SIDE, count_pages, is_pdf, open_pages
from tenfold.types import Picture, Stroke, Strokes

SETTINGS = Settings()


def page(tone: int, height: int = 300, width: int = 400) -> np.ndarray:
    return np.full((height, width), tone, np.uint8)


PDF = pdf_of(page(250), page(150), page(50))


def pictures(x: object, settings: Settings = SETTINGS) -> list[Picture]:
    found = list(open_pages(x, settings))
    assert all(isinstance(one, Picture) for one in found)
    return [one for one in found if isinstance(one, Picture)]


def open_files() -> set[str]:
    gc.collect()
    return {str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.exists()}


# ---- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_pages_of_a_pdf_in_their_order(kind: type) -> None:
    found = pictures(kind(PDF))
    assert [round(float(one.pixels.mean()), -1) for one in found] == [250, 150, 50]
    assert [one.source for one in found] == [f"The data, page {number}" for number in (1, 2, 3)]
    for one in found:
        # At 300 dots an inch, three times as fine as it was scanned.
        assert one.pixels.dtype == np.uint8
        assert one.pixels.shape == pytest.approx((900, 1200, 3), abs=2)


@pytest.mark.parametrize("as_text", [True, False])
def test_a_pdf_by_its_path(tmp_path: Path, as_text: bool) -> None:
    path = tmp_path / "scan.with-any-name"
    path.write_bytes(PDF)
    x = str(path) if as_text else path
    assert is_pdf(x)
    assert count_pages(x, SETTINGS) == 3
    assert [one.source for one in pictures(x)] == [f"{path}, page {number}" for number in (1, 2, 3)]


def test_what_comes_before_the_pdf_in_its_file_is_passed_over() -> None:
    assert len(pictures(b"\0" * 1000 + PDF)) == 3
    assert not is_pdf(b"\0" * 2000 + PDF)


def test_a_page_is_drawn_when_it_is_asked_for_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    draw = document._drawn
    monkeypatch.setattr(document, "_drawn", lambda *given: drawn.append(given[1]) or draw(*given))
    pages = open_pages(PDF, SETTINGS)
    assert drawn == []
    for number in range(3):
        next(pages)
        assert drawn == list(range(number + 1))
    assert next(pages, None) is None


def test_memory_does_not_grow_with_the_pages() -> None:
    data = pdf_of(*[page(200 + number, 900, 700) for number in range(24)])
    tracemalloc.start()
    try:
        size = 0
        for one in open_pages(data, SETTINGS):
            assert isinstance(one, Picture)
            size = one.pixels.nbytes
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 10_000_000
    # The page at hand, the next being drawn, and the document itself.
    assert peak < 3 * size + len(data)


def test_the_file_is_closed_at_the_end_and_when_nobody_wants_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(PDF)
    count_pages(path, SETTINGS)
    pages = open_pages(path, SETTINGS)
    next(pages)
    pages.close()
    pictures(path)
    assert str(path) not in open_files()
    path.write_bytes(without_pages())
    for ask in (count_pages, lambda *given: list(open_pages(*given))):
        with pytest.raises(DamagedImage):
            ask(path, SETTINGS)
    assert str(path) not in open_files()


@pytest.mark.parametrize(
    ("box", "shape"),
    [
        ((0, 0, 595, 842), (SIDE, 1838)),  # A4: no more than is looked at
        ((0, 0, 72, 144), (600, 300)),  # small: 300 dots an inch
        ((10, 20, 82, 164), (600, 300)),
        ((82, 164, 10, 20), (600, 300)),
        ((0, 0, 0.01, 0.01), (1, 1)),
    ],
)
def test_pages_of_any_size(box: tuple[float, ...], shape: tuple[int, int]) -> None:
    (one,) = pictures(bare(box))
    assert one.pixels.shape == pytest.approx((*shape, 3), abs=1)
    assert one.pixels.min() == 255


@pytest.mark.parametrize("box", [(0, 0, 1e9, 1e9), (0, 0, 1, 1e6), (0, 0, 1e6, 1), (0, 0, 0, 0), (0, 0, 14400, 3)])
def test_pages_of_no_size_on_earth_stay_small(box: tuple[float, ...]) -> None:
    (one,) = pictures(bare(box))
    height, width, channels = one.pixels.shape
    assert 1 <= min(height, width) <= max(height, width) <= SIDE + 1
    assert channels == 3
    assert FINEST > 4


# ---- pictures --------------------------------------------------------------------------------------


def test_a_picture_is_a_document_of_one_page(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.fromarray(page(250)).save(buffer, "PNG")
    path = tmp_path / "one.png"
    path.write_bytes(buffer.getvalue())
    for x in (page(250), buffer.getvalue(), path, str(path), Image.fromarray(page(250)), Picture(page(250))):
        assert not is_pdf(x)
        assert count_pages(x, SETTINGS) == 1
        (one,) = pictures(x)
        assert np.array_equal(one.pixels, page(250))


def test_strokes_are_a_row_and_keep_its_length() -> None:
    x = [float(value) for value in range(400)]
    (one,) = pictures(Strokes((Stroke(tuple(x), tuple(value % 40 for value in x)),)))
    height, width = one.pixels.shape
    assert width > 5 * height
    assert (one.pixels < 128).any()
    assert pictures(Strokes())[0].pixels.min() == 255


# ---- what is wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (behind_a_password(), UnreadableImage, "The data is a PDF behind a password. Save it without one"),
        (without_pages(), DamagedImage, "The data is a damaged PDF, or has no pages."),
        (b"%PDF-1.7\n", DamagedImage, "The data is a damaged PDF"),
        (PDF[:100], DamagedImage, "The data is a damaged PDF"),
        (PDF[: len(PDF) // 2], DamagedImage, "The data is a damaged PDF"),
        (PDF[:-40], DamagedImage, "The data is a damaged PDF"),
        (b"", UnreadableImage, "is empty"),
        (b"no picture", UnreadableImage, "is text, not a picture"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_its_reason(
    data: bytes, error: type[UnreadableImage], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error) as raised:
        list(open_pages(data, SETTINGS))
    assert str(raised.value).startswith(message) or message in str(raised.value)
    assert raised.value.hint
    path = tmp_path / "given.pdf"
    path.write_bytes(data)
    with pytest.raises(error) as raised:
        list(open_pages(path, SETTINGS))
    assert str(path) in str(raised.value)
    if is_pdf(data):
        with pytest.raises(error):
            count_pages(path, SETTINGS)


def test_a_password_is_not_called_damage_nor_damage_a_password() -> None:
    for _ in range(2):
        with pytest.raises(UnreadableImage) as raised:
            list(open_pages(behind_a_password(), SETTINGS))
        assert not isinstance(raised.value, DamagedImage)
        # Right after the one with a password, whose error PDFium remembers.
        with pytest.raises(DamagedImage):
            list(open_pages(without_pages(), SETTINGS))


def test_one_broken_page_leaves_the_others() -> None:
    first, second, third = open_pages(with_a_broken_page(), SETTINGS)
    assert isinstance(first, Picture)
    assert isinstance(third, Picture)
    assert third.source == "The data, page 3"
    assert isinstance(second, DamagedImage)
    assert second.message.startswith("Page 2 of The data cannot be drawn")


def test_no_cut_of_a_pdf_does_anything_else() -> None:
    outcomes = set()
    for end in range(0, len(PDF), 61):
        try:
            found = list(open_pages(PDF[:end], SETTINGS))
        except UnreadableImage as error:
            outcomes.add(type(error).__name__)
        else:
            outcomes.add(len(found))
    assert outcomes <= {"UnreadableImage", "DamagedImage", 1, 2, 3}
    assert "DamagedImage" in outcomes


def test_a_pdf_over_the_limit_is_refused_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(PDF)
    settings = Settings(max_document_bytes=1000)
    monkeypatch.setattr("pypdfium2.PdfDocument", None)
    for x in (PDF, path):
        with pytest.raises(ImageTooLarge, match=r"the limit for a PDF is 1,000.*TENFOLD_MAX_DOCUMENT_BYTES"):
            list(open_pages(x, settings))


def test_the_limits_of_pictures_are_not_those_of_documents(tmp_path: Path) -> None:
    settings = Settings(max_bytes=1000, max_pixels=1000)
    assert len(pictures(PDF, settings)) == 3
    with pytest.raises(ImageTooLarge, match="the limit is 1,000 in all"):
        pictures(page(250), settings)


def test_what_is_not_there_and_what_is_none(tmp_path: Path) -> None:
    for x in (tmp_path / "none.pdf", tmp_path, "", "a\0b.pdf"):
        assert not is_pdf(x)
        assert count_pages(x, SETTINGS) == 1
        with pytest.raises(MissingImage):
            list(open_pages(x, SETTINGS))
    for x in (None, 7, ["scan.pdf"]):
        assert not is_pdf(x)
        with pytest.raises(UsageError):
            list(open_pages(x, SETTINGS))

"""What is too large, damaged or no picture is refused, with the reason."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.imaging.encoded import encode, grey, page, png, shows_the_page

from tenfold.errors import DamagedImage, ImageTooLarge, MissingImage, UnreadableImage
from tenfold.imaging.header import describe, picture_format, webp_size
from tenfold.imaging.load import load
from tenfold.types import Picture

# ---- limits ----------------------------------------------------------------------------------------


def test_limit_of_bytes_for_files_and_for_data(tmp_path: Path) -> None:
    data = encode(Image.fromarray(page()), "BMP")
    path = tmp_path / "page.bmp"
    path.write_bytes(data)
    shows_the_page(load(path, max_bytes=len(data)))
    for source in (path, data):
        with pytest.raises(ImageTooLarge, match=f"{len(data):,} bytes; the limit is {len(data) - 1:,}"):
            load(source, max_bytes=len(data) - 1)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "JPEG", "WebP"])
def test_limit_of_pixels_for_every_format(kind: str) -> None:
    data = encode(Image.fromarray(page()), kind)
    shows_the_page(load(data, max_pixels=2400))
    with pytest.raises(ImageTooLarge, match="60 x 40 pixels; the limit is 2,399"):
        load(data, max_pixels=2399)


def test_limit_of_pixels_for_arrays_and_pil_images() -> None:
    for source in (page(), Image.fromarray(page())):
        with pytest.raises(ImageTooLarge, match="60 x 40 pixels"):
            load(source, max_pixels=2399)


def huge_webp(chunk: bytes) -> bytes:
    if chunk == b"VP8X":
        body = bytes(4) + (30_000 - 1).to_bytes(3, "little") + (29_000 - 1).to_bytes(3, "little")
    elif chunk == b"VP8L":
        body = b"\x2f" + ((16_000 - 1) | (15_000 - 1) << 14).to_bytes(4, "little") + bytes(5)
    else:
        body = bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 16_000, 15_000)
    return b"RIFF" + struct.pack("<I", 22) + b"WEBP" + chunk + struct.pack("<I", 10) + body


def huge_tiff() -> bytes:
    tags = [(256, 30_000), (257, 30_000), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 30_000), (279, 9)]
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + directory + bytes(20)


def huge_jpeg() -> bytes:
    data = bytearray(encode(Image.fromarray(page()), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 30_000, 30_000)
    return bytes(data)


def huge_bmp() -> bytes:
    data = bytearray(encode(Image.fromarray(page()), "BMP"))
    data[18:26] = struct.pack("<ii", 30_000, 30_000)
    return bytes(data)


def huge_gif() -> bytes:
    data = bytearray(encode(Image.fromarray(page()), "GIF"))
    data[6:10] = struct.pack("<HH", 30_000, 30_000)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(30_000, 30_000, b"\0" * 9), id="PNG"),
        pytest.param(huge_webp(b"VP8X"), id="WebP extended"),
        pytest.param(huge_webp(b"VP8L"), id="WebP lossless"),
        pytest.param(huge_webp(b"VP8 "), id="WebP lossy"),
        pytest.param(huge_tiff(), id="TIFF"),
        pytest.param(huge_jpeg(), id="JPEG"),
        pytest.param(huge_bmp(), id="BMP"),
        pytest.param(huge_gif(), id="GIF"),
    ],
)
def test_a_tiny_file_that_claims_a_huge_picture_is_refused_by_its_header(data: bytes) -> None:
    assert len(data) < 5000
    with pytest.raises(ImageTooLarge, match=r"(30|16),000 x (30|29|15),000 pixels; the limit is 40,000,000"):
        load(data)


def test_the_setting_decides_and_not_pillows_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    shows_the_page(load(encode(Image.fromarray(page()), "PNG")))


@pytest.mark.parametrize("kind", ["lossy", "lossless", "alpha", "animated"])
def test_the_size_of_a_webp_by_its_header(kind: str) -> None:
    image = Image.new("RGBA" if kind == "alpha" else "RGB", (301, 77), (9, 9, 9))
    if kind == "alpha":
        image.putpixel((0, 0), (0, 0, 0, 0))
    options = {"save_all": True, "append_images": [Image.new("RGB", (301, 77))]} if kind == "animated" else {}
    assert webp_size(encode(image, "WebP", lossless=kind == "lossless", **options)) == (301, 77)


# ---- damaged and missing ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "JPEG", "WebP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_says_so(kind: str, share: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (80, 80, 3), np.uint8)
    data = encode(Image.fromarray(noise), kind)
    path = tmp_path / "cut"
    path.write_bytes(data[: round(len(data) * share)])
    with pytest.raises(DamagedImage, match=f"cut is a damaged or incomplete (?i:{kind}) file"):
        load(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "JPEG", "WebP"])
def test_bytes_flipped_anywhere_give_a_picture_or_a_typed_error(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    sound = encode(Image.fromarray(page()), kind)
    rng = np.random.default_rng(7)
    hints = set()
    for _ in range(300):
        data = bytearray(sound)
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        try:
            grey(load(bytes(data)))
        except UnreadableImage as error:
            hints.add(error.hint)
    assert "" not in hints
    assert capfd.readouterr() == ("", "")


def test_a_gif_without_frames() -> None:
    with pytest.raises(DamagedImage, match="damaged or incomplete GIF"):
        load(b"GIF89a" + struct.pack("<HHBBB", 10, 10, 0, 0, 0) + b";")


def test_a_text_chunk_that_unpacks_to_a_flood_is_refused() -> None:
    body = b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    with pytest.raises(DamagedImage, match="PNG"):
        load(png(4, 4, bytes(20), before_data=chunk))


@pytest.mark.parametrize(
    ("data", "guess"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "an HEIC picture"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00", "an AVIF picture"),
        (b"seven\n", "text"),
        (b"BMW is no bitmap, whatever its letters\n", "text"),
        (b"\x01\x02\x03\x04", "not a picture Tenfold can open"),
    ],
)
def test_what_is_no_picture_is_called_what_it_is(data: bytes, guess: str) -> None:
    assert picture_format(data) == ""
    with pytest.raises(UnreadableImage, match=f"The data is {guess}") as caught:
        load(data)
    assert "PNG, JPEG, WebP, BMP, GIF or TIFF" in caught.value.hint


def test_describe_says_nothing_of_unknown_bytes() -> None:
    assert describe(bytes(range(256))) == ""


def test_missing_paths_folders_and_odd_names(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for source, message in [
        (tmp_path / "none.png", "none.png: no such file"),
        (tmp_path, "is a folder, not a picture"),
        (tmp_path / "dangling", "no such file"),
        ("", "name of the picture is empty"),
        ("a\0b", "no such file"),
        ("/dev/null", "not a regular file"),
    ]:
        with pytest.raises(MissingImage, match=message):
            load(source)
    with pytest.raises(UnreadableImage, match="cannot be opened: File name too long"):
        load("x" * 5000)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "nothing.png").touch()
    with pytest.raises(UnreadableImage, match=r"nothing.png is empty \(0 bytes\)"):
        load(tmp_path / "nothing.png")


def test_a_closed_pil_image_is_refused() -> None:
    image = Image.open(io.BytesIO(encode(Image.fromarray(page()), "PNG")))
    image.close()
    with pytest.raises(DamagedImage, match="The image"):
        load(image)


def test_warning_filters_survive_many_threads_at_once() -> None:
    before = list(warnings.filters)
    data = encode(Image.fromarray(page()), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    threads = [threading.Thread(target=lambda: [load(data) for _ in range(50)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_a_picture_is_handed_back_as_it_is() -> None:
    picture = Picture(page(), "mine")
    assert load(picture) is picture

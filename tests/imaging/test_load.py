"""Pictures of every kind come out upright, in the right tones, and within the limits."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenfold.errors import DamagedImage, ImageTooLarge, MissingImage, UnreadableImage, UsageError
from tenfold.imaging.header import describe, picture_format, webp_size
from tenfold.imaging.load import load
from tenfold.types import Picture, Stroke, Strokes

INK, PAPER = 20, 240


def page() -> np.ndarray:
    """A grey page 60 wide and 40 high with ink in its top left corner only."""
    pixels = np.full((40, 60), PAPER, np.uint8)
    pixels[4:16, 4:24] = INK
    return pixels


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def grey(picture: Picture) -> np.ndarray:
    """The tones of a picture, whatever its number of channels."""
    pixels = picture.pixels
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 2 or pixels.shape[2] == 3
    return pixels.astype(float) if pixels.ndim == 2 else pixels.mean(axis=2)


def shows_the_page(picture: Picture, tolerance: float = 25) -> None:
    np.testing.assert_allclose(grey(picture), page(), atol=tolerance)


def png(width: int, height: int, rows: bytes, bits: int = 8, colour: int = 0, before_data: bytes = b"") -> bytes:
    """A PNG by hand: what no library would write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + before_data
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


# ---- formats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF", "JPEG", "WebP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_format_from_a_path_and_from_bytes(kind: str, mode: str, tmp_path: Path) -> None:
    data = encode(Image.fromarray(page()).convert(mode), kind)
    path = tmp_path / "page.picture"  # what is inside counts, not the name
    path.write_bytes(data)
    for source in (path, str(path), data, bytearray(data), memoryview(data)):
        shows_the_page(load(source))
    assert load(path).source == str(path)
    assert load(data).source == "bytes"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WebP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_exif_orientations_come_out_upright(kind: str, orientation: int) -> None:
    """Store the page turned so that the tag turns it back."""
    turned_back = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.T,
        6: lambda a: np.rot90(a),  # the tag says: turn clockwise to view
        7: lambda a: a[::-1, ::-1].T,
        8: lambda a: np.rot90(a, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(turned_back[orientation](page())))
    shows_the_page(load(encode(stored, kind, exif=exif.tobytes())))


def test_orientation_of_a_pil_image_counts_too() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(Image.fromarray(np.ascontiguousarray(np.rot90(page()))), "PNG", exif=exif.tobytes())
    with Image.open(io.BytesIO(data)) as image:
        shows_the_page(load(image))


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0garbage, no TIFF header",
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff",
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_broken_exif_does_not_spoil_a_sound_picture(kind: str, exif: bytes) -> None:
    shows_the_page(load(encode(Image.fromarray(page()), kind, exif=exif)))


def test_an_orientation_out_of_range_is_ignored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 99
    shows_the_page(load(encode(Image.fromarray(page()), "JPEG", exif=exif.tobytes())))


def test_first_frame_of_an_animated_gif() -> None:
    frames = [Image.fromarray(page()), Image.new("L", (60, 40), 0)]
    shows_the_page(load(encode(frames[0], "GIF", save_all=True, append_images=frames[1:])))


def test_first_frame_of_an_animated_webp() -> None:
    frames = [Image.fromarray(page()).convert("RGB"), Image.new("RGB", (60, 40))]
    shows_the_page(load(encode(frames[0], "WebP", save_all=True, append_images=frames[1:], lossless=True)))


def test_first_page_of_a_tiff() -> None:
    pages = [Image.fromarray(page()), Image.new("L", (30, 30), 0)]
    shows_the_page(load(encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_compressed_tiff(compression: str) -> None:
    shows_the_page(load(encode(Image.fromarray(page()), "TIFF", compression=compression)))


def test_fax_tiff_of_one_bit() -> None:
    fax = Image.fromarray(page()).point(lambda tone: 255 * (tone > 128)).convert("1", dither=Image.Dither.NONE)
    shows_the_page(load(encode(fax, "TIFF", compression="group4")), tolerance=21)


def test_a_chosen_frame_of_a_pil_image_stays_chosen() -> None:
    """Somebody who seeks to a frame means that frame."""
    data = encode(Image.new("L", (60, 40), 0), "TIFF", save_all=True, append_images=[Image.fromarray(page())])
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        shows_the_page(load(image))
        assert image.tell() == 1


# ---- tones -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize(("bits", "top"), [(16, 65535), (14, 16383), (12, 4095), (10, 1023), (8, 255)])
def test_sixteen_bit_files_that_use_fewer_bits(kind: str, bits: int, top: int) -> None:
    """Scanners store 10 or 12 bits in 16: the picture must not come out black."""
    stored = np.rint(page() / 255.0 * top).astype(np.uint16)
    shows_the_page(load(encode(Image.fromarray(stored), kind)), tolerance=2)


def test_big_endian_sixteen_bit_tiff() -> None:
    pixels = (page().astype(">u2") * 257).tobytes()
    tags = [(256, 60), (257, 40), (258, 16), (259, 1), (262, 1), (273, 200), (277, 1), (278, 40), (279, len(pixels))]
    directory = struct.pack(">H", len(tags))
    for tag, value in tags:
        directory += struct.pack(">HHII", tag, 4, 1, value)
    data = (b"MM\0*" + struct.pack(">I", 8) + directory + b"\0\0\0\0").ljust(200, b"\0") + pixels
    shows_the_page(load(data), tolerance=1)


def test_sixteen_bit_colour_png() -> None:
    rows = b"".join(b"\0" + np.repeat(row.astype(">u2") * 257, 3).tobytes() for row in page())
    shows_the_page(load(png(60, 40, rows, bits=16, colour=2)), tolerance=1)


def test_float_tiff() -> None:
    shows_the_page(load(encode(Image.fromarray(page().astype(np.float32) / 255), "TIFF")), tolerance=1)


def test_float_tiff_with_nan_is_refused() -> None:
    values = page().astype(np.float32)
    values[0, 0] = np.nan
    with pytest.raises(DamagedImage, match="1 values that are not finite"):
        load(encode(Image.fromarray(values), "TIFF"))


def test_palette_picture() -> None:
    shows_the_page(load(encode(Image.fromarray(page()).convert("RGB").quantize(8), "PNG")))


def test_cmyk_jpeg_as_adobe_writes_it() -> None:
    """Adobe stores CMYK inverted and says so in a marker; read naively, paper turns black."""
    data = encode(Image.fromarray(page()).convert("RGB").convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    shows_the_page(load(data), tolerance=20)


def test_cmyk_tiff() -> None:
    shows_the_page(load(encode(Image.fromarray(page()).convert("RGB").convert("CMYK"), "TIFF")), tolerance=20)


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"]
)
def test_every_pil_mode(mode: str) -> None:
    sharp = Image.fromarray(np.where(page() < 128, 0, 255).astype(np.uint8))
    if mode in ("La", "RGBa"):
        image = sharp.convert("LA" if mode == "La" else "RGBA").convert(mode)
    elif mode == "PA":
        image = sharp.convert("P").convert("PA")
    elif mode in ("CMYK", "YCbCr", "HSV", "RGBX"):
        image = sharp.convert("RGB").convert(mode)
    elif mode == "I;16":
        image = Image.fromarray(np.asarray(sharp).astype(np.uint16) * 257)
    else:
        image = sharp.convert(mode)
    assert image.mode == mode
    np.testing.assert_allclose(grey(load(image)), np.asarray(sharp), atol=3)


# ---- transparency ----------------------------------------------------------------------------------


def ink_only(tone: int, kind: str) -> bytes:
    """Nothing but ink of one tone on a transparent ground."""
    alpha = Image.fromarray(np.where(page() == INK, 255, 0).astype(np.uint8))
    plain = Image.new("L", (60, 40), tone)
    image = Image.merge("LA", (plain, alpha)) if kind == "LA" else Image.merge("RGBA", (plain,) * 3 + (alpha,))
    return encode(image, "PNG")


@pytest.mark.parametrize("kind", ["LA", "RGBA"])
@pytest.mark.parametrize("tone", [0, 90, 200, 255])
def test_ink_on_a_transparent_ground_stays_visible(kind: str, tone: int) -> None:
    shown = grey(load(ink_only(tone, kind)))
    ink, ground = shown[4:16, 4:24], np.delete(shown.ravel(), np.flatnonzero(page().ravel() == INK))
    assert np.ptp(ink) == 0
    assert np.ptp(ground) == 0
    assert ink[0, 0] == tone
    assert abs(ink[0, 0] - ground[0]) >= 100


def test_paper_with_transparent_corners_is_continued() -> None:
    """A cut-out scan must not get a black frame."""
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:, 50:] = 0
    image = Image.merge("RGBA", [Image.fromarray(page())] * 3 + [Image.fromarray(alpha)])
    shown = grey(load(encode(image, "PNG")))
    np.testing.assert_array_equal(shown[:, :50], page()[:, :50])
    assert (shown[:, 50:] == 255).all()


def test_dark_paper_with_transparent_corners_is_continued() -> None:
    alpha = np.full((40, 60), 255, np.uint8)
    alpha[:, 50:] = 0
    image = Image.merge("RGBA", [Image.fromarray(255 - page())] * 3 + [Image.fromarray(alpha)])
    assert (grey(load(encode(image, "PNG")))[:, 50:] == 0).all()


def test_palette_with_a_transparent_entry() -> None:
    image = Image.new("P", (60, 40), 1)
    image.putpalette([0, 0, 0, 255, 0, 255])
    image.paste(0, (4, 4, 24, 16))
    shown = grey(load(encode(image, "PNG", transparency=1)))
    assert (shown[4:16, 4:24] == 0).all()
    assert (shown[20:] == 255).all()


def test_palette_with_half_transparent_entries() -> None:
    image = Image.new("P", (60, 40), 1)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(0, (4, 4, 24, 16))
    shown = grey(load(encode(image, "PNG", transparency=bytes([255, 51]))))
    assert (shown[4:16, 4:24] == 0).all()
    assert (shown[20:] == 204).all()


def test_transparent_gif() -> None:
    image = Image.new("P", (60, 40), 1)
    image.putpalette([255, 255, 255, 10, 20, 30])
    image.paste(0, (4, 4, 24, 16))
    shown = grey(load(encode(image, "GIF", transparency=1)))
    assert (shown[4:16, 4:24] == 255).all()
    assert (shown[20:] == 0).all()  # white ink gets a dark ground


def test_a_fourth_channel_of_zeros_hides_nothing() -> None:
    """Clipboards and drawing programs leave it zero in pictures that are meant to be seen."""
    rgba = np.dstack([page()] * 3 + [np.zeros_like(page())])
    np.testing.assert_array_equal(grey(load(rgba)), page())


def test_an_untouched_web_canvas_is_one_plain_tone() -> None:
    shown = grey(load(encode(Image.new("RGBA", (50, 50)), "PNG")))
    assert np.ptp(shown) == 0


def test_one_opaque_pixel_in_a_large_transparent_picture_is_found() -> None:
    """The sample that chooses the ground may miss it."""
    rgba = np.zeros((1500, 1500, 4), np.uint8)
    rgba[1, 1] = (0, 0, 0, 255)
    shown = grey(load(rgba))
    assert shown[1, 1] == 0
    assert shown[0, 0] == 255


# ---- arrays ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "convert",
    [
        pytest.param(lambda a: a, id="uint8"),
        pytest.param(lambda a: a.astype(np.int64), id="int64"),
        pytest.param(lambda a: a.astype(">u2") * 257, id="uint16 big-endian"),
        pytest.param(lambda a: a.astype(np.uint16), id="uint16 of 8 bits"),
        pytest.param(lambda a: a / 255.0, id="float64 0..1"),
        pytest.param(lambda a: (a / 255.0).astype(np.float16), id="float16 0..1"),
        pytest.param(lambda a: a.astype(np.float32), id="float32 0..255"),
        pytest.param(lambda a: a * (16 / 255), id="float 0..16 as scikit-learn's digits"),
        pytest.param(lambda a: np.asfortranarray(a), id="column order"),
        pytest.param(lambda a: np.repeat(a, 2, axis=1)[:, ::2], id="strided view"),
        pytest.param(lambda a: a[..., None], id="(H, W, 1)"),
        pytest.param(lambda a: np.dstack([a] * 3), id="(H, W, 3)"),
        pytest.param(lambda a: np.dstack([a] * 3) / 255.0, id="(H, W, 3) 0..1"),
        pytest.param(lambda a: np.dstack([a] * 3 + [np.full_like(a, 255)]), id="(H, W, 4)"),
        pytest.param(lambda a: np.dstack([a / 255.0] * 3 + [np.ones(a.shape)]), id="(H, W, 4) 0..1"),
        pytest.param(
            lambda a: np.dstack([a.astype(np.uint16) * 257] * 3 + [np.full(a.shape, 65535)]), id="(H, W, 4) 16 bits"
        ),
        pytest.param(lambda a: np.asarray(a).view(np.matrix), id="matrix", marks=pytest.mark.filterwarnings("ignore")),
    ],
)
def test_arrays_of_every_type(convert: Callable[[np.ndarray], np.ndarray]) -> None:
    shows_the_page(load(convert(page())), tolerance=1)


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int32, np.float32])
def test_masks_of_zeros_and_ones(dtype: type) -> None:
    mask = page() == PAPER
    np.testing.assert_array_equal(grey(load(mask.astype(dtype))), mask * 255)


def test_floats_that_overshoot_keep_their_range() -> None:
    values = page() / 255.0
    values[0, 0], values[0, 1] = 1.06, -0.04
    shown = grey(load(values))
    np.testing.assert_allclose(shown[1:], page()[1:], atol=1)
    assert shown[0, 0] == 255
    assert shown[0, 1] == 0


@pytest.mark.parametrize(
    "standardise",
    [
        lambda a: (a / 255 - 0.1307) / 0.3081,
        lambda a: a / 127.5 - 1,
        lambda a: a - 128.0,
        lambda a: (a - 128.0) * 1.5e306,
    ],
)
def test_standardised_values_are_stretched(standardise: Callable[[np.ndarray], np.ndarray]) -> None:
    shown = grey(load(standardise(page().astype(float))))
    assert (shown[4:16, 4:24] == 0).all()
    assert (shown[20:] == 255).all()


@pytest.mark.parametrize("value", [0, 7, -3, 1e-300, -1e300])
def test_a_constant_array_is_one_plain_tone(value: float) -> None:
    assert np.ptp(grey(load(np.full((9, 9), value)))) == 0


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full((28, 28), np.nan), "784 values that are not finite"),
        (np.array([[0.0, np.inf]]), "1 values that are not finite"),
        (np.zeros((28, 28, 2)), r"shape \(28, 28, 2\)"),
        (np.zeros((3, 28, 28)), "channels last"),
        (np.zeros((1, 28, 28, 1)), "one picture at a time"),
        (np.zeros(784), r"shape \(784,\)"),
        (np.array(5), r"shape \(\)"),
        (np.zeros((0, 5)), "5 x 0 pixels"),
        (np.zeros((5, 0, 3)), "0 x 5 pixels"),
        (np.zeros((5, 5), complex), "complex128"),
        (np.array([[None, 1]]), "object"),
        (np.array([["a", "b"]]), "<U1"),
        (np.zeros((5, 5), "datetime64[s]"), "datetime64"),
    ],
)
def test_arrays_that_are_no_picture(array: np.ndarray, message: str) -> None:
    with pytest.raises(DamagedImage, match=message):
        load(array)


@pytest.mark.parametrize("x", [5, None, [[0, 1], [1, 0]], {"x": [1]}, object()])
def test_other_types_are_wrong_usage(x: Any) -> None:
    with pytest.raises(UsageError, match=f"from {type(x).__name__}"):
        load(x)


# ---- strokes ---------------------------------------------------------------------------------------


def test_strokes_are_drawn_dark_on_white_with_a_margin() -> None:
    shown = grey(load(Strokes.of([{"x": [0, 10], "y": [0, 0]}, {"x": [10, 5], "y": [0, 20]}])))
    assert shown[:20].min() == 255
    assert shown[:, :20].min() == 255
    assert shown[-20:].min() == 255
    assert shown.min() == 0
    assert load(Strokes()).source == "strokes"


@pytest.mark.parametrize(("factor", "shift"), [(1e-6, 0.0), (1000.0, -5e4), (1e307, 0.0)])
def test_strokes_of_any_unit_look_the_same(factor: float, shift: float) -> None:
    plain = np.array([[0.0, 8.0, 3.0], [0.0, 1.0, 16.0]])
    other = plain * factor + shift
    expected = grey(load(Strokes.of([plain.tolist()])))
    np.testing.assert_allclose(grey(load(Strokes.of([other.tolist()]))), expected, atol=40)


def test_no_strokes_are_an_empty_picture() -> None:
    assert grey(load(Strokes())).min() == 255
    assert grey(load(Strokes((Stroke((), ()),)))).min() == 255


def test_one_point_leaves_a_dot() -> None:
    shown = grey(load(Strokes.of([[[5], [5]]])))
    assert 0 < (shown < 128).mean() < 0.02


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

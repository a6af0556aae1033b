"""Pictures of every kind come out upright and in the right tones."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.imaging.encoded import INK, encode, grey, page, png, shows_the_page

from tenfold.errors import DamagedImage
from tenfold.imaging.load import load

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

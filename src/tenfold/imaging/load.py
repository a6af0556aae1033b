"""From anything a user may hand over to a decoded, upright picture; limits are checked before decoding."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tenfold.errors import DamagedImage, ImageTooLarge, MissingImage, UnreadableImage, UsageError
from tenfold.imaging.draw import draw_digit
from tenfold.imaging.header import FORMATS, beginning, describe, picture_format, webp_size
from tenfold.imaging.pixels import lay_on_ground, to_uint8
from tenfold.imaging.stroke_files import LOOKED_AT, ink_format, parse_ink
from tenfold.types import Picture, Pixels, Strokes

Source = str | PathLike[str] | bytes | bytearray | memoryview | Image.Image | npt.NDArray[Any] | Strokes | Picture

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000

# The source of a picture that was drawn from strokes.
INK = "strokes"

# Pillow's classes are called by name and not through Image.open, which would load every format it knows,
# and would refuse by its own limit of pixels instead of the setting.
_READERS = {
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "WebP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
}
_ORIENTATION = 0x0112  # the EXIF tag

_quiet_lock = threading.Lock()


def load(x: Source, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> Picture:
    """Open a picture.

    Args:
        x: A path, the bytes of a PNG, JPEG, WebP, BMP, GIF (first frame) or TIFF (first page) file, a PIL
            image, an array (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA of bools, integers or
            floats (see `tenfold.imaging.pixels.to_uint8` for their ranges), or `Strokes`; also the path or the
            bytes of a file of strokes, JSON or InkML (see `tenfold.imaging.stroke_files.parse_ink`).
        max_bytes: Largest file accepted.
        max_pixels: Largest picture accepted, checked before decoding.

    Returns:
        The picture, upright by its EXIF orientation, transparency laid on a ground.

    Raises:
        MissingImage: If a path names no file.
        ImageTooLarge: If a limit is exceeded.
        DamagedImage: If a file is truncated or broken, or an array holds no picture.
        UnreadableImage: If the input is not a picture.
        UsageError: If `x` is of another type.
    """
    if isinstance(x, Picture):
        return x
    if (ink := strokes_in(x, max_bytes)) is not None:
        return Picture(draw_digit(ink), INK)
    if isinstance(x, np.ndarray):
        return Picture(_from_array(x, max_pixels), "array")
    if isinstance(x, Image.Image):
        return Picture(_decode(x, max_pixels, "The image"), "image")
    if isinstance(x, bytes | bytearray | memoryview):
        return Picture(_from_bytes(bytes(x), max_bytes, max_pixels, "The data"), "bytes")
    if isinstance(x, str | PathLike):
        name = str(x)
        return Picture(_from_bytes(_read(Path(x), name, max_bytes), max_bytes, max_pixels, name), name)
    raise UsageError(
        f"Cannot read a digit from {type(x).__name__}.",
        "Give a path, bytes, a PIL image, a numpy array or tenfold.Strokes.",
    )


def strokes_in(x: Source, max_bytes: int = MAX_BYTES) -> Strokes | None:
    """The strokes of an input that is ink: `Strokes`, or a file of them by path or as bytes; None for all others.

    Args:
        x: As for `load`.
        max_bytes: Largest file accepted.

    Raises:
        UnreadableImage: If it is ink and cannot be read; see `tenfold.imaging.stroke_files.parse_ink`.
    """
    if isinstance(x, Strokes):
        return x
    if not ink_format(beginning(x, LOOKED_AT)):
        return None
    if isinstance(x, str | PathLike):
        return parse_ink(_read(Path(x), str(x), max_bytes), str(x))
    return parse_ink(bytes(x), "The data") if isinstance(x, bytes | bytearray | memoryview) else None


def _read(path: Path, name: str, max_bytes: int) -> bytes:
    if not name:
        raise MissingImage("The name of the picture is empty.", "Give the path of a file.")
    try:
        if path.is_dir():
            raise MissingImage(f"{name} is a folder, not a picture.", "Name the pictures in it.")
        if not path.exists():
            raise MissingImage(f"{name}: no such file.", "Check the spelling and the folder.")
        if not path.is_file():
            raise MissingImage(f"{name} is not a regular file.", "Name a picture file, or pipe one in and name it -.")
        with path.open("rb") as file:
            size = path.stat().st_size
            if size > max_bytes:
                raise _too_many_bytes(size, max_bytes, name)
            return file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UnreadableImage(f"{name} cannot be opened: {why}.", "Check that you may read it.") from error


def _too_many_bytes(size: int, max_bytes: int, name: str) -> ImageTooLarge:
    return ImageTooLarge(
        f"{name} has {size:,} bytes; the limit is {max_bytes:,}.",
        "Make the picture smaller, or raise the setting max_bytes (TENFOLD_MAX_BYTES).",
    )


def _check_pixels(width: int, height: int, max_pixels: int, name: str) -> None:
    if width * height == 0:
        raise DamagedImage(f"{name} is {width} x {height} pixels: there is nothing in it.", "Save it again.")
    if width * height > max_pixels:
        raise ImageTooLarge(
            f"{name} is {width:,} x {height:,} pixels; the limit is {max_pixels:,} in all.",
            "Make the picture smaller, or raise the setting max_pixels (TENFOLD_MAX_PIXELS).",
        )


def _from_bytes(data: bytes, max_bytes: int, max_pixels: int, name: str) -> Pixels:
    if not data:
        raise UnreadableImage(f"{name} is empty (0 bytes).", "Save the picture again.")
    if len(data) > max_bytes:
        raise _too_many_bytes(len(data), max_bytes, name)
    kind = picture_format(data)
    if not kind:
        guess = describe(data)
        other = "of a kind Tenfold does not open" if "picture" in guess else "not a picture"
        raise UnreadableImage(
            f"{name} is {guess}, {other}." if guess else f"{name} is not a picture Tenfold can open.",
            f"Give a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file.",
        )
    if kind == "WebP" and (size := webp_size(data)):
        _check_pixels(*size, max_pixels, name)
    module, reader = _READERS[kind]
    try:
        with _quiet():
            image: Image.Image = getattr(import_module(module), reader)(io.BytesIO(data))
    except Exception as error:  # decoders raise whatever a damaged file makes them stumble over
        raise _damaged(name, kind, error) from error
    return _decode(image, max_pixels, name)


def _decode(image: Image.Image, max_pixels: int, name: str) -> Pixels:
    _check_pixels(image.width, image.height, max_pixels, name)
    try:
        image.load()
        upright = _upright(image)
    except Exception as error:  # as above
        raise _damaged(name, image.format or "picture", error) from error
    return _flatten(upright, name)


def _damaged(name: str, kind: str, error: Exception) -> DamagedImage:
    return DamagedImage(
        f"{name} is a damaged or incomplete {kind} file ({error or type(error).__name__}).",
        "Save or send the picture again.",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings of damaged tags: what matters is whether pixels come out.

    Python keeps its warning filters in one place for all threads, hence the lock.
    """
    with _quiet_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _upright(image: Image.Image) -> Image.Image:
    """Turn by the EXIF orientation; an orientation that cannot be read is none."""
    try:
        with _quiet():
            orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a damaged tag of a sound picture, and Pillow raises anything over it
        return image
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def _flatten(image: Image.Image, name: str) -> Pixels:
    """A PIL image of any mode as uint8 grey or RGB."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return to_uint8(np.asarray(image), name)
    if image.mode == "La":  # premultiplied; Pillow turns it into nothing but its plain twin
        image = image.convert("LA")
    if image.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in image.info:
        return lay_on_ground(image.convert("RGBA"))
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    return np.asarray(image.convert("RGB"))


def _from_array(array: npt.NDArray[Any], max_pixels: int) -> Pixels:
    array = np.asarray(array)  # no subclass, whose operators may mean something else
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise DamagedImage(
            f"An array of shape {array.shape} is not a picture; expected (H, W), (H, W, 3) or (H, W, 4).",
            "Give one picture at a time, the channels last.",
        )
    if array.dtype.kind not in "buif":
        raise DamagedImage(
            f"An array of {array.dtype} is not a picture; expected bools, integers or floats.",
            "Convert it first, for example with .astype(float).",
        )
    _check_pixels(array.shape[1], array.shape[0], max_pixels, "The array")
    pixels = to_uint8(array, "The array")
    return lay_on_ground(Image.fromarray(pixels)) if pixels.ndim == 3 and pixels.shape[2] == 4 else pixels

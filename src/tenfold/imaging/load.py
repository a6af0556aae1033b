"""From anything a user may hand over to a decoded, upright picture; limits are checked before decoding."""

from __future__ import annotations

import io
import warnings
from os import PathLike
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from tenfold.errors import DamagedImage, ImageTooLarge, MissingImage, UnreadableImage, UsageError
from tenfold.types import Picture, Pixels, Strokes

Source = str | PathLike[str] | bytes | Image.Image | npt.NDArray[Any] | Strokes | Picture

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")

# Strokes are drawn this large, with this pen: about the proportions of MNIST's digits.
STROKE_CANVAS = 224
STROKE_PEN = 20


def load(x: Source, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> Picture:
    """Open a picture.

    Args:
        x: A path, the bytes of a PNG, JPEG, WebP, BMP, GIF (first frame) or TIFF file, a PIL image, an
            array (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA of bools, integers (0..255, or
            0..65535 in 16 bits) or floats (0..1 or 0..255), or `Strokes`.
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
    if isinstance(x, Strokes):
        return Picture(_draw(x), "strokes")
    if isinstance(x, np.ndarray):
        return Picture(_from_array(x, max_pixels), "array")
    if isinstance(x, Image.Image):
        return Picture(_decode(x, max_pixels, "image"), "image")
    if isinstance(x, bytes | bytearray | memoryview):
        return Picture(_from_bytes(bytes(x), max_bytes, max_pixels, "The data"), "bytes")
    if isinstance(x, str | PathLike):
        path = Path(x)
        return Picture(_from_bytes(_read(path, max_bytes), max_bytes, max_pixels, str(path)), str(path))
    raise UsageError(
        f"Cannot read a digit from {type(x).__name__}.",
        "Give a path, bytes, a PIL image, a numpy array or tenfold.Strokes.",
    )


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        if path.is_dir():
            raise MissingImage(f"{path} is a folder, not a picture.", "Name the pictures in it.")
        if not path.exists():
            raise MissingImage(f"{path}: no such file.", "Check the spelling and the folder.")
        if not path.is_file():
            raise MissingImage(f"{path} is not a regular file.")
        size = path.stat().st_size
        if size > max_bytes:
            raise _too_many_bytes(size, max_bytes, str(path))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise MissingImage(f"{path} cannot be opened: {error}.") from error


def _too_many_bytes(size: int, max_bytes: int, name: str) -> ImageTooLarge:
    return ImageTooLarge(
        f"{name} has {size:,} bytes; the limit is {max_bytes:,}.",
        "Make the picture smaller, or raise the setting max_bytes (TENFOLD_MAX_BYTES).",
    )


def _check_pixels(width: int, height: int, max_pixels: int, name: str) -> None:
    if width * height > max_pixels:
        raise ImageTooLarge(
            f"{name} is {width} x {height} pixels; the limit is {max_pixels:,} in all.",
            "Make the picture smaller, or raise the setting max_pixels (TENFOLD_MAX_PIXELS).",
        )


def _from_bytes(data: bytes, max_bytes: int, max_pixels: int, name: str) -> Pixels:
    if not data:
        raise UnreadableImage(f"{name} is empty (0 bytes).", "Save the picture again.")
    if len(data) > max_bytes:
        raise _too_many_bytes(len(data), max_bytes, name)
    try:
        # Pillow warns of very large pictures while reading the header; our own limit decides that.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ImageTooLarge(f"{name}: {error}", "Make the picture smaller.") from error
    except UnidentifiedImageError as error:
        raise UnreadableImage(
            f"{name} is not a picture Tenfold can open.", f"It opens {', '.join(FORMATS)} files."
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, TypeError, KeyError, IndexError) as error:
        raise DamagedImage(f"{name} is damaged: {error}.", "Save or send the picture again.") from error
    return _decode(image, max_pixels, name)


def _decode(image: Image.Image, max_pixels: int, name: str) -> Pixels:
    _check_pixels(image.width, image.height, max_pixels, name)
    if image.width * image.height == 0:
        raise DamagedImage(f"{name} is {image.width} x {image.height} pixels: there is nothing in it.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged EXIF and the like: what matters is whether pixels come out
            image.seek(0) if getattr(image, "n_frames", 1) > 1 else None
            image.load()
            return _flatten(ImageOps.exif_transpose(image))
    except Exception as error:  # decoders raise whatever a damaged file makes them stumble over
        raise DamagedImage(f"{name} is damaged or truncated: {error}.", "Save or send the picture again.") from error


def _flatten(image: Image.Image) -> Pixels:
    """A PIL image of any mode as uint8 grey or RGB."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _scale(np.asarray(image, np.float64))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _on_ground(np.asarray(image.convert("RGBA")))
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))
    return np.asarray(image.convert("RGB"))


def _scale(values: npt.NDArray[np.float64]) -> Pixels:
    """Values of unknown range to 0..255: the range is one of 0..1, 0..255 and 0..65535."""
    low, high = float(values.min()), float(values.max())
    if low < 0:
        values, high = values - low, high - low
    top = next((top for top in (1.0, 255.0, 65535.0) if high <= top), high)
    return np.asarray(np.rint(values * (255.0 / top)), np.uint8)


def _on_ground(rgba: Pixels) -> Pixels:
    """Lay a picture with transparency on white, or on black if what shows is light."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    colour = rgba[..., :3].astype(np.float32)
    weight = float(alpha.sum())
    shown = float((colour.mean(axis=2, keepdims=True) * alpha).sum()) / weight if weight else 0.0
    ground = 0.0 if shown > 160 else 255.0
    return np.asarray(np.rint(colour * alpha + ground * (1 - alpha)), np.uint8)


def _from_array(array: npt.NDArray[Any], max_pixels: int) -> Pixels:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise DamagedImage(
            f"An array of shape {array.shape} is not a picture; expected (H, W), (H, W, 3) or (H, W, 4).",
            "Give one picture at a time, the channels last.",
        )
    if array.size == 0:
        raise DamagedImage(f"An array of shape {array.shape} has no pixels.")
    _check_pixels(array.shape[1], array.shape[0], max_pixels, "The array")
    if array.dtype.kind not in "buif":
        raise DamagedImage(f"An array of {array.dtype} is not a picture; expected numbers.")
    if array.dtype == np.uint8:
        pixels = np.ascontiguousarray(array)
    else:
        values = array.astype(np.float64)
        finite = np.isfinite(values)
        if not finite.all():
            raise DamagedImage(
                f"The array holds {int((~finite).sum())} values that are not finite numbers (NaN or infinity).",
                "Replace them before asking.",
            )
        if array.dtype == np.bool_:
            pixels = array.astype(np.uint8) * np.uint8(255)
        elif array.ndim == 3 and array.shape[2] == 4:
            top = 255.0 if values[..., 3].max() > 1 else 1.0
            pixels = np.asarray(np.rint(np.clip(values / top, 0, 1) * 255), np.uint8)
        else:
            pixels = _scale(values)
    return _on_ground(pixels) if pixels.ndim == 3 and pixels.shape[2] == 4 else pixels


def _draw(ink: Strokes) -> Pixels:
    """Strokes as dark ink on white, fitted to the canvas with a margin."""
    canvas = np.full((STROKE_CANVAS, STROKE_CANVAS), 255, np.uint8)
    points = [np.array([stroke.x, stroke.y], np.float64).T for stroke in ink.strokes if stroke.x]
    if not points:
        return canvas
    every = np.concatenate(points)
    low, span = every.min(axis=0), float(np.ptp(every, axis=0).max())
    room = STROKE_CANVAS - 4 * STROKE_PEN
    scale = room / span if span > 0 else 0.0
    offset = (STROKE_CANVAS - np.ptp(every, axis=0) * scale) / 2
    # Coordinates with 4 fractional bits, so that a slow hand's curves stay smooth.
    for line in points:
        fixed = np.rint(((line - low) * scale + offset) * 16).astype(np.int32)
        path = np.concatenate([fixed, fixed[-1:]])  # a single point still leaves a dot
        cv2.polylines(canvas, [path.reshape(-1, 1, 2)], False, 0, STROKE_PEN, cv2.LINE_AA, 4)
    return canvas

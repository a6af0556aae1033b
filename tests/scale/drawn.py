"""Inputs for batches: drawn digits as files, archives, documents and tables."""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from tests.cli.commands import digit_picture, png
from tests.imaging.pdfs import pdf_of

DIGITS = 10


@lru_cache
def digit(number: int) -> bytes:
    """A PNG of 28x28; every number another picture of its last digit."""
    rng = np.random.default_rng(number)
    turned = cv2.getRotationMatrix2D((140, 140), rng.uniform(-12, 12), rng.uniform(0.08, 0.1))
    turned[:, 2] -= 126
    ink = 255 - digit_picture(number % DIGITS)
    return png(cv2.warpAffine(ink, turned, (28, 28), flags=cv2.INTER_AREA))


def folder_of(folder: Path, count: int) -> Path:
    """A folder of PNGs, some of them in a folder within."""
    (folder / "more").mkdir(parents=True)
    for number in range(count):
        place = folder / "more" if number % 3 == 0 else folder
        (place / f"{number:04}.png").write_bytes(digit(number))
    return folder


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    """A zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def digits_zip(path: Path, count: int) -> Path:
    """A zip archive of PNGs."""
    return zip_of(path, {f"{number:04}.png": digit(number) for number in range(count)})


def tiff_of(path: Path, count: int) -> Path:
    """A TIFF with a digit a page."""
    first, *others = (Image.open(io.BytesIO(digit(number))) for number in range(count))
    first.save(path, save_all=True, append_images=others)
    return path


def pdf(path: Path, count: int) -> Path:
    """A PDF with a digit a page."""
    path.write_bytes(pdf_of(*(digit_picture(number % DIGITS) for number in range(count))))
    return path


def parquet_of(path: Path, count: int, struct: bool = False, group: int = 7) -> Path:
    """A Parquet file with a column of pictures, the third of them missing, as bytes or as data sets' hubs have it."""
    pictures = [None if number == 2 else digit(number) for number in range(count)]
    cells = [{"bytes": data, "path": "x.png"} for data in pictures] if struct else pictures
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())]) if struct else pa.binary()
    table = pa.table({"label": list(range(count)), "image": pa.array(cells, kind)})
    pq.write_table(table, path, row_group_size=group)
    return path

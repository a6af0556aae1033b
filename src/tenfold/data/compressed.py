"""Opens a data file, plain or gzipped, so that whatever is wrong with it becomes one kind of error."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from tenfold.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"

# More than this many bytes of pixels are refused, so that a lying header or a gzip bomb cannot fill the memory.
LARGEST = 2**31


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; gzip is known by its first two bytes, whatever the file is called.

    Args:
        path: The file.

    Yields:
        A binary stream of the (unpacked) contents.

    Raises:
        DataError: If the file cannot be opened, or its gzip data is damaged or cut off: at once or
            while it is read inside the ``with`` block.
    """
    try:
        with path.open("rb") as file:
            if file.peek(2)[:2] != GZIP_MAGIC:
                yield file
                return
            with gzip.GzipFile(fileobj=file) as unpacked:
                try:
                    yield cast(BinaryIO, unpacked)
                except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                    raise DataError(
                        f"{path}: the gzip data is damaged or cut off; "
                        f"it goes wrong after {unpacked.tell():,} unpacked bytes ({error}).",
                        "Copy or download the file again.",
                    ) from error
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the path and its rights."
        ) from error


def unpack(data: bytes, most: int, name: str) -> bytes:
    """Unpack gzip data that is already here; data that is not gzipped comes back as it is.

    Args:
        data: The bytes.
        most: Unpack no more than so many bytes.
        name: What to call it in messages.

    Raises:
        DataError: If the gzip data is damaged or cut off.
    """
    if data[:2] != GZIP_MAGIC:
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
            return unpacked.read(most)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{name}: the gzip data is damaged or cut off ({error}).") from error

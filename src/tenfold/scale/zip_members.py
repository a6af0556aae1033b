"""The members of a zip archive: listed once, then read one at a time, never more of them than the limit allows."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from tenfold.errors import DamagedImage, DataError, ImageTooLarge, UnreadableImage
from tenfold.scale.entries import Member
from tenfold.scale.files import LEFT_BEHIND, shown

STORED, DEFLATED = 0, 8
ENCRYPTED = 0x1
# The local header (APPNOTE 6.3.9, section 4.3.7): signature, and at its end the lengths of name and extra field.
HEADER, SIGNATURE = struct.Struct("<4s22xHH"), b"PK\x03\x04"
CHUNK = 65536


def list_members(file: BinaryIO, name: str) -> Iterator[tuple[str, int, Member | UnreadableImage]]:
    """The files in an archive, sorted by name; hidden ones are left out.

    Names are only ever shown: nothing is written under them, so one like ``../../x`` leads nowhere.

    Args:
        file: The archive.
        name: Its name, for messages.

    Yields:
        A member's name, its size and where it lies; instead of the place what is wrong, if it cannot be read.

    Raises:
        DataError: If it is no zip archive or its directory is broken.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise DataError(
            f"{name} is no zip archive, or a damaged one ({error}).", "Pack or download it again."
        ) from error
    for one in sorted(found, key=lambda member: (member.filename, member.header_offset)):
        parts = PurePosixPath(one.filename).parts
        if one.is_dir() or any(part in LEFT_BEHIND or (part[:1] == "." and part != "..") for part in parts):
            continue
        where: Member | UnreadableImage = Member(one.header_offset, one.compress_size, one.compress_type, one.CRC)
        if one.flag_bits & ENCRYPTED:
            where = UnreadableImage("It is encrypted in its archive.", "Pack it without a password.")
        elif one.compress_type not in (STORED, DEFLATED):
            where = UnreadableImage(
                f"It is compressed in its archive by method {one.compress_type}.", "Pack it by the usual one, deflate."
            )
        yield shown(one.filename), one.file_size, where


def read_member(file: BinaryIO, member: Member, most: int) -> bytes:
    """The content of a member.

    Args:
        file: The archive.
        member: Where it lies.
        most: The most bytes it may have; no more are inflated, whatever the archive says of its size.

    Raises:
        ImageTooLarge: If it has more.
        DamagedImage: If it is cut short or was changed.
    """
    file.seek(member.offset)
    header = file.read(HEADER.size)
    if len(header) < HEADER.size or not header.startswith(SIGNATURE):
        raise _damaged("its header is not where the archive says")
    _, name, extra = HEADER.unpack(header)
    file.seek(name + extra, 1)
    data = _stored(file, member, most) if member.method == STORED else _inflated(file, member, most)
    if len(data) > most:
        raise too_large(most)
    if zlib.crc32(data) != member.crc:
        raise _damaged("its checksum differs")
    return data


def too_large(most: int) -> ImageTooLarge:
    """The refusal of a picture with more bytes than that."""
    return ImageTooLarge(
        f"It has more than {most:,} bytes, which is the limit.",
        "Make the picture smaller, or raise the setting max_bytes (TENFOLD_MAX_BYTES).",
    )


def _stored(file: BinaryIO, member: Member, most: int) -> bytes:
    return file.read(min(member.packed, most + 1))


def _inflated(file: BinaryIO, member: Member, most: int) -> bytes:
    inflater, data, left = zlib.decompressobj(-zlib.MAX_WBITS), bytearray(), member.packed
    try:
        while left > 0 and not inflater.eof and len(data) <= most:
            chunk = file.read(min(CHUNK, left))
            if not chunk:
                break
            left -= len(chunk)
            # What it cannot give within the limit it keeps, and the loop ends.
            data += inflater.decompress(chunk, most + 1 - len(data))
    except zlib.error as error:
        raise _damaged(str(error)) from error
    if not inflater.eof and len(data) <= most:
        raise _damaged("it is cut short")
    return bytes(data)


def _damaged(why: str) -> DamagedImage:
    return DamagedImage(f"It is damaged in its archive: {why}.", "Pack or download the archive again.")

"""Archives that mean harm: names that lead elsewhere, bombs, and members that are not what the archive says."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from pathlib import Path

import pytest
from tests.scale.drawn import digit, zip_of

from tenfold.errors import DamagedImage, ImageTooLarge
from tenfold.scale.batch import Job, run
from tenfold.scale.entries import Member
from tenfold.scale.zip_members import list_members, read_member

LIMIT = 1000


def members(data: bytes) -> list[tuple[str, int, object]]:
    return list(list_members(io.BytesIO(data), "in.zip"))


def archive(name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        made.writestr(name, content)
    return buffer.getvalue()


def only(data: bytes) -> Member:
    [(_, _, member)] = members(data)
    assert isinstance(member, Member)
    return member


def test_hostile_names_are_only_names(tmp_path: Path) -> None:
    names = ["../../escaped.png", "/etc/passwd", "C:\\x.png", "two\nlines.png", "..", "d/../../e.png"]
    source = zip_of(tmp_path / "in.zip", {name: digit(7) for name in names})
    before = set(tmp_path.parent.rglob("*"))
    run(Job(input=str(source), output=tmp_path / "out.jsonl", workers=1))
    assert set(tmp_path.parent.rglob("*")) - before == {tmp_path / "out.jsonl"}
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert {row["file"] for row in rows} == set(names)
    assert {row["digit"] for row in rows} == {7}


def test_a_bomb_that_says_so_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_MAX_BYTES", "5000")
    source = zip_of(tmp_path / "in.zip", {"a.png": digit(7), "bomb.png": bytes(10_000_000)})
    outcome = run(Job(input=str(source), output=tmp_path / "out.jsonl", workers=1))
    assert outcome is not None
    assert (outcome.pictures, outcome.unreadable) == (2, 1)


def test_a_bomb_that_lies_is_inflated_no_further_than_the_limit() -> None:
    data = archive("bomb.png", bytes(10_000_000))
    with pytest.raises(ImageTooLarge):
        read_member(io.BytesIO(data), only(data), LIMIT)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_limit_itself_is_allowed(method: int) -> None:
    content = os.urandom(LIMIT)
    data = archive("a.png", content, method)
    assert read_member(io.BytesIO(data), only(data), LIMIT) == content
    with pytest.raises(ImageTooLarge):
        read_member(io.BytesIO(data), only(data), LIMIT - 1)


def test_damaged_members() -> None:
    whole = archive("a.png", os.urandom(LIMIT), zipfile.ZIP_STORED)
    member = only(whole)
    changed = bytearray(whole)
    changed[200] ^= 1
    with pytest.raises(DamagedImage, match="checksum"):
        read_member(io.BytesIO(bytes(changed)), member, LIMIT)
    with pytest.raises(DamagedImage, match="header"):
        read_member(io.BytesIO(b"x" * len(whole)), member, LIMIT)
    packed = archive("a.png", os.urandom(LIMIT // 2) * 2)
    for broken in (packed[:400], packed[:100] + b"\xff" * 300):
        with pytest.raises(DamagedImage):
            read_member(io.BytesIO(broken), only(packed), LIMIT)


def test_encrypted_and_oddly_packed_members_say_so() -> None:
    encrypted = bytearray(archive("a.png", b"x"))
    place = encrypted.index(b"PK\x01\x02") + 8
    encrypted[place : place + 2] = struct.pack("<H", 1)
    [(_, _, why)] = members(bytes(encrypted))
    assert "encrypted" in str(why)
    [(_, _, why)] = members(archive("a.png", b"x", zipfile.ZIP_BZIP2))
    assert "method 12" in str(why)


def test_names_in_any_order_and_twice_come_sorted() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in ("b", "a", "folder/", "folder/.hidden", "__MACOSX/a"):
            made.writestr(name, name)
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("b", "again")
    assert [name for name, _, _ in members(buffer.getvalue())] == ["a", "b", "b"]

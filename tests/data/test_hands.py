"""The fonts of handwriting come from npm once, are verified, and nothing half-written or foreign is kept."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tenfold.config import Settings
from tenfold.data import hands
from tenfold.data.hands import VERSION, fetch_hands, file_name, hands_folder, hands_kept
from tenfold.data.mnist import Known
from tenfold.errors import NoSource

FONTS = {"kalam": b"one font" * 9, "caveat": b"another font" * 7}


def packed(files: dict[str, bytes], folder: str = "files") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"package/{folder}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


@pytest.fixture(autouse=True)
def two_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two small files that pass for fonts, and no npm on the path."""
    known = {name: Known(hashlib.sha256(data).hexdigest(), len(data)) for name, data in FONTS.items()}
    monkeypatch.setattr(hands, "HANDS", known)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.fixture
def npm(tmp_path: Path) -> Callable[..., Path]:
    """Puts an npm on the path that packs each font; gives the file its arguments are added to."""

    def install(complaint: str = "", **tarballs: bytes) -> Path:
        for name, data in FONTS.items():
            tarball = tarballs.get(name, packed({file_name(name): data, "other.woff": b"not asked for"}))
            (tmp_path / f"{name}.tgz").write_bytes(tarball)
        (tmp_path / "npm.py").write_text(
            "import json, pathlib, sys\n"
            f"here = pathlib.Path({str(tmp_path)!r})\n"
            "with (here / 'asked.jsonl').open('a') as file: print(json.dumps(sys.argv[1:]), file=file)\n"
            f"complaint = {complaint!r}\n"
            "if complaint: sys.exit(complaint)\n"
            "name = sys.argv[2].split('/')[1].split('@')[0]\n"
            "target = pathlib.Path(sys.argv[sys.argv.index('--pack-destination') + 1])\n"
            "(target / f'fontsource-{name}.tgz').write_bytes((here / f'{name}.tgz').read_bytes())\n"
        )
        script = tmp_path / "bin" / "npm"
        script.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{tmp_path / 'npm.py'}' \"$@\"\n")
        script.chmod(0o755)
        (tmp_path / "asked.jsonl").write_text("")
        return tmp_path / "asked.jsonl"

    return install


def asked_for(log: Path) -> list[str]:
    return [json.loads(line)[1] for line in log.read_text().splitlines()]


def kept(settings: Settings) -> dict[str, bytes]:
    folder = hands_folder(settings)
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


ALL = {file_name(name): data for name, data in FONTS.items()}


def test_they_come_from_npm_and_stay(settings: Settings, npm: Callable[..., Path]) -> None:
    log = npm()
    assert not hands_kept(settings)
    files = fetch_hands(settings)
    assert files == sorted(hands_folder(settings) / name for name in ALL)
    assert kept(settings) == ALL
    assert hands_kept(settings)
    assert sorted(asked_for(log)) == sorted(f"@fontsource/{name}@{VERSION}" for name in FONTS)
    assert all("--ignore-scripts" in json.loads(line) for line in log.read_text().splitlines())


def test_what_is_kept_is_not_asked_for_again(
    settings: Settings, npm: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    npm()
    fetch_hands(settings)
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert len(fetch_hands(settings)) == 2


@pytest.mark.parametrize("damage", [b"", b"one font", FONTS["kalam"] + b"more", FONTS["kalam"].replace(b"o", b"0")])
def test_only_what_is_missing_or_damaged_comes_again(
    damage: bytes, settings: Settings, npm: Callable[..., Path]
) -> None:
    npm()
    fetch_hands(settings)
    (hands_folder(settings) / file_name("kalam")).write_bytes(damage)
    assert not hands_kept(settings)
    log = npm()
    fetch_hands(settings)
    assert asked_for(log) == [f"@fontsource/kalam@{VERSION}"]
    assert kept(settings) == ALL


def expect(settings: Settings, *words: str) -> None:
    with pytest.raises(NoSource) as raised:
        fetch_hands(settings)
    text = str(raised.value)
    for word in (*words, "The font ", "could not be brought here", "By hand: put ", str(hands_folder(settings))):
        assert word in text
    assert raised.value.exit_code == 5


def test_a_machine_without_npm(settings: Settings) -> None:
    expect(settings, "npm is not installed", f"@fontsource/kalam {VERSION}", file_name("kalam"))
    assert kept(settings) == {}


def test_what_npm_complains_of_is_said(settings: Settings, npm: Callable[..., Path]) -> None:
    npm(complaint="npm error code E404\nnpm error 404 Not Found")
    expect(settings, "npm ended with status 1: npm error code E404 npm error 404 Not Found")
    assert kept(settings) == {}


@pytest.mark.parametrize(
    ("tarball", "words"),
    [
        (packed({file_name("kalam"): b"changed"}), "expected 72 bytes"),
        (packed({file_name("kalam"): FONTS["kalam"].replace(b"o", b"0")}), "SHA-256"),
        (packed({file_name("kalam"): FONTS["kalam"] * 9}), "got more than 72 bytes"),
        (packed({"readme": b""}), "damaged or holds something else"),
        (packed({file_name("kalam"): FONTS["kalam"]}, folder="data"), "damaged or holds something else"),
        (b"no tarball", "damaged or holds something else"),
        (b"", "damaged or holds something else"),
    ],
)
def test_a_package_that_holds_something_else(
    tarball: bytes, words: str, settings: Settings, npm: Callable[..., Path]
) -> None:
    npm(kalam=tarball)
    expect(settings, "The font kalam", words)
    assert file_name("kalam") not in kept(settings)
    # What came before it is whole.
    assert all(ALL[name] == data for name, data in kept(settings).items())


def test_the_list_of_fonts_is_what_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert len(hands.HANDS) > 30
    assert list(hands.HANDS) == sorted(hands.HANDS)
    for name, known in hands.HANDS.items():
        assert name == name.lower()
        assert len(known.sha256) == 64
        assert 5_000 < known.size < 200_000
    assert len({known.sha256 for known in hands.HANDS.values()}) == len(hands.HANDS)

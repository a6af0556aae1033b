"""`tenfold read` and what it is given: several inputs and streams, broken, vast, faint and turned ones."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.cli.commands import answers, png, tenfold
from tests.cli.forms import save, texts, two_rows
from tests.imaging.pages import blank
from tests.imaging.pdfs import behind_a_password, pdf_of, with_a_broken_page

NOTHING = "Nothing is written here."
NO_NUMBERS = "What is written here is no number."


# ---- several inputs, and streams -------------------------------------------------------------------


def test_one_that_is_broken_leaves_the_others(form: Path, scan: Path, tmp_path: Path) -> None:
    (tmp_path / "half.png").write_bytes(form.read_bytes()[:500])
    (tmp_path / "locked.pdf").write_bytes(behind_a_password())
    done = tenfold("read", form, tmp_path / "half.png", tmp_path / "locked.pdf", scan, tmp_path / "none.png", "--json")
    assert done.returncode == 3
    found = answers(done)
    assert [answer["status"] for answer in found] == [
        "ok",
        "unreadable_image",
        "unreadable_image",
        "ok",
        "empty",
        "ok",
        "unreadable_image",
    ]
    assert done.stderr == "tenfold: 3 of 5 inputs could not be read.\n"
    for answer, message in zip(
        [found[1], found[2], found[6]], ["damaged or incomplete PNG", "behind a password", "no such file"], strict=True
    ):
        assert message in answer["reason"]
        assert (answer["numbers"], answer["width"], answer["height"], answer["page"]) == ([], 0, 0, 1)


def test_one_broken_page_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(with_a_broken_page())
    done = tenfold("read", path, "--json")
    assert [(answer["page"], answer["status"]) for answer in answers(done)] == [
        (1, "empty"),
        (2, "unreadable_image"),
        (3, "empty"),
    ]
    assert done.returncode == 3


@pytest.mark.parametrize("kind", ["picture", "pdf"])
def test_from_standard_input(kind: str, form: Path, scan: Path) -> None:
    source = form if kind == "picture" else scan
    piped = answers(tenfold("read", "-", "--json", stdin=source.read_bytes()))
    named = answers(tenfold("read", source, "--json"))
    assert {answer.pop("file") for answer in piped} == {"-"}
    assert {answer.pop("file") for answer in named} == {str(source)}
    assert piped == named


@pytest.mark.parametrize(
    ("piped", "message"), [(b"", "is empty (0 bytes)"), (b"no picture", "is text"), (b"%PDF-1.7\n", "damaged PDF")]
)
def test_bad_standard_input(piped: bytes, message: str) -> None:
    done = tenfold("read", "-", "--json", stdin=piped)
    assert done.returncode == 3
    assert message in answers(done)[0]["reason"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "IMAGE|PDF"),
        (["form.png", "--json", "--csv"], "exclude each other"),
        (["-", "-"], "named twice"),
        (["form.png", "--top", "-1"], "--top"),
        (["form.png", "--error-budget", "0"], "error_budget"),
        (["form.png", "--colour"], "--colour"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str) -> None:
    done = tenfold("read", *arguments, stdin=b"")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in " ".join(done.stderr.replace("│", " ").split())


# ---- bad and odd inputs ----------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def vast_png() -> bytes:
    """A header of 200 megapixels, and no more."""
    header = struct.pack(">IIBBBBB", 20_000, 10_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("nothing.png", b"", "is empty (0 bytes)"),
        ("nothing.pdf", b"", "is empty (0 bytes)"),
        ("vast.png", vast_png(), "is 20,000 x 10,000 pixels; the limit is 40,000,000"),
        ("locked.pdf", behind_a_password(), "is a PDF behind a password"),
        ("half.pdf", pdf_of(np.full((90, 90), 255, np.uint8))[:400], "is a damaged PDF"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    done = tenfold("read", tmp_path / name)
    assert done.returncode == 3
    assert done.stdout.count("\n") == 1
    assert message in done.stdout
    assert done.stderr == "tenfold: 1 of 1 input could not be read.\n"


@pytest.mark.parametrize("compression", ["group3", "group4"])
def test_a_fax(compression: str, tmp_path: Path) -> None:
    fine = cv2.resize(two_rows().on_paper(), None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    path = tmp_path / "fax.tif"
    Image.fromarray(fine).point(lambda tone: 255 * (tone > 140)).convert("1").save(path, compression=compression)
    (answer,) = answers(tenfold("read", path, "--json"))
    assert texts(answer) == ["2048", "395"]


def test_a_page_without_writing_is_empty(tmp_path: Path) -> None:
    done = tenfold("read", save(tmp_path / "bare.png", blank(900, 700)), "--json")
    assert done.returncode == 0
    (answer,) = answers(done)
    assert (answer["status"], answer["numbers"], answer["reason"]) == ("empty", [], NOTHING)


def scenery(seed: int) -> np.ndarray:
    """A photograph, more or less: hills, a sky, leaves, grain; nothing of it is written."""
    rng = np.random.default_rng(seed)
    small = rng.random((7, 9, 3)).astype(np.float32)
    scene = cv2.resize(small, (900, 700), interpolation=cv2.INTER_CUBIC) * 160 + 40
    for _ in range(60):
        x, y = rng.integers(0, 900), rng.integers(350, 700)
        colour = tuple(float(tone) for tone in rng.integers(20, 200, 3))
        axes = (int(rng.integers(15, 90)), int(rng.integers(10, 60)))
        cv2.ellipse(scene, (int(x), int(y)), axes, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    blurred = cv2.GaussianBlur(scene, (0, 0), 2.5) + rng.normal(0, 4, scene.shape)
    return np.clip(blurred, 0, 255).astype(np.uint8)


def test_a_photograph_has_no_numbers(tmp_path: Path) -> None:
    paths = [tmp_path / f"view-{seed}.jpg" for seed in range(12)]
    for seed, path in enumerate(paths):
        cv2.imwrite(str(path), scenery(seed))
    done = tenfold("read", *paths, "--json")
    assert done.returncode == 0
    without = [answer for answer in answers(done) if not answer["numbers"]]
    assert len(without) >= 10
    for answer in without:
        assert (answer["status"], answer["reason"]) in (("empty", NOTHING), ("not_a_digit", NO_NUMBERS))


def test_a_page_on_its_side_and_its_head(tmp_path: Path) -> None:
    page = blank(500, 460)
    for place, text in enumerate(("2048", "395", "7264", "5830")):
        page.write(text, 40, 30 + 110 * place, 48)
    upright = page.on_paper()
    for turns in (1, 2, 3):
        path = tmp_path / f"{turns}.png"
        path.write_bytes(png(np.ascontiguousarray(np.rot90(upright, turns))))
        (answer,) = answers(tenfold("read", path, "--json"))
        assert answer["turned"] == 90 * turns
        assert sorted(texts(answer)) == sorted(["2048", "395", "7264", "5830"])
        height, width = upright.shape if turns == 2 else upright.shape[::-1]
        assert (answer["height"], answer["width"]) == (height, width)
        # Boxes are in the picture as it was given.
        marks = np.zeros((height, width), np.uint8)
        for number in answer["numbers"]:
            box = number["box"]
            marks[box["y"] : box["y"] + box["height"], box["x"] : box["x"] + box["width"]] = 1
        ink = np.rot90(upright, turns) < 120
        assert (ink & (marks > 0)).sum() > 0.97 * ink.sum()

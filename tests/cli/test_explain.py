"""`tenfold explain`: words, a picture, a page, JSON; strokes and standard input; and refusals."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.browser.strokes import DIGITS
from tests.cli.commands import answers, tenfold

STROKES = [{"x": [100 * x for x, _ in line], "y": [100 * y for _, y in line]} for line in DIGITS[4]]


@pytest.fixture
def four(tmp_path: Path) -> Path:
    """A 4 as strokes in a JSON file."""
    path = tmp_path / "four.json"
    path.write_text(json.dumps({"strokes": STROKES}), "utf-8")
    return path


def test_a_picture_and_words(tmp_path: Path, four: Path):
    out = tmp_path / "why.png"
    done = tenfold("explain", four, "--against", "9", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "This is a 4" in done.stdout
    assert "Of the 2 strokes, for a 4 and against a 9" in done.stdout
    assert "makes it a 9" in done.stdout
    image = Image.open(io.BytesIO(out.read_bytes()))
    assert image.width == 1200
    assert image.height > 900
    pixels = np.asarray(image.convert("RGB")).astype(int)
    assert ((pixels[..., 2] - pixels[..., 0]) > 80).sum() > 1000  # some of it is blue
    assert list(tmp_path.glob(".*")) == []


def test_a_page_that_needs_nothing_else(tmp_path: Path, seven: Path):
    out = tmp_path / "why.html"
    done = tenfold("explain", seven, "--out", out)
    assert done.returncode == 0, done.stderr
    text = out.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert not re.search(r"<script|https?://|@import|url\(", text)
    assert text.count("<img ") == text.count('src="data:image/png;base64,') > 20
    assert not re.search(r'<img (?![^>]*alt="[^"]+")', text)
    for title in ("Which ink spoke", "Training digits like it", "What would make it another digit", "Layer by layer"):
        assert f"<h2>{title}</h2>" in text
    assert len(re.findall("makes it|No small change", text.split("</header>")[0])) == 9  # every other digit
    assert 50_000 < len(text) < 1_000_000


def test_json_from_standard_input(seven: Path):
    done = tenfold("explain", "-", "--json", stdin=seven.read_bytes())
    (found,) = answers(done)
    assert (found["file"], found["digit"], found["answer"]) == ("-", 7, 7)
    assert len(found["map"]) == len(found["saw"]) == 784
    assert found["changes"][0]["digit"] == found["rival"]
    assert found["sentences"]
    done = tenfold("explain", "-", "--json", "--against", "1", stdin=json.dumps(STROKES).encode())
    (found,) = answers(done)
    assert (found["digit"], found["rival"], len(found["strokes"])) == (4, 1, 2)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("no.json", "{", "damaged or incomplete JSON"),
        ("no.json", '{"numbers": []}', "without a list"),
        ("no.json", '[{"x": [1], "y": []}]', "equally many"),
        ("no.png", "text", "not a picture"),
    ],
)
def test_what_cannot_be_read_ends_with_three(tmp_path: Path, name: str, text: str, said: str):
    path, out = tmp_path / name, tmp_path / "why.png"
    path.write_text(text, "utf-8")
    done = tenfold("explain", path, "--out", out)
    assert done.returncode == 3
    assert said in done.stdout
    assert not out.exists()


def test_wrong_usage_ends_with_two(tmp_path: Path, seven: Path):
    for more in (("--out", tmp_path / "why.txt"), ("--out", tmp_path), ("--against", "10"), ("--model", "nobody")):
        done = tenfold("explain", seven, *more)
        assert done.returncode == 2, done.stdout
        assert done.stderr

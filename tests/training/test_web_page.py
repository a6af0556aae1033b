"""A network as a web page: what is written, and what is refused before anything is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tenfold.config import Settings, load_settings
from tenfold.errors import MissingExtra, TenfoldError, UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import WEIGHTS, read_model
from tenfold.training import convert as converting
from tenfold.training.convert import convert
from tenfold.training.web_page import LARGEST, WEB, rounded, script_of, to_page
from tenfold.types import Floats

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def images() -> Floats:
    return np.random.default_rng(0).random((64, 28, 28), np.float32)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, images: Floats) -> Settings:
    """Settings with which an export is compared on few pictures."""
    monkeypatch.setattr(converting, "_pictures", lambda settings: (images, "random pictures"))
    return load_settings()


def shipped(name: str) -> tuple[bytes, object]:
    return read_model(WEIGHTS / f"{name}.onnx", VERSION)


@pytest.mark.parametrize("name", ["digit", "tiny", "cascade"])
def test_one_file_within_its_limit(name: str, few: Settings, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    said = convert(name, "html", out, few)
    assert f"Wrote {out}" in said
    assert "64 random pictures" in said
    assert out.stat().st_size <= LARGEST
    again = tmp_path / "again.html"
    convert(name, "html", again, few)
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.parametrize("name", ["digit", "tiny", "cascade"])
def test_it_needs_no_mnist(name: str, tmp_path: Path) -> None:
    said = convert(name, "html", tmp_path / "page.html", Settings(cache_dir=tmp_path / "cache", mnist_dir=None))
    assert re.search(r"same digit for (99[89]|1,000) of 1,000 training digits \(MNIST's test digits are not on", said)


def test_a_network_that_is_too_large_leaves_no_file(few: Settings, tmp_path: Path) -> None:
    with pytest.raises(TenfoldError, match=r"would have \d,\d+,\d+ bytes and may have 600,000"):
        convert("ensemble", "html", tmp_path / "page.html", few)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("model", "out", "says"),
    [
        ("gate", "x.html", "does not read single digits"),
        ("reader", "x.html", "does not read single digits"),
        ("tiny", "x.onnx", ".html"),
    ],
)
def test_what_is_no_page_is_refused(model: str, out: str, says: str, few: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        convert(model, "html", tmp_path / out, few)
    assert list(tmp_path.iterdir()) == []


def test_weights_in_eight_bits_stay_as_they_are() -> None:
    weights, _ = shipped("tiny")
    assert rounded(weights) == weights
    digit, _ = shipped("digit")
    assert len(rounded(digit)) < len(digit) / 3


def test_a_step_the_page_does_not_know_is_named(images: Floats) -> None:
    weights, card = shipped("tiny")
    with pytest.raises(TenfoldError, match="Rely"):
        to_page(card, weights.replace(b"Relu", b"Rely"), images, 0.01)


def test_weights_that_say_something_else_are_not_taken(monkeypatch: pytest.MonkeyPatch, images: Floats) -> None:
    weights, card = shipped("digit")
    other, _ = shipped("tiny")
    monkeypatch.setattr("tenfold.training.web_page.rounded", lambda given: other)
    with pytest.raises(TenfoldError, match="says something else"):
        to_page(replace(card), weights, images, 0.01)


def test_without_onnx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingExtra, match=r"not installed"):
        rounded(b"")


def test_modules_become_one_script() -> None:
    script = script_of(WEB / "page.js")
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    assert "</script" not in script
    assert script.count("= (() => {\nconst") <= script.count("const module")

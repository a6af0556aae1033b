"""The example pictures are what their script draws, and the example programs run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.browser.chromium import serving

import tenfold

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NOT_ONE_DIGIT = {"blank-sheet": "empty", "ten-side-by-side": "several_digits", "letter-a": "not_a_digit"}
PICTURES = sorted((EXAMPLES / "digits").glob("*.png"))
PAGES = sorted(path for path in (EXAMPLES / "pages").iterdir())


def run(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a real server in a process of its own."""
    with serving() as (address, _):
        yield address


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_pictures_are_read_right(path: Path) -> None:
    answer = tenfold.predict(path)
    if path.stem in NOT_ONE_DIGIT:
        assert answer.status == NOT_ONE_DIGIT[path.stem]
    else:
        assert (answer.status, answer.digit) == ("ok", DIGITS.index(path.stem.split("-")[0]))


def test_pictures_are_what_the_script_draws(tmp_path: Path) -> None:
    run(sys.executable, EXAMPLES / "make_examples.py", "--out", tmp_path)
    drawn = sorted(tmp_path.glob("*.png"))
    assert [path.name for path in drawn] == [path.name for path in PICTURES]
    for made, kept in zip(drawn, PICTURES, strict=True):
        one, other = (np.asarray(Image.open(path), np.int16) for path in (made, kept))
        # Another version of OpenCV may round an edge or a JPEG block otherwise: nothing anyone could see.
        assert one.shape == other.shape
        assert np.abs(one - other).mean() < 1


@pytest.fixture(scope="module")
def truth() -> dict[str, list[str]]:
    """What stands on the pages, as their script says."""
    code = "import json, sys; sys.path.insert(0, 'examples'); import make_pages; print(json.dumps(make_pages.TRUTH))"
    found: dict[str, list[str]] = json.loads(run(sys.executable, "-c", code))
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pages_are_read_right(path: Path, truth: dict[str, list[str]]) -> None:
    pages = list(tenfold.Recognizer().read_pages(path))
    assert [number.value for page in pages for number in page.numbers] == truth[path.name]
    if path.name == "amount.png":
        # Two digits touch: how many there are may be doubtful, and then the last is marked, no other.
        assert [number.text for page in pages for number in page.numbers] in (["$1,250.00"], ["$1,250.0?"])
    else:
        assert all(page.status == "ok" for page in pages)


def test_pages_are_what_the_script_draws(tmp_path: Path, truth: dict[str, list[str]]) -> None:
    run(sys.executable, EXAMPLES / "make_pages.py", "--out", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [path.name for path in PAGES] == sorted(truth)
    for kept in PAGES:
        if kept.suffix == ".pdf":
            continue
        one, other = (np.asarray(Image.open(path), np.int16) for path in (tmp_path / kept.name, kept))
        assert one.shape == other.shape
        assert np.abs(one - other).mean() < 1


def test_predict() -> None:
    assert re.fullmatch(r"ok: 7, \d+\.\d% sure\n", run(sys.executable, EXAMPLES / "01_predict.py"))


def test_batch_has_a_line_for_every_picture() -> None:
    lines = run(sys.executable, EXAMPLES / "02_batch.py").splitlines()
    assert [line.split()[0] for line in lines] == [path.stem for path in PICTURES]
    assert re.fullmatch(r"seven-crossed +7", next(line for line in lines if line.startswith("seven-crossed")))


def test_read(truth: dict[str, list[str]]) -> None:
    lines = run(sys.executable, EXAMPLES / "04_read.py").splitlines()
    assert [line.split(" at (")[0] for line in lines] == truth["notebook.jpg"]


def test_http_client(server: str) -> None:
    assert run(sys.executable, EXAMPLES / "03_http_client.py", server) == "picture: ok 4\nstrokes: ok 7\n"


def test_curl_as_in_the_documents(server: str) -> None:
    if shutil.which("curl") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("curl is missing")
        pytest.skip("curl is missing: apt-get install curl")
    text = (ROOT / "README.md").read_text("utf-8") + (ROOT / "docs" / "quickstart.md").read_text("utf-8")
    commands = set(re.findall(r"^curl .*$", text, re.MULTILINE))
    assert commands
    for command in commands:
        words = command.replace("http://127.0.0.1:8000", server).split()
        assert '"digit":4' in run(words[0], "--silent", *words[1:]).replace(" ", "")

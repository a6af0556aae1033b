"""Wherever a picture is taken, a file of strokes is taken too, and means the same."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw
from tests.browser.strokes import DIGITS
from tests.cli.commands import answers, tenfold

from tenfold import Recognizer, Strokes
from tenfold.data.readers import read
from tenfold.scale.batch import Job, run

PEN = {
    digit: [{"x": [100 * x for x, _ in line], "y": [100 * y for _, y in line]} for line in lines]
    for digit, lines in DIGITS.items()
}


def as_json(strokes: list[dict[str, list[float]]]) -> bytes:
    return json.dumps({"strokes": strokes}).encode()


def as_inkml(strokes: list[dict[str, list[float]]]) -> bytes:
    traces = (", ".join(f"{x} {y}" for x, y in zip(one["x"], one["y"], strict=True)) for one in strokes)
    body = "".join(f"<trace>{trace}</trace>" for trace in traces)
    return f'<ink xmlns="http://www.w3.org/2003/InkML">{body}</ink>'.encode()


def written(number: str, below: float = 0) -> list[dict[str, list[float]]]:
    """The strokes of a number, so many times the height of a sheet below its upper edge."""
    return [
        {"x": [100 * (x + 0.75 * place) for x, _ in line], "y": [100 * (y + below) for _, y in line]}
        for place, digit in enumerate(number)
        for line in DIGITS[int(digit)]
    ]


NUMBER = written("2086")
ROWS = ("2086", "417", "93508")


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


@pytest.fixture
def inks(tmp_path: Path) -> list[Path]:
    """A seven as JSON, a three as InkML."""
    (tmp_path / "seven.json").write_bytes(as_json(PEN[7]))
    (tmp_path / "three.inkml").write_bytes(as_inkml(PEN[3]))
    return [tmp_path / "seven.json", tmp_path / "three.inkml"]


def test_python(recognizer: Recognizer, inks: list[Path], tmp_path: Path) -> None:
    expected = recognizer.predict_batch([Strokes.of(PEN[7]), Strokes.of(PEN[3])])
    assert [one.digit for one in expected] == [7, 3]
    assert recognizer.predict_batch(inks) == expected
    assert recognizer.predict_batch([path.read_bytes() for path in inks]) == expected
    np.testing.assert_array_equal(recognizer.features(inks[0]), recognizer.features(Strokes.of(PEN[7])))
    np.testing.assert_array_equal(recognizer.saw(inks[1]), recognizer.saw(Strokes.of(PEN[3])))
    for data in (as_json(NUMBER), as_inkml(NUMBER)):
        page = recognizer.read(data)
        assert [number.value for number in page.numbers] == ["2086"]
        assert page == recognizer.read(Strokes.of(NUMBER))
    (tmp_path / "number.json").write_bytes(as_json(NUMBER))
    assert [number.value for number in recognizer.read(tmp_path / "number.json").numbers] == ["2086"]


@pytest.mark.parametrize("count", [2, 3, 12])
def test_rows_below_each_other_are_read_as_rows(recognizer: Recognizer, count: int) -> None:
    """As a picture of them is, however many there are."""
    rows = [ROWS[row % len(ROWS)] for row in range(count)]
    strokes = [stroke for row, number in enumerate(rows) for stroke in written(number, 1.1 * row)]
    assert [number.value for number in recognizer.read(Strokes.of(strokes)).numbers] == rows
    picture = Image.new("L", (500, 60 + 110 * count), 255)
    for stroke in strokes:
        ImageDraw.Draw(picture).line([(x + 20, y + 20) for x, y in zip(*stroke.values(), strict=True)], 0, 8, "curve")
    assert [number.value for number in recognizer.read(picture).numbers] == rows


@pytest.mark.parametrize("pitch", [0.78, 0.72, 0.69])
def test_rows_that_nearly_touch_are_read_as_rows(recognizer: Recognizer, pitch: float) -> None:
    """Digits are about 0.67 high: between these rows there is less room than a pen is wide."""
    strokes = [stroke for row, number in enumerate(ROWS) for stroke in written(number, pitch * row)]
    assert [number.value for number in recognizer.read(Strokes.of(strokes)).numbers] == list(ROWS)


def test_the_command_line(inks: list[Path], tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_bytes(b'{"strokes": [')
    done = tenfold("predict", *inks, "-", tmp_path / "broken.json", "--json", stdin=as_inkml(PEN[9]))
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["digit"] for one in said] == [7, 3, 9, None]
    assert (done.returncode, said[3]["status"]) == (3, "unreadable_image")
    done = tenfold("read", "-", "--json", stdin=as_json(NUMBER + written("417", 1.2)))
    assert [number["value"] for number in json.loads(done.stdout)["numbers"]] == ["2086", "417"]
    home = {"XDG_DATA_HOME": str(tmp_path / "home")}
    done = tenfold("profile", "add", "me", inks[0], "--digit", "7", **home)
    assert done.stdout == "me: 1 digit: 1 of 7\n"
    assert answers(tenfold("predict", inks[0], "--json", "--profile", "me", **home))[0]["digit"] == 7


def rows(source: Path, output: Path, **options: Any) -> dict[str, Any]:
    run(Job(input=str(source), output=output, workers=1, **options))
    return {row["file"]: row for row in map(json.loads, output.read_text().splitlines())}


def test_batches(inks: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in inks:
        path.rename(folder / path.name)
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("five.json", as_json(PEN[5]))
    pq.write_table(pa.table({"ink": pa.array([as_json(PEN[1]), as_inkml(PEN[2])], pa.binary())}), folder / "t.parquet")
    found = {name: row["digit"] for name, row in rows(folder, tmp_path / "out.jsonl").items()}
    assert found == {
        "more.zip/five.json": 5,
        "seven.json": 7,
        "t.parquet#1": 1,
        "t.parquet#2": 2,
        "three.inkml": 3,
    }
    # Texts are strokes only where somebody says so: most columns of texts are none.
    texts = [as_json(PEN[4]).decode(), None, "no ink"]
    pq.write_table(pa.table({"said": ["a", "b", "c"], "ink": texts}), tmp_path / "texts.parquet")
    said = rows(tmp_path / "texts.parquet", tmp_path / "texts.jsonl", column="ink")
    assert [row["status"] for row in said.values()] == ["ok", "unreadable_image", "unreadable_image"]
    (tmp_path / "number.json").write_bytes(as_json(NUMBER))
    (page,) = rows(tmp_path / "number.json", tmp_path / "pages.jsonl", task="read").values()
    assert [number["value"] for number in page["numbers"]] == ["2086"]


def test_data_sets(tmp_path: Path) -> None:
    for digit in range(10):
        (tmp_path / str(digit)).mkdir()
        (tmp_path / str(digit) / "a.json").write_bytes(as_json(PEN[digit]))
        (tmp_path / str(digit) / "b.inkml").write_bytes(as_inkml(PEN[digit]))
    data = read(tmp_path)
    assert data.labels.tolist() == [digit for digit in range(10) for _ in range(2)]
    pixels = data.network_pixels()
    np.testing.assert_array_equal(pixels[0::2], pixels[1::2])
    assert Recognizer().classifier.predict_proba(pixels.astype(np.float32) / 255).argmax(1).tolist() == [
        digit for digit in range(10) for _ in range(2)
    ]

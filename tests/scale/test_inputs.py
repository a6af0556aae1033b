"""Every kind of input, in every format of output, with the engine of one machine."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.imaging.pdfs import behind_a_password, with_a_broken_page
from tests.scale.drawn import digit, digits_zip, folder_of, parquet_of, pdf, tiff_of, zip_of

import tenfold
from tenfold.errors import DataError, MissingImage, UnknownName, UnreadableImage, UsageError
from tenfold.imaging.document import open_pages
from tenfold.scale.batch import Job, Outcome, run
from tenfold.scale.pages import Pdf

PAGES = Path(__file__).parents[2] / "examples" / "pages"
PREDICT = ["file", "status", "digit", "confidence", "probabilities", "alternatives", "reason", "model", "one_digit"]


def batch(source: Path | str, output: Path, **options: Any) -> list[dict[str, Any]]:
    """The rows of a run to JSON lines in one process."""
    outcome = run(Job(input=str(source), output=output, workers=1, **options))
    assert isinstance(outcome, Outcome)
    rows = [json.loads(line) for line in output.read_text("ascii").splitlines()]
    assert outcome.pictures == len(rows)
    assert outcome.unreadable == sum(row["status"] == "unreadable_image" for row in rows)
    assert not output.with_name(f"{output.name}.parts").exists()
    return rows


def digits(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["file"]: row["digit"] for row in rows}


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    rows = batch(folder_of(tmp_path / "in", 12), tmp_path / "out.jsonl")
    names = [row["file"] for row in rows]
    assert names == [f"{n:04}.png" for n in range(12) if n % 3] + [f"more/{n:04}.png" for n in range(0, 12, 3)]
    assert all(row["digit"] == int(row["file"][-8:-4]) % 10 for row in rows)


def test_a_row_is_what_predict_says(tmp_path: Path) -> None:
    [row] = batch(folder_of(tmp_path / "in", 1), tmp_path / "out.jsonl")
    assert list(row) == PREDICT
    said = {"file": "more/0000.png", **tenfold.Recognizer().predict(digit(0)).to_dict()}
    assert row == json.loads(json.dumps(said))


def test_bad_pictures_have_rows(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 3)
    (folder / "a-text.png").write_text("no picture")
    (folder / "b-cut.png").write_bytes(digit(1)[:60])
    (folder / "c-empty.png").touch()
    (folder / "d-broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    (folder / "e-locked.pdf").write_bytes(behind_a_password())
    (folder / "f-broken.zip").write_bytes(b"PK\x03\x04 and no more")
    (folder / "g-broken.parquet").write_bytes(b"PAR1 and no more")
    (folder / "h-broken.tif").write_bytes(b"II*\x00 and no more")
    (folder / "i-forbidden.png").symlink_to(tmp_path / "nowhere")
    rows = batch(folder, tmp_path / "out.jsonl")
    bad = {row["file"]: row["reason"] for row in rows if row["status"] == "unreadable_image"}
    assert [name[0] for name in bad] == list("abcdefgh")
    assert all(bad.values())
    assert "password" in bad["e-locked.pdf"]
    assert sum(row["digit"] is not None for row in rows) == 3


def test_hidden_files_and_the_output_itself_are_no_pictures(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 2)
    for name in (".DS_Store", "Thumbs.db"):
        (folder / name).write_bytes(b"x")
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "0001.png").write_bytes(b"x")
    output = folder / "out.jsonl"
    assert len(batch(folder, output)) == 2
    assert len(batch(folder, output, overwrite=True)) == 2


def test_a_zip(tmp_path: Path) -> None:
    rows = batch(digits_zip(tmp_path / "in.zip", 11), tmp_path / "out.jsonl")
    assert digits(rows) == {f"{number:04}.png": number % 10 for number in range(11)}


def test_a_zip_is_like_the_folder_it_was_made_of(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 7)
    packed = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}
    assert batch(folder, tmp_path / "a.jsonl") == batch(zip_of(tmp_path / "in.zip", packed), tmp_path / "b.jsonl")
    (folder / "in.zip").write_bytes((tmp_path / "in.zip").read_bytes())
    assert "in.zip/more/0003.png" in digits(batch(folder, tmp_path / "c.jsonl"))


def test_documents_in_a_zip(tmp_path: Path) -> None:
    members = {
        "a.tif": tiff_of(tmp_path / "a.tif", 3).read_bytes(),
        "b.pdf": pdf(tmp_path / "b.pdf", 2).read_bytes(),
        "c.pdf": b"%PDF-1.7",
    }
    rows = batch(zip_of(tmp_path / "in.zip", members), tmp_path / "out.jsonl")
    assert digits(rows) == {
        "a.tif#1": 0,
        "a.tif#2": 1,
        "a.tif#3": 2,
        "b.pdf#1": 0,
        "b.pdf#2": 1,
        "c.pdf": None,
    }


def test_the_pages_of_a_tiff(tmp_path: Path) -> None:
    rows = batch(tiff_of(tmp_path / "scan.tiff", 70), tmp_path / "out.jsonl")
    assert digits(rows) == {f"scan.tiff#{number + 1}": number % 10 for number in range(70)}


def test_a_tiff_of_one_page_is_a_picture(tmp_path: Path) -> None:
    assert digits(batch(tiff_of(tmp_path / "one.tif", 1), tmp_path / "out.jsonl")) == {"one.tif": 0}


def test_the_pages_of_a_pdf(tmp_path: Path) -> None:
    rows = batch(pdf(tmp_path / "scan.pdf", 12), tmp_path / "out.jsonl")
    assert digits(rows) == {f"scan.pdf#{number + 1}": number % 10 for number in range(12)}


def test_a_page_of_a_pdf_is_drawn_as_ever(tmp_path: Path) -> None:
    """Taken out of its document it looks no different."""
    path = PAGES / "scan.pdf"
    settings = tenfold.Recognizer().settings
    document = Pdf(path.open("rb"), settings)
    for index, whole in enumerate(open_pages(path, settings)):
        alone = document.page(index)
        assert np.array_equal(alone.pixels, whole.pixels)
    document.close()


def test_a_page_that_cannot_be_drawn_is_a_row(tmp_path: Path) -> None:
    (tmp_path / "in.pdf").write_bytes(with_a_broken_page())
    rows = batch(tmp_path / "in.pdf", tmp_path / "out.jsonl")
    assert [row["status"] for row in rows] == ["empty", "unreadable_image", "empty"]


@pytest.mark.parametrize("struct", [False, True])
def test_a_parquet_file(tmp_path: Path, struct: bool) -> None:
    rows = batch(parquet_of(tmp_path / "in.parquet", 150, struct), tmp_path / "out.jsonl")
    expected = {f"in.parquet#{number + 1}": number % 10 for number in range(150)}
    assert digits(rows) == expected | {"in.parquet#3": None}
    assert rows[2]["status"] == "unreadable_image"


def test_the_column_of_pictures_has_to_be_clear(tmp_path: Path) -> None:
    source = tmp_path / "two.parquet"
    pq.write_table(pa.table({"a": [digit(1)], "b": [digit(2)], "c": [3]}), source)
    with pytest.raises(UsageError, match=r"several columns of binary values.*--column NAME.*a \(binary\)"):
        batch(source, tmp_path / "out.jsonl")
    with pytest.raises(UsageError, match="no column 'c' of pictures"):
        batch(source, tmp_path / "out.jsonl", column="c")
    assert digits(batch(source, tmp_path / "out.jsonl", column="b")) == {"two.parquet#1": 2}


def test_a_url(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 6)
    tiff_of(folder / "pages.tif", 2)
    pdf(folder / "pages.pdf", 2)
    digits_zip(folder / "some.zip", 2)
    parquet_of(folder / "table.parquet", 5)
    (folder / ".hidden").touch()
    by_url = batch(folder.as_uri(), tmp_path / "url.jsonl")
    assert len(by_url) == 17
    assert by_url == batch(folder, tmp_path / "path.jsonl")


def test_what_cannot_be_opened_at_all(tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    for name, data in (("in.zip", b"PK\x05\x06"), ("in.parquet", b"PAR1")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DataError, match=name):
            batch(tmp_path / name, output)
    (tmp_path / "in.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(UnreadableImage, match="damaged PDF"):
        batch(tmp_path / "in.pdf", output)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(MissingImage, match="holds no pictures"):
        batch(tmp_path / "nothing", output)
    for missing in (tmp_path / "gone", (tmp_path / "gone").as_uri()):
        with pytest.raises(MissingImage, match="no such file or folder"):
            batch(missing, output)
    with pytest.raises(UsageError, match="cannot be opened"):
        batch("gopher://host/in", output)
    assert not output.with_name("out.jsonl.parts").exists()


def test_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_MAX_BYTES", "1000")
    folder = folder_of(tmp_path / "in", 1)
    (folder / "large.png").write_bytes(digit(1) + bytes(2000))
    [large, small] = batch(folder, tmp_path / "out.jsonl")
    assert (large["status"], small["status"]) == ("unreadable_image", "ok")
    assert "1,000 bytes, which is the limit" in large["reason"]


def test_the_formats_say_the_same(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 70)
    (folder / 'bad, "very".png').write_bytes(b"x")
    rows = batch(folder, tmp_path / "out.jsonl")
    for suffix in ("csv", "parquet"):
        run(Job(input=str(folder), output=tmp_path / f"out.{suffix}", workers=1))
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == PREDICT
    assert [round_floats(row) for row in table.to_pylist()] == [round_floats(row) for row in rows]
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    assert list(cells[0]) == PREDICT
    for cell, row in zip(cells, rows, strict=True):
        assert [cell[name] for name in ("file", "status", "reason")] == [row[n] for n in ("file", "status", "reason")]
        assert cell["digit"] == ("" if row["digit"] is None else str(row["digit"]))
        probabilities = [float(value) for value in cell["probabilities"].split()]
        assert probabilities == pytest.approx(row["probabilities"], abs=1e-6)
        first = cell["alternatives"].split(" ")[0].split(":")[0]
        assert first == (str(row["alternatives"][0]["digit"]) if row["alternatives"] else "")


def round_floats(value: Any) -> Any:
    """Values that went through float32 beside those that did not."""
    if isinstance(value, dict):
        return {key: round_floats(one) for key, one in value.items()}
    if isinstance(value, list):
        return [round_floats(one) for one in value]
    return round(value, 5) if isinstance(value, float) else value


def test_whole_numbers(tmp_path: Path) -> None:
    rows = batch(PAGES / "scan.pdf", tmp_path / "pages.jsonl", task="read")
    assert [(row["file"], row["page"]) for row in rows] == [("scan.pdf#1", 1), ("scan.pdf#2", 2)]
    assert all(row["numbers"] for row in rows)
    source = PAGES / "boxes.png"
    [row] = batch(source, tmp_path / "out.jsonl", task="read")
    assert row == {"file": "boxes.png", **json.loads(json.dumps(tenfold.read(source).to_dict()))}
    for suffix in ("csv", "parquet"):
        run(Job(input=str(source), output=tmp_path / f"out.{suffix}", workers=1, task="read"))
    texts = [number["text"] for number in row["numbers"]]
    [cells] = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [number["text"] for number in cells["numbers"]] == texts
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        [line] = csv.DictReader(file)
    assert line["texts"].split("; ") == texts


def test_options_that_are_wrong(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 1)
    output = tmp_path / "out.jsonl"
    with pytest.raises(UnknownName, match=r"no engine 'rai'\. Did you mean 'ray'"):
        batch(folder, output, engine="rai")
    with pytest.raises(UnknownName, match="no task"):
        batch(folder, output, task="guess")
    with pytest.raises(UsageError, match="--engine ray as well"):
        batch(folder, output, address="auto")
    with pytest.raises(UsageError, match="exclude each other"):
        batch(folder, output, resume=True, overwrite=True)
    with pytest.raises(UsageError, match=r"ends in '.txt'"):
        batch(folder, tmp_path / "out.txt")
    with pytest.raises(UsageError, match="no file on this machine"):
        batch(folder, tmp_path)

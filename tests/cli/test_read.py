"""`tenfold read` as people and programs use it: formats, fields, and files it writes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.cli.commands import answers, tenfold
from tests.cli.forms import save, texts, two_rows
from tests.imaging.pages import blank, overlap

from tenfold.page_output import CSV_FIELDS
from tenfold.types import Box, Page

PAGE_FIELDS = ["file", "status", "width", "height", "numbers", "reason", "model", "page", "turned"]
NUMBER_FIELDS = ["text", "value", "confidence", "box", "digits", "alternatives", "note", "page"]
NOTHING = "Nothing is written here."


# ---- what it answers -------------------------------------------------------------------------------


def test_json_is_one_object_a_page_with_the_fields_of_the_contract(form: Path) -> None:
    page = two_rows()
    done = tenfold("read", form, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (answer,) = answers(done)
    assert list(answer) == PAGE_FIELDS
    assert (answer["file"], answer["status"], answer["page"], answer["turned"]) == (str(form), "ok", 1, 0)
    assert (answer["width"], answer["height"], answer["reason"]) == (460, 220, "")
    assert re.fullmatch(r"reader@[0-9a-f]{8}", answer["model"])
    assert texts(answer) == ["2048", "395"]
    for number, box in zip(answer["numbers"], page.boxes, strict=True):
        assert list(number) == NUMBER_FIELDS
        assert number["value"] == number["text"] == "".join(str(digit["digit"]) for digit in number["digits"])
        assert 0.5 < number["confidence"] <= min(digit["confidence"] for digit in number["digits"]) + 1e-6 <= 1 + 2e-6
        assert overlap(Box(**number["box"]), box) > 0.8
        places = [digit["box"]["x"] for digit in number["digits"]]
        assert places == sorted(places)
        shares = [other["probability"] for other in number["alternatives"]]
        assert shares == sorted(shares, reverse=True)
    del answer["file"]
    assert Page.from_dict(answer).to_dict() == answer


def test_plain_text_is_one_line_a_number_with_its_place(form: Path) -> None:
    first, second = tenfold("read", form).stdout.splitlines()
    assert re.fullmatch(rf"{re.escape(str(form))}: 2048 +>?\d\d\.\d %  at \d+,\d+", first)
    assert re.fullmatch(rf"{re.escape(str(form))}: 395 +>?\d\d\.\d %  at \d+,\d+", second)


def test_csv_opens_in_a_spreadsheet(form: Path, tmp_path: Path) -> None:
    empty = save(tmp_path / 'nothing, "really".png', blank(100, 200))
    done = tenfold("read", form, empty, "--csv")
    assert (done.returncode, done.stderr) == (0, "")
    reader = csv.DictReader(io.StringIO(done.stdout))
    first, second, third = reader
    assert reader.fieldnames == list(CSV_FIELDS)
    assert [(row["file"], row["page"], row["status"]) for row in (first, second)] == [(str(form), "1", "ok")] * 2
    assert [row["value"] for row in (first, second)] == ["2048", "395"]
    box = two_rows().boxes[1]
    place = Box(*(int(second[name]) for name in ("x", "y", "width", "height")))
    assert overlap(place, box) > 0.8
    assert 0.5 < float(first["confidence"]) <= 1
    assert (third["file"], third["status"], third["value"], third["reason"]) == (str(empty), "empty", "", NOTHING)


def test_top_shows_other_readings(form: Path) -> None:
    (answer,) = answers(tenfold("read", form, "--json", "--error-budget", "1"))
    first, *_ = tenfold("read", form, "--top", "1").stdout.splitlines()
    others = answer["numbers"][0]["alternatives"]
    assert (f"also {others[0]['value']} (" in first) if others else ("also" not in first)
    assert "also" not in tenfold("read", form, "--top", "0").stdout


def test_a_pdf_is_read_page_by_page(scan: Path) -> None:
    found = answers(tenfold("read", scan, "--json"))
    assert [(answer["page"], answer["status"], texts(answer)) for answer in found] == [
        (1, "ok", ["2048", "395"]),
        (2, "empty", []),
        (3, "ok", ["76"]),
    ]
    assert [number["page"] for answer in found for number in answer["numbers"]] == [1, 1, 3]
    lines = tenfold("read", scan).stdout.splitlines()
    assert len(lines) == 4
    assert lines[2] == f"{scan}, page 2: {NOTHING}"
    assert lines[3].startswith(f"{scan}, page 3: 76 ")


# ---- fields ----------------------------------------------------------------------------------------


def test_a_field_says_what_may_stand(tmp_path: Path) -> None:
    form = save(tmp_path / "form.png", two_rows("2048", "3957"))
    for field in ("digits:4", "digits:1-6", r"[23]\d{3}", r"regex:\d+"):
        (answer,) = answers(tenfold("read", form, "--json", "--field", field))
        assert texts(answer) == ["2048", "3957"], field


def test_a_wrong_check_digit_is_said(tmp_path: Path) -> None:
    page = blank(110, 620)
    page.write("79927398763", 30, 30, 48)  # which no digit by itself puts right for sure
    form = save(tmp_path / "form.png", page)
    (answer,) = answers(tenfold("read", form, "--json", "--field", "luhn"))
    (number,) = answer["numbers"]
    assert "check digit" in number["note"]
    assert number["value"] == "79927398763" or "79927398763" in number["note"]
    assert number["note"] in tenfold("read", form, "--field", "luhn").stdout
    right = blank(110, 620)
    right.write("79927398723".replace("723", "713"), 30, 30, 48)
    (answer,) = answers(tenfold("read", save(tmp_path / "right.png", right), "--json", "--field", "luhn"))
    assert [(number["value"], number["note"]) for number in answer["numbers"]] == [("79927398713", "")]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("postcode", "There is no field 'postcode'."),
        ("digits:0", "must have 1 to 40 digits"),
        ("[", "is no regular expression"),
        (r"(?:(?:\d{9999}){9999}){9999}", "repeats too much"),
    ],
)
def test_a_wrong_field_is_wrong_usage_before_anything_is_read(field: str, message: str, tmp_path: Path) -> None:
    done = tenfold("read", tmp_path / "none.png", "--field", field)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 2


def test_a_pattern_that_takes_for_ever_ends_as_wrong_usage_and_leaves_nothing(form: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    done = tenfold("read", form, "--field", r"(?R)?1", "--summary", out)
    assert done.returncode == 2
    assert "takes too long to compare" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["form.png"]


# ---- files it writes -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["marked.png", "marked.JPG", "marked.webp"])
def test_the_page_is_drawn_with_what_was_read(name: str, form: Path, tmp_path: Path) -> None:
    done = tenfold("read", form, "--annotate", tmp_path / name)
    assert done.returncode == 0
    with Image.open(tmp_path / name) as image:
        drawn = np.asarray(image.convert("RGB"), int)
    assert drawn.shape[1] == 460
    assert drawn.shape[0] > 220
    # A green frame around each number, below the room for the labels.
    green = (drawn[..., 1] > drawn[..., 0] + 25) & (drawn[..., 1] > drawn[..., 2] + 15)
    room = drawn.shape[0] - 220
    for box in two_rows().boxes:
        part = green[room + box.y - 12 : room + box.y + box.height + 12, box.x - 12 : box.x + box.width + 12]
        assert part[:, : part.shape[1] // 8].any(axis=1).mean() > 0.6
        assert part[:, -part.shape[1] // 8 :].any(axis=1).mean() > 0.6
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["form.png", name])


def test_each_page_is_drawn_into_a_file_of_its_own(scan: Path, form: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert tenfold("read", scan, form, "--annotate", out / "marked.png").returncode == 0
    assert sorted(path.name for path in out.iterdir()) == ["marked-2.png", "marked-3.png", "marked-4.png", "marked.png"]
    first, last = (cv2.imread(str(out / name)) for name in ("marked.png", "marked-4.png"))
    assert first.shape[1] > last.shape[1] == 460


def test_the_summary_has_every_number_and_can_be_searched(scan: Path, tmp_path: Path) -> None:
    odd = save(tmp_path / "<b>odd & so on.png", two_rows("2048"))
    out = tmp_path / "all.html"
    done = tenfold("read", scan, odd, tmp_path / "none.png", "--summary", out)
    assert done.returncode == 3
    page = out.read_text("utf-8")
    found = re.findall(r'<tr class="(\w*)" data-find="(\w+) ', page)
    assert [value for _, value in found] == ["2048", "395", "76", "2048"]
    assert page.count("data:image/png;base64,") == 4
    assert NOTHING in page
    assert "no such file" in page
    assert "&lt;b&gt;odd &amp; so on.png" in page
    assert "<b>" not in page
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    # It needs nothing from elsewhere.
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("option", "name", "message"),
    [
        ("--annotate", "marked.txt", "does not end in .png or .jpg"),
        ("--annotate", "marked", "does not end in"),
        ("--summary", "all.png", "does not end in .html"),
        ("--annotate", "form.png/marked.png", "it is a file"),
        ("--summary", "", "is a folder"),
    ],
)
def test_where_nothing_can_be_written_nothing_is_read(
    option: str, name: str, message: str, form: Path, tmp_path: Path
) -> None:
    done = tenfold("read", form, option, tmp_path / name)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["form.png"]


def test_reading_leaves_nothing_behind(form: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert tenfold("read", form, "--json", HOME=str(home), XDG_CACHE_HOME=str(home / "cache")).returncode == 0
    assert list(home.rglob("*")) == []

"""`tenfold read` as people and programs use it: formats, fields, files it writes, several inputs, and how it ends."""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.cli.commands import answers, png, tenfold
from tests.imaging.pages import Draft, blank, overlap
from tests.imaging.pdfs import behind_a_password, pdf_of, with_a_broken_page

from tenfold.page_output import CSV_FIELDS
from tenfold.types import Box, Page

PAGE_FIELDS = ["file", "status", "width", "height", "numbers", "reason", "model", "page", "turned"]
NUMBER_FIELDS = ["text", "value", "confidence", "box", "digits", "alternatives", "note", "page"]
NOTHING = "Nothing is written here."
NO_NUMBERS = "What is written here is no number."


def two_rows(*texts: str) -> Draft:
    page = blank(220, 460)
    for place, text in enumerate(texts or ("2048", "395")):
        page.write(text, 40, 30 + 90 * place, 48)
    return page


def save(path: Path, page: Draft) -> Path:
    path.write_bytes(png(page.on_paper()))
    return path


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return save(tmp_path / "form.png", two_rows())


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A PDF of three pages: 2048 and 395, nothing, 76."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf_of(two_rows().on_paper(), blank(220, 460).on_paper(), two_rows("76").on_paper()))
    return path


def texts(answer: dict[str, object]) -> list[str]:
    return [number.text for number in Page.from_dict(answer).numbers]


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

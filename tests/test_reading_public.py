"""Reading numbers from Python: the call, its answers, what it refuses, and what it loads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.browser.strokes import DIGITS
from tests.cli.commands import png
from tests.imaging.pages import blank, overlap
from tests.imaging.pdfs import behind_a_password, pdf_of, with_a_broken_page
from tests.test_public_surface import HEAVY, loaded_by

import tenfold
from tenfold.errors import ImageTooLarge, MissingImage, UnreadableImage, UsageError
from tenfold.types import STATUSES, Box, Digit, Number, NumberAlternative, Page, Picture

PAGE = blank(140, 420)
PLACE = PAGE.write("20485", 60, 40, 48)
PIXELS = PAGE.on_paper()


@pytest.fixture(scope="module")
def recognizer() -> tenfold.Recognizer:
    return tenfold.Recognizer()


def values(page: Page) -> list[str]:
    return [number.value for number in page.numbers]


# ---- what it takes ---------------------------------------------------------------------------------


def test_every_kind_of_input_is_read_alike(recognizer: tenfold.Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "row.png"
    path.write_bytes(png(PIXELS))
    colour = np.repeat(PIXELS[..., None], 3, 2)
    see_through = np.dstack([colour, np.full(PIXELS.shape, 255, np.uint8)])
    given = [path, str(path), png(PIXELS), Image.fromarray(PIXELS), PIXELS, colour, see_through, Picture(PIXELS)]
    for x in given:
        page = recognizer.read(x)
        assert (page.status, values(page)) == ("ok", ["20485"]), type(x)
        assert (page.width, page.height) == (420, 140)
        assert overlap(page.numbers[0].box, PLACE) > 0.85
    assert values(recognizer.read(pdf_of(PIXELS))) == ["20485"]
    assert values(tenfold.read(path)) == ["20485"]


def test_a_crop_to_the_very_ink_is_read_too(recognizer: tenfold.Recognizer) -> None:
    box = PLACE
    tight = PIXELS[box.y - 3 : box.y + box.height + 3, box.x - 3 : box.x + box.width + 3]
    assert values(recognizer.read(tight)) == ["20485"]


def test_strokes_are_read_as_a_row(recognizer: tenfold.Recognizer) -> None:
    written = [
        [[x + 0.75 * place for x, _ in line], [y for _, y in line]]
        for place, digit in enumerate((2, 0, 8, 6))
        for line in DIGITS[digit]
    ]
    page = recognizer.read(tenfold.Strokes.of(written))
    assert (page.status, values(page)) == ("ok", ["2086"])
    assert recognizer.read(tenfold.Strokes()).status == "empty"


def test_the_same_input_has_the_same_answer_also_in_threads(recognizer: tenfold.Recognizer) -> None:
    alone = recognizer.read(PIXELS)
    found: list[Page] = []
    threads = [Thread(target=lambda: found.append(recognizer.read(PIXELS))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 6


# ---- what it says ----------------------------------------------------------------------------------


def test_a_smaller_error_budget_marks_more(recognizer: tenfold.Recognizer) -> None:
    strict, lax = (recognizer.read(PIXELS, error_budget=budget) for budget in (1e-9, 1.0))
    assert values(strict) == values(lax) == ["20485"]
    assert lax.status == "ok"
    assert "?" not in lax.numbers[0].text
    if recognizer.number_reader.network.card.thresholds:
        assert strict.status == "uncertain"
        assert "?" in strict.numbers[0].text
        assert not strict.numbers[0].sure
    assert strict.numbers[0].confidence == lax.numbers[0].confidence


def test_a_field_is_kept_to(recognizer: tenfold.Recognizer) -> None:
    assert values(recognizer.read(PIXELS, "digits:5")) == ["20485"]
    assert values(recognizer.read(PIXELS, field=r"2\d{4}")) == ["20485"]
    for page in (recognizer.read(PIXELS, "digits:7"), recognizer.read(PIXELS, "1234567")):
        assert all(len(value) == 7 for value in values(page))
    for field in ("nonsense", "digits:", "["):
        with pytest.raises(UsageError):
            recognizer.read(PIXELS, field)


@pytest.mark.parametrize(
    ("x", "status"),
    [
        (np.full((300, 400), 250, np.uint8), "empty"),
        (np.zeros((1, 1), np.uint8), "empty"),
        (b"", "unreadable_image"),
        (b"no picture", "unreadable_image"),
        ("none.png", "unreadable_image"),
        (behind_a_password(), "unreadable_image"),
        (np.zeros((0, 5)), "unreadable_image"),
        (np.full((9, 9), np.nan), "unreadable_image"),
        (np.zeros((8_000, 8_000), bool), "unreadable_image"),
    ],
)
def test_where_there_is_no_number_it_says_why(recognizer: tenfold.Recognizer, x: Any, status: str) -> None:
    page = recognizer.read(x)
    assert (page.status, page.numbers) == (status, ())
    assert page.reason.endswith(".")
    assert page.model.startswith("reader@")


def test_other_types_are_the_callers_mistake(recognizer: tenfold.Recognizer) -> None:
    for x in (None, 7, [[0, 255]], {"image": b""}):
        with pytest.raises(UsageError, match=f"from {type(x).__name__}"):
            recognizer.read(x)


# ---- documents -------------------------------------------------------------------------------------


def test_one_page_is_read_and_several_are_told_apart(recognizer: tenfold.Recognizer) -> None:
    two = pdf_of(PIXELS, blank(100, 200).on_paper())
    with pytest.raises(UsageError, match=r"several pages.*read_pages"):
        recognizer.read(two)
    first, second = recognizer.read_pages(two)
    assert (values(first), first.page, second.status, second.page) == (["20485"], 1, "empty", 2)
    assert first.numbers[0].page == 1


def test_a_broken_page_leaves_the_others_unless_it_is_to_be_refused(recognizer: tenfold.Recognizer) -> None:
    found = list(recognizer.examine_pages(with_a_broken_page()))
    assert [(page.page, page.status) for _, page in found] == [(1, "empty"), (2, "unreadable_image"), (3, "empty")]
    assert [picture is None for picture, _ in found] == [False, True, False]
    with pytest.raises(UnreadableImage, match="Page 2"):
        list(recognizer.examine_pages(with_a_broken_page(), refuse=True))


@pytest.mark.parametrize(
    ("x", "error"),
    [("none.png", MissingImage), (np.zeros((8_000, 8_000), bool), ImageTooLarge), (b"", UnreadableImage)],
)
def test_what_is_wrong_is_raised_where_that_is_asked_for(
    recognizer: tenfold.Recognizer, x: Any, error: type[UnreadableImage]
) -> None:
    with pytest.raises(error):
        list(recognizer.examine_pages(x, refuse=True))


# ---- values ----------------------------------------------------------------------------------------

share = st.floats(0, 1)
boxes = st.builds(Box, *[st.integers(0, 9_999)] * 4)
numbers = st.builds(
    Number,
    text=st.text(),
    value=st.text("0123456789"),
    confidence=share,
    box=boxes,
    digits=st.lists(st.builds(Digit, st.integers(0, 9), share, boxes), max_size=4).map(tuple),
    alternatives=st.lists(st.builds(NumberAlternative, st.text("0123456789"), share), max_size=4).map(tuple),
    note=st.text(),
    page=st.integers(1, 999),
)
pages = st.builds(
    Page,
    status=st.sampled_from(STATUSES),
    width=st.integers(0, 9_999),
    height=st.integers(0, 9_999),
    numbers=st.lists(numbers, max_size=3).map(tuple),
    reason=st.text(),
    model=st.text(),
    page=st.integers(1, 999),
    turned=st.sampled_from([0, 90, 180, 270]),
)


@given(pages)
def test_a_page_survives_json(page: Page) -> None:
    assert Page.from_dict(json.loads(json.dumps(page.to_dict()))) == page


@given(numbers)
def test_a_number_survives_json_and_knows_whether_it_is_sure(number: Number) -> None:
    assert Number.from_dict(json.loads(json.dumps(number.to_dict()))) == number
    assert number.sure == ("?" not in number.text)


def test_what_was_read_survives_json(recognizer: tenfold.Recognizer) -> None:
    page = recognizer.read(PIXELS)
    assert page.numbers
    assert Page.from_dict(json.loads(json.dumps(page.to_dict()))) == page


def test_answers_from_before_a_field_was_added_are_understood() -> None:
    number = Number("12", "12", 0.9, Box(1, 2, 3, 4), ())
    page = Page("ok", 10, 20, (number,), "", "reader@0")
    old = page.to_dict()
    for name in ("page", "turned"):
        del old[name]
    for name in ("note", "page"):
        del old["numbers"][0][name]
    assert Page.from_dict(old) == page


def test_the_fields_are_those_of_the_contract() -> None:
    digits, others = (Digit(1, 0.9, Box(1, 2, 3, 4)),), (NumberAlternative("17", 0.1),)
    number = Number("12", "12", 0.9, Box(1, 2, 3, 4), digits, others)
    page = Page("ok", 10, 20, (number,))
    assert {"status", "width", "height", "numbers"} <= set(page.to_dict())
    (one,) = page.to_dict()["numbers"]
    assert {"text", "value", "confidence", "box", "digits", "alternatives"} <= set(one)
    assert one["box"] == {"x": 1, "y": 2, "width": 3, "height": 4}
    assert one["digits"] == [{"digit": 1, "confidence": 0.9, "box": one["box"]}]
    assert one["alternatives"] == [{"value": "17", "probability": 0.1}]


def test_an_unknown_status_is_refused() -> None:
    with pytest.raises(ValueError, match=r"one of ok, .*, got 'perhaps'"):
        Page.from_dict({**Page("ok").to_dict(), "status": "perhaps"})


@pytest.mark.parametrize("value", [Page("ok"), Number("1", "1", 1.0, Box(0, 0, 1, 1), ()), NumberAlternative("1", 0.5)])
def test_values_are_frozen(value: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(value)[0].name, None)


# ---- cost ------------------------------------------------------------------------------------------


def test_reading_a_picture_loads_nothing_heavy_and_no_pdf_library() -> None:
    loaded = loaded_by("import numpy, tenfold; tenfold.read(numpy.zeros((28, 28)))")
    assert "onnxruntime" in loaded
    assert loaded & (HEAVY | {"rich", "typer", "pooch", "tkinter", "pypdfium2"}) == set()

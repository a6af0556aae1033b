"""Files of strokes: JSON and InkML, their limits, and what is wrong with those that are none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.imaging.inks import REFUSED, SAYING_TWO, TWO, inkml

from tenfold.errors import ImageTooLarge, TenfoldError, UnreadableImage
from tenfold.imaging.load import load, strokes_in
from tenfold.imaging.stroke_files import MAX_INK_BYTES, MAX_POINTS, MAX_STROKES, ink_format, parse_ink
from tenfold.types import Stroke, Strokes


@pytest.mark.parametrize("text", SAYING_TWO)
def test_every_way_to_say_the_same(text: str, tmp_path: Path) -> None:
    data = text.encode()
    assert parse_ink(data.removeprefix(b"\xef\xbb\xbf"), "ink") == TWO
    (tmp_path / "ink.any").write_bytes(data)
    for source in (data, bytearray(data), memoryview(data), tmp_path / "ink.any", str(tmp_path / "ink.any")):
        assert strokes_in(source) is not None
        picture = load(source)
        assert picture.source == "strokes"
        np.testing.assert_array_equal(picture.pixels, load(TWO).pixels)


def test_values_that_go_on_as_the_one_before() -> None:
    found = parse_ink(inkml("<trace>10 20, '1'2, 1 2, * *, !5 *, 6 7</trace>"), "ink").strokes[0]
    assert found.x == (10, 11, 12, 13, 5, 6)
    assert found.y == (20, 22, 24, 26, 28, 35), "the second channel still tells differences"


@pytest.mark.parametrize("data", [b"[]", b'{"strokes": []}', inkml(""), inkml("<trace> </trace>")])
def test_nothing_written_is_a_blank_sheet(data: bytes) -> None:
    assert load(data).pixels.min() == 255


@pytest.mark.parametrize(("data", "error", "said"), REFUSED)
def test_what_is_wrong_is_said(data: bytes, error: type[TenfoldError], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        load(data)
    assert type(caught.value) is error
    assert caught.value.hint


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE ink [<!ENTITY a "1 2,"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><ink><trace>&c;3 4</trace></ink>"""
OUTSIDE = b"""<!DOCTYPE ink [<!ENTITY a SYSTEM "file:///etc/passwd">]><ink><trace>&a;</trace></ink>"""


@pytest.mark.parametrize("data", [ENTITIES, OUTSIDE, b'<!DOCTYPE ink SYSTEM "http://localhost/x.dtd"><ink></ink>'])
def test_no_document_types(data: bytes) -> None:
    with pytest.raises(UnreadableImage, match="declares a document type"):
        load(data)


def test_limits_come_before_the_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    row = [0] * (MAX_POINTS + 1)
    many = [[[0], [0]]] * (MAX_STROKES + 1)
    for data, said in (
        (json.dumps([[row, row]]).encode(), "points"),
        (json.dumps(many).encode(), "strokes"),
        (inkml(f"<trace>{'1 2,' * (MAX_POINTS + 1)}1 2</trace>"), "points"),
        (inkml("<trace>1 2</trace>" * (MAX_STROKES + 1)), "strokes"),
    ):
        with pytest.raises(ImageTooLarge, match=f"has .* {said}; the limit for ink"):
            load(data)
    large = b"[" + b" " * MAX_INK_BYTES + b"]"
    monkeypatch.setattr(json, "loads", lambda *_: pytest.fail("it was looked into"))
    (tmp_path / "large.json").write_bytes(large)
    for source in (large, tmp_path / "large.json"):
        with pytest.raises(ImageTooLarge, match="bytes"):
            load(source)
    with pytest.raises(ImageTooLarge, match="the limit is 100"):
        load(tmp_path / "large.json", max_bytes=100)


@pytest.mark.parametrize("start", [b"\x89PNG\r\n", b"BM", b"%PDF-1.4", b"plain text", b"", b"<svg>", b"<html>"])
def test_other_files_are_no_ink(start: bytes) -> None:
    assert ink_format(start) == ""


points = st.lists(
    st.tuples(*[st.floats(-1e6, 1e6, allow_nan=False) | st.integers(-1000, 1000)] * 2), min_size=1, max_size=20
)


@given(st.lists(points, max_size=6))
@settings(max_examples=60)
def test_json_and_inkml_say_the_same(lines: list[list[tuple[float, float]]]) -> None:
    ink = Strokes.of([[[x for x, _ in line], [y for _, y in line]] for line in lines])
    as_json = json.dumps({"strokes": [{"x": one.x, "y": one.y} for one in ink.strokes]}).encode()
    traces = "".join(f"<trace>{', '.join(f'{x!r} {y!r}' for x, y in line)}</trace>" for line in lines)
    assert parse_ink(as_json, "ink") == parse_ink(inkml(traces), "ink") == ink


@given(st.binary(max_size=200), st.sampled_from([b"{", b"[", b'{"strokes": ', b"[[[", b"<ink>", b"<ink><trace>"]))
@settings(max_examples=150)
def test_whatever_is_in_it_is_read_or_refused(rest: bytes, start: bytes) -> None:
    try:
        picture = load(start + rest)
    except UnreadableImage as error:
        assert error.message  # noqa: PT017 - that it is refused in words is all that is asked
    else:
        assert picture.pixels.dtype == np.uint8


@given(st.text("0123456789.-+eE'\"!*?TF#, \n:", max_size=60))
@settings(max_examples=150)
def test_any_trace_is_read_or_refused(trace: str) -> None:
    text = trace.replace("&", "").replace("<", "")
    try:
        found = parse_ink(inkml(f"<trace>{text}</trace>"), "ink")
    except UnreadableImage:
        return
    assert all(np.isfinite([*one.x, *one.y]).all() for one in found.strokes)


def test_blanks_without_end_take_no_time() -> None:
    # A search that tried each of them again from every other would take hours.
    assert strokes_in(inkml("<trace>1 2" + " " * 900_000 + "</trace>")) == Strokes((Stroke((1.0,), (2.0,)),))


@pytest.mark.parametrize("encoding", ["x-nobodys", "gbk"])
def test_an_unknown_encoding_is_a_refusal(encoding: str) -> None:
    with pytest.raises(UnreadableImage):
        parse_ink(f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + inkml("<trace>1 2</trace>"), "ink")

"""What POST /v1/read answers: the contract's fields, and the refusals."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pytest
from PIL import Image
from tests.browser.number_mode import TEXTS, shapes
from tests.browser.strokes import smooth
from tests.server.conftest import refused, serving

from tenfold.config import load_settings
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.server.desk import Desk
from tenfold.types import Page

FIELDS = {"id", "status", "width", "height", "numbers", "reason", "model", "page", "turned"}
NUMBER_FIELDS = {"id", "text", "value", "confidence", "box", "digits", "alternatives", "note", "page"}
BOX_FIELDS = {"x", "y", "width", "height"}
READ = "/v1/read"


@pytest.fixture(scope="session")
def pdf(sheet: bytes) -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(sheet)).save(file, "PDF")
    return file.getvalue()


def form(client: httpx.Client, picture: bytes, **query: object) -> httpx.Response:
    return client.post(READ, params=query, files={"image": ("page.png", picture)})


def post(client: httpx.Client, picture: bytes, **query: object) -> dict:
    answer = form(client, picture, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_page_gets_the_answer_python_gets(client: httpx.Client, recognizer: Recognizer, sheet: bytes):
    answer = post(client, sheet)
    assert set(answer) == FIELDS
    assert Page.from_dict(answer) == recognizer.read(sheet)
    assert (answer["status"], answer["width"], answer["height"]) == ("ok", 1000, 640)
    assert [one["text"] for one in answer["numbers"]] == TEXTS


def test_the_shape_of_a_number(client: httpx.Client, sheet: bytes):
    for one in post(client, sheet)["numbers"]:
        assert set(one) == NUMBER_FIELDS
        assert set(one["box"]) == BOX_FIELDS
        assert 0 < one["confidence"] <= 1
        assert "".join(str(digit["digit"]) for digit in one["digits"]) == one["value"]
        assert all(set(digit) == {"digit", "confidence", "box"} for digit in one["digits"])
        lefts = [digit["box"]["x"] for digit in one["digits"]]
        assert lefts == sorted(lefts)
        shares = [other["probability"] for other in one["alternatives"]]
        assert shares == sorted(shares, reverse=True)
        assert all(set(other) == {"value", "probability"} for other in one["alternatives"])


def test_each_answer_has_its_own_id(client: httpx.Client, sheet: bytes):
    ids = {post(client, sheet)["id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in ids)


def test_blank_paper_is_empty(client: httpx.Client, blank: bytes):
    answer = post(client, blank)
    assert (answer["status"], answer["numbers"]) == ("empty", [])
    assert answer["reason"]


def test_strokes_are_read_too(client: httpx.Client):
    strokes = []
    for place, lines in enumerate(shapes("2026")):
        for line in lines:
            points = [(100 * (x + 0.65 * place), 100 * y) for x, y in smooth(line)]
            strokes.append([[x for x, _ in points], [y for _, y in points]])
    answer = client.post(READ, json={"strokes": strokes}).json()
    assert [one["value"] for one in answer["numbers"]] == ["2026"]


@pytest.mark.parametrize(
    ("field", "fits"), [("digits:4", ["2026", "6152"]), (r"regex:4\d8", ["438"]), (r"\d{5}", ["93084"])]
)
def test_a_field_leaves_out_what_it_cannot_hold(client: httpx.Client, sheet: bytes, field: str, fits: list[str]):
    values = [one["value"] for one in post(client, sheet, field=field)["numbers"]]
    assert set(fits) <= set(values)
    lengths = {len(one) for one in fits}
    assert {len(value) for value in values} == lengths


@pytest.mark.parametrize("field", ["zips", "digits:0", "digits:x", "2(", "regex:", "digits:9-3", r"(\d{9}){999}{999}"])
def test_what_is_no_field(client: httpx.Client, sheet: bytes, field: str):
    answer = form(client, sheet, field=field)
    refused(answer, 400, "usage")
    assert answer.json()["error"]["hint"]


@pytest.mark.parametrize("field", ["", "9" * 201])
def test_a_field_out_of_range(client: httpx.Client, sheet: bytes, field: str):
    assert "field" in refused(form(client, sheet, field=field), 422, "invalid_input")


@pytest.mark.parametrize("budget", ["0", "-1", "1.5", "nan", "much"])
def test_a_budget_out_of_range(client: httpx.Client, sheet: bytes, budget: str):
    assert "error_budget" in refused(form(client, sheet, error_budget=budget), 422, "invalid_input")


def test_a_pdf_is_refused_with_the_command_that_reads_it(client: httpx.Client, pdf: bytes):
    answer = form(client, pdf)
    assert "PDF" in refused(answer, 415, "not_an_image")
    assert "tenfold read" in answer.json()["error"]["hint"]


def test_what_is_no_picture(client: httpx.Client, sheet: bytes):
    refused(form(client, b"Dear reader"), 415, "not_an_image")
    refused(form(client, b""), 415, "not_an_image")
    refused(form(client, sheet[: len(sheet) // 2]), 422, "damaged_image")


def test_a_form_without_the_picture(client: httpx.Client, sheet: bytes):
    refused(client.post(READ, files={"picture": sheet}), 422, "invalid_input")
    refused(client.post(READ, content=sheet, headers={"content-type": "image/png"}), 415, "unsupported_media_type")


def test_another_method(client: httpx.Client):
    answer = client.get(READ)
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


def test_a_body_over_the_limit(sheet: bytes, noise: bytes):
    with serving(create_app(Recognizer(settings=load_settings(max_bytes=100_000)))) as client:
        assert form(client, sheet).status_code == 200
        assert "164,000" in refused(form(client, noise), 413, "too_large")
        refused(form(client, noise[:120_000]), 413, "image_too_large")
        assert form(client, sheet).status_code == 200


def test_more_requests_than_places(recognizer: Recognizer, sheet: bytes):
    with serving(create_app(recognizer, Desk(places=0))) as client:
        answer = form(client, sheet)
        refused(answer, 429, "busy")
        assert int(answer.headers["retry-after"]) >= 1


def test_docs_describe_every_field(client: httpx.Client):
    text = client.get("/docs").text
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("ReadPage", "ReadNumber"):
        for field in schemas[name]["properties"]:
            assert f"<code>{field}</code>" in text, field


def test_a_file_by_name_is_not_opened(client: httpx.Client, sheet: bytes, tmp_path: Path):
    (tmp_path / "page.png").write_bytes(sheet)
    refused(form(client, str(tmp_path / "page.png").encode()), 415, "not_an_image")

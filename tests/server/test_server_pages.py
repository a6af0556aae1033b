"""The page and the description of the interface: out of the package, and nothing from another host."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.server.conftest import SECURITY

from tenfold.config import Settings
from tenfold.server.pages import PAGE, TYPES, WEB, what_is_kept

# Modules of a page of its own lie in a folder, those that need no server beside it.
FILES = {path.relative_to(PAGE).as_posix(): path for path in sorted(PAGE.rglob("*")) if path.is_file()}
FILES |= {f"web/{path.name}": path for path in sorted(WEB.iterdir()) if path.is_file()}
TEXTS = {name: path for name, path in FILES.items() if path.suffix != ".png"}


def test_the_page(client: httpx.Client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "<title>Tenfold" in answer.text
    assert client.head("/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/docs",
        "/inside",
        "/learn",
        "/literature",
        "/review",
        "/openapi.json",
        "/page/main.js",
        "/v1/models",
        "/v2/health/live",
    ],
)
def test_every_answer_carries_the_security_headers(client: httpx.Client, address: str):
    answer = client.get(address)
    assert answer.status_code == 200
    assert {name: answer.headers[name] for name in SECURITY} == SECURITY
    assert "server" not in answer.headers


@pytest.mark.parametrize("name", FILES)
def test_the_files_of_the_page(client: httpx.Client, name: str):
    path = FILES[name]
    answer = client.get(f"/page/{name}")
    assert answer.content == path.read_bytes()
    assert answer.headers["content-type"].startswith(TYPES.get(path.suffix, "text/html"))
    assert answer.headers["cache-control"] == "no-cache"
    unchanged = client.get(f"/page/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert unchanged.status_code == 304


@pytest.mark.parametrize("path", TEXTS.values(), ids=TEXTS)
def test_no_file_names_another_host(path: Path):
    hosts = set(re.findall(r"(?:https?:)?//([\w.-]+\.[a-z0-9]+)", path.read_text("utf-8")))
    assert hosts <= {"127.0.0.1", "www.w3.org"}  # this machine, and the name SVG goes by


@pytest.mark.parametrize(
    "name", ["index.html", "docs.html", "inside.html", "learn.html", "literature.html", "review.html"]
)
def test_nothing_inline_that_the_policy_forbids(name: str):
    text = (PAGE / name).read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*\ssrc=)", text)


def test_docs_describe_every_address_and_field(client: httpx.Client):
    text = client.get("/docs").text
    description = client.get("/openapi.json").json()
    for address in description["paths"]:
        assert address in text
    for name in (
        "Answer",
        "Reasons",
        "ReadPage",
        "ReadNumber",
        "Said",
        "OneCorrection",
        "Corrections",
        "Verdict",
        "SideBySide",
        "Voice",
    ):
        for field in description["components"]["schemas"][name]["properties"]:
            assert f"<code>{field}</code>" in text, name
    body = description["paths"]["/v1/predict"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/json", "application/inkml+xml"}


def test_the_description_names_the_refusals_that_are_given(client: httpx.Client):
    description = client.get("/openapi.json").json()
    schemas = description["components"]["schemas"]
    given = client.post("/v1/predict", files={"image": b"no picture"}, params={"error_budget": 7})
    answers = description["paths"]["/v1/predict"]["post"]["responses"]
    assert set(answers) >= {"200", "400", "404", "413", "415", "422", "500", "503"}
    for status, answer in answers.items():
        shape = answer["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
        assert shape == ("Answer" if status == "200" else "Refusal")
    assert set(schemas["Refusal"]["properties"]) == set(given.json())
    assert set(schemas["Refused"]["properties"]) == set(given.json()["error"])


def test_the_examples_name_the_address_they_are_read_at(client: httpx.Client):
    text = client.get("/docs").text
    assert f"{str(client.base_url).rstrip('/')}/v1/predict" in text
    assert "{address}" not in text


def test_the_page_for_reviewing(client: httpx.Client):
    answer = client.get("/review")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Tenfold – review corrections" in answer.text


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "No picture is kept."),
        ({"keep_pictures_days": 1}, "Pictures are kept for a day, so that corrections can be reviewed."),
        ({"keep_pictures_days": 7}, "Pictures are kept for 7 days, so that corrections can be reviewed."),
        ({"keep_pictures_days": 7, "database": "none"}, "No picture is kept."),
    ],
)
def test_the_pages_say_what_is_kept(settings: dict[str, Any], sentence: str):
    assert what_is_kept(Settings(**settings)) == sentence


@pytest.mark.parametrize("address", ["/", "/docs", "/inside", "/review"])
def test_no_gap_is_left_in_the_pages(client: httpx.Client, address: str):
    text = client.get(address).text
    assert "No picture is kept." in text
    assert "{kept}" not in text


def test_many_at_once_each_get_their_own_answer(client: httpx.Client, digit_png):
    pictures = {digit: digit_png(digit) for digit in range(10)}

    def ask(digit: int) -> int:
        return client.post("/v1/predict", files={"image": pictures[digit]}).json()["digit"]

    asked = [number % 10 for number in range(60)]
    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, asked)) == asked

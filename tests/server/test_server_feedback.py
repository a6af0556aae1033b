"""Corrections over HTTP: sent, kept, looked at; and what is kept of answers besides."""

from __future__ import annotations

import io
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.server.conftest import draw, form, png, refused, serving

from tenfold.config import Settings, load_settings
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app
from tenfold.store.errors import StoreUnavailable
from tenfold.store.store import Store

FEEDBACK = "/v1/feedback"


def settings(tmp_path: Path, **more: Any) -> Settings:
    return load_settings(database=f"sqlite:///{tmp_path / 'kept.db'}", **more)


@pytest.fixture
def keeping(tmp_path: Path) -> Any:
    """A client of a server that keeps pictures, too."""
    with serving(create_app(Recognizer(settings=settings(tmp_path, keep_pictures_days=1)))) as client:
        yield client


def corrected(client: httpx.Client, picture: bytes, digit: int | None) -> dict[str, Any]:
    answer = form(client, picture).json()
    said = client.post(FEEDBACK, json={"id": answer["id"], "digit": digit})
    assert said.status_code == 200, said.text
    return said.json()


def test_a_correction_is_kept_and_waits(keeping: httpx.Client, seven: bytes) -> None:
    made = corrected(keeping, seven, 1)
    assert (made["value"], made["was"], made["state"], made["task"]) == ("1", "7", "waiting", "digit")
    listed = keeping.get(FEEDBACK).json()
    assert listed["counts"] == {"waiting": 1, "accepted": 0, "rejected": 0}
    (one,) = listed["corrections"]
    assert one["reasons"] == ["tenfold_disagrees"]
    assert one["score"] > 3
    assert {**one, "reasons": [], "score": 0.0} == made


def test_its_picture_shows_what_was_given(keeping: httpx.Client, seven: bytes) -> None:
    made = corrected(keeping, seven, 1)
    assert made["has_picture"]
    answer = keeping.get(f"{FEEDBACK}/{made['id']}/picture")
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert max(image.size) <= 256
        kept = np.asarray(image.convert("L"))
    assert kept.min() < 50
    assert form(keeping, answer.content).json()["digit"] == 7  # it is read as the whole was


def test_a_large_picture_is_kept_small_and_without_what_lies_around(keeping: httpx.Client, seven: bytes) -> None:
    with Image.open(io.BytesIO(seven)) as digit:
        sheet = Image.new("RGB", (3000, 2000), "white")
        sheet.paste(digit.resize((900, 900)), (1500, 500))
    made = corrected(keeping, png(sheet), 1)
    data = keeping.get(f"{FEEDBACK}/{made['id']}/picture").content
    with Image.open(io.BytesIO(data)) as image:
        assert max(image.size) == 256
        assert image.mode == "RGB"
    assert form(keeping, data).json()["digit"] == 7


def test_strokes_are_kept_as_a_picture(keeping: httpx.Client) -> None:
    answer = keeping.post("/v1/predict", json={"strokes": [{"x": [0, 60, 30], "y": [0, 0, 100]}]}).json()
    made = keeping.post(FEEDBACK, json={"id": answer["id"], "digit": 7}).json()
    data = keeping.get(f"{FEEDBACK}/{made['id']}/picture").content
    assert form(keeping, data).json()["digit"] == answer["digit"]


def test_no_picture_is_kept_unless_asked_for(tmp_path: Path, seven: bytes) -> None:
    with serving(create_app(Recognizer(settings=settings(tmp_path)))) as client:
        made = corrected(client, seven, 1)
        assert not made["has_picture"]
        assert "KEEP_PICTURES_DAYS" in refused(client.get(f"{FEEDBACK}/{made['id']}/picture"), 404, "unknown_id")
    assert sqlite3.connect(tmp_path / "kept.db").execute("SELECT count(picture) FROM answers").fetchone() == (0,)


def test_a_number_has_a_handle_of_its_own(keeping: httpx.Client, sheet: bytes) -> None:
    page = keeping.post("/v1/read", files={"image": sheet}).json()
    assert len(page["numbers"]) > 1
    number = page["numbers"][1]
    made = keeping.post(FEEDBACK, json={"id": number["id"], "value": "12345"}).json()
    assert (made["task"], made["was"], made["value"]) == ("number", number["value"], "12345")
    data = keeping.get(f"{FEEDBACK}/{made['id']}/picture").content
    again = keeping.post("/v1/read", files={"image": data}).json()
    assert [one["value"] for one in again["numbers"]] == [number["value"]]


def test_what_the_inference_protocol_answered_has_handles(keeping: httpx.Client, seven: bytes) -> None:
    with Image.open(io.BytesIO(seven)) as image:
        picture = np.asarray(image.convert("L").resize((56, 56)))
    stack = np.stack([picture, np.full_like(picture, 255)])
    given = {"name": "images", "shape": [2, 56, 56], "datatype": "UINT8", "data": stack.ravel().tolist()}
    answer = keeping.post("/v2/models/digit/infer", json={"inputs": [given]}).json()
    first, second = {one["name"]: one["data"] for one in answer["outputs"]}["id"]
    made = [keeping.post(FEEDBACK, json={"id": id, "digit": 1}).json() for id in (first, second)]
    assert [(one["was"], one["status"], one["has_picture"]) for one in made] == [
        ("7", "ok", True),
        ("", "empty", False),
    ]
    figures = keeping.get("/metrics").text
    assert 'status="ok"} 1.0' in figures
    assert 'status="empty"} 1.0' in figures


def test_what_several_were_asked_has_a_handle(keeping: httpx.Client, seven: bytes) -> None:
    answer = keeping.post("/v1/compare", params={"models": "tiny"}, files={"image": seven}).json()
    made = keeping.post(FEEDBACK, json={"id": answer["id"], "digit": 1}).json()
    assert (made["was"], made["has_picture"], made["model"].partition("@")[0]) == ("7", True, "digit")


def test_an_empty_page_has_a_handle(keeping: httpx.Client) -> None:
    page = keeping.post("/v1/read", files={"image": png(Image.new("L", (300, 200), 255))}).json()
    made = keeping.post(FEEDBACK, json={"id": page["id"], "value": "7"}).json()
    assert (made["was"], made["status"]) == ("", "empty")


def test_a_review_decides(keeping: httpx.Client, seven: bytes) -> None:
    one, two, three = (corrected(keeping, seven, digit) for digit in (1, 2, None))
    done = keeping.post(f"{FEEDBACK}/{one['id']}/review", json={"accept": True, "said": "1"}).json()
    assert (done["state"], done["final"]) == ("accepted", "1")
    done = keeping.post(f"{FEEDBACK}/{two['id']}/review", json={"accept": True, "value": "7", "said": "2"}).json()
    assert (done["state"], done["final"]) == ("accepted", "7")
    done = keeping.post(f"{FEEDBACK}/{three['id']}/review", json={"accept": False, "said": ""}).json()
    assert (done["state"], done["final"]) == ("rejected", None)
    again = keeping.post(f"{FEEDBACK}/{one['id']}/review", json={"accept": False, "said": "1"})
    assert "accepted already" in refused(again, 409, "already_reviewed")
    changed = keeping.post(
        f"{FEEDBACK}/{one['id']}/review", json={"accept": False, "seen": "accepted", "said": "1"}
    ).json()
    assert changed["state"] == "rejected"
    accepted = keeping.get(FEEDBACK, params={"state": "accepted"}).json()["corrections"]
    assert [entry["id"] for entry in accepted] == [two["id"]]


def test_nothing_is_accepted_that_the_reviewer_has_not_seen(keeping: httpx.Client, seven: bytes) -> None:
    answer = form(keeping, seven).json()
    made = keeping.post(FEEDBACK, json={"id": answer["id"], "digit": 7}).json()
    keeping.post(FEEDBACK, json={"id": answer["id"], "digit": 1})
    late = keeping.post(f"{FEEDBACK}/{made['id']}/review", json={"accept": True, "said": "7"})
    assert "something else by now" in refused(late, 409, "already_reviewed")
    assert keeping.get(FEEDBACK).json()["counts"]["waiting"] == 1
    assert "said" in refused(
        keeping.post(f"{FEEDBACK}/{made['id']}/review", json={"accept": True}), 422, "invalid_input"
    )


@pytest.mark.parametrize("header", ["forwarded", "x-forwarded-for", "x-forwarded-proto"])
def test_a_proxy_on_this_machine_asks_for_others(keeping: httpx.Client, header: str) -> None:
    refused(keeping.get(FEEDBACK, headers={header: "for=192.0.2.7"}), 401, "unauthorized")


BAD: list[tuple[dict[str, Any], int, str]] = [
    ({}, 422, "Field required"),
    ({"id": "0" * 32}, 422, "give either digit or value"),
    ({"id": "0" * 32, "digit": 1, "value": "1"}, 422, "give either digit or value"),
    ({"id": "0" * 32, "digit": 10}, 422, "less than or equal to 9"),
    ({"id": "0" * 32, "digit": "7"}, 422, "valid integer"),
    ({"id": "0" * 32, "digit": 7.5}, 422, "valid integer"),
    ({"id": "0" * 32, "value": "1x"}, 422, "pattern"),
    ({"id": "0" * 32, "value": "1" * 10_000}, 422, "at most 64"),
    ({"id": "../../etc/passwd", "digit": 7}, 422, "32 characters"),
    ({"id": "0" * 32, "digit": 7, "more": 1}, 422, "Extra inputs"),
    ({"id": "0" * 32, "digit": 7}, 404, "is kept"),
]


@pytest.mark.parametrize(("body", "status", "said"), BAD)
def test_bad_corrections_are_refused(keeping: httpx.Client, body: dict[str, Any], status: int, said: str) -> None:
    answer = keeping.post(FEEDBACK, json=body)
    assert said in refused(answer, status, "invalid_input" if status == 422 else "unknown_id")


def test_broken_json_is_refused(keeping: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    refused(keeping.post(FEEDBACK, content=b"{", headers=headers), 400, "bad_request")
    refused(keeping.post(FEEDBACK, content=b"\xff\xfe", headers=headers), 400, "bad_request")


def test_a_server_that_keeps_nothing(seven: bytes) -> None:
    with serving(create_app(Recognizer(settings=load_settings(database="none")))) as client:
        answer = form(client, seven).json()
        assert answer["digit"] == 7
        said = refused(client.post(FEEDBACK, json={"id": answer["id"], "digit": 1}), 503, "no_store")
        assert "keeps no" in said
        refused(client.get(FEEDBACK), 503, "no_store")


def test_a_correction_that_was_kept_and_not_confirmed_is_kept_once(
    keeping: httpx.Client, seven: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = form(keeping, seven).json()
    said, writing = {"id": answer["id"], "digit": 1}, Store.writing
    assert keeping.post(FEEDBACK, json={"id": form(keeping, seven).json()["id"], "digit": 2}).status_code == 200

    @contextmanager
    def breaking(self: Store) -> Iterator[Any]:
        with writing(self) as connection:
            yield connection
        raise StoreUnavailable("The line broke after all was written.")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "writing", breaking)
        refused(keeping.post(FEEDBACK, json=said), 503, "store_unavailable")
    first = keeping.get(FEEDBACK).json()
    assert first["counts"]["waiting"] == 2
    again = keeping.post(FEEDBACK, json=said)
    assert again.status_code == 200
    listed = keeping.get(FEEDBACK).json()
    assert [(one["id"], one["value"]) for one in listed["corrections"] if one["answer"] == answer["id"]] == [
        (again.json()["id"], "1")
    ]
    assert listed["counts"] == first["counts"]


def test_reviewing_from_elsewhere_needs_a_token(tmp_path: Path, seven: bytes) -> None:
    with serving(create_app(Recognizer(settings=settings(tmp_path, host="0.0.0.0")))) as client:
        made = corrected(client, seven, 1)
        assert "TENFOLD_TOKEN" in refused(client.get(FEEDBACK), 401, "unauthorized")
        refused(client.post(f"{FEEDBACK}/{made['id']}/review", json={"accept": True, "said": "1"}), 401, "unauthorized")
        refused(client.get(f"{FEEDBACK}/{made['id']}/picture"), 401, "unauthorized")


def test_old_answers_are_forgotten_while_it_runs(
    tmp_path: Path, seven: bytes, monkeypatch: pytest.MonkeyPatch, until: Callable[[Callable[[], bool]], None]
) -> None:
    monkeypatch.setattr("tenfold.server.keeper.CLEAN", 0.0)
    with serving(create_app(Recognizer(settings=settings(tmp_path, keep_answers_days=1e-5)))) as client:
        answer = form(client, seven).json()
        time.sleep(1.2)
        form(client, seven)  # a server with nothing to do has nothing new to forget

        def forgotten() -> bool:
            return client.post(FEEDBACK, json={"id": answer["id"], "digit": 1}).status_code == 404

        until(forgotten)


def test_a_drawn_digit_of_each_kind_can_be_corrected(keeping: httpx.Client) -> None:
    from tests.browser.strokes import DIGITS

    for digit in range(10):
        assert corrected(keeping, png(draw(DIGITS[digit])), digit)["value"] == str(digit)

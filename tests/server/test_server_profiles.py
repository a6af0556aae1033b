"""Personal profiles over HTTP: whose handle comes along has that hand read, and nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.browser.strokes import DIGITS
from tests.server.conftest import PREDICT, draw, png, refused, serving

from tenfold.config import load_settings
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app

PROFILES = "/v1/profiles"
HEADER = "X-Tenfold-Profile"
# Somebody whose ones are all others' sevens.
ODD = {1: 7, 7: 1}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("profiles") / "kept.db"


@pytest.fixture(scope="module")
def api(database: Path) -> Iterator[httpx.Client]:
    with serving(create_app(Recognizer(settings=load_settings(database=f"sqlite:///{database}")))) as client:
        yield client


def strokes(digit: int) -> dict[str, Any]:
    lines = [{"x": [100 * x for x, _ in line], "y": [100 * y for _, y in line]} for line in DIGITS[digit]]
    return {"strokes": lines}


def hand(api: httpx.Client, odd: dict[int, int]) -> dict[str, str]:
    """The header of a new profile with two of each digit."""
    made = api.post(PROFILES)
    assert made.status_code == 200, made.text
    assert made.json()["digits"] == [0] * 10
    header = {HEADER: made.json()["profile"]}
    for digit in range(10):
        for side in (200, 280):
            files = {"image": png(draw(DIGITS[odd.get(digit, digit)], side))}
            told = api.post(f"{PROFILES}/digits", params={"digit": digit}, files=files, headers=header)
            assert told.status_code == 200, told.text
    assert told.json()["digits"] == [2] * 10
    return header


@pytest.fixture(scope="module")
def odd(api: httpx.Client) -> dict[str, str]:
    return hand(api, ODD)


@pytest.fixture(scope="module")
def even(api: httpx.Client) -> dict[str, str]:
    return hand(api, {})


def probabilities(api: httpx.Client, picture: bytes, header: dict[str, str] | None = None) -> list[float]:
    answer = api.post(PREDICT, files={"image": picture}, headers=header or {})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["probabilities"])


def test_each_hand_is_read_by_its_own_profile_even_at_once(
    api: httpx.Client, odd: dict[str, str], even: dict[str, str], seven: bytes
) -> None:
    headers = [odd, even, {}]
    wanted = [probabilities(api, seven, header) for header in headers]
    assert wanted[0][1] > wanted[0][7]
    assert wanted[1][7] > 0.9
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda place: probabilities(api, seven, headers[place % 3]), range(60)))
    for place, one in enumerate(found):
        assert one == pytest.approx(wanted[place % 3], abs=1e-5)


def test_what_is_no_digit_stays_none(api: httpx.Client, odd: dict[str, str], blank: bytes, sheet: bytes) -> None:
    for picture in (blank, sheet):
        with_it, without = (api.post(PREDICT, files={"image": picture}, headers=header).json() for header in (odd, {}))
        assert with_it["digit"] is None
        assert {**with_it, "id": ""} == {**without, "id": ""}


def test_strokes_go_in_and_a_reset_takes_all_out(api: httpx.Client, odd: dict[str, str], seven: bytes) -> None:
    header = {HEADER: api.post(PROFILES).json()["profile"]}
    plain = probabilities(api, seven)
    assert probabilities(api, seven, header) == plain  # an empty profile changes nothing
    told = api.post(f"{PROFILES}/digits", params={"digit": 7}, json=strokes(7), headers=header)
    assert told.json()["digits"][7] == 1
    counted = api.get(PROFILES, headers=header).json()
    assert (counted["digits"], counted["most"], counted["current"]) == (told.json()["digits"], 200, True)
    assert api.delete(PROFILES, headers=header).json()["digits"] == [0] * 10
    for answer in (
        api.get(PROFILES, headers=header),
        api.delete(PROFILES, headers=header),
        api.post(f"{PROFILES}/digits", params={"digit": 7}, json=strokes(7), headers=header),
        api.post(PREDICT, files={"image": seven}, headers=header),
        api.post(PREDICT, files={"image": seven}, headers={HEADER: "x"}),
        api.post(PREDICT, files={"image": seven}, headers={HEADER: ""}),
    ):
        said = refused(answer, 404, "unknown_profile")
        assert header[HEADER] not in said
    assert api.get(PROFILES, headers=odd).json()["digits"] == [2] * 10


def test_only_features_and_labels_are_kept(
    api: httpx.Client, database: Path, odd: dict[str, str], seven: bytes
) -> None:
    api.post(f"{PROFILES}/digits", params={"digit": 1}, files={"image": seven}, headers=odd)
    kept = sqlite3.connect(database)
    assert {len(row[0]) for row in kept.execute("SELECT features FROM profile_digits")} == {4 * 112}
    for table in ("profiles", "profile_digits", "answers", "facts"):
        for row in kept.execute(f"SELECT * FROM {table}"):
            assert odd[HEADER] not in str(row)


def test_what_cannot_go_in_is_refused(api: httpx.Client, even: dict[str, str], blank: bytes, seven: bytes) -> None:
    where = f"{PROFILES}/digits"
    refused(api.post(where, params={"digit": 7}, files={"image": blank}, headers=even), 422, "not_one_digit")
    refused(api.post(where, params={"digit": 10}, files={"image": seven}, headers=even), 422, "invalid_input")
    refused(api.post(where, params={"digit": 7}, files={"image": seven}), 422, "invalid_input")
    refused(api.post(PREDICT, params={"model": "tiny"}, files={"image": seven}, headers=even), 409, "other_network")


def test_another_network_s_profile_is_said_to_be_that(api: httpx.Client, database: Path, seven: bytes) -> None:
    header = {HEADER: api.post(PROFILES).json()["profile"]}
    with sqlite3.connect(database) as kept:
        kept.execute("UPDATE profiles SET model = 'digit@00000000' WHERE id = (SELECT max(id) FROM profiles)")
    assert api.get(PROFILES, headers=header).json()["current"] is False
    refused(api.post(PREDICT, files={"image": seven}, headers=header), 409, "other_network")
    where = f"{PROFILES}/digits"
    refused(api.post(where, params={"digit": 7}, files={"image": seven}, headers=header), 409, "other_network")


def test_a_client_makes_so_many_a_day(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert api.post(PROFILES).status_code == 200
    monkeypatch.setattr("tenfold.store.profiles.A_DAY", 1)
    answer = api.post(PROFILES)
    refused(answer, 429, "too_many_requests")
    assert int(answer.headers["retry-after"]) >= 60


def test_the_log_has_no_handle(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], digit_png: Callable[[int], bytes]
) -> None:
    settings = load_settings(database=f"sqlite:///{tmp_path / 'kept.db'}", log="json")
    with serving(create_app(Recognizer(settings=settings))) as client:
        handle = client.post(PROFILES).json()["profile"]
        client.get(PROFILES, headers={HEADER: handle})
        client.post(PREDICT, files={"image": digit_png(3)}, headers={HEADER: handle})
        refused(client.get(f"{PROFILES}/{handle}"), 404, "not_found")
    logged = capfd.readouterr().err
    assert logged.count("/v1/profiles") == 2
    assert handle not in logged


def test_without_a_database_there_are_no_profiles(seven: bytes) -> None:
    with serving(create_app(Recognizer(settings=load_settings(database="none")))) as client:
        refused(client.post(PROFILES), 503, "no_store")
        refused(client.post(PREDICT, files={"image": seven}, headers={HEADER: "x"}), 503, "no_store")

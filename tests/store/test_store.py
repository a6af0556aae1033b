"""Answers and corrections, in both databases."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from tests.store.conftest import answer, new_database

from tenfold.errors import UsageError
from tenfold.store.database import unavailable
from tenfold.store.errors import Conflict, StoreTooNew, StoreUnavailable, UnknownAnswer
from tenfold.store.store import DAY, Store


def test_a_correction_remembers_what_had_been_answered(store: Store) -> None:
    given = answer("1", picture=b"png", probabilities=(0.03, 0.97, *[0.0] * 8))
    store.record([given])
    made = store.correct(given.id, "me", "7")
    assert (made.answer, made.value, made.was, made.state, made.final) == (given.id, "7", "1", "waiting", None)
    assert (made.task, made.status, made.confidence, made.model) == ("digit", "ok", 0.97, "digit@12345678")
    assert made.has_picture
    assert store.picture(made.id) == b"png"
    assert store.get(made.id) == made
    assert abs(made.at - time.time()) < 60


def test_who_changes_their_mind_replaces_what_they_said(store: Store) -> None:
    given = answer()
    store.record([given])
    first = store.correct(given.id, "me", "7")
    again = store.correct(given.id, "me", "7")
    changed = store.correct(given.id, "me", "")
    other = store.correct(given.id, "you", "4")
    assert first == again
    assert changed.id == first.id != other.id
    assert (changed.value, other.value) == ("", "4")
    assert store.counts() == {"waiting": 2, "accepted": 0, "rejected": 0}


def test_an_answer_nobody_keeps_cannot_be_corrected(store: Store) -> None:
    with pytest.raises(UnknownAnswer, match="No answer 'nothing' is kept"):
        store.correct("nothing", "me", "7")
    with pytest.raises(UnknownAnswer, match="no correction 'nothing'"):
        store.get("nothing")
    with pytest.raises(UnknownAnswer, match="no correction 'nothing'"):
        store.picture("nothing")


@pytest.mark.parametrize("value", ["12", "x", "-1", "٣", " 7"])
def test_what_is_no_digit_is_refused(store: Store, value: str) -> None:
    given = answer()
    store.record([given])
    with pytest.raises(UsageError, match="A correction of this answer is one digit"):
        store.correct(given.id, "me", value)
    assert store.counts()["waiting"] == 0


def test_a_number_may_have_many_digits(store: Store) -> None:
    given = answer("2025", task="number")
    store.record([given])
    assert store.correct(given.id, "me", "2026").value == "2026"
    with pytest.raises(UsageError, match="at most 64 digits"):
        store.correct(given.id, "me", "1" * 65)


def test_a_reviewer_accepts_changes_and_rejects(store: Store) -> None:
    given = [answer() for _ in range(3)]
    store.record(given)
    one, two, three = (store.correct(each.id, "me", "7") for each in given)
    assert (store.review(one.id, True).state, store.get(one.id).final) == ("accepted", "7")
    assert (store.review(two.id, True, "4").state, store.get(two.id).final) == ("accepted", "4")
    assert (store.review(three.id, False).state, store.get(three.id).final) == ("rejected", None)
    assert store.counts() == {"waiting": 0, "accepted": 2, "rejected": 1}
    assert {each.id for each in store.listed("accepted")} == {one.id, two.id}
    assert len(store.listed()) == 3
    # A decision can be changed by who has seen it.
    assert store.review(three.id, True, state="rejected").final == "7"
    with pytest.raises(UsageError, match="is one digit"):
        store.review(one.id, True, "44", state="accepted")


def test_what_was_reviewed_is_not_said_otherwise_any_more(store: Store) -> None:
    given = answer()
    store.record([given])
    made = store.correct(given.id, "me", "7")
    store.review(made.id, True)
    assert store.correct(given.id, "me", "7").state == "accepted"
    with pytest.raises(Conflict, match="reviewed already"):
        store.correct(given.id, "me", "4")


def test_of_many_reviewers_one_decides(store: Store) -> None:
    given = answer()
    store.record([given])
    made = store.correct(given.id, "me", "7")
    start = threading.Barrier(8)

    def review(number: int) -> str:
        start.wait()
        try:
            return str(store.review(made.id, True, str(number)).final)
        except Conflict:
            return "too late"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(review, range(8)))
    assert said.count("too late") == 7
    assert store.get(made.id).final in said


def test_one_client_sending_at_once_is_one_correction(store: Store) -> None:
    given = answer()
    store.record([given])
    start = threading.Barrier(8)

    def correct(number: int) -> str:
        start.wait()
        try:
            return store.correct(given.id, "me", str(number)).id
        except Conflict:
            return ""

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(correct, range(8))) - {""}
    assert len(made) == 1
    assert store.counts()["waiting"] == 1


def test_recording_an_answer_twice_keeps_one(store: Store) -> None:
    given = answer(picture=b"first")
    store.record([])
    store.record([given])
    store.record([given, answer()])
    assert store.picture(store.correct(given.id, "me", "7").id) == b"first"


def test_the_most_suspicious_come_first(store: Store) -> None:
    plain = answer("1", confidence=0.5, look="0" * 16)
    sure = answer("1", confidence=0.99, look="f" * 16)
    argued = answer("1", confidence=0.5, look="0f" * 8)
    twins = [answer("1", confidence=0.5, look="00ff00ff00ff00f" + end) for end in "01"]
    store.record([plain, sure, argued, *twins])
    for given in (plain, sure):
        store.correct(given.id, "me", "7")
    for client, value in (("me", "7"), ("you", "9")):
        store.correct(argued.id, client, value)
    for given, value in zip(twins, "79", strict=True):
        store.correct(given.id, "me", value)
    waiting = store.waiting()
    assert [one.answer for one in waiting] == [argued.id] * 2 + [one.id for one in twins] + [sure.id, plain.id]
    assert waiting[0].suspicion.reasons == ("others_disagree", "tenfold_unsure")
    assert waiting[2].suspicion.reasons == ("contradicts_itself", "tenfold_unsure", "near_duplicate")
    assert waiting[4].suspicion.reasons == ("tenfold_disagrees",)
    assert waiting[5].suspicion.reasons == ("tenfold_unsure",)
    assert len(store.waiting(2)) == 2


def test_a_client_who_sends_too_many_is_suspicious(store: Store) -> None:
    given = [answer(confidence=0.5) for _ in range(40)]
    store.record(given)
    for each in given[:35]:
        store.correct(each.id, "busy", "7")
    store.correct(given[35].id, "calm", "7")
    reasons = {one.client: one.suspicion.reasons for one in store.waiting()}
    assert reasons == {"busy": ("busy_client", "tenfold_unsure"), "calm": ("tenfold_unsure",)}


def test_things_are_forgotten_in_time(store: Store) -> None:
    now = time.time()
    old, older, corrected = (answer(at=now - days * DAY, picture=b"png") for days in (2, 20, 20))
    store.record([old, older, corrected])
    made = store.correct(corrected.id, "me", "7")
    store.forget(answers_after=10, pictures_after=1)
    assert store.picture(made.id) is None
    assert not store.get(made.id).has_picture
    store.correct(old.id, "me", "7")
    with pytest.raises(UnknownAnswer):
        store.correct(older.id, "me", "7")


def test_clients_are_told_apart_but_not_known(url: str) -> None:
    one = Store(url)
    name = one.client("192.0.2.7")
    assert len(name) == 16
    assert name != one.client("192.0.2.8")
    one.close()
    again = Store(url)
    assert again.client("192.0.2.7") == name  # after a restart too
    again.close()


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'new.db'}")
    store.record([answer()])
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
    store.close()


def test_two_databases_name_a_client_differently(tmp_path: Path) -> None:
    stores = [Store(f"sqlite:///{tmp_path / name}.db") for name in "ab"]
    assert len({store.client("192.0.2.7") for store in stores}) == 2
    for store in stores:
        store.close()


def test_many_processes_may_open_a_new_database_at_once(url: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(Store, [url] * 6))
    assert len({store.client("x") for store in stores}) == 1
    for store in stores:
        store.close()


def test_a_later_version_is_not_touched(url: str, store: Store) -> None:
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match="of a later version than this Tenfold knows"):
        Store(url)


def test_what_is_no_database() -> None:
    with pytest.raises(UsageError, match="'mysql' is not one Tenfold can use"):
        Store("mysql://localhost/x")
    with pytest.raises(UsageError, match="named by no URL"):
        Store("tenfold.db")
    with pytest.raises(UsageError, match="'sqlite' is not one"):
        Store("sqlite:///:memory:")


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for url in (f"sqlite:///{tmp_path / 'file' / 'a.db'}", "postgresql://nobody@127.0.0.1:9/none"):
        with pytest.raises(StoreUnavailable, match="The database does not answer"):
            Store(url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("This is a text, and a long one: longer than a page's head." * 100)
    with pytest.raises(StoreUnavailable, match="file is not a database"):
        Store(f"sqlite:///{tmp_path / 'a.db'}")


def test_a_database_that_is_there_and_says_nothing(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenfold.store.database.SILENCE_SECONDS", 1)
    store, stopped = Store(new_database(postgres)), list[int]()

    def process(connection: Connection) -> int:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    def stop(backend: int) -> None:
        stopped.append(backend)
        os.kill(backend, signal.SIGSTOP)

    try:
        with store.reading() as connection:
            stop(process(connection))
            with pytest.raises(StoreUnavailable, match="it has not answered in time"), unavailable():
                connection.execute(text("SELECT 1"))
        with store.reading() as connection:
            backend = process(connection)
        stop(backend)
        # Who asks next is answered over another connection.
        assert store.counts() == {"waiting": 0, "accepted": 0, "rejected": 0}
    finally:
        for backend in stopped:
            os.kill(backend, signal.SIGCONT)
        store.close()

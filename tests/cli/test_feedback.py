"""`tenfold feedback`: corrections on the command line."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import cv2
import pytest
from tests.cli.commands import answers, digit_picture, tenfold
from tests.store.conftest import answer

from tenfold.config import load_settings
from tenfold.data.held_out import open_data
from tenfold.store.store import Store
from tenfold.store.values import Correction


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'kept.db'}"


@pytest.fixture
def waiting(url: str) -> list[Correction]:
    """Three corrections: a seven with its picture that was read as 1, a number, and what is no digit."""
    store = Store(url)
    picture = cv2.imencode(".png", digit_picture(7))[1].tobytes()
    given = [
        answer("1", picture=picture),
        answer("2025", task="number", confidence=0.4, picture=picture),
        answer("4", confidence=0.3),
    ]
    store.record(given)
    made = [store.correct(one.id, "me", value) for one, value in zip(given, ("7", "2026", ""), strict=True)]
    store.close()
    return made


def feedback(url: str, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    return tenfold("feedback", *arguments, "--database", url, stdin=stdin)


def test_a_list_for_people(url: str, waiting: list[Correction]) -> None:
    done = feedback(url, "list")
    assert done.returncode == 0, done.stderr
    first, *others = done.stdout.splitlines()
    assert first.startswith(waiting[0].id)
    assert "1 (97%) -> 7" in first
    assert "Tenfold was sure of its reading" in first
    assert len(others) == 2
    assert any("4 (30%) -> no digit" in line for line in others)
    assert feedback(url, "list", "--state", "accepted").stdout == "No corrections are accepted.\n"


def test_a_list_for_programs(url: str, waiting: list[Correction]) -> None:
    found = {one["id"]: one for one in answers(feedback(url, "list", "--json"))}
    assert set(found) == {one.id for one in waiting}
    seven = found[waiting[0].id]
    assert (seven["value"], seven["was"], seven["state"], seven["has_picture"]) == ("7", "1", "waiting", True)
    assert seven["suspicion"]["reasons"] == ["tenfold_disagrees"]
    assert len(answers(feedback(url, "list", "--json", "--most", "1"))) == 1


def test_what_is_right_is_said_and_waits(url: str, waiting: list[Correction]) -> None:
    for value, said in (("4", "1 (97%) -> 4"), ("", "1 (97%) -> no digit"), ("7", "1 (97%) -> 7")):
        done = feedback(url, "correct", waiting[0].answer, value)
        assert done.returncode == 0, done.stderr
        assert f"  waiting  {said}" in done.stdout
    # Who says it again has said it once, and is somebody else than who said so over the network.
    assert [one["value"] for one in answers(feedback(url, "list", "--json")) if one["was"] == "1"] == ["7", "7"]


def test_accept_reject_and_what_is_left(url: str, waiting: list[Correction]) -> None:
    one, two, three = (each.id for each in waiting)
    assert feedback(url, "accept", one).stdout == f"{one} accepted as 7\n"
    assert feedback(url, "accept", two, "--as", "2027").stdout == f"{two} accepted as 2027\n"
    assert feedback(url, "reject", three).stdout == f"{three} rejected\n"
    assert feedback(url, "list").stdout == "No corrections are waiting.\n"
    assert {each["state"] for each in answers(feedback(url, "list", "--state", "all", "--json"))} == {
        "accepted",
        "rejected",
    }
    again = feedback(url, "reject", one)
    assert again.returncode == 1
    assert "accepted already" in again.stderr


def test_review_goes_through_them(url: str, waiting: list[Correction]) -> None:
    done = feedback(url, "review", stdin=b"7\nx\ns\nq\n")
    assert done.returncode == 0, done.stderr
    assert "▀" in done.stdout
    assert "Tenfold read 1 (97%), said to be 7. Tenfold was sure of its reading." in done.stdout
    assert done.stdout.rstrip().endswith("2 waiting, 1 accepted, 0 rejected")


def test_export_is_a_folder_to_train_on(url: str, waiting: list[Correction], tmp_path: Path) -> None:
    for one in waiting:
        feedback(url, "accept", one.id)
    folder = tmp_path / "taken"
    done = feedback(url, "export", str(folder))
    assert done.stdout == f"2 pictures in {folder}, 1 without one.\n"
    with (folder / "corrections.csv").open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert {row["final"] for row in rows.values()} == {"7", "2026", ""}
    assert rows[waiting[0].id]["file"] == f"7/{waiting[0].id}.png"
    data = open_data(str(folder), load_settings())
    assert data.labels.tolist() == [7]
    again = feedback(url, "export", str(folder))
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".taken")] == []


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["correct", "nothing", "7"], 2, "No answer 'nothing' is kept"),
        (["accept", "nothing"], 2, "no correction 'nothing'"),
        (["list", "--state", "wating"], 2, "Did you mean 'waiting'"),
        (["export", "/proc/nothing/here"], 2, "cannot be made"),
    ],
)
def test_mistakes_are_told(url: str, arguments: list[str], status: int, said: str) -> None:
    done = feedback(url, *arguments)
    assert done.returncode == status, done.stderr
    assert said in done.stderr


def test_a_value_that_is_none(url: str, waiting: list[Correction]) -> None:
    for arguments in (("accept", waiting[0].id, "--as", "77"), ("correct", waiting[0].answer, "77")):
        done = feedback(url, *arguments)
        assert done.returncode == 2
        assert "one digit" in done.stderr
    assert "No database is named" in feedback("none", "list").stderr

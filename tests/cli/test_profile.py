"""`tenfold profile` and `tenfold predict --profile`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import pytest
from tests.cli.commands import answers, digit_picture, tenfold


@pytest.fixture
def hand(tmp_path: Path) -> Path:
    """A folder of two of each digit, in which ones and sevens have changed places."""
    folder = tmp_path / "hand"
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for pen in (16, 24):
            shown = {1: 7, 7: 1}.get(digit, digit)
            cv2.imwrite(str(folder / str(digit) / f"{pen}.png"), digit_picture(shown, pen=pen))
    return folder


def run(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return tenfold(*arguments, XDG_DATA_HOME=str(home))


def test_a_hand_is_added_used_listed_and_reset(tmp_path: Path, hand: Path) -> None:
    home, picture = tmp_path / "home", tmp_path / "seven.png"
    cv2.imwrite(str(picture), digit_picture(7))
    assert run(home, "profile", "list").stdout == "There are no profiles.\n"
    before = answers(run(home, "predict", picture, "--json"))
    done = run(home, "profile", "add", "me", hand)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("me: 20 digits: 2 of 0, 2 of 1")
    kept = home / "tenfold" / "profiles" / "me.npz"
    assert kept.stat().st_mode & 0o777 == 0o600
    (one,) = answers(run(home, "profile", "list", "--json"))
    assert (one["name"], one["digits"]) == ("me", [2] * 10)
    (mine,) = answers(run(home, "predict", picture, "--profile", "me", "--json"))
    assert mine["probabilities"][1] > mine["probabilities"][7]
    assert answers(run(home, "predict", picture, "--json")) == before
    assert run(home, "profile", "reset", "me").stdout == "me is forgotten.\n"
    assert not kept.exists()
    done = run(home, "predict", picture, "--profile", "me")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no profile 'me'" in done.stderr


def test_what_is_no_digit_is_left_out_and_said(tmp_path: Path) -> None:
    home, good, bad = tmp_path / "home", tmp_path / "four.png", tmp_path / "text.png"
    cv2.imwrite(str(good), digit_picture(4))
    bad.write_text("no picture")
    done = run(home, "profile", "add", "me", good, bad, "--digit", "4")
    assert done.returncode == 3
    assert "text.png" in done.stderr
    assert done.stdout == "me: 1 digit: 1 of 4\n"
    done = run(home, "profile", "add", "me", good)
    assert (done.returncode, "Which digit" in done.stderr) == (2, True)
    done = run(home, "profile", "add", "../me", good, "--digit", "4")
    assert (done.returncode, "no name for a profile" in done.stderr) == (2, True)

"""`tenfold tune` as people run it: killed by -9, gone on with, and its best used by `tenfold train`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.commands import answers, environment, finished

pytestmark = [pytest.mark.train, pytest.mark.mnist]
TUNE = ("tune", "linear", "--trials", "6", "--limit", "600")


def tenfold(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import os, sys; os.chdir(sys.argv.pop(1)); from tenfold.cli import main; main()"
    return finished([sys.executable, "-c", code, str(folder), *words], None, {})


def test_killed_it_goes_on_to_the_same_report(few: Path, tmp_path: Path) -> None:
    kept = tmp_path / "runs" / "tune-linear" / "trials"
    words = [sys.executable, "-m", "tenfold", *TUNE, "--data", str(few)]
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL) as process:
        while len(list(kept.glob("*.json"))) < 3 and process.poll() is None:
            time.sleep(0.005)
        process.kill()
    before = {path: path.stat().st_mtime_ns for path in kept.glob("*.json")}
    assert 3 <= len(before) < 9
    assert not (kept.parent / "best.json").exists()

    more = ("--data", str(few), "--resume", "--json", "--report", "out.html")
    done = tenfold(*TUNE, *more, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before, "measured again"
    assert len(list(kept.glob("*.json"))) == 6 + 3
    assert not list(tmp_path.rglob(".*.partial"))
    (found,) = answers(done)
    assert found["rungs"] == [600]
    assert {one["name"] for one in found["mattered"]} == {"penalty", "iterations"}
    assert "--params runs/tune-linear/best.json" in done.stderr
    whole = tmp_path / "whole"
    whole.mkdir()
    assert tenfold(*TUNE, *more, folder=whole).returncode == 0
    assert (whole / "out.html").read_bytes() == (tmp_path / "out.html").read_bytes()

    best = json.loads((kept.parent / "best.json").read_text())
    assert best == found["best"]["params"]
    trained = tenfold(
        "train", "linear", "--data", str(few), "--limit", "600", "--params", "runs/tune-linear/best.json",
        folder=tmp_path,
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    card = json.loads((tmp_path / "runs" / "linear" / "linear.json").read_text())
    assert card["scores"]["validation_accuracy"] == found["best"]["accuracies"]["600"]
    assert f"--params '{json.dumps(best)}'" in card["recipe"]

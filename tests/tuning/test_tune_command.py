"""`tenfold tune` as people run it: killed by -9, gone on with, and its best used by `tenfold train`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.commands import environment

from tenfold.config import Settings
from tenfold.scale.tune import tune
from tenfold.training.params import read_params
from tenfold.training.recipes import find_recipe, train_options
from tenfold.tuning.plan import Plan
from tenfold.tuning.report import page


def test_the_list_shows_what_is_searched(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tenfold", "tune", "linear", "--list"]
    done = subprocess.run(words, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    for word in ("hyperparameter", "penalty", "0.0001", "1e-06 to 1, log", "iterations", "10 to 300, log"):
        assert word in done.stdout
    assert not list(tmp_path.iterdir())
    done = subprocess.run([*words, "--json"], env=environment(), capture_output=True, text=True, check=True)
    assert [one["name"] for one in json.loads(done.stdout)] == ["penalty", "iterations"]


@pytest.mark.train
@pytest.mark.mnist
def test_killed_it_goes_on_to_the_same_report(few: Path, mnist_settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "tune-naive-bayes"
    words = [sys.executable, "-m", "tenfold", "tune", "naive-bayes", "--trials", "6", "--data", str(few)]
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL) as process:
        while len(list(folder.glob("trials/*.json"))) < 3 and process.poll() is None:
            time.sleep(0.005)
        process.kill()
    before = {path: path.stat().st_mtime_ns for path in folder.glob("trials/*.json")}
    assert 3 <= len(before) < 9
    assert not (folder / "best.json").exists()

    words += ["--resume", "--json", "--report", "out.html"]
    done = subprocess.run(words, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before, "measured again"
    assert len(list(folder.glob("trials/*.json"))) == 6 + 3
    found = json.loads(done.stdout)
    assert found["rungs"] == [366, 1100]
    assert {one["name"] for one in found["mattered"]} == {"levels", "smooth"}
    assert "--params runs/tune-naive-bayes/best.json" in done.stderr
    whole = tmp_path / "whole"
    undisturbed = page(tune(Plan("naive-bayes", whole, mnist_settings, str(few), trials=6)))
    assert (tmp_path / "out.html").read_text("utf-8") == undisturbed.replace(str(whole), "runs/tune-naive-bayes")

    best = read_params(str(folder / "best.json"))
    assert best == found["best"]["params"]
    options = train_options(out=tmp_path / "out", data=str(few), settings=mnist_settings, params=best)
    card = json.loads((find_recipe("naive-bayes").train(options) / "naive-bayes.json").read_text("utf-8"))
    assert card["scores"]["validation_accuracy"] == found["best"]["accuracies"]["1100"]
    assert f"--params '{json.dumps(best)}'" in card["recipe"]

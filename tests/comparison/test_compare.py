"""`tenfold compare` as people run it: a table, JSON, a report; going on where it was; going on when one fails."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tenfold.comparison.material import Part, get_material, spoil
from tenfold.comparison.measure import PATIENCE, _with_all_digits
from tenfold.comparison.run import Plan, _key, compare
from tenfold.config import Settings
from tenfold.data.splits import training_files
from tenfold.errors import DataError, UsageError
from tenfold.literature.entries import find_entry

FIGURES = {
    "accuracy", "accuracy_ci95", "nll", "ece", "per_digit_recall", "confusion", "fit_seconds", "seconds_a_digit",
    "peak_bytes", "bytes", "reject_rate_at_0.5", "learning_curve", "spoilt", "foreign", "published_error", "pairs",
}  # fmt: skip


@pytest.fixture(scope="session")
def few(mnist_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,500 digits of MNIST as somebody's own data, without a test part."""
    path = tmp_path_factory.mktemp("few") / "few.npz"
    whole = training_files(mnist_settings)
    np.savez(path, images=whole.images[:1500], labels=whole.labels[:1500])
    return path


def tenfold(*words: str, folder: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tenfold", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.train
@pytest.mark.mnist
def test_a_table_a_report_and_no_work_twice(few: Path, tmp_path: Path) -> None:
    words = ("compare", "--models", "linear,pca-quadratic", "--quick", "--data", str(few))
    first = tenfold(*words, "--report", "out.html", folder=tmp_path)
    assert "linear" in first.stdout
    assert "accuracy" in first.stdout
    assert "linear: " in first.stderr
    page = (tmp_path / "out.html").read_text("utf-8")
    for title in (
        "By rank",
        "Spoilt digits",
        "The pairs the survey names",
        "What more digits bring",
        "1 and 7",
        "What the columns say",
    ):
        assert title in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    kept = sorted(path.name.rpartition("-")[0] for path in (tmp_path / "runs" / "compare-quick").iterdir())
    assert kept == ["linear", "pca-quadratic"]
    again = tenfold(*words, "--json", folder=tmp_path)
    assert "fitted in" not in again.stderr
    rows = [json.loads(line) for line in again.stdout.splitlines()]
    assert [row["name"] for row in rows] == ["linear", "pca-quadratic"]
    for row in rows:
        assert set(row) >= FIGURES
        assert row["n"] == 250  # one in six
        assert row["digits"] == 1250
        # Where a fit took long, those in a hurry leave out the way there.
        way = ["100", "1000"] if row["fit_seconds"] < PATIENCE else []
        assert list(row["learning_curve"]) == [*way, "1250"]
        assert row["accuracy"] > 0.8
        assert len(row["answers"]) == 250
    fresh = tenfold(*words, "--fresh", "--models", "linear", folder=tmp_path)
    assert "fitted in" in fresh.stderr


@pytest.mark.train
@pytest.mark.mnist
def test_one_that_fails_is_reported_and_the_rest_goes_on(
    few: Path, mnist_settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = replace(find_entry("linear"), params={"penalty": "a loose screw"})
    nowhere = replace(find_entry("linear"), name="nowhere", home="nowhere:Nothing")
    entries = [broken, nowhere, find_entry("pca-quadratic")]
    material = get_material(str(few), mnist_settings, quick=True)
    rows = compare(Plan(entries, tmp_path / "kept", quick=True), material)
    assert "TypeError" in rows[0]["error"]
    assert "No module named" in rows[1]["error"]
    assert rows[2]["accuracy"] > 0.8
    assert "linear failed: TypeError" in capsys.readouterr().err
    assert [path.name.rpartition("-")[0] for path in (tmp_path / "kept").iterdir()] == ["pca-quadratic"]


def test_wrong_words_are_refused_before_any_work(tmp_path: Path) -> None:
    assert "Did you mean 'linear'?" in tenfold("compare", "--models", "linar", folder=tmp_path, status=2).stderr
    assert ".html" in tenfold("compare", "--report", "out.pdf", folder=tmp_path, status=2).stderr


@pytest.mark.mnist
def test_data_must_have_all_digits(mnist_settings: Settings, tmp_path: Path) -> None:
    whole = training_files(mnist_settings)
    there = np.flatnonzero(whole.labels[:600] != 8)
    np.savez(tmp_path / "no8.npz", images=whole.images[there], labels=whole.labels[there])
    with pytest.raises(DataError, match="there is no 8 to fit to"):
        get_material(str(tmp_path / "no8.npz"), mnist_settings)
    with pytest.raises(UsageError, match="holds none of"):
        get_material("mnist", mnist_settings, tmp_path, quick=True)
    with pytest.raises(UsageError, match="the rest"):
        get_material("mnist:test", mnist_settings)


def test_few_digits_to_fit_to_hold_every_digit() -> None:
    labels = np.array([0] * 98 + [1, 2, *range(3, 10)] + [0] * 50)
    few = _with_all_digits(Part("few", np.zeros((len(labels), 28, 28), np.uint8), labels), 100)
    assert len(few.labels) == 100
    assert set(few.labels.tolist()) == set(range(10))
    assert few.labels.tolist() == sorted(few.labels.tolist()), "in their order"


def test_rows_of_other_settings_are_no_others(few: Path, mnist_settings: Settings, tmp_path: Path) -> None:
    material = get_material(str(few), mnist_settings, quick=True)
    entry = find_entry("linear")
    keys = {
        _key(entry, Plan([entry], tmp_path, quick=True), material),
        _key(entry, Plan([entry], tmp_path, seed=1, quick=True), material),
        _key(replace(entry, params={"penalty": 0.5}), Plan([entry], tmp_path, quick=True), material),
        _key(replace(entry, home="linear:PairwiseLinear"), Plan([entry], tmp_path, quick=True), material),
    }
    assert len(keys) == 4
    reworded = replace(entry, title="Another title", published=1.0)
    assert _key(reworded, Plan([entry], tmp_path, quick=True), material) in keys


def test_spoiling_does_what_it_says() -> None:
    stroke = np.zeros((6, 28, 28), np.uint8)
    stroke[:, 6:22, 12:16] = 255
    ink = {name: float(spoil(stroke, much, "pen width").mean()) for name, much in (("thin", -1), ("wide", 2))}
    assert ink["thin"] < stroke.mean() * 0.8
    assert ink["wide"] > stroke.mean() * 1.4
    moved = spoil(stroke, 3, "shift").astype(float)
    for picture in moved:
        middle = np.array([(picture * axis).sum() for axis in np.mgrid[:28, :28]]) / picture.sum()
        assert np.hypot(*(middle - (13.5, 13.5))) == pytest.approx(3, abs=0.1)
    assert spoil(stroke, 0.4, "noise").std() > 60
    turned = spoil(stroke, 90, "rotation")
    assert turned[:, 12:16, 6:22].mean() > 200
    assert (spoil(stroke, 2, "shift") == spoil(stroke, 2, "shift")).all()

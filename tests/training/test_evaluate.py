"""Measuring a model: which way the pictures take, what counts as wrong, and what the report shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.commands import answers, digit_picture, python, tenfold
from tests.data.written import picture_folder

from tenfold.config import Settings
from tenfold.data.dataset import Dataset
from tenfold.data.held_out import test_data as mnist_test
from tenfold.errors import UsageError
from tenfold.models.base import ModelCard
from tenfold.training.evaluate import WAYS, Evaluation, Way, evaluate, one_way
from tenfold.training.evaluation_report import page
from tenfold.training.evaluation_text import describe
from tenfold.training.metrics import Readings
from tenfold.training.model_files import OpenModel
from tenfold.types import Floats

SETTINGS = Settings()


class ByBrightness:
    """Reads a picture by its mean: 0 for black to 9 for white, always with the same confidence."""

    card = ModelCard(name="brightness", sha256="b" * 64, thresholds=((0.01, 0.9), (0.5, 0.0)))

    def __init__(self, sure: float = 0.85) -> None:
        self.given: list[Floats] = []
        self.sure = sure

    def predict_proba(self, batch: Floats) -> Floats:
        self.given.append(batch)
        digits = np.minimum(batch.mean(axis=(1, 2)) * 10, 9).astype(int)
        rest = np.full((len(batch), 10), (1 - self.sure) / 9, np.float32)
        rest[np.arange(len(batch)), digits] = self.sure
        return rest


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., OpenModel]:
    def opened(classifier: Any = None) -> OpenModel:
        file = tmp_path / "weights"
        file.write_bytes(b"1234567")
        return OpenModel(classifier or ByBrightness(), file, 42)

    return opened


def shades(labels: list[int], grey: list[int]) -> Dataset:
    """Plain pictures of these greys, which pass for normalised ones."""
    images = np.stack([np.full((28, 28), value, np.uint8) for value in grey])
    return Dataset(images, np.array(labels), "shades", normalized=True)


def drawings(path: Path, blank: bool = False) -> Dataset:
    """Pictures of the ten digits, drawn large and dark on light, in files; and an empty sheet called a 5."""
    pictures, labels = [digit_picture(digit) for digit in range(10)], list(range(10))
    if blank:
        pictures, labels = [*pictures, np.full((120, 90), 250, np.uint8)], [*labels, 5]
    picture_folder(path, pictures, np.array(labels))
    files = sorted(path.rglob("*.png"))
    return Dataset(tuple(files), np.array([int(file.parent.name) for file in files]), str(path))


# -- which way -----------------------------------------------------------------------------------------------


def test_normalised_pictures_go_to_the_network_as_they_are(opened: Any) -> None:
    classifier = ByBrightness()
    outcome = evaluate(opened(classifier), shades([0, 4, 9, 3], [0, 110, 255, 200]), SETTINGS)
    given = np.concatenate(classifier.given)
    assert given.dtype == np.float32
    np.testing.assert_allclose(given[:, 5, 5], np.float32([0, 110, 255, 200]) / np.float32(255))
    figures = outcome.to_dict()
    assert (figures["way"], figures["n"], figures["errors"], figures["accuracy"]) == ("raw", 4, 1, 0.75)
    assert figures["confusion"][3][7] == 1
    assert (figures["model"], figures["data"]) == ("brightness@bbbbbbbb", "shades")
    assert (figures["parameters"], figures["bytes"]) == (42, 7)


def test_other_pictures_go_the_whole_way(opened: Any, tmp_path: Path) -> None:
    outcome = evaluate(opened(), drawings(tmp_path / "d", blank=True), SETTINGS)
    figures = outcome.to_dict()
    assert (figures["way"], figures["n"]) == ("whole", 11)
    # What the network saw: bright ink on black, 20x20 in 28x28.
    assert outcome.seen[0].max() > 200
    assert outcome.seen[:, :3].max() == 0
    assert outcome.readings.read.sum() == 10


def test_an_empty_picture_counts_as_a_mistake_of_its_digit(opened: Any, tmp_path: Path) -> None:
    folder = drawings(tmp_path / "d", blank=True)
    outcome = evaluate(opened(), folder, SETTINGS)
    figures = outcome.to_dict()
    assert figures["statuses"]["empty"] == 1
    empty = np.flatnonzero(~outcome.readings.read)
    assert outcome.readings.labels[empty].tolist() == [5]
    assert not outcome.readings.right[empty].any()
    assert np.array(figures["confusion"]).sum() == 10
    assert sum(figures["statuses"].values()) == figures["n"] == 11


def test_naive_is_a_plain_resize_with_the_ground_made_dark(opened: Any, tmp_path: Path) -> None:
    whole = evaluate(opened(), drawings(tmp_path / "d"), SETTINGS, "whole")
    naive = evaluate(opened(), drawings(tmp_path / "d"), SETTINGS, "naive")
    dark = Dataset(255 - np.stack([digit_picture(digit) for digit in range(10)]), np.arange(10), "dark")
    assert naive.to_dict()["way"] == "naive"
    assert not np.array_equal(naive.seen, whole.seen)
    np.testing.assert_array_equal(naive.seen, evaluate(opened(), dark, SETTINGS, "naive").seen)
    assert naive.seen[:, 0, 0].max() < 20


def test_raw_takes_28x28_arrays_only(opened: Any, tmp_path: Path) -> None:
    light = Dataset(np.full((2, 28, 28), 250, np.uint8), np.array([9, 1]), "light")
    assert evaluate(opened(), light, SETTINGS, "raw").to_dict()["accuracy"] == 0.5
    with pytest.raises(UsageError, match="does not hold 28x28 arrays"):
        evaluate(opened(), drawings(tmp_path / "d"), SETTINGS, "raw")


@pytest.mark.mnist
def test_mnist_by_name_can_be_sent_the_whole_way(opened: Any, mnist_settings: Settings) -> None:
    few = mnist_test(mnist_settings).take(np.arange(40))
    raw, whole = (evaluate(opened(), few, mnist_settings, way) for way in ("auto", "whole"))
    np.testing.assert_array_equal(raw.seen, few.images)
    assert whole.to_dict()["way"] == "whole"
    # What has the form already stays as it is, but it has been a file on the way.
    assert (whole.seen == raw.seen).all(axis=(1, 2)).sum() >= 38


@pytest.mark.parametrize(
    ("flags", "way"), [((), "auto"), (("whole",), "whole"), (("raw",), "raw"), (("naive",), "naive")]
)
def test_flags_choose_the_way(flags: tuple[str, ...], way: Way) -> None:
    assert one_way(**dict.fromkeys(flags, True)) == way
    assert way in WAYS


def test_flags_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        one_way(raw=True, naive=True)


# -- answers and budgets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("budget", "answered"), [(0.01, 0.0), (0.5, 1.0)])
def test_the_error_budget_decides_what_is_answered(budget: float, answered: float, opened: Any, tmp_path: Path) -> None:
    settings = Settings(error_budget=budget)
    outcome = evaluate(opened(), drawings(tmp_path / "d"), settings)
    figures = outcome.to_dict()
    sure = figures["statuses"]["ok"] + figures["statuses"]["uncertain"]
    assert figures["error_budget"] == budget
    assert figures["statuses"]["ok"] == answered * sure
    assert sure > 5
    if answered:
        right = outcome.readings.right[[answer.status == "ok" for answer in outcome.answers]]
        assert figures["answered_accuracy"] == right.mean()
    else:
        assert (figures["answered"], figures["answered_accuracy"]) == (0.0, None)


def test_a_model_without_thresholds_promises_no_budget(opened: Any, tmp_path: Path) -> None:
    classifier = ByBrightness(0.2)
    classifier.card = ModelCard(name="plain")
    outcome = evaluate(opened(classifier), drawings(tmp_path / "d"), SETTINGS)
    figures = outcome.to_dict()
    assert figures["error_budget"] is None
    assert figures["statuses"]["uncertain"] == 0
    assert "without thresholds" in describe(figures)
    assert "without thresholds" in Page(page(outcome)).text


def test_many_pictures_keep_their_order(opened: Any) -> None:
    grey = np.random.default_rng(0).integers(0, 256, 777)
    labels = np.minimum(np.float32(grey) / np.float32(255) * 10, 9).astype(int)
    outcome = evaluate(opened(), shades(labels.tolist(), grey.tolist()), SETTINGS)
    assert outcome.readings.right.mean() > 0.99
    np.testing.assert_array_equal(outcome.seen[:, 0, 0], grey)


# -- the report ----------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Which elements a page has, what it loads, and whether every element is closed."""

    VOID = frozenset({"meta", "img", "line", "rect", "circle", "polyline"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "title"):
            self.text += data.replace("\N{NO-BREAK SPACE}", " ")

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]


def test_the_report_shows_figures_mistakes_and_curves(opened: Any, tmp_path: Path) -> None:
    outcome = evaluate(opened(), drawings(tmp_path / "<script>alert(1)", blank=True), SETTINGS)
    wrong = int((~outcome.readings.right).sum())
    report = Page(page(outcome))
    figures = outcome.to_dict()
    assert f"{100 * figures['accuracy']:.2f} %" in report.text
    assert f"brightness@bbbbbbbb on {tmp_path}/<script>alert(1)" in report.text
    assert len(report.all("figure")) == wrong
    # Beside what the network saw stands the picture as it came.
    assert len(report.all("img")) == 2 * wrong
    assert "taken for empty" in report.text
    assert len(report.all("svg", role="img")) == 2
    hits = sum(int(row[digit] > 0) for digit, row in enumerate(figures["confusion"]))
    assert len(report.all("td", class_="hit")) == hits
    assert len(report.all("td", class_="miss")) == np.count_nonzero(figures["confusion"]) - hits


def test_the_report_needs_no_other_file_and_runs_nothing(opened: Any) -> None:
    text = page(evaluate(opened(), shades([1, 2, 3], [0, 60, 90]), SETTINGS))
    report = Page(text)
    assert not report.all("script")
    assert not report.all("link")
    for name in ("src", "href"):
        for _, attributes in report.elements:
            assert (attributes.get(name) or "data:").startswith("data:")
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"https?://", text)
    assert "prefers-color-scheme: dark" in text


def test_the_report_of_a_faultless_model(opened: Any) -> None:
    labels, grey = [0, 4, 9], [0, 110, 255]
    report = Page(page(evaluate(opened(ByBrightness(1.0)), shades(labels, grey), SETTINGS)))
    assert "100.00 %" in report.text
    assert "There are none." in report.text
    assert "none in this data" in report.text


def test_the_report_shows_the_most_confident_mistakes_first(opened: Any) -> None:
    outcome = evaluate(opened(), shades([5] * 100, [0] * 100), SETTINGS)
    probabilities = outcome.readings.probabilities.copy()
    probabilities[42] = np.eye(10)[0]
    changed = Evaluation(
        **{name: getattr(outcome, name) for name in Evaluation.__dataclass_fields__ if name != "readings"},
        readings=Readings(outcome.readings.labels, probabilities, outcome.readings.read),
    )
    report = Page(page(changed))
    assert len(report.all("figure")) == 60
    assert report.text.index("number 42") < report.text.index("number 0")
    assert "The worst mistakes" in report.text


# -- the command ---------------------------------------------------------------------------------------------


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    path = tmp_path / "digits.npz"
    images = np.stack([digit_picture(digit, 64, 6) for digit in range(10)])
    np.savez(path, images=images, labels=np.arange(10, dtype=np.uint8))
    return path


def test_the_command_prints_one_object_and_writes_the_report(npz: Path, tmp_path: Path) -> None:
    report = tmp_path / "new folder" / "report.html"
    done = tenfold("evaluate", "digit", "--data", npz, "--json", "--report", report)
    assert done.returncode == 0, done.stderr
    (figures,) = answers(done)
    assert figures["n"] == 10
    assert figures["data"] == str(npz)
    assert figures["model"].startswith("digit@")
    assert set(figures) >= {"accuracy", "accuracy_ci95", "errors", "nll", "ece", "per_digit_recall", "confusion"}
    assert set(figures) >= {"coverage_at_error", "parameters", "bytes", "statuses", "answered", "answered_accuracy"}
    assert str(report) in done.stderr
    Page(report.read_text("utf-8"))
    assert [path.name for path in report.parent.iterdir()] == ["report.html"]


def test_the_command_explains_itself_without_json(npz: Path) -> None:
    done = tenfold("evaluate", "digit", "--data", npz, "--naive")
    assert done.returncode == 0, done.stderr
    assert "10 pictures, merely resized to 28x28" in done.stdout
    assert "recall, %" in done.stdout


def test_measuring_a_shipped_model_needs_the_core_only(npz: Path) -> None:
    code = """
import json, sys
from tenfold.cli import main
sys.argv = ["tenfold", "evaluate", "digit", "--json", "--data", sys.argv[1]]
try:
    main()
except SystemExit as end:
    assert not end.code
heavy = {"keras", "tensorflow", "h5py", "onnx", "matplotlib", "sklearn"} & set(sys.modules)
print(json.dumps(sorted(heavy)))
"""
    done = python(code, npz)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
    assert json.loads(done.stdout.splitlines()[0])["n"] == 10


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["evaluate", "dgit"], 2, "Did you mean 'digit'?"),
        (["evaluate", "missing.h5", "--data", "{npz}"], 2, "no file"),
        (["evaluate", "digit", "--data", "nowhere"], 2, "nowhere"),
        (["evaluate", "digit", "--data", "{npz}", "--error-budget", "2"], 2, "error_budget"),
        (["evaluate", "digit", "--data", "{npz}", "--report", "{npz}/x.html"], 2, "cannot be used as a folder"),
        (["evaluate", "digit", "--data", "nowhere", "--report", "report.pdf"], 2, "does not end in .html"),
        (["evaluate", "digit", "--data", "nowhere", "--report", "{npz.parent}"], 2, "is a folder; expected the name"),
    ],
)
def test_mistakes_are_named(arguments: list[str], status: int, said: str, npz: Path) -> None:
    done = tenfold(*[argument.format(npz=npz) for argument in arguments])
    assert (done.returncode, said in done.stderr) == (status, True), done.stderr

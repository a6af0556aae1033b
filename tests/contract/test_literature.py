"""What every classifier of the literature must keep; a new entry of the catalogue is tested by existing."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenfold.comparison.measure import WITH_KERAS
from tenfold.config import Settings
from tenfold.data.splits import training_data
from tenfold.errors import UnknownName
from tenfold.imaging.normalize import VERSION
from tenfold.literature.entries import ENTRIES, Entry, find_entry
from tenfold.models.load import load_model

Digits = tuple[np.ndarray, np.ndarray]

pytestmark = [pytest.mark.train, pytest.mark.mnist]
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


@pytest.fixture(scope="session")
def digits(mnist_settings: Settings) -> Digits:
    """The first 2,500 of MNIST's training digits: float32 (2500, 784) and their labels."""
    train, _ = training_data(mnist_settings)
    return train.images[:2500].reshape(2500, -1).astype(np.float32) / np.float32(255), train.labels[:2500]


@pytest.fixture(scope="session")
def fitted(digits: Digits, request: pytest.FixtureRequest) -> Any:
    """Each entry fitted to 2,000 digits, once."""
    made: dict[str, Any] = {}

    def get(entry: Entry) -> Any:
        if entry.name not in made:
            if entry.family in WITH_KERAS:
                request.getfixturevalue("keras")
            made[entry.name] = fit(entry, digits)
        return made[entry.name]

    return get


def fit(entry: Entry, digits: Digits) -> Any:
    return entry.make(quick=True).fit(digits[0][:2000], digits[1][:2000])


def test_names_are_unique_and_the_nearest_is_offered() -> None:
    names = [entry.name for entry in ENTRIES]
    assert len(set(names)) == len(names)
    with pytest.raises(UnknownName, match="Did you mean 'linear'"):
        find_entry("linaer")


@every_entry
def test_it_says_what_it_is_and_where_it_is_from(entry: Entry) -> None:
    assert 10 < len(entry.title) <= 90
    assert entry.source
    assert entry.published is None or 0 < entry.published < 20


@every_entry
def test_probabilities_sum_to_one(entry: Entry, digits: Digits, fitted: Any) -> None:
    chances = fitted(entry).predict_proba(digits[0][2000:2200])
    assert chances.shape == (200, 10)
    assert chances.dtype == np.float32
    assert (chances >= 0).all()
    assert chances.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert (fitted(entry).predict(digits[0][2000:2200]) == chances.argmax(axis=1)).all()


# One way to fit serves all networks: a second fit of some shows it.
TWICE = [
    entry
    for entry in ENTRIES
    if entry.family not in ("networks", "votes", "ours") or entry.name in ("dbn", "lenet-5-distorted")
]


@pytest.mark.parametrize("entry", TWICE, ids=lambda entry: entry.name)
def test_a_seed_decides_everything(entry: Entry, digits: Digits, fitted: Any) -> None:
    models = (fitted(entry), fit(entry, digits))
    one, other = (model.predict_proba(digits[0][2000:2100]) for model in models)
    assert (one == other).all()


@every_entry
def test_it_survives_a_file_bit_for_bit(entry: Entry, digits: Digits, fitted: Any, tmp_path: Path) -> None:
    path = fitted(entry).save(tmp_path / entry.name)
    loaded = load_model(path, VERSION)
    shown = digits[0][2000:2100]
    assert (loaded.raw(shown.reshape(-1, 28, 28)) == fitted(entry).predict_proba(shown)).all()
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([path.name, f"{entry.name}.json"])
    again = fitted(entry).save(tmp_path / "again" / entry.name)
    assert again.read_bytes() == path.read_bytes()


def test_their_files_are_read_where_there_is_no_scikit_learn(fitted: Any, tmp_path: Path) -> None:
    paths = [str(fitted(entry).save(tmp_path / entry.name)) for entry in ENTRIES]
    code = (
        "import sys, numpy, tenfold\n"
        "for name in ('sklearn', 'scipy', 'joblib', 'keras', 'tensorflow'): sys.modules[name] = None\n"
        f"for path in {paths!r}:\n"
        "    answer = tenfold.Recognizer(path).classifier.predict_proba(numpy.zeros((2, 28, 28), numpy.float32))\n"
        "    assert answer.shape == (2, 10), path\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


@every_entry
def test_wrong_shapes_are_refused(entry: Entry, digits: Digits, fitted: Any) -> None:
    x, y = digits
    with pytest.raises(ValueError, match="X has 100 features"):
        fitted(entry).predict_proba(x[:5, :100])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        entry.make(quick=True).fit(x[:50], y[:49])
    if entry.make(quick=True).only_pictures:
        with pytest.raises(ValueError, match="pictures of 28x28, which are 784 features; got 100"):
            entry.make(quick=True).fit(x[:500, :100], y[:500])


@every_entry
def test_a_digit_that_never_occurs_is_refused(entry: Entry, digits: Digits) -> None:
    x, y = digits
    there = y[:500] != 4
    with pytest.raises(ValueError, match="no example of 4"):
        entry.make(quick=True).fit(x[:500][there], y[:500][there])
    with pytest.raises(ValueError, match="Labels must be digits"):
        entry.make(quick=True).fit(x[:500], y[:500] + 1)


@every_entry
def test_bytes_are_pixels(entry: Entry, digits: Digits, fitted: Any) -> None:
    x = digits[0][2000:2020]
    pixels = np.rint(x * 255).astype(np.uint8).reshape(-1, 28, 28)
    assert (fitted(entry).predict_proba(pixels) == fitted(entry).predict_proba(x)).all()


@every_entry
def test_it_learns(entry: Entry, digits: Digits, fitted: Any) -> None:
    x, y = digits
    score = fitted(entry).score(x[2000:], y[2000:])
    assert score >= entry.floor, f"{entry.name}: {score:.3f} on 500 digits after 2,000; floor {entry.floor}"


ANY_FEATURES = [entry for entry in ENTRIES if not entry.home.startswith(("nets", "ours"))]


def _general() -> list[Any]:
    try:
        made = [entry.make(quick=True, classes=None) for entry in ANY_FEATURES]
    except Exception:  # without the extra the marked tests are not run either
        return []
    return [one for one in made if not one.only_pictures]


def _estimator_checks() -> Any:
    from sklearn.utils.estimator_checks import parametrize_with_checks

    return parametrize_with_checks(_general())


@_estimator_checks()
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)

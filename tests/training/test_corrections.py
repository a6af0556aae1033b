"""Learning from corrections: what is taken, what judges, what is kept, and what may answer."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.cli.commands import answers, digit_picture, tenfold

from tenfold.config import Settings
from tenfold.data.synth import draw, path, scrawl
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import WEIGHTS, load_onnx
from tenfold.store.store import Store
from tenfold.store.values import Given
from tenfold.store.versions import Check, Versions
from tenfold.training import corrections, passing
from tenfold.training.accepted import COPY, FEWEST, Corrected, accepted, divided
from tenfold.training.family import Ready
from tenfold.training.passing import FEWEST_JUDGES, better, compared, hardly_worse, sign_test
from tenfold.training.recipes import find_recipe, train_options

# A 9 whose tail comes back in a loop.
LOOPED = "80,20 45,0 15,25 40,48 78,25! 78,75 50,80 20,98 50,110 95,80"


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def correct(store: Store, value: str, picture: bytes | None, accept: bool = True, **more: Any) -> str:
    given = Given(uuid.uuid4().hex, "me", "digit@0", "digit", "ok", "1", 0.9, picture=picture)
    given = replace(given, **more)
    store.record([given])
    made = store.correct(given.id, "me", value)
    store.review(made.id, accept)
    return made.id


def many(store: Store, count: int, seed: int = 0) -> None:
    """Drawn digits of all kinds, each moved and thickened a little, accepted as what they are."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        picture = digit_picture(number % 10, pen=int(rng.integers(12, 30)))
        turned = cv2.getRotationMatrix2D((140, 140), float(rng.uniform(-25, 25)), float(rng.uniform(0.6, 1)))
        correct(store, str(number % 10), png(cv2.warpAffine(picture, turned, (280, 280), borderValue=255)))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'kept.db'}"


def test_only_accepted_digits_with_a_picture_are_taken(url: str) -> None:
    store = Store(url)
    many(store, FEWEST)
    seven = png(digit_picture(7))
    correct(store, "7", None)
    correct(store, "7", seven, accept=False)
    correct(store, "", seven)
    correct(store, "2026", seven, task="number")
    correct(store, "7", png(np.full((50, 50), 255, np.uint8)))
    correct(store, "7", b"damaged")
    found = accepted(store)
    assert found.pixels.shape == (FEWEST, 28, 28)
    assert sorted(found.labels.tolist()) == sorted([number % 10 for number in range(FEWEST)])
    assert 0 < found.judges.sum() < FEWEST / 2
    store.close()


def copies_of_one_picture(store: Store) -> None:
    for pen in (18, 19, 20, 21, 22) * 3:
        correct(store, "4", png(digit_picture(4, pen=pen)))


def apart(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Mean differences of pixels, (n, m)."""
    return np.abs(some[:, None].astype(int) - others[None]).mean(axis=(2, 3))


def test_what_is_learned_is_no_copy_of_what_judges_and_copies_judge_once(url: str) -> None:
    store = Store(url)
    many(store, FEWEST)
    copies_of_one_picture(store)
    found = accepted(store)
    store.close()
    judging = found.pixels[found.judges]
    assert (apart(judging, found.pixels[~found.judges]) > COPY).all()
    assert (apart(judging, judging) > COPY)[~np.eye(len(judging), dtype=bool)].all()
    fours = found.pixels[found.labels == 4]
    of_them = apart(fours, found.pixels[found.judges]) < 4
    assert of_them.any(axis=0).sum() <= 1, "fifteen copies are not fifteen judges"


def test_what_judges_once_judges_always(url: str) -> None:
    """Whatever comes later, even as the first of its copies, or goes: what judges is not learned."""
    store = Store(url)
    many(store, 60)
    found = accepted(store)
    store.close()
    judging = {one.tobytes() for one in found.pixels[found.judges]}
    rng = np.random.default_rng(0)
    for _ in range(20):
        order = rng.permutation(len(found.labels))[: int(rng.integers(30, 60))]
        pixels = found.pixels[order]
        # Each beside a copy that is a little brighter, before or behind it.
        brighter = np.minimum(pixels.astype(int) + 4 * (pixels > 0), 255).astype(np.uint8)
        both = [pixels, brighter] if rng.integers(2) else [brighter, pixels]
        again = divided(np.concatenate(both), np.concatenate([found.labels[order]] * 2))
        learned = {one.tobytes() for one in again.pixels[~again.judges]}
        assert not learned & judging


def test_those_without_a_picture_are_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(url)
    many(store, FEWEST)
    correct(store, "7", None)
    correct(store, "3", png(digit_picture(3)), at=1.0)
    store.forget(30, 1)
    accepted(store)
    store.close()
    assert "2 accepted corrections have no picture, or none any more" in capsys.readouterr().err


def test_one_hand_that_writes_one_digit_over_and_over_is_on_both_sides(url: str) -> None:
    store = Store(url)
    rng = np.random.default_rng(0)
    for _ in range(80):
        correct(store, "9", png(255 - draw(scrawl(path(LOOPED), rng, 0.8), rng, float(rng.uniform(0.05, 0.12)))))
    found = accepted(store)
    store.close()
    assert 8 <= found.judges.sum() <= 40


def test_too_few_are_told(url: str, tmp_path: Path, mnist_settings: Settings) -> None:
    store = Store(url)
    many(store, 3)
    store.close()
    settings = replace(mnist_settings, database=url)
    with pytest.raises(UsageError, match="3 accepted corrections of digits have a picture; at least 20"):
        find_recipe("digit").train(train_options(out=tmp_path / "run", feedback=True, settings=settings))


def ready(labels: np.ndarray, pixels: np.ndarray) -> Ready:
    return Ready(pixels, labels, (pixels, labels), "some", "")


def test_what_reads_a_digit_worse_does_not_pass(url: str, tmp_path: Path) -> None:
    """The shipped network beside one that knows nothing, both ways round."""
    from tenfold.models.base import Calibrated, ModelCard

    class Ones(Calibrated):
        card = ModelCard("ones", output="probabilities")

        def raw(self, batch: np.ndarray) -> np.ndarray:
            return np.eye(10, dtype=np.float32)[np.ones(len(batch), int)]

    store = Store(url)
    many(store, 60)
    corrected = accepted(store)
    store.close()
    known, options = ready(corrected.labels, corrected.pixels), train_options(out=tmp_path)
    worse = compared(load_onnx("digit", VERSION), Ones(), known, [], corrected, options)
    better = compared(Ones(), load_onnx("digit", VERSION), known, [], corrected, options)
    assert [check.passed for check in worse] == [digit == 1 for digit in range(10)] + [False]
    assert all(check.passed for check in better)
    same = compared(Ones(), Ones(), known, [], corrected, options)
    assert [check.passed for check in same] == [True] * 10 + [False], "corrections have to be read better, not as well"


def test_the_sign_test_is_that_of_the_books() -> None:
    assert sign_test(5, 0) == 1 / 32
    assert sign_test(0, 0) == 1
    # Siegel and Castellan's table of the binomial: 10 pairs, 2 of the rarer kind.
    assert sign_test(8, 2) == pytest.approx(0.0547, abs=1e-4)
    assert sign_test(9, 1) == pytest.approx(0.0107, abs=1e-4)


def test_one_more_right_is_chance_and_five_of_five_are_not() -> None:
    all_of = np.ones(30, bool)
    for count, enough in ((0, False), (1, False), (4, False), (5, True)):
        old = np.arange(30) >= count
        assert better(old, all_of) == enough
    assert not better(np.arange(30) >= 8, np.arange(30) < 28), "8 won, 2 lost: 5.5 %"
    assert not better(np.zeros(FEWEST_JUDGES - 1, bool), np.ones(FEWEST_JUDGES - 1, bool))


def test_no_more_is_lost_than_one_picture_or_three_of_a_thousand() -> None:
    for count, lost, enough in ((10, 1, True), (10, 2, False), (1000, 3, True), (1000, 4, False)):
        assert hardly_worse(np.ones(count, bool), np.arange(count) >= lost) == enough


def test_losses_that_are_allowed_do_not_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each version loses one picture of what the one before it knew: the second has lost two of the shipped ones."""
    labels = np.zeros(40, np.int64)
    pixels = np.zeros((40, 28, 28), np.uint8)
    corrected = Corrected(pixels, labels, np.arange(40) < 20)
    said = {"shipped": range(20, 20), "first": range(20, 21), "second": range(20, 22)}

    def answer(network: Any, pixels: np.ndarray) -> np.ndarray:
        return np.eye(10)[np.isin(np.arange(len(pixels)), list(said[network])).astype(int)]

    monkeypatch.setattr(passing, "answers", answer)
    known, options = ready(labels, pixels), train_options(out=tmp_path)

    def passed(*networks: str) -> dict[str, bool]:
        before, after, *shipped = networks
        found = compared(before, after, known, [], corrected, options, *shipped)  # type: ignore[arg-type]
        return {check.what: check.passed for check in found}

    zeros = "0 among MNIST's validation digits"
    assert passed("first", "second")[zeros]
    beside = passed("first", "second", "shipped")
    assert beside[zeros]
    assert not beside[f"{zeros}, beside the shipped network"]
    assert passed("shipped", "first", "shipped")[f"{zeros}, beside the shipped network"]
    assert list(beside)[-1] == "corrections it has not learned from"


@pytest.mark.train
@pytest.mark.mnist
def test_a_run_leaves_a_version_and_says_what_becomes_of_it(
    url: str, tmp_path: Path, mnist_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(url)
    many(store, 40)
    order = []
    monkeypatch.setattr(corrections, "compared", lambda *given: order.append("compared") or compared(*given))
    few = {"limit": 200, "epochs": 1, "settings": replace(mnist_settings, database=url)}
    few["test"] = lambda: order.append("test digits")
    out = find_recipe("digit").train(train_options(out=tmp_path / "run", feedback=True, **few))
    assert order == ["compared", "test digits"], "what passes is decided before the test digits are seen"
    (version,) = Versions(store).listed()
    weights, card = Versions(store).weights(version.id)
    assert weights == (out / "digit.onnx").read_bytes()
    assert card == load_onnx(str(out / "digit.onnx"), VERSION).card
    assert card.recipe == "tenfold train digit --feedback --epochs 1 --limit 200 --seed 0"
    assert "accepted corrections" in card.data
    assert card.parity["same_digit"] == card.parity["images"]
    assert card.scores["validation_accuracy"] > 0.95, "it went on from the shipped weights"
    assert version.checks[-1].what == "corrections it has not learned from"
    assert version.answers == version.passed
    store.close()
    listed = tenfold("models", "versions", "--database", url)
    assert listed.stdout.startswith(f"{version.id}  ")
    assert version.card.identity in listed.stdout
    (row,) = answers(tenfold("models", "versions", "--json", "--database", url))
    assert row["id"] == version.id
    assert len(row["checks"]) == len(version.checks)


def test_promote_and_roll_back_on_the_command_line(url: str) -> None:
    store = Store(url)
    data = (WEIGHTS / "digit.onnx").read_bytes()
    card = load_onnx("digit", VERSION).card
    good = Versions(store).add(data, card, [Check("all", 10, 0.5, 0.6, True)])
    bad = Versions(store).add(data, card, [Check("all", 10, 0.5, 0.4, False)])
    store.close()
    assert "The shipped digit answers." in tenfold("models", "versions", "--database", url).stdout
    assert tenfold("models", "promote", str(good.id), "--database", url).stdout == f"Version {good.id} answers.\n"
    refused = tenfold("models", "promote", str(bad.id), "--database", url)
    assert refused.returncode == 1
    assert "--anyway" in refused.stderr
    listed = tenfold("models", "versions", "--database", url).stdout
    assert "all: 50.00% -> 40.00% of 10, not good enough" in listed
    assert tenfold("models", "rollback", "--database", url).stdout == "The shipped digit answers.\n"
    assert tenfold("models", "rollback", "--database", url).returncode == 1
    assert json.loads(tenfold("models", "versions", "--json", "--database", url).stdout.splitlines()[0])["id"] == bad.id

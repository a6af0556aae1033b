"""A search finds what was planted, goes on where it was, and says what mattered; nothing is measured twice."""

from __future__ import annotations

import json
import math
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.errors import TenfoldError, UnknownName, UsageError
from tenfold.scale.alone import alone
from tenfold.scale.tune import tune
from tenfold.training.beside import Beside, Tell
from tenfold.training.family import open_limited
from tenfold.training.recipes import train_options
from tenfold.tuning.measure import Result, Run, one_by_one
from tenfold.tuning.plan import Plan, get_space
from tenfold.tuning.report import page
from tenfold.tuning.search import Search, summary
from tenfold.tuning.text import failures

pytestmark = [pytest.mark.train, pytest.mark.mnist]


@pytest.fixture
def plan(few: Path, mnist_settings: Settings, tmp_path: Path) -> Plan:
    return Plan("linear", tmp_path / "out", mnist_settings, str(few), trials=40)


class Planted:
    """An engine: the penalty is best at 0.003, the iterations hardly matter, and more digits are better."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.runs: list[Run] = []
        self._stop_after = stop_after

    def __call__(self, runs: Sequence[Run]) -> Iterator[Result]:
        for run in runs:
            if len(self.runs) == self._stop_after:
                raise KeyboardInterrupt
            self.runs.append(run)
            distance = abs(math.log10(float(run.params["penalty"] or 0) / 0.003))
            error = 0.02 + 0.03 * distance + 0.001 * float(run.params["iterations"] or 0) / 300 + 10 / run.digits
            yield Result(run, 1 - error, 1.0)


def test_it_finds_what_was_planted_and_says_what_mattered(plan: Plan) -> None:
    engine, told = Planted(), []
    search = Search(plan)
    outcome = search.run(engine, told.append)
    assert outcome.space.rungs == (366, 1100), "a ninth would be too few"
    assert 0.001 < float(outcome.best.params["penalty"] or 0) < 0.009
    assert json.loads((plan.out / "best.json").read_text()) == outcome.best.params
    mattered = {one.name: one.share for one in outcome.mattered.params}
    assert [*mattered] == ["penalty", "iterations"]
    assert mattered["penalty"] > 0.8
    assert mattered["iterations"] < 0.1
    assert outcome.mattered.explained is not None
    assert outcome.mattered.explained > 0.7
    lowest = min(outcome.mattered.params[0].effect, key=lambda one: one[1])
    assert 0.0005 < float(lowest[0] or 0) < 0.02
    # A third goes on, and the recipe's own whatever they are worth.
    assert [run.trial for run in engine.runs[:40]] == list(range(40))
    assert len(engine.runs) == 40 + 14
    assert engine.runs[40].trial == 0
    assert outcome.own.params == {"penalty": 1e-4, "iterations": 100}
    assert [*outcome.own.accuracies] == [366, 1100]
    assert sum(told) == search.digits == 40 * 366 + 14 * 1100


def test_a_report_stands_by_itself(plan: Plan) -> None:
    text = page(Search(plan).run(Planted()))
    for part in ("What mattered", "Errors by value", "Trials", "penalty", "iterations", "<svg", "best.json"):
        assert part in text
    assert "<script" not in text
    assert "http" not in text


def test_it_goes_on_where_it_was(plan: Plan) -> None:
    whole = Search(replace(plan, out=plan.out.with_name("whole"))).run(Planted())
    for stop_after in (7, 38):
        with pytest.raises(KeyboardInterrupt):
            Search(replace(plan, resume=True)).run(Planted(stop_after))
    (plan.out / "trials" / "00003-366.json").write_text('{"accuracy": 0.5')
    engine = Planted()
    search = Search(replace(plan, resume=True))
    assert 45 * 366 + 400 < search.done + 1100 < search.digits
    outcome = search.run(engine)
    assert len(engine.runs) == 1 + 54 - 45, "the damaged one, and what was not done"
    assert summary(outcome) == summary(whole)
    assert page(outcome) == page(whole).replace("whole/", "out/")
    engine = Planted()
    more = Search(replace(plan, resume=True, trials=44)).run(engine)
    assert [run.trial for run in engine.runs][:4] == [40, 41, 42, 43]
    assert len(more.trials) == 44


def test_another_search_is_not_gone_on_with(plan: Plan) -> None:
    with pytest.raises(KeyboardInterrupt):
        Search(plan).run(Planted(0))
    assert not plan.out.exists(), "nothing was measured: there is nothing to go on with"
    with pytest.raises(KeyboardInterrupt):
        Search(plan).run(Planted(1))
    with pytest.raises(UsageError, match=r"holds a search already.*--resume.*--overwrite"):
        Search(plan)
    with pytest.raises(UsageError, match="other recipe, parameters"):
        Search(replace(plan, recipe="knn", resume=True))
    with pytest.raises(UsageError, match="other rungs, seed"):
        Search(replace(plan, seed=1, limit=500, resume=True))
    with pytest.raises(UsageError, match="exclude each other"):
        Search(replace(plan, resume=True, overwrite=True))
    (plan.out / "search.json").write_text("[")
    with pytest.raises(UsageError, match="cannot be read"):
        Search(replace(plan, resume=True))


def test_a_new_search_takes_the_place_of_an_old_one_when_it_has_measured(plan: Plan) -> None:
    Search(plan).run(Planted())
    before = {path: path.read_bytes() for path in plan.out.rglob("*.json")}
    other = replace(plan, seed=1, overwrite=True)
    with pytest.raises(TenfoldError, match="No trial could be measured"):
        Search(other).run(lambda runs: (Result(run, None, error="a loose screw") for run in runs))
    assert {path: path.read_bytes() for path in plan.out.rglob("*.json")} == before
    search = Search(other)
    assert search.done == 0
    with pytest.raises(KeyboardInterrupt):
        search.run(Planted(2))
    left = sorted(path.name for path in plan.out.rglob("*.json"))
    assert left == ["00000-366.json", "00001-366.json", "search.json"]
    engine = Planted()
    Search(replace(plan, seed=1, resume=True)).run(engine)
    assert len(engine.runs) == 54 - 2


def dying(plan: Plan, run: Run, _: Tell) -> Result:
    """As a trial that takes more memory than there is: the second always, the third where it is tried first."""
    once = plan.out.with_name("once")
    first = run.trial == 2 and not once.exists()
    if first:
        once.touch()
    if first or run.trial == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return next(Planted()([run]))


def test_a_trial_that_dies_is_a_failed_row_and_is_tried_again(plan: Plan) -> None:
    plan = replace(plan, trials=9)
    with closing(Beside(dying, plan)) as process:
        outcome = Search(plan).run(lambda runs: one_by_one(process, runs))
    assert [trial.number for trial in outcome.trials if trial.died] == [1]
    said = "1 of 9 trials failed, 1 of them because the process died; 1 said: its process ended with exit status -9"
    assert failures(outcome).startswith(said)
    assert said in page(outcome)
    assert summary(outcome)["died"] == summary(outcome)["failed"] == 1
    again = Planted()
    Search(replace(plan, resume=True)).run(again)
    assert [run.trial for run in again.runs][:1] == [1]


def test_a_rung_has_every_digit_whatever_their_order(mnist_settings: Settings, tmp_path: Path) -> None:
    """As a folder 0/ to 9/ gives them: sorted."""
    labels = np.repeat(np.arange(10), 360)
    pictures = np.zeros((3600, 28, 28), np.uint8)
    pictures[:, 0, 0], pictures[:, 0, 1] = np.divmod(np.arange(3600), 256)
    np.savez(tmp_path / "sorted.npz", images=pictures, labels=labels)
    plan = Plan("linear", tmp_path / "out", mnist_settings, str(tmp_path / "sorted.npz"))
    rungs = get_space(plan).rungs
    assert rungs == (366, 1100, 3300)
    before: set[int] = set()
    for digits in rungs:
        given = train_options(out=tmp_path, data=plan.data, settings=mnist_settings, limit=digits)
        fitting, held = open_limited(given)
        assert len(fitting) == digits
        for part in (fitting, held):
            counts = np.bincount(part.labels, minlength=10)
            assert counts.max() - counts.min() <= 2
        assert isinstance(fitting.images, np.ndarray)
        codes = fitting.images[:, 0, 0].astype(int) * 256 + fitting.images[:, 0, 1]
        assert (np.diff(codes) > 0).all(), "in their order"
        assert before <= set(codes.tolist())
        before = set(codes.tolist())


def test_what_fails_goes_no_further_and_is_tried_again(plan: Plan) -> None:
    def engine(runs: Sequence[Run]) -> Iterator[Result]:
        for result in Planted()(runs):
            yield result if result.run.trial % 2 else Result(result.run, None, error="a loose screw")

    outcome = Search(plan).run(engine)
    assert {trial.number % 2 for trial in outcome.trials if len(trial.accuracies) == 2} == {1}
    assert outcome.own.error == "a loose screw"
    assert failures(outcome) == "20 of 40 trials failed; own said: a loose screw"
    assert "the recipe's own failed" in page(outcome).replace("&#x27;", "'")
    again = Planted()
    Search(replace(plan, resume=True)).run(again)
    assert [run.trial for run in again.runs[:20]] == list(range(0, 40, 2))
    with pytest.raises(TenfoldError, match=r"No trial could be measured.*: a loose screw"):
        Search(replace(plan, out=plan.out / "none")).run(
            lambda runs: (Result(run, None, error="a loose screw") for run in runs)
        )


def test_wrong_words_are_refused_before_any_work(plan: Plan) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'linear'"):
        tune(replace(plan, recipe="linaer"))
    with pytest.raises(
        UsageError, match=r"'vote' has no hyperparameters to search over\. Those that have: .*fast.*linear"
    ):
        tune(replace(plan, recipe="vote"))
    with pytest.raises(UnknownName, match="no engine 'spark'"):
        tune(plan, "spark")
    with pytest.raises(UsageError, match="--engine ray"):
        tune(plan, "local", address="auto")
    with pytest.raises(UsageError, match="--engine ray"):
        tune(plan, "local", workers=2)
    for given in ({"trials": 1}, {"epochs": 0}, {"limit": 0}):
        with pytest.raises(UsageError, match=f"--{next(iter(given))} is"):
            tune(replace(plan, **given))
    with pytest.raises(UsageError, match=r"'linear' is not trained in epochs\. Leave out --epochs"):
        tune(replace(plan, epochs=3))
    with pytest.raises(UsageError, match="--seed is 5000000000; expected less than 4294967296"):
        tune(replace(plan, seed=5_000_000_000))
    with pytest.raises(UsageError, match="never trained on"):
        tune(replace(plan, data="mnist:test"))
    with alone(plan.out), pytest.raises(UsageError, match="Another process is writing"):
        tune(plan)
    assert not plan.out.exists()
    plan.out.touch()
    with pytest.raises(UsageError, match="it is a file"):
        tune(plan)

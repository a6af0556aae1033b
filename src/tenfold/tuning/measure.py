"""One trial on one rung: the recipe trained as `tenfold train` would, and judged by the validation digits."""

from __future__ import annotations

import io
import json
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path

from tenfold.training.beside import RETRIES, Beside, Died, Tell
from tenfold.training.framework import forget_networks
from tenfold.training.params import Params
from tenfold.training.recipes import find_recipe, train_options
from tenfold.tuning.plan import Plan


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be measured.

    Attributes:
        trial: Its number.
        digits: How many digits it is trained on.
        params: What was chosen.
    """

    trial: int
    digits: int
    params: Params


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it.

    Attributes:
        run: What was measured.
        accuracy: On the validation digits, 0..1; None if it failed.
        seconds: What it took.
        error: Why it failed; empty if it did not.
        died: Whether that is because its process died, each time it was tried.
    """

    run: Run
    accuracy: float | None
    seconds: float = 0.0
    error: str = ""
    died: bool = False


Process = Beside[Plan, Run, Result]


def measure(plan: Plan, run: Run) -> Result:
    """Train and judge; whatever goes wrong is the result of this one, and the others go on.

    Nobody hands over the test digits, and nothing of what is trained stays.
    """
    start = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="tenfold-") as folder,
        redirect_stderr(io.StringIO()),  # a recipe tells of its progress, and there are many of them
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # that a poor choice did not converge is no news
        try:
            options = train_options(
                data=plan.data,
                epochs=plan.epochs,
                seed=plan.seed,
                out=Path(folder) / "out",
                settings=plan.settings,
                limit=run.digits,
                params=run.params,
            )
            out = find_recipe(plan.recipe).train(options)
            card = json.loads((out / f"{plan.recipe}.json").read_text("utf-8"))
            accuracy = float(card["scores"]["validation_accuracy"])
        except Exception as error:  # whatever a choice of hyperparameters leads to is what came of the trial
            what = str(error).strip() or type(error).__name__
            return Result(run, None, time.perf_counter() - start, what)
        finally:
            forget_networks()
    return Result(run, accuracy, time.perf_counter() - start)


def process_for(plan: Plan) -> Process:
    """The process in which `one_by_one` measures; whoever has it closes it."""
    return Beside(_measured, plan)


def one_by_one(process: Process, runs: Sequence[Run]) -> Iterator[Result]:
    """Measure one after the other, in a process beside this one.

    A trial may take more memory than there is, and the system then ends the process it is in: that must not end the
    search, nor every one that goes on with it. As on Ray it is tried once more, as the memory may have been another's.
    """
    for run in runs:
        yield _tried(process, run)


def _tried(process: Process, run: Run) -> Result:
    died = ""
    for _ in range(1 + RETRIES):
        try:
            return process.do(run)
        except Died as error:
            died = str(error)
    return Result(run, None, error=died, died=True)


def _measured(plan: Plan, run: Run, _: Tell) -> Result:
    return measure(plan, run)

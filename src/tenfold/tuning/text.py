"""What a search has found, as tables for the terminal and a sentence or two."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.table import Table

from tenfold.training.metrics import wilson
from tenfold.training.params import Param, shown
from tenfold.tuning.importance import Importances
from tenfold.tuning.kept import BEST
from tenfold.tuning.search import Outcome, Trial

# Trials that are shown.
TOP = 10
# A forest that explains less of the trials it never saw has nothing to say about the hyperparameters.
DOUBTFUL = 0.3


def searched_table(params: Sequence[Param]) -> Table:
    """A line a hyperparameter: the recipe's own value, and the range that is searched."""
    table = Table("hyperparameter", title="What is searched", title_justify="left")
    table.add_column("own", justify="right")
    table.add_column("searched")
    for param in params:
        table.add_row(param.name, shown(param.default), param.words())
    return table


def mattered_table(outcome: Outcome) -> Table:
    """A line a hyperparameter: how much it mattered, the best value found, the recipe's own, and the range."""
    table = Table("hyperparameter", title="What mattered", title_justify="left")
    for name in ("mattered", "best", "own"):
        table.add_column(name, justify="right")
    table.add_column("searched")
    known = {param.name: param for param in outcome.space.params}
    for one in outcome.mattered.params:
        values = (shown(trial.params[one.name]) for trial in (outcome.best, outcome.own))
        table.add_row(one.name, f"{100 * one.share:.0f} %", *values, known[one.name].words())
    return table


def trials_table(outcome: Outcome) -> Table:
    """A line a trial, best first; not all of them."""
    names = [param.name for param in outcome.space.params]
    table = Table("trial", title="The best trials", title_justify="left")
    for name in ("accuracy", "digits", *names):
        table.add_column(name, justify="right")
    for trial in outcome.trials[:TOP]:
        digits, accuracy = trial.last
        values = (shown(trial.params[name]) for name in names)
        table.add_row(called(trial), f"{100 * accuracy:.2f} %" if digits else "failed", f"{digits:,}", *values)
    return table


def called(trial: Trial) -> str:
    """A trial's number, or that it has the recipe's own hyperparameters."""
    return str(trial.number) if trial.number else "own"


def found(outcome: Outcome) -> str:
    """The best beside the recipe's own, and how far that can be trusted."""
    best, own, count = outcome.best, outcome.own, outcome.space.validation
    low, high = wilson(round(best.last[1] * count), count)
    first = (
        f"Best: {100 * best.last[1]:.2f} % of {count:,} validation digits (95 %: {100 * low:.2f} to {100 * high:.2f} %)"
    )
    if not best.number:
        return f"{first}, with the recipe's own hyperparameters: none that were tried are better."
    beside = (
        f"{100 * own.last[1]:.2f} % with the recipe's own hyperparameters"
        if own.accuracies
        else "the recipe's own failed"
    )
    return f"{first}; {beside}. The best of many on the same digits is a little too good to be true."


def failures(outcome: Outcome) -> str:
    """How many trials failed, how many of them died, and what the first of them said; empty if none did."""
    failed = sorted((trial for trial in outcome.trials if trial.error), key=lambda trial: trial.number)
    if not failed:
        return ""
    died = sum(trial.died for trial in failed)
    dead = f", {died} of them because the process died" if died else ""
    return f"{len(failed)} of {len(outcome.trials)} trials failed{dead}; {called(failed[0])} said: {failed[0].error}"


def doubts(mattered: Importances) -> str:
    """How much the forest knows, in a sentence."""
    if mattered.explained is None:
        return "Too few trials, or too much alike, to say how sure this is."
    text = (
        f"The forest explains {100 * mattered.explained:.0f} % of the differences between trials it did not learn from "
        "(its out-of-bag R²)"
    )
    return text + ("; too little to trust what it says." if mattered.explained < DOUBTFUL else ".")


def command(outcome: Outcome) -> str:
    """The command that trains with what was found."""
    plan = outcome.plan
    words = ["tenfold", "train", plan.recipe, "--params", str(plan.out / BEST)]
    given = {
        "data": plan.data if plan.data != "mnist" else None,
        "epochs": plan.epochs,
        "seed": plan.seed or None,
        "limit": plan.limit,
    }
    flags = [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]
    return shlex.join([*words, *flags])

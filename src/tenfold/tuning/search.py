"""The search itself, by successive halving: all trials on few digits, the best of them on more, the last on all.

What is shortened is the digits and not the epochs: the rate of a training rises and falls once over its whole length,
so that one stopped half-way says little of how it would have ended; one that was led to its end on a third of the
digits does. And classifiers that know no epochs are searched in the same way. A rung is finished before the next
begins, so the outcome follows from the seed alone, however many work at once, and wherever it was interrupted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tenfold.atomic import write_file
from tenfold.errors import TenfoldError
from tenfold.training.params import Params
from tenfold.tuning.importance import Importances, importances
from tenfold.tuning.kept import BEST, Kept
from tenfold.tuning.measure import Result, Run
from tenfold.tuning.plan import ONE_IN, Plan, Space, drawn, get_space

# Measures runs in any order.
Engine = Callable[[Sequence[Run]], Iterator[Result]]


@dataclass(slots=True)
class Trial:
    """One choice of hyperparameters.

    Attributes:
        number: Which; 0 has the recipe's own.
        params: What was chosen.
        accuracies: On the validation digits, by how many digits it was trained on.
        seconds: What all of that took.
        error: Why it went no further, if it failed.
        died: Whether that is because its process died.
    """

    number: int
    params: Params
    accuracies: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    died: bool = False

    @property
    def last(self) -> tuple[int, float]:
        """The most digits it was trained on, and its accuracy then; 0 and 0 if it never was."""
        digits = max(self.accuracies, default=0)
        return digits, self.accuracies.get(digits, 0.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search has found.

    Attributes:
        plan: The search.
        space: What it came to.
        trials: All of them, best first: those that went furthest, and among these the most often right.
        mattered: What mattered.
    """

    plan: Plan
    space: Space
    trials: list[Trial]
    mattered: Importances

    @property
    def best(self) -> Trial:
        """The best of those trained on all digits."""
        return self.trials[0]

    @property
    def own(self) -> Trial:
        """The one with the recipe's own hyperparameters."""
        return next(trial for trial in self.trials if trial.number == 0)


class Search:
    """A search that is about to begin or to go on.

    Args:
        plan: What is searched.

    Raises:
        TenfoldError: As `tenfold.tuning.plan.get_space` and `tenfold.tuning.kept.Kept` have it.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan, self._space = plan, get_space(plan)
        self._kept = Kept(plan, self._space)
        self._trials = [Trial(number, drawn(self._space.params, plan.seed, number)) for number in range(plan.trials)]

    @property
    def digits(self) -> int:
        """How many digits are trained on in all, each as often as it is."""
        counts, going = [], self._plan.trials
        for _ in self._space.rungs:
            counts.append(going)
            going = 1 + _places(going)
        return sum(count * digits for count, digits in zip(counts, self._space.rungs, strict=True))

    @property
    def done(self) -> int:
        """How many of them an earlier run has trained on."""
        return min(self._kept.digits(), self.digits)  # the folder may hold more trials than are asked for

    def run(self, engine: Engine, tell: Callable[[int], None] = lambda _: None) -> Outcome:
        """Measure what is not measured yet, and write ``best.json``.

        Args:
            engine: What measures.
            tell: Told of digits that were trained on.

        Raises:
            TenfoldError: If no trial could be measured.
        """
        going = self._trials
        for digits in self._space.rungs:
            self._measure([Run(trial.number, digits, trial.params) for trial in going], engine, tell)
            measured = [trial for trial in going if digits in trial.accuracies]
            if not measured:
                raise TenfoldError(
                    f"No trial could be measured. The first said: {going[0].error}",
                    "Mend what it says, or give other --data or options, and give the command again.",
                )
            going = _going_on(measured, digits)
        ranked = sorted(self._trials, key=lambda trial: (*(-figure for figure in trial.last), trial.number))
        write_file(self._plan.out / BEST, (json.dumps(ranked[0].params) + "\n").encode())
        first = self._space.rungs[0]
        accuracies = [(trial.params, trial.accuracies[first]) for trial in self._trials if first in trial.accuracies]
        return Outcome(self._plan, self._space, ranked, importances(self._space, accuracies, self._plan.seed))

    def _measure(self, runs: Sequence[Run], engine: Engine, tell: Callable[[int], None]) -> None:
        known = {run.trial: result for run in runs if (result := self._kept.known(run))}
        for result in known.values():
            self._take(result)
        for result in engine([run for run in runs if run.trial not in known]):
            self._kept.keep(result)
            self._take(result)
            tell(result.run.digits)

    def _take(self, result: Result) -> None:
        trial = self._trials[result.run.trial]
        trial.seconds += result.seconds
        trial.error, trial.died = result.error, result.died
        if result.accuracy is not None:
            trial.accuracies[result.run.digits] = result.accuracy


def _places(count: int) -> int:
    """How many of so many go on besides the recipe's own."""
    return -(-(count - 1) // ONE_IN)


def _going_on(measured: Sequence[Trial], digits: int) -> list[Trial]:
    """The best, and the recipe's own whatever it is worth: what is found is to be held against it."""
    others = [trial for trial in measured if trial.number]
    best = sorted(others, key=lambda trial: (-trial.accuracies[digits], trial.number))[: _places(len(others) + 1)]
    return sorted([*best, *(trial for trial in measured if not trial.number)], key=lambda trial: trial.number)


def summary(outcome: Outcome) -> Mapping[str, object]:
    """An outcome in plain JSON types."""
    plan, space = outcome.plan, outcome.space
    return {
        "recipe": plan.recipe,
        "data": plan.data,
        "epochs": plan.epochs,
        "seed": plan.seed,
        "rungs": list(space.rungs),
        "validation": space.validation,
        "best": _row(outcome.best),
        "own": _row(outcome.own),
        "explained": outcome.mattered.explained,
        "mattered": [{"name": one.name, "importance": one.share} for one in outcome.mattered.params],
        "failed": sum(bool(trial.error) for trial in outcome.trials),
        "died": sum(trial.died for trial in outcome.trials),
        "trials": [_row(trial) for trial in outcome.trials],
    }


def _row(trial: Trial) -> dict[str, object]:
    accuracies = {str(digits): accuracy for digits, accuracy in trial.accuracies.items()}
    row: dict[str, object] = {"trial": trial.number, "params": trial.params, "accuracies": accuracies}
    wrong = {"error": trial.error, "died": trial.died} if trial.error else {}
    return {**row, "seconds": round(trial.seconds, 3), **wrong}

"""What is searched, and how its trials are drawn: all of it follows from the seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tenfold.config import Settings
from tenfold.data.dataset import Dataset
from tenfold.data.splits import open_training_data
from tenfold.errors import UsageError
from tenfold.training.family import FEWEST
from tenfold.training.framework import need_sklearn
from tenfold.training.params import Param, Params
from tenfold.training.recipes import find_recipe, recipes

# Of the trials of a rung one in so many goes on to the next, on so many times the digits (Jamieson & Talwalkar 2016).
ONE_IN = 3
# Fewer digits than these say nothing of how many will do.
LEAST_DIGITS = 300
# The first rung has the digits divided by this.
FIRST_SHARE = ONE_IN**2


@dataclass(frozen=True, slots=True)
class Plan:
    """A search.

    Attributes:
        recipe: Name of the recipe.
        out: Folder in which what was measured is kept.
        settings: Limits and folders in force.
        data: What is trained on, as for `tenfold.training.recipes.TrainOptions`.
        trials: How many choices of parameters are tried, the recipe's own among them.
        epochs: Passes of each over its digits; None for the recipe's own number.
        seed: Of what is drawn, and of each training.
        limit: Train on the first so many digits at most.
        resume: Go on with what the folder holds.
    """

    recipe: str
    out: Path
    settings: Settings
    data: str = "mnist"
    trials: int = 28
    epochs: int | None = None
    seed: int = 0
    limit: int | None = None
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """What a plan comes to on the data there is.

    Attributes:
        params: What is searched over.
        rungs: On how many digits trials are measured, one after the other; the last is all of them.
        validation: How many digits judge on the last rung.
        digest: SHA-256 of all digits as they are given, both those trained on and those that judge.
    """

    params: tuple[Param, ...]
    rungs: tuple[int, ...]
    validation: int
    digest: str


def get_space(plan: Plan) -> Space:
    """Open the data and find out what there is to search.

    Raises:
        MissingExtra: If the extra ``[train]`` is not installed.
        UnknownName: If there is no such recipe.
        UsageError: If the recipe has no parameters to choose, or a number is out of range.
        DataError: If the data is damaged or out of reach.
    """
    need_sklearn("Tuning")
    entry = find_recipe(plan.recipe)
    if not entry.params:
        others = ", ".join(one.name for one in recipes() if one.params)
        raise UsageError(f"Recipe {plan.recipe!r} has no parameters to search over.", f"Those that have: {others}.")
    for name, value, least in (("trials", plan.trials, 2), ("epochs", plan.epochs, 1), ("limit", plan.limit, 1)):
        if value is not None and value < least:
            raise UsageError(f"--{name} is {value}; expected {least} or more.", "Give a larger number.")
    fitting, held = open_training_data(plan.data, plan.settings)
    digits = min(plan.limit or len(fitting), len(fitting))
    return Space(entry.params, _rungs(digits), min(len(held), max(FEWEST, digits)), _digest(fitting, held))


def _digest(*parts: Dataset) -> str:
    found = hashlib.sha256()
    for part in parts:
        found.update(part.labels.tobytes())
        if isinstance(part.images, np.ndarray):
            found.update(part.images.tobytes())
        else:
            for path in part.images:
                found.update(Path(path).read_bytes())
    return found.hexdigest()


def _rungs(digits: int) -> tuple[int, ...]:
    """A ninth, a third and all of the digits; few digits have fewer rungs."""
    shares = [FIRST_SHARE // ONE_IN**step for step in range(3)]
    return tuple(digits // share for share in shares if share == 1 or digits // share >= LEAST_DIGITS)


def drawn(params: tuple[Param, ...], seed: int, trial: int) -> Params:
    """The parameters of a trial: of trial 0 the recipe's own, of the others by chance, whoever asks and when.

    Plain chance, and not a grid: few of the parameters matter, and a grid wastes its points on the rest (Bergstra &
    Bengio 2012).
    """
    if trial == 0:
        return {param.name: param.default for param in params}
    chance = np.random.default_rng([seed, trial])
    return {param.name: param.at(float(chance.random())) for param in params}

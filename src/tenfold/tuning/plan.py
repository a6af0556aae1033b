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
from tenfold.training.recipes import SEEDS, find_recipe, recipes, train_options

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
        trials: How many choices of hyperparameters are tried, the recipe's own among them.
        epochs: Passes of each over its digits; None for the recipe's own number.
        seed: Of what is drawn, and of each training.
        limit: Train on so many digits at most.
        resume: Go on with what the folder holds.
        overwrite: Begin anew where the folder holds a search.
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
    overwrite: bool = False


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


def searched(recipe: str) -> tuple[Param, ...]:
    """The hyperparameters of a recipe.

    Raises:
        UnknownName: If there is no such recipe.
        UsageError: If it has none.
    """
    found = find_recipe(recipe).params
    if not found:
        others = ", ".join(one.name for one in recipes() if one.params)
        raise UsageError(f"Recipe {recipe!r} has no hyperparameters to search over.", f"Those that have: {others}.")
    return found


def check_plan(plan: Plan) -> None:
    """Find out whether a search can be made, before any data is opened and anything is written.

    Raises:
        MissingExtra: If the extra ``[train]`` is not installed.
        UnknownName: If there is no such recipe.
        UsageError: If the recipe has no hyperparameters or does not take an option, or a number is out of range.
    """
    params = searched(plan.recipe)
    need_sklearn("Tuning")
    for name, value, least in (
        ("trials", plan.trials, 2),
        ("epochs", plan.epochs, 1),
        ("limit", plan.limit, 1),
        ("seed", plan.seed, 0),
    ):
        if value is not None and value < least:
            raise UsageError(f"--{name} is {value}; expected {least} or more.", "Give a larger number.")
    if plan.seed >= SEEDS:
        raise UsageError(f"--seed is {plan.seed}; expected less than {SEEDS}.", "Give a smaller number.")
    if plan.resume and plan.overwrite:
        raise UsageError("--resume and --overwrite exclude each other.", "Give one of them.")
    # As the first trial will be trained: what the recipe refuses there it refuses in all of them.
    own = drawn(params, plan.seed, 0)
    options = train_options(epochs=plan.epochs, seed=plan.seed, out=plan.out, settings=plan.settings, params=own)
    find_recipe(plan.recipe).check(options)


def get_space(plan: Plan) -> Space:
    """Open the data and find out what there is to search.

    Raises:
        DataError: If the data is damaged or out of reach.
        TenfoldError: As `check_plan` has it.
    """
    check_plan(plan)
    fitting, held = open_training_data(plan.data, plan.settings)
    digits = min(plan.limit or len(fitting), len(fitting))
    return Space(searched(plan.recipe), _rungs(digits), min(len(held), max(FEWEST, digits)), _digest(fitting, held))


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
    """The hyperparameters of a trial: of trial 0 the recipe's own, of the others by chance, whoever asks and when.

    Plain chance, and not a grid: few of them matter, and a grid wastes its points on the rest (Bergstra &
    Bengio 2012).
    """
    if trial == 0:
        return {param.name: param.default for param in params}
    chance = np.random.default_rng([seed, trial])
    return {param.name: param.at(float(chance.random())) for param in params}

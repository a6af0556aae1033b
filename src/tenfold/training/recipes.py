"""Training recipes by name: a decorated function plus the options every one of them takes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tenfold.config import Settings, load_settings
from tenfold.errors import UnknownName, UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.training.params import Param, check_params
from tenfold.training.progress import watched

if TYPE_CHECKING:
    from tenfold.data.dataset import Dataset

# Where recipes are defined. They are imported on first need, and import Keras only when run.
MODULES = tuple(
    f"tenfold.{name}"
    for name in (
        "literature.recipes",
        *(f"training.{name}" for name in ("cascade", "digit", "ensemble", "fast", "gate", "reader", "report", "tiny")),
    )
)


# What numpy and scikit-learn take for a seed is below this.
SEEDS = 2**32


class TrainOptions(BaseModel):
    """What every recipe is told: the flags of `tenfold train`, or keyword arguments.

    Attributes:
        data: A data set by name, or the path of IDX files, a CSV, an NPZ or a folder ``0/ … 9/``; None
            for the recipe's own.
        epochs: Passes over the training digits; None for the recipe's own number.
        seed: Seed of everything random.
        out: Folder the results go to; made if missing.
        as_reported: Do as the report did where that is not good practice; only ``report`` knows it.
        settings: Limits and folders in force.
        resume: Go on after the last finished epoch of a run of the same options in the same folder.
        foreign: Folder of the sets in `tenfold.data.foreign`, to learn other hands from too.
        without: Name of one of these sets to leave out, so that it can judge.
        start: A ``.keras`` file of an earlier run, in place of the first part of the run: for ``digit`` the one on
            MNIST alone, for ``reader`` all cycles but the last.
        feedback: Go on from the shipped weights with accepted corrections, which the settings' database keeps.
        params: Parameters of the recipe in place of its own values; see `Recipe.params`.
        limit: Train on so many digits only, of each as many as its share: for trying things out, and for tests. Most
            recipes validate on few then, too.
        tensorboard: Folder for TensorBoard's event files: loss and accuracy of each epoch.
        test: Hands over the test digits. Recipes have no other way to them, and call it once for each network
            they leave, after the last choice is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    data: str | None = None
    epochs: int | None = Field(None, ge=1)
    seed: int = Field(0, ge=0, lt=SEEDS)
    out: Path
    as_reported: bool = False
    settings: Settings = Field(default_factory=load_settings)
    resume: bool = False
    foreign: Path | None = None
    without: str | None = None
    start: Path | None = None
    feedback: bool = False
    params: dict[str, Any] = Field(default_factory=dict)
    limit: int | None = Field(None, ge=1)
    tensorboard: Path | None = None
    test: Callable[[], Any] | None = Field(None, exclude=True, repr=False)

    def hand_over_test(self) -> Dataset | None:
        """The test digits, or None if nobody handed them over."""
        dataset: Dataset | None = self.test() if self.test else None
        return dataset


def train_options(**given: object) -> TrainOptions:
    """Check options and freeze them.

    Args:
        given: Fields of `TrainOptions`; None means "not given".

    Raises:
        UsageError: If a value is out of range or unknown, naming it and what was expected.
    """
    try:
        return TrainOptions.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        got = "" if first["type"] == "missing" else f", got {first['input']!r}"
        raise UsageError(f"Option {name!r}: {first['msg']}{got}.", "See tenfold train --help.") from error


def command(name: str, options: TrainOptions) -> str:
    """The command that trains this again, for the model's card."""
    names = ("data", "epochs", "foreign", "without", "start", "limit", "seed")
    given = {name: getattr(options, name) for name in names}
    # Where somebody's folders lie is nobody else's business.
    paths = {name: given[name] for name in ("data", "foreign", "start") if given[name]}
    given |= {name: Path(path).resolve().name for name, path in paths.items() if Path(path).exists()}
    flags = "".join(f" --{flag} {value}" for flag, value in given.items() if value is not None)
    flags += f" --params '{json.dumps(options.params)}'" if options.params else ""
    return f"tenfold train {name}{' --feedback' if options.feedback else ''}{flags}"


def identity(name: str, options: TrainOptions) -> str:
    """All that decides how a run of these options goes on: the command, the files it starts from, the normalisation."""
    start = hashlib.sha256(options.start.read_bytes()).hexdigest()[:16] if options.start else "nothing"
    return f"{command(name, options)}, starting from {start}, normalisation {VERSION}:"


Trainer = Callable[[TrainOptions], Path]


# Options that not every recipe takes.
SPECIAL = ("as_reported", "epochs", "feedback", "foreign", "resume", "start", "tensorboard", "without")
EVERY_FIT = ("epochs", "resume", "tensorboard")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One entry.

    Attributes:
        name: What `tenfold train` calls it.
        summary: One sentence saying what it trains.
        trainer: The function that trains.
        takes: Which of the `SPECIAL` options it takes.
        params: What can be chosen of it, and searched over.
        fits: Raises UsageError where options do not go with it that only it can tell; None if there are none.
    """

    name: str
    summary: str
    trainer: Trainer
    takes: tuple[str, ...] = EVERY_FIT
    params: tuple[Param, ...] = ()
    fits: Callable[[TrainOptions], object] | None = None

    def train(self, options: TrainOptions) -> Path:
        """Train.

        Returns:
            The folder with the results.

        Raises:
            UsageError: If an option is given that this recipe could only ignore, or a parameter is out of its range.
            UnknownName: If it has no parameter of that name.
        """
        checked = self.check(options)
        with watched(options.tensorboard):
            return self.trainer(checked)

    def check(self, options: TrainOptions) -> TrainOptions:
        """Find out whether it can train with these options, before any data is opened.

        Returns:
            The options, with the values of parameters as the recipe takes them.

        Raises:
            TenfoldError: As `train` does at its beginning.
        """
        self._check(options)
        if self.fits:
            self.fits(options)
        return options.model_copy(update={"params": check_params(options.params, self.params, self.name)})

    def _check(self, options: TrainOptions) -> None:
        for name in SPECIAL:
            if getattr(options, name) and name not in self.takes:
                if name == "tensorboard":
                    raise UsageError(
                        f"Recipe {self.name!r} is not fitted by Keras, epoch by epoch: it has no curves to log.",
                        "Drop --tensorboard.",
                    )
                others = [entry.name for entry in recipes() if name in entry.takes]
                flag = f"--{name.replace('_', '-')}"
                raise UsageError(f"Recipe {self.name!r} has no {flag}: that is for {' and '.join(others)}.", "Drop it.")
        if options.feedback and options.start:
            raise UsageError("--feedback starts from the shipped weights, --start from others.", "Give one of them.")
        if options.params and (options.feedback or options.start):
            raise UsageError(
                "--params is for a run from the beginning.", "Leave out --feedback or --start, or --params."
            )
        if (options.without or options.start) and not options.foreign:
            raise UsageError(
                "--without and --start go with --foreign.", "Name the folder of the sets: --foreign FOLDER"
            )


_RECIPES: dict[str, Recipe] = {}


def recipe(
    name: str,
    summary: str,
    takes: tuple[str, ...] = EVERY_FIT,
    params: tuple[Param, ...] = (),
    fits: Callable[[TrainOptions], object] | None = None,
) -> Callable[[Trainer], Trainer]:
    """Register a trainer function.

    Args:
        name: What `tenfold train` calls it.
        summary: One sentence saying what it trains.
        takes: Which of the `SPECIAL` options it takes.
        params: What can be chosen of it, and searched over.
        fits: Raises UsageError where options do not go with it that only it can tell.

    Raises:
        ValueError: If two functions claim one name.
    """

    def register(train: Trainer) -> Trainer:
        if name in _RECIPES:
            homes = f"{_RECIPES[name].trainer.__module__}, {train.__module__}"
            raise ValueError(f"recipe {name!r} is defined twice: {homes}")
        _RECIPES[name] = Recipe(name, summary, train, takes, params, fits)
        return train

    return register


def recipes() -> list[Recipe]:
    """All recipes, sorted by name."""
    for module in MODULES:
        import_module(module)
    return [_RECIPES[name] for name in sorted(_RECIPES)]


def find_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        UnknownName: If there is none; offers the nearest.
    """
    known = {entry.name: entry for entry in recipes()}
    if name not in known:
        raise UnknownName("recipe", name, sorted(known))
    return known[name]

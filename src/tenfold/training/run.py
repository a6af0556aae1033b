"""Runs a recipe and hands it the test digits at its end: the one place where training and test data meet."""

from __future__ import annotations

from pathlib import Path

from tenfold.config import Settings
from tenfold.data.dataset import Dataset
from tenfold.data.held_out import open_data, test_data
from tenfold.data.readers import parse_spec
from tenfold.errors import UsageError
from tenfold.training.recipes import find_recipe, train_options


def run(name: str, **given: object) -> Path:
    """Train.

    Args:
        name: Name of a recipe.
        given: Fields of `tenfold.training.recipes.TrainOptions`; None means "not given". Results go
            to ``runs/<name>`` unless ``out`` says otherwise.

    Returns:
        The folder with the results.

    Raises:
        UnknownName: If there is no such recipe.
        UsageError: If an option is out of range, or the recipe does not take it.
        MissingExtra: If the extra ``[train]`` is not installed.
        DataError: If the data is damaged or out of reach.
    """
    entry = find_recipe(name)
    options = train_options(**{**given, "out": given.get("out") or Path("runs") / name})
    return entry.train(options.model_copy(update={"test": lambda: _test_part(options.data, options.settings)}))


def _test_part(data: str | None, settings: Settings) -> Dataset | None:
    """The test digits that belong to the data trained on; None where it has none of its own."""
    name, _ = parse_spec(data or "mnist")
    if name == "mnist":
        return test_data(settings)
    try:
        return open_data(f"{name}:test", settings)
    except UsageError:
        return None

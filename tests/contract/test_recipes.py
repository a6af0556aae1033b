"""What every recipe and every network of the catalogue must keep; a new entry is tested by existing."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import tenfold.catalogue
import tenfold.training
from tenfold.errors import UnknownName
from tenfold.training import recipes as catalogue
from tenfold.training.recipes import Recipe, find_recipe, recipe, recipes

# What reads lines is no network of 28x28 pictures; tests/training/test_reader.py has its own tests.
NETWORKS = [
    module.name
    for module in pkgutil.iter_modules(tenfold.catalogue.__path__)
    if module.name not in ("blocks", "reader")
]


@pytest.mark.parametrize("entry", recipes(), ids=lambda entry: entry.name)
def test_a_recipe_has_a_name_to_type_and_a_sentence(entry: Recipe) -> None:
    assert entry.name.replace("-", "_").isidentifier()
    assert entry.name.islower()
    assert 20 < len(entry.summary) <= 110
    assert "\n" not in entry.summary
    assert not entry.summary.endswith(".")
    assert find_recipe(entry.name) is entry


def test_recipes_are_sorted_and_at_home_in_their_modules() -> None:
    names = [entry.name for entry in recipes()]
    assert names == sorted(names)
    assert {entry.trainer.__module__ for entry in recipes()} == set(catalogue.MODULES)


def test_no_recipe_can_reach_the_test_digits_by_itself() -> None:
    for name in catalogue.MODULES:
        module = import_module(name)
        homes = [str(getattr(thing, "__module__", thing)) for thing in vars(module).values()]
        held_out = [home for home in homes if "held_out" in home]
        assert not held_out, f"{name} imports what is kept for evaluation"


def test_one_name_one_recipe() -> None:
    with pytest.raises(ValueError, match="recipe 'report' is defined twice"):
        recipe("report", "Another")(find_recipe("digit").trainer)
    assert find_recipe("report").summary != "Another"


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'report'"):
        find_recipe("reprot")


@pytest.mark.train
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_builds_runs_and_exports(name: str, keras: Any) -> None:
    from tenfold.training.export import parity, to_onnx

    keras.utils.set_random_seed(0)
    model = import_module(f"tenfold.catalogue.{name}").build()
    images = np.random.default_rng(0).random((8, 28, 28), np.float32)
    certificate = parity(model, to_onnx(model), images)
    assert certificate["images"] == certificate["same_digit"] == 8
    assert certificate["largest_difference"] < 1e-5

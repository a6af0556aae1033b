"""The parameters of recipes: each within its range, the recipe's own value among them, and nothing else passes."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from tenfold.errors import UnknownName, UsageError
from tenfold.literature.entries import ENTRIES
from tenfold.literature.params import PARAMS
from tenfold.training import digit, fast, tiny
from tenfold.training.family import as_chosen
from tenfold.training.params import Param, check_params, read_params
from tenfold.training.recipes import find_recipe, recipes, train_options

ALL = [(entry.name, param) for entry in recipes() for param in entry.params]
TABLE = (
    Param("rate", 1e-3, "log", (1e-4, 1e-1)),
    Param("ease", 0.5, "linear", (0.0, 1.0)),
    Param("batch", 128, "log", (32, 512)),
    Param("k", None, "choice", (None, 1, 5)),
    Param("bent", False, "choice", (False, True)),
)


@pytest.mark.parametrize(("recipe", "param"), ALL, ids=lambda one: getattr(one, "name", one))
def test_a_range_holds_what_the_recipe_has_of_its_own(recipe: str, param: Param) -> None:
    assert param.check(param.default, recipe) == param.default
    for place in (0.0, 0.3, 0.999, 1.0):
        value = param.at(place)
        assert param.check(value, recipe) == value
        assert param.at(param.place(value)) == pytest.approx(value) if value is not None else True


@pytest.mark.train
@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.name in PARAMS], ids=lambda entry: entry.name)
def test_the_literatures_own_values_are_those_of_its_classifiers(entry: object) -> None:
    made = entry.make().get_params(deep=False)  # type: ignore[attr-defined]
    params = PARAMS[entry.name]  # type: ignore[attr-defined]
    assert {param.name: made[param.name] for param in params} == {param.name: param.default for param in params}


def test_a_table_is_of_a_classifier_that_is_tuned() -> None:
    assert set(PARAMS) <= {entry.name for entry in ENTRIES}
    assert all(find_recipe(name).params == params for name, params in PARAMS.items())


@pytest.mark.parametrize("recipe", [digit, fast, tiny])
def test_our_own_networks_take_theirs_as_a_plan(recipe: object, tmp_path: Path) -> None:
    plan, params = recipe.PLAN, recipe.PARAMS  # type: ignore[attr-defined]
    own = {param.name: param.default for param in params}
    assert as_chosen(plan, train_options(out=tmp_path, params=own)) == plan
    chosen = as_chosen(plan, train_options(out=tmp_path, epochs=7, params={"rate": 2e-3, "batch": 64}))
    assert chosen == replace(plan, epochs=7, rate=2e-3, batch=64)


@pytest.mark.parametrize(
    "wrong",
    [
        *({"rate": value} for value in (1.0, math.nan, "fast", True, None)),
        *({"batch": 64.5}, {"k": 2}, {"k": True}, {"bent": 0}),
    ],
    ids=str,
)
def test_what_is_out_of_range_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"'{next(iter(wrong))}' of recipe 'some' is .*; expected"):
        check_params(wrong, TABLE, "some")


def test_what_is_in_range_passes() -> None:
    given = {"rate": 0.1, "ease": 1, "batch": 64, "k": None, "bent": True}
    assert check_params(given, TABLE, "some") == given


def test_recipes_refuse_what_they_do_not_know(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'penalty'"):
        find_recipe("linear").train(train_options(out=tmp_path, params={"penalti": 1e-3}))
    with pytest.raises(UsageError, match="'gate' has no parameters that can be chosen"):
        find_recipe("gate").train(train_options(out=tmp_path, params={"rate": 1e-3}))
    with pytest.raises(UsageError, match="from the beginning"):
        find_recipe("digit").train(train_options(out=tmp_path, params={"rate": 1e-3}, feedback=True))


def test_they_are_read_from_a_file_or_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "best.json"
    file.write_text(json.dumps({"rate": 0.01, "k": None}))
    assert read_params(str(file)) == read_params(' {"rate": 0.01, "k": null}') == {"rate": 0.01, "k": None}
    for text, why in ((str(tmp_path / "none"), "No such file"), ("{rate", "no JSON"), (str(tmp_path), "directory")):
        with pytest.raises(UsageError, match=why):
            read_params(text)
    file.write_text("[1]")
    with pytest.raises(UsageError, match="no JSON object"):
        read_params(str(file))

"""What of a recipe can be chosen: its hyperparameters, each with its range, for searching and for checking."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tenfold.errors import UnknownName, UsageError

Value = float | int | bool | None
Params = dict[str, Value]
# Digits that are enough for a number somebody will read and type again.
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a recipe.

    Attributes:
        name: What the recipe calls it.
        default: The recipe's own value; a whole number if all values are.
        kind: ``log`` and ``linear`` for numbers, by their ratio or by their difference; ``choice`` for all else.
        range: The least and the greatest value, or all values there are to choose from.
    """

    name: str
    default: Value
    kind: Literal["log", "linear", "choice"]
    range: tuple[Value, ...]

    def at(self, place: float) -> Value:
        """The value at a place in its range, 0..1."""
        if self.kind == "choice":
            return self.range[min(int(place * len(self.range)), len(self.range) - 1)]
        low, high = self._ends()
        value = low * (high / low) ** place if self.kind == "log" else low + (high - low) * place
        if isinstance(self.default, int):
            return round(value)
        return min(max(float(f"{value:.{DIGITS}g}"), low), high)

    def place(self, value: Value) -> float:
        """Where in its range a value lies, 0..1: the other way round."""
        if self.kind == "choice":
            return (self._index(value) + 0.5) / len(self.range)
        low, high = self._ends()
        given = float(value or 0)
        if self.kind == "log":
            return math.log(given / low) / math.log(high / low)
        return (given - low) / (high - low)

    def words(self) -> str:
        """The range as people say it: ``0.001 to 0.1, log``."""
        if self.kind == "choice":
            return ", ".join(map(shown, self.range))
        low, high = map(shown, self.range)
        return f"{low} to {high}{', log' if self.kind == 'log' else ''}"

    def check(self, value: Any, recipe: str) -> Value:
        """The value, if it is one of the range; whole numbers pass for others.

        Raises:
            UsageError: If it is not, naming the range.
        """
        wrong = UsageError(
            f"Parameter {self.name!r} of recipe {recipe!r} is {value!r}; expected {self.words()}.",
            "Give a value of that range, or leave it out.",
        )
        if self.kind == "choice":
            if not any(type(value) is type(one) and value == one for one in self.range):
                raise wrong
            return self.range[self._index(value)]
        kinds = (int,) if isinstance(self.default, int) else (int, float)
        low, high = self._ends()
        # A bool is an int to Python, and not a number is within no range.
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            raise wrong
        return value if isinstance(self.default, int) else float(value)

    def _ends(self) -> tuple[float, float]:
        low, high = (float(end or 0) for end in self.range)
        return low, high

    def _index(self, value: Value) -> int:
        return next(place for place, one in enumerate(self.range) if type(one) is type(value) and one == value)


def shown(value: Value) -> str:
    """A value in few letters."""
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    return "none" if value is None else str(value).lower()


def check_params(given: Mapping[str, Any], known: Sequence[Param], recipe: str) -> Params:
    """Parameters by name, each within its range.

    Args:
        given: Some of them.
        known: All that the recipe has.
        recipe: Its name.

    Raises:
        UnknownName: If the recipe has none of that name; offers the nearest.
        UsageError: If a value is out of its range, or the recipe has no parameters at all.
    """
    if given and not known:
        raise UsageError(f"Recipe {recipe!r} has no parameters that can be chosen.", "Leave out --params.")
    table = {param.name: param for param in known}
    for name in given:
        if name not in table:
            raise UnknownName(f"parameter of recipe {recipe!r}", name, list(table))
    return {name: table[name].check(value, recipe) for name, value in given.items()}


def read_params(text: str) -> dict[str, Any]:
    """Parameters as ``--params`` gives them: a JSON object, or the name of a file that holds one.

    Raises:
        UsageError: If there is no such file, or it holds none.
    """
    inline = text.lstrip().startswith("{")
    try:
        found = json.loads(text if inline else Path(text).read_text("utf-8"))
    except OSError as error:
        raise UsageError(
            f"The parameters in {text} cannot be read: {error.strerror}.",
            "Give the best.json of tenfold tune, or the values: --params '{\"rate\": 0.001}'.",
        ) from error
    except ValueError as error:
        raise UsageError(f"The parameters in {text} are no JSON: {error}.", 'Expected: {"NAME": VALUE, …}') from error
    if not isinstance(found, dict):
        raise UsageError(f"The parameters in {text} are no JSON object.", 'Expected: {"NAME": VALUE, …}')
    return found

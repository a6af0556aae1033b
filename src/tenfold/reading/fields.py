"""What a field on a form can hold: readings that it cannot are left out while a line is read."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import regex

from tenfold.errors import UsageError

DIGITS = "0123456789"
# Longer patterns are nobody's field.
LONGEST = 200
# Counts of repeats are written out when a pattern is compiled, those within others many times: no more signs than this.
WRITTEN_OUT = 200_000
# Seconds a pattern may take on one beginning of a text, and on all of those together that take longer than usual.
PATIENCE, PATIENCE_IN_ALL, USUAL = 0.05, 2.0, 1e-3
MOST_DIGITS = 40

_DAY, _MONTH, _YEAR = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])", r"(\d{4}|\d{2})"
_DATE = rf"{_DAY}[./-]{_MONTH}[./-]{_YEAR}|{_MONTH}[./-]{_DAY}[./-]{_YEAR}|\d{{4}}[./-]{_MONTH}[./-]{_DAY}"
_BOXED = r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])(\d{4}|\d{2})"
_NAMED = {
    "zip": r"\d{5}(-?\d{4})?",
    "amount": r"[#=-]*[$€£]?(\d{1,3}([.,]\d{3})+|\d+)([.,:]\d{2})?[.,]?[-=/#]*",
    "date": rf"{_DATE}|{_BOXED}",
    "luhn": r"\d{2,}",
}


@dataclass(frozen=True, slots=True)
class Field:
    """What may stand in a field.

    Attributes:
        name: As the user gave it.
        pattern: The whole text, or its digits alone, must match it.
        check: What else must hold of the digits.
        waited: Seconds that comparing took so far, where it took longer than usual.
    """

    name: str
    pattern: regex.Pattern[str]
    check: Callable[[str], bool] | None = None
    waited: list[float] = field(default_factory=list, compare=False)

    def may_begin(self, text: str) -> bool:
        """Whether a text can be the beginning of what may stand here.

        Raises:
            UsageError: If the pattern takes too long to compare.
        """
        return self._match(text, partial=True)

    def holds(self, text: str) -> bool:
        """Whether a text may stand here, check digits aside.

        Raises:
            UsageError: If the pattern takes too long to compare.
        """
        return self._match(text, partial=False)

    def checks(self, text: str) -> bool:
        """Whether the check digit of a text is right; True where the field has none."""
        return self.check is None or self.check(only_digits(text))

    def _match(self, text: str, partial: bool) -> bool:
        written = text.replace("*", "")
        start = time.perf_counter()
        try:
            found = any(
                self.pattern.fullmatch(one, partial=partial, timeout=PATIENCE) is not None
                for one in dict.fromkeys((written, only_digits(written)))
            )
        except TimeoutError as error:
            raise self._too_slow() from error
        took = time.perf_counter() - start
        if took > USUAL:
            self.waited.append(took)
            if sum(self.waited) > PATIENCE_IN_ALL:
                raise self._too_slow()
        return found

    def _too_slow(self) -> UsageError:
        return UsageError(
            f"The field {self.name!r} takes too long to compare.", "Write it without repeats inside repeats."
        )


def only_digits(text: str) -> str:
    """The digits of a text."""
    return "".join(sign for sign in text if sign in DIGITS)


def find_field(name: str) -> Field:
    """A field by name.

    Args:
        name: ``digits:N`` or ``digits:N-M``, ``zip``, ``amount``, ``date``, ``luhn``, or a regular expression, with
            or without ``regex:`` before it.

    Raises:
        UsageError: If it is none of these; says what was wrong.
    """
    kind, _, rest = name.partition(":")
    if name in _NAMED:
        return Field(name, regex.compile(_NAMED[name]), luhn if name == "luhn" else None)
    if kind == "digits":
        return Field(name, regex.compile(_so_many(name, rest)))
    pattern = rest if kind == "regex" else name
    if not pattern or len(pattern) > LONGEST:
        raise UsageError(f"The field {name:.40}… is empty or longer than {LONGEST} signs.", _HINT)
    if pattern.isalpha() or (kind.isalpha() and kind != "regex"):
        raise UsageError(f"There is no field {name!r}.", _HINT)
    if math.prod(max(1, int(count)) for count in re.findall(r"\{\s*([0-9]+)", pattern)) * len(pattern) > WRITTEN_OUT:
        raise UsageError(f"The field {name!r} repeats too much.", "Write it with fewer or lower counts.")
    try:
        return Field(name, regex.compile(pattern))
    except regex.error as error:
        raise UsageError(f"The field {name!r} is no regular expression: {error}.", _HINT) from error


_HINT = "Give digits:4, digits:2-6, zip, amount, date, luhn, or a regular expression such as '19\\d\\d'."


def _so_many(name: str, counts: str) -> str:
    least, _, most = counts.partition("-")
    if not least.isdecimal() or (most and not most.isdecimal()):
        raise UsageError(f"The field {name!r} names no number of digits.", _HINT)
    low, high = int(least), int(most or least)
    if not 1 <= low <= high <= MOST_DIGITS:
        raise UsageError(f"The field {name!r} must have 1 to {MOST_DIGITS} digits, the fewest first.", _HINT)
    return rf"\d{{{low},{high}}}"


def luhn(digits: str) -> bool:
    """Whether a number's last digit is its check digit (Luhn 1960, US patent 2,950,048)."""
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return len(digits) > 1 and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0

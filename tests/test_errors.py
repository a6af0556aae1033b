"""Each error's consequence is what the page at the top of `errors.py` and the contract say."""

from __future__ import annotations

import re

import pytest

from tenfold import errors
from tenfold.errors import MissingExtra, TenfoldError, UnknownName


def all_errors() -> list[type[TenfoldError]]:
    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, TenfoldError)]
    return sorted(found, key=lambda error: error.__name__)


def test_the_tree_at_the_top_of_the_module_is_true() -> None:
    drawn = dict(re.findall(r"(\w+) {2,}(exit \d +HTTP \d{3})", errors.__doc__ or ""))
    actual = {error.__name__: f"exit {error.exit_code}   HTTP {error.http_status}" for error in all_errors()}
    assert drawn == actual


def test_the_tree_shows_who_inherits_from_whom() -> None:
    lines = re.findall(r"^( *(?:│ +)?(?:[├└]── )?)(\w+) {2,}exit", errors.__doc__ or "", re.MULTILINE)
    depth = {name: len(indent) for indent, name in lines}
    for error in all_errors():
        if error is not TenfoldError:
            parent = error.__mro__[1]
            assert depth[error.__name__] - depth[parent.__name__] == 4, error.__name__


def test_codes_for_programs_are_one_each() -> None:
    codes = [error.code for error in all_errors()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z_]+", code) for code in codes)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("TenfoldError", 1),
        ("UsageError", 2),
        ("UnknownName", 2),
        ("UnreadableImage", 3),
        ("MissingExtra", 4),
        ("ChecksumError", 5),
        ("ModelError", 5),
    ],
)
def test_exit_statuses_of_the_contract(name: str, status: int) -> None:
    assert getattr(errors, name).exit_code == status


def test_the_text_of_an_error_is_its_message_and_its_hint() -> None:
    error = TenfoldError("It broke.", "Mend it.")
    assert str(error) == "It broke. Mend it."
    assert (error.message, error.hint) == ("It broke.", "Mend it.")
    assert str(TenfoldError("It broke.")) == "It broke."


def test_an_unknown_name_offers_the_nearest() -> None:
    assert str(UnknownName("model", "digti", ["gate", "digit"])) == (
        "There is no model 'digti'. Did you mean 'digit'? Known: digit, gate."
    )
    assert str(UnknownName("model", "zebra", ["digit"])) == "There is no model 'zebra'. Known: digit."
    assert str(UnknownName("model", "zebra", [])) == "There is no model 'zebra'."


def test_a_missing_extra_carries_the_command() -> None:
    assert 'pip install "tenfold[train]"' in MissingExtra("Training", "train").hint

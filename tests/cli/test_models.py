"""`tenfold models`: the cards of the shipped networks."""

from __future__ import annotations

import hashlib

import pytest
from tests.cli.commands import answers, tenfold

from tenfold.models.base import ModelCard
from tenfold.models.load import LITERATURE
from tenfold.models.onnx import WEIGHTS, shipped_names


def test_list_names_every_shipped_network() -> None:
    names = [name for task in ("digit", "gate", "reader") for name in shipped_names(task)]
    assert {"digit", "gate"} <= set(names)
    names += sorted(path.stem for path in LITERATURE.glob("*.json"))
    assert "linear" in names
    plain = tenfold("models", "list").stdout.splitlines()
    assert [line.split()[0] for line in plain] == names
    assert all(" MB " in line and " parameters " in line for line in plain)
    cards = answers(tenfold("models", "list", "--json"))
    assert [card["name"] for card in cards] == names


@pytest.mark.parametrize("name", ["digit", "gate", "reader"])
def test_show_tells_all_of_the_card_and_the_file(name: str) -> None:
    (fields,) = answers(tenfold("models", "show", name, "--json"))
    weights = (WEIGHTS / f"{name}.onnx").read_bytes()
    assert fields.pop("bytes") == len(weights)
    assert ModelCard.from_dict(fields).sha256 == hashlib.sha256(weights).hexdigest()
    plain = tenfold("models", "show", name).stdout
    assert f"name: {name}\n" in plain
    assert f"sha256: {fields['sha256']}\n" in plain
    assert f"bytes: {len(weights):,}\n" in plain


def test_an_unknown_name_gets_the_nearest() -> None:
    done = tenfold("models", "show", "dgit")
    assert done.returncode == 2
    small = [path.stem for path in LITERATURE.glob("*.json")]
    known = ", ".join(sorted([*shipped_names(), "gate", "reader", *small]))
    assert done.stderr == f"tenfold: There is no model 'dgit'. Did you mean 'digit'?\n  Known: {known}.\n"
    assert done.stdout == ""

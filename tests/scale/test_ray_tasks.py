"""Tuning and comparing on Ray give what they give here; what fails or dies is a row, and the others go on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.scale.ray_here import start_ray

from tenfold.comparison.material import get_material
from tenfold.comparison.run import Plan as Comparison
from tenfold.comparison.run import compare
from tenfold.comparison.text import shared_note
from tenfold.config import Settings
from tenfold.data.splits import training_files
from tenfold.errors import UsageError
from tenfold.literature.entries import find_entry
from tenfold.scale.compare import OnRay
from tenfold.scale.extra import need_ray
from tenfold.scale.ray_tasks import Place, anywhere, by_machine, on_ray
from tenfold.scale.tune import tune
from tenfold.tuning.plan import Plan
from tenfold.tuning.report import page

# What depends on the clock or the machine; who is in a hurry leaves the curve out where fitting was slow.
CLOCK = ("seconds", "fit_seconds", "seconds_a_digit", "seconds_alone", "digit_seconds", "peak_bytes", "learning_curve")


@pytest.fixture(scope="module", autouse=True)
def ray_at_work() -> Iterator[None]:
    """Ray takes seconds to start: once for all tests."""
    ray = start_ray()
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def few(mnist_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """700 digits of MNIST as somebody's own data."""
    path = tmp_path_factory.mktemp("few") / "few.npz"
    whole = training_files(mnist_settings)
    np.savez(path, images=whole.images[:700], labels=whole.labels[:700])
    return path


@pytest.mark.train
@pytest.mark.mnist
def test_a_comparison_has_the_rows_it_has_here(few: Path, mnist_settings: Settings, tmp_path: Path) -> None:
    broken = replace(find_entry("linear"), name="broken", params={"penalty": "a loose screw"})
    entries = [find_entry("naive-bayes"), broken]
    material = get_material(str(few), mnist_settings, quick=True)
    here = compare(Comparison(entries, tmp_path / "here", quick=True), material)
    there = compare(Comparison(entries, tmp_path / "there", quick=True), material, OnRay())

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in CLOCK}

    assert [plain(row) for row in there] == [plain(row) for row in here]
    assert "TypeError" in there[1]["error"]
    assert {row["at_once"] for row in (*here, *there)} == {1}
    assert not shared_note(there)
    # What one engine has measured the other takes as it is; two on this one machine are told of.
    more = Comparison([entries[0], find_entry("bayes-net")], tmp_path / "here", quick=True)
    again = compare(more, material, OnRay(workers=2))
    assert again[0] == here[0]
    assert again[1]["at_once"] == 2
    assert shared_note(again).startswith("Measured up to 2 at once on a machine: bayes-net.")


@pytest.mark.train
@pytest.mark.mnist
def test_a_search_finds_what_it_finds_here(few: Path, mnist_settings: Settings, tmp_path: Path) -> None:
    plan = Plan("naive-bayes", tmp_path / "here", mnist_settings, str(few), trials=4)
    here = tune(plan)
    there = tune(replace(plan, out=tmp_path / "there"), "ray")
    assert page(there) == page(here).replace("here/best.json", "there/best.json")
    assert there.best.last[1] > 0.6


def test_what_fails_or_dies_takes_nothing_with_it() -> None:
    def inverse(most: int, given: int) -> float:
        if given > most:
            os._exit(1)
        return 1 / given

    with on_ray(inverse, 100, anywhere(2), None) as tasks:
        done = {one.job: one for one in tasks.run([1, 0, 2, 101, 4])}
    assert {job: one.answer for job, one in done.items()} == {1: 1.0, 0: None, 2: 0.5, 101: None, 4: 0.25}
    assert "ZeroDivisionError" in done[0].error
    assert "memory may have run out" in done[101].error


def test_machines_have_one_at_a_time_unless_more_are_asked_for() -> None:
    nodes = [
        {"NodeID": name, "Alive": alive, "Resources": {"CPU": 4.0} if processors else {}}
        for name, alive, processors in (("a", True, True), ("b", True, True), ("c", False, True), ("d", True, False))
    ]
    ray = SimpleNamespace(nodes=lambda: nodes)
    assert by_machine(None)(ray) == [Place(4, "a"), Place(4, "b")]
    assert by_machine(1)(ray) == [Place(4, "a")]
    assert by_machine(3)(ray) == [Place(2, "a"), Place(2, "b"), Place(2, "a")]


def test_an_address_where_nothing_listens_is_refused(few: Path, mnist_settings: Settings, tmp_path: Path) -> None:
    need_ray().shutdown()
    with pytest.raises(UsageError, match="no Ray cluster at localhost:1 "):
        tune(Plan("linear", tmp_path / "out", mnist_settings, str(few)), "ray", address="localhost:1")

"""The benchmarks judge what they saw, and not what they hoped for."""

from __future__ import annotations

from types import ModuleType

import pytest
from tests.test_tools import ROOT, tool


def benchmark(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return tool(name, "benchmarks")


def test_memory_that_grows_is_seen_although_the_parts_go_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    watch = benchmark("batch", monkeypatch).Watch(parts=10)
    # The eleventh look finds all joined; after it the parts are removed while the process lives on.
    for second, (done, memory) in enumerate([(0, 100), (1, 110), (5, 300), (9, 400), (10, 500), (4, 600), (0, 600)]):
        watch.look(float(second), done, memory)
        assert watch.half_way == (second in (2, 3))
    assert (watch.early, watch.peak) == (110, 600)
    assert (watch.begun, watch.unfinished) == (1, 3)


def test_the_rows_of_what_is_measured_lie_as_the_plan_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    assert benchmark("batch", monkeypatch).LOT == 1000


def test_a_server_that_refuses_nothing_does_not_show_that_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    load = benchmark("load", monkeypatch)
    assert load.refused({"statuses": {"200": 50, "429": 5}}, {}).met
    assert not load.refused({"statuses": {"200": 55}}, {}).met
    assert not load.refused({"statuses": {"200": 50, "429": 5, "broken": 1}}, {}).met


def test_servers_are_measured_without_the_settings_of_who_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_PLACES", "1000")
    found = benchmark("_service", monkeypatch).surroundings({"NETWORK": "some.keras"})
    assert "TENFOLD_PLACES" not in found
    assert found["NETWORK"] == "some.keras"
    assert "PATH" in found


def test_twenty_times_is_asked_of_ours_as_it_is_run_beside_one_plain_process(monkeypatch: pytest.MonkeyPatch) -> None:
    load = benchmark("load", monkeypatch)
    monkeypatch.setattr(load, "PROCESSES", 2)
    times = {"p50": 0.01, "p95": 0.02, "p99": 0.03, "answered": 100}
    ours, plain, doubled = ({8: {"rate": rate, **times}} for rate in (400.0, 20.0, 40.0))
    (asked,), (like,) = load.beside(ours, 2, plain, 1), load.beside(ours, 2, doubled, 2)
    assert (asked.ratio, asked.met, "one process" in asked.asked) == (20, True, True)
    assert (like.ratio, like.asked, like.baseline_what) == (10, "", "FastAPI and Keras' predict, 2 processes")
    (slower,) = load.beside({8: {"rate": 399.0, **times}}, 2, plain, 1)
    assert not slower.met


def test_other_hands_may_lose_no_more_than_the_test_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    corrections = benchmark("corrections", monkeypatch)
    mnist = [{"n": 1000, "accuracy": 0.99, "per_digit_recall": [0.99] * 10}] * 2
    for lost, met in ((3, True), (4, False)):
        figures = corrections.of_the_rest(mnist, 900, 900 - lost, 1000, {"checks": [{"what": "the last"}]})
        assert [figure.met for figure in figures] == [True, met]
        assert figures[1].asked == "at most 0.3 points less"

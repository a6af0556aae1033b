"""Where jobs are done on Ray, and what is said when Ray fails; without Ray."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from tenfold.errors import TenfoldError, UsageError
from tenfold.scale import ray_tasks
from tenfold.scale.ray_tasks import Place, anywhere, by_machine, on_ray


def cluster(*processors: float) -> Any:
    nodes = [
        {"NodeID": str(number), "Alive": True, "Resources": {"CPU": count} if count else {}}
        for number, count in enumerate(processors)
    ]
    return SimpleNamespace(nodes=lambda: nodes)


def test_no_more_are_done_at_once_than_there_are_processors() -> None:
    assert by_machine(8)(cluster(2)) == [Place(1, "0"), Place(1, "0")]
    found = by_machine(10)(cluster(2, 16))
    assert Counter(place.machine for place in found) == {"0": 2, "1": 5}
    assert {(place.machine, place.processors) for place in found} == {("0", 1), ("1", 3)}


def test_a_cluster_without_processors_is_refused() -> None:
    for places in (by_machine(None), by_machine(2), anywhere(None)):
        with pytest.raises(UsageError, match=r"no machine with a processor yet.*ray status"):
            places(cluster(0, 0))
    assert anywhere(2)(cluster(0)) == [Place(1)] * 2, "a cluster that grows by itself learns of the need by that"


def test_the_hint_is_that_of_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class RayError(Exception):
        pass

    @contextmanager
    def started(_: Any, __: str | None) -> Iterator[None]:
        yield

    ray = SimpleNamespace(remote=lambda work: work, put=lambda shared: shared)
    ray.exceptions = SimpleNamespace(RayError=RayError)
    monkeypatch.setattr(ray_tasks, "need_ray", lambda: ray)
    monkeypatch.setattr(ray_tasks, "started", started)
    with (
        pytest.raises(TenfoldError, match=r"lost.* Go on with --resume"),
        on_ray(max, 0, lambda _: [Place(1)], None, "Go on with --resume."),
    ):
        raise RayError("lost")

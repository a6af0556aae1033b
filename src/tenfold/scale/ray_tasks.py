"""Jobs as tasks of Ray, one after the other at each of some places: what tuning and comparing are spread by."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tenfold.errors import TenfoldError, UsageError
from tenfold.scale.extra import need_ray
from tenfold.scale.ray_engine import last_line, started
from tenfold.training.beside import DIED, RETRIES

Shared = TypeVar("Shared")
Job = TypeVar("Job")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one job after the other is done.

    Attributes:
        processors: How many it has.
        machine: Id of its machine; empty where any will do.
    """

    processors: int
    machine: str = ""


@dataclass(frozen=True, slots=True)
class Done(Generic[Job, Answer]):
    """A job that is over.

    Attributes:
        job: Which.
        answer: What came of it; None if it failed.
        error: Why it failed, else empty.
        died: Whether that is because whoever had it died, each time it was tried; else it raised.
    """

    job: Job
    answer: Answer | None
    error: str = ""
    died: bool = False


class Tasks(Generic[Shared, Job, Answer]):
    """Ray at work; see `on_ray`.

    Args:
        ray: The module.
        work: Does a job.
        shared: What every job needs.
        places: Where.
    """

    def __init__(
        self, ray: Any, work: Callable[[Shared, Job], Answer], shared: Shared, places: Sequence[Place]
    ) -> None:
        self._ray, self._do, self._shared = ray, ray.remote(work), ray.put(shared)
        self.places = tuple(places)

    def run(self, jobs: Sequence[Job]) -> Generator[Done[Job, Answer], None, None]:
        """Do jobs and give them back in any order. Leaving it early cancels what is not done."""
        rest = iter(jobs)
        # Places first: once they are all taken, no job must be taken that nobody does.
        waiting = {self._begin(job, place): (job, place) for place, job in zip(self.places, rest, strict=False)}
        try:
            while waiting:
                ready, _ = self._ray.wait(list(waiting), num_returns=1)
                job, place = waiting.pop(ready[0])
                for following in rest:
                    waiting[self._begin(following, place)] = following, place
                    break
                yield self._done(job, ready[0])
        finally:
            with suppress(self._ray.exceptions.RayError, ConnectionError):  # a cluster that is gone has none left
                for reference in waiting:
                    self._ray.cancel(reference, force=True)

    def _begin(self, job: Job, place: Place) -> Any:
        options: dict[str, Any] = {"num_cpus": place.processors, "max_retries": RETRIES}
        if place.machine:
            at = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
            # Elsewhere if that machine is gone.
            options["scheduling_strategy"] = at(place.machine, soft=True)
        return self._do.options(**options).remote(self._shared, job)

    def _done(self, job: Job, reference: Any) -> Done[Job, Answer]:
        errors = self._ray.exceptions
        try:
            return Done(job, self._ray.get(reference))
        except errors.RayTaskError as error:  # raised by the work itself
            return Done(job, None, last_line(error))
        except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError):
            return Done(job, None, f"its process on Ray ended; {DIED}", died=True)


@contextmanager
def on_ray(
    work: Callable[[Shared, Job], Answer],
    shared: Shared,
    places: Callable[[Any], list[Place]],
    address: str | None,
    hint: str = "Give the command again.",
) -> Iterator[Tasks[Shared, Job, Answer]]:
    """Ray, ready to do jobs.

    Args:
        work: Does one; a function of a module, which workers find by its name.
        shared: What every job needs, sent to each machine once.
        places: Where, given the module ``ray`` at work.
        address: Of a cluster; None for this machine.
        hint: What to do if Ray itself fails half-way.

    Raises:
        MissingExtra: If the extra ``[scale]`` is not installed.
        UsageError: If there is no cluster at that address, or none with a processor.
        TenfoldError: If Ray itself failed.
    """
    ray = need_ray()
    with started(ray, address):
        try:
            yield Tasks(ray, work, shared, places(ray))
        except (ray.exceptions.RayError, ConnectionError) as error:
            raise TenfoldError(f"Ray could not finish the run: {last_line(error)}", hint) from error


def anywhere(count: int | None) -> Callable[[Any], list[Place]]:
    """So many places of one processor, on whatever machine; by default one for every processor there is.

    They may be more than there are processors: what waits is how a cluster that grows by itself learns of the need.
    """

    def places(ray: Any) -> list[Place]:
        return [Place(1)] * (count or sum(there for _, there in _machines(ray)))

    return places


def by_machine(count: int | None) -> Callable[[Any], list[Place]]:
    """So many places, equally many on each machine, that share its processors; by default one on each.

    There are fewer where a machine has not a processor for each: what waits for one is not done at the same time.
    """

    def places(ray: Any) -> list[Place]:
        found = _machines(ray)
        wanted = count or len(found)
        at_each = -(-wanted // len(found))
        return [
            Place(there // min(at_each, there), machine)
            for turn in range(at_each)
            for machine, there in found
            if turn < there
        ][:wanted]

    return places


def _machines(ray: Any) -> list[tuple[str, int]]:
    """The machines that have processors, with how many each has, in the order of their ids.

    Raises:
        UsageError: If there are none.
    """
    nodes = [node for node in ray.nodes() if node["Alive"]]
    found = sorted((node["NodeID"], int(node["Resources"].get("CPU", 0))) for node in nodes)
    found = [(machine, there) for machine, there in found if there]
    if not found:
        raise UsageError(
            "The Ray cluster has no machine with a processor yet.",
            "Wait until one has joined, as ray status shows, and give the command again.",
        )
    return found

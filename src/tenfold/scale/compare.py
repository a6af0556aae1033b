"""The classifiers of a comparison measured on Ray, on each machine one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from tenfold.comparison.material import Material
from tenfold.comparison.run import Plan, attempt, failed
from tenfold.literature.entries import Entry
from tenfold.scale.ray_tasks import by_machine, on_ray
from tenfold.training.beside import Tell


@dataclass(frozen=True, slots=True)
class OnRay:
    """Measures classifiers as tasks of Ray: an engine for `tenfold.comparison.run.compare`.

    Times are comparable only where nothing else runs beside what is timed. So by default each machine measures one
    classifier at a time and gives it all its processors. With more workers than machines several share one, and the
    rows say so in ``at_once``. Times from different machines are told apart by ``digit_seconds``, what the shipped
    network took on the same one.

    Attributes:
        workers: How many at once, though no more than there are processors; None for one a machine.
        address: Of a cluster; None for this machine.
    """

    workers: int | None = None
    address: str | None = None

    def __call__(
        self, plan: Plan, material: Material, entries: Sequence[Entry], tell: Tell
    ) -> Generator[tuple[Entry, dict[str, Any]], None, None]:
        """Measure classifiers; see `tenfold.comparison.run.Engine`.

        Raises:
            MissingExtra: If the extra ``[scale]`` is not installed.
            UsageError: If there is no cluster at that address, or none with a processor.
            TenfoldError: If Ray itself failed.
        """
        if not entries:
            return
        tell("starting Ray")
        hint = "What is done is kept: give the command again."
        with on_ray(_measured, (plan, material), by_machine(self.workers), self.address, hint) as tasks:
            at_once = max(Counter(place.machine for place in tasks.places).values())
            tell(f"{min(len(tasks.places), len(entries))} at once on Ray")
            for done in tasks.run(entries):
                row = done.answer or failed(done.job, done.error)
                yield done.job, {**row, "at_once": at_once}
                tell(f"{done.job.name} is done")


def _measured(shared: tuple[Plan, Material], entry: Entry) -> dict[str, Any]:
    return attempt(*shared, entry)

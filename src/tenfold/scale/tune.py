"""`tenfold tune` from beginning to end: one trial after the other beside this process, or many at once on Ray."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from tenfold.atomic import make_folder
from tenfold.data.readers import parse_spec
from tenfold.scale.alone import alone
from tenfold.scale.engines import check_one_or_ray
from tenfold.scale.progress import show_progress
from tenfold.scale.ray_tasks import anywhere, on_ray
from tenfold.tuning.measure import Result, Run, measure, one_by_one, process_for
from tenfold.tuning.plan import Plan, check_plan
from tenfold.tuning.search import Engine, Outcome, Search


def tune(plan: Plan, engine: str = "local", workers: int | None = None, address: str | None = None) -> Outcome:
    """Search, showing how far it is; what is measured is kept, and the outcome is the same on either engine.

    Args:
        plan: What is searched.
        engine: ``local`` or ``ray``.
        workers: How many trials at once on Ray; None for one a processor.
        address: Of a Ray cluster; None for this machine. Its machines have to find the data under the same name.

    Raises:
        UnknownName: If there is no such engine or recipe.
        UsageError: If the options contradict each other, the recipe has nothing to search over, the folder holds
            another search, another process is at it, or there is no cluster at that address.
        MissingExtra: If an extra is not installed.
        DataError: If the data is damaged or out of reach.
        TenfoldError: If no trial could be measured, or Ray itself failed.
    """
    check_one_or_ray(engine, workers, address)
    check_plan(plan)
    make_folder(plan.out.parent)
    with alone(plan.out.absolute()):
        search = Search(plan)
        with (
            _ready(plan, engine, workers, address) as measured,
            show_progress(search.done, search.digits, "digits") as bar,
        ):
            return search.run(measured, bar.advance)


@contextmanager
def _ready(plan: Plan, engine: str, workers: int | None, address: str | None) -> Iterator[Engine]:
    if engine == "local":
        with closing(process_for(plan)) as process:
            yield lambda runs: one_by_one(process, runs)
        return
    shared, hint = replace(plan, data=_from_anywhere(plan.data)), "What is done is kept: go on with --resume."
    with on_ray(measure, shared, anywhere(workers), address, hint) as tasks:

        def measured(runs: Sequence[Run]) -> Iterator[Result]:
            return (done.answer or Result(done.job, None, error=done.error, died=done.died) for done in tasks.run(runs))

        yield measured


def _from_anywhere(data: str) -> str:
    """The data as workers find it, wherever they were started."""
    return data if parse_spec(data)[0] == "mnist" else str(Path(data).absolute())

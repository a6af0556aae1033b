"""What a search has measured, on disk: a file a measurement, whole or not there; so it can be killed and go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tenfold import __version__
from tenfold.atomic import check_target, write_file
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.tuning.measure import Result, Run
from tenfold.tuning.plan import Plan, Space

MANIFEST, TRIALS, BEST = "search.json", "trials", "best.json"


class Kept:
    """The folder of a search. It is written to with the first measurement: what cannot work leaves nothing behind.

    Args:
        plan: The search; `Plan.resume` says whether the folder may hold a part of it, `Plan.overwrite` whether what it
            holds may go when there is something to take its place.
        space: What it comes to.

    Raises:
        UsageError: If it cannot be a folder, holds a search and that was not asked for, or holds another one; it says
            what differs.
    """

    def __init__(self, plan: Plan, space: Space) -> None:
        self._folder, self._best = plan.out / TRIALS, plan.out / BEST
        self._manifest = plan.out / MANIFEST
        check_target(self._manifest)
        self._ours = _identity(plan, space)
        self._begun = self._manifest.exists() and not plan.overwrite
        if self._begun:
            if not plan.resume:
                raise UsageError(
                    f"{plan.out} holds a search already.",
                    "Go on with --resume, begin anew with --overwrite, or give another --out.",
                )
            _compare(_read(self._manifest), self._ours, plan.out)

    def known(self, run: Run) -> Result | None:
        """What an earlier run has measured; None if there is nothing, or it is not what it should be."""
        if not self._begun:
            return None
        try:
            kept = json.loads(self._path(run).read_text("utf-8"))
            accuracy, seconds = float(kept["accuracy"]), float(kept["seconds"])
            same = kept["params"] == run.params
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Result(run, accuracy, seconds) if same and 0 <= accuracy <= 1 else None

    def digits(self) -> int:
        """How many digits were trained on for all that is there."""
        if not self._begun:
            return 0
        counts = [path.stem.rpartition("-")[2] for path in self._folder.glob("*.json")]
        return sum(int(count) for count in counts if count.isdecimal())

    def keep(self, result: Result) -> None:
        """Write down what was measured; what failed is tried again another time."""
        if result.accuracy is not None:
            if not self._begun:
                self._begin()
            row = {"params": result.run.params, "accuracy": result.accuracy, "seconds": round(result.seconds, 3)}
            write_file(self._path(result.run), (json.dumps(row) + "\n").encode())

    def _begin(self) -> None:
        # The manifest goes first and comes last: nobody goes on with what is between two searches.
        for path in (self._manifest, self._best, *self._folder.glob("*-*.json")):
            path.unlink(missing_ok=True)
        write_file(self._manifest, (json.dumps(self._ours, indent=1) + "\n").encode())
        self._begun = True

    def _path(self, run: Run) -> Path:
        return self._folder / f"{run.trial:05d}-{run.digits}.json"


def _identity(plan: Plan, space: Space) -> dict[str, Any]:
    """All that decides on what is measured. The number of trials does not: a search may go on to more of them."""
    return {
        "tenfold": __version__,
        "normalization": VERSION,
        "recipe": plan.recipe,
        "digits": space.digest,
        "rungs": list(space.rungs),
        "epochs": plan.epochs,
        "seed": plan.seed,
        "parameters": {param.name: [param.default, param.kind, *param.range] for param in space.params},
    }


def _read(manifest: Path) -> dict[str, Any]:
    try:
        found = json.loads(manifest.read_text("utf-8"))
        return dict(found)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"{manifest} cannot be read: {error}.", "Begin anew with --overwrite, or give another --out."
        ) from error


def _compare(there: dict[str, Any], ours: dict[str, Any], out: Path) -> None:
    other = [name for name, value in ours.items() if there.get(name) != value]
    if other:
        raise UsageError(
            f"{out} holds a search with other {', '.join(other)}.",
            "Give the options it was begun with, begin anew with --overwrite, or give another --out.",
        )

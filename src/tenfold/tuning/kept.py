"""What a search has measured, on disk: a file a measurement, whole or not there; so it can be killed and go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tenfold import __version__
from tenfold.errors import UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.training.outputs import make_folder, write_file
from tenfold.tuning.measure import Result, Run
from tenfold.tuning.plan import Plan, Space

MANIFEST, TRIALS = "search.json", "trials"


class Kept:
    """The folder of a search.

    Args:
        plan: The search; `Plan.resume` says whether the folder may hold a part of it.
        space: What it comes to.

    Raises:
        UsageError: If the folder holds a search and that was not asked for, or holds another one; it says what differs.
    """

    def __init__(self, plan: Plan, space: Space) -> None:
        self._folder = make_folder(plan.out) / TRIALS
        manifest = plan.out / MANIFEST
        ours = _identity(plan, space)
        if manifest.exists():
            if not plan.resume:
                raise UsageError(f"{plan.out} holds a search already.", "Go on with --resume, or give another --out.")
            _compare(_read(manifest), ours, plan.out)
        else:
            write_file(manifest, (json.dumps(ours, indent=1) + "\n").encode())

    def known(self, run: Run) -> Result | None:
        """What an earlier run has measured; None if there is nothing, or it is not what it should be."""
        try:
            kept = json.loads(self._path(run).read_text("utf-8"))
            accuracy, seconds = float(kept["accuracy"]), float(kept["seconds"])
            same = kept["params"] == run.params
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Result(run, accuracy, seconds) if same and 0 <= accuracy <= 1 else None

    def digits(self) -> int:
        """How many digits were trained on for all that is there."""
        counts = [path.stem.rpartition("-")[2] for path in self._folder.glob("*.json")]
        return sum(int(count) for count in counts if count.isdecimal())

    def keep(self, result: Result) -> None:
        """Write down what was measured; what failed is tried again another time."""
        if result.accuracy is not None:
            row = {"params": result.run.params, "accuracy": result.accuracy, "seconds": round(result.seconds, 3)}
            write_file(self._path(result.run), (json.dumps(row) + "\n").encode())

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
        raise UsageError(f"{manifest} cannot be read: {error}.", "Give another --out.") from error


def _compare(there: dict[str, Any], ours: dict[str, Any], out: Path) -> None:
    other = [name for name, value in ours.items() if there.get(name) != value]
    if other:
        raise UsageError(
            f"{out} holds a search with other {', '.join(other)}.",
            "Give the options it was begun with, or another --out.",
        )

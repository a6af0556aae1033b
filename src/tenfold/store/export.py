"""Accepted corrections as a folder of pictures that everything in Tenfold can read: ``0/ … 9/`` and a table."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from tenfold.errors import UsageError
from tenfold.store.store import Store

TABLE = "corrections.csv"
COLUMNS = ("id", "answer", "at", "task", "was", "confidence", "model", "final", "file")
MOST = 1_000_000


def export(store: Store, folder: Path) -> Counter[str]:
    """Write accepted corrections to a new folder: digits as ``DIGIT/ID.png``, numbers as ``numbers/ID.png``.

    What is no digit, and what has no picture any more, is in the table alone.

    Args:
        store: Holds them.
        folder: Must not exist yet; it is there as a whole or not at all.

    Returns:
        How many pictures there are of each: ``"0"`` to ``"9"``, ``"numbers"``; and ``"without"``: rows with none.

    Raises:
        UsageError: If the folder exists, or cannot be made.
        StoreUnavailable: If the database does not answer.
    """
    if folder.exists():
        raise UsageError(f"{folder} is there already.", "Name a folder that is not.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}.", "Name another folder.") from error
    try:
        counts = _fill(store, making)
        making.chmod(0o755)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return counts


def _fill(store: Store, folder: Path) -> Counter[str]:
    counts: Counter[str] = Counter()
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for one in store.listed("accepted", MOST):
            final = one.final or ""
            picture = store.picture(one.id) if final and one.has_picture else None
            kind = "without" if picture is None else "numbers" if one.task == "number" else final
            place = "" if picture is None else f"{kind}/{one.id}.png"
            if picture is not None:
                (folder / kind).mkdir(exist_ok=True)
                (folder / place).write_bytes(picture)
            counts[kind] += 1
            row = (one.id, one.answer, f"{one.at:.3f}", one.task, one.was, f"{one.confidence:.4f}", one.model)
            table.writerow([*row, final, place])
    return counts

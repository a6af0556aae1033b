"""What a training run says on the way: plain sentences, and on a terminal a bar an epoch with the curves so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tenfold.atomic import make_folder
from tenfold.training.event_files import EventFiles
from tenfold.training.terminal_curves import curves


class _Watch:
    """That a recipe is being run, and where the figures of its fits go beside the screen."""

    def __init__(self, folder: Path | None) -> None:
        self.folder, self._fits = folder, 0

    def next_fit(self) -> EventFiles | None:
        """Where the next fit's figures go: the first into the folder itself, others into numbered ones inside."""
        self._fits += 1
        if self.folder is None:
            return None
        return EventFiles(self.folder if self._fits == 1 else self.folder / f"fit-{self._fits}")


_watch: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def watched(folder: Path | None) -> Iterator[None]:
    """Run a recipe: what it fits inside of this block is shown, and logged for TensorBoard where a folder is given.

    Estimators have no argument for it, as scikit-learn's have none, and say nothing where nobody watches.

    Raises:
        UsageError: If the folder cannot be made.
    """
    if folder is not None:
        make_folder(folder)
    before = _watch.set(_Watch(folder))
    try:
        yield
    finally:
        _watch.reset(before)


def is_watched() -> bool:
    """Whether a recipe is being run that somebody watches: on a terminal, or in TensorBoard."""
    watch = _watch.get()
    return watch is not None and (watch.folder is not None or Console(stderr=True).is_terminal)


def say(text: str) -> None:
    """Write a line to standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False).print(text)


class EpochBars:
    """A progress bar for each epoch with the running loss and accuracy, and a line with all figures when it is done.

    On a terminal the curves of the epochs that are done stand below the bar, and stay there in the end.

    Args:
        epochs: How many epochs there will be.
        steps: Batches in an epoch.
        history: The figures of epochs done before, if the run goes on from there.
        lines: Whether an epoch that is done leaves a line.
    """

    def __init__(
        self, epochs: int, steps: int, history: Mapping[str, Sequence[float]] | None = None, lines: bool = True
    ) -> None:
        self._epochs, self._steps, self._lines = epochs, steps, lines
        self._history = {name: list(values) for name, values in (history or {}).items()}
        self._live: Live | None = None
        self._progress: Progress | None = None
        self._task = TaskID(0)
        watch = _watch.get()
        self._files = watch.next_fit() if watch else None

    def callback(self) -> Any:
        """The bars as a Keras callback."""
        from keras.callbacks import LambdaCallback

        return LambdaCallback(on_epoch_begin=self._begin, on_train_batch_end=self._step, on_epoch_end=self._end)

    def close(self) -> None:
        """Take the bar away, also after an interruption, and leave the curves."""
        self._stop()
        console = Console(stderr=True)
        if console.is_terminal and (drawn := curves(self._history, self._epochs, console)):
            console.print(drawn)
        if self._files is not None:
            self._files.close()

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
        self._live = self._progress = None

    def _begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._stop()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[figures]}"),
        )
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console)
        self._task = self._progress.add_task(f"Epoch {epoch + 1}/{self._epochs}", total=self._steps, figures="")
        if console.is_terminal:
            drawn = curves(self._history, self._epochs, console)
            self._live = Live(
                Group(self._progress, drawn) if drawn else self._progress,
                console=console,
                transient=True,
                refresh_per_second=10,
            )
            self._live.start()

    def _step(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._progress is not None:
            self._progress.update(self._task, completed=batch + 1, figures=figures(logs or {}))

    def _end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        seconds = self._progress.tasks[0].elapsed or 0.0 if self._progress else 0.0
        self._stop()
        for name, value in (logs or {}).items():
            self._history.setdefault(name, []).append(float(value))
        if self._files is not None:
            self._files.write(epoch + 1, logs or {})
        if self._lines:
            say(f"Epoch {epoch + 1}/{self._epochs}  {seconds:.0f} s  {figures(logs or {})}")


def figures(logs: dict[str, float]) -> str:
    """Keras' figures of an epoch or of a batch as text: loss, accuracy, and the same on the validation digits."""
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    return "  ".join(f"{name.replace('_', ' ')} {logs[name]:.4f}" for name in names if name in logs)

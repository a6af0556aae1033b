"""What a training run says on the way: plain sentences and a bar an epoch, on standard error."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


def say(text: str) -> None:
    """Write a line to standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False).print(text)


class EpochBars:
    """A progress bar for each epoch with the running loss and accuracy, and a line with all figures when it is done.

    Args:
        epochs: How many epochs there will be.
        steps: Batches in an epoch.
    """

    def __init__(self, epochs: int, steps: int) -> None:
        self._epochs, self._steps = epochs, steps
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def callback(self) -> Any:
        """The bars as a Keras callback."""
        from keras.callbacks import LambdaCallback

        return LambdaCallback(on_epoch_begin=self._begin, on_train_batch_end=self._step, on_epoch_end=self._end)

    def close(self) -> None:
        """Take the bar away, also after an interruption."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.close()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[figures]}"),
        )
        console = Console(stderr=True)
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task(f"Epoch {epoch + 1}/{self._epochs}", total=self._steps, figures="")
        self._progress.start()

    def _step(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._progress is not None:
            self._progress.update(self._task, completed=batch + 1, figures=figures(logs or {}))

    def _end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        seconds = self._progress.tasks[0].elapsed or 0.0 if self._progress else 0.0
        self.close()
        say(f"Epoch {epoch + 1}/{self._epochs}  {seconds:.0f} s  {figures(logs or {})}")


def figures(logs: dict[str, float]) -> str:
    """Keras' figures of an epoch or of a batch as text: loss, accuracy, and the same on the validation digits."""
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    return "  ".join(f"{name.replace('_', ' ')} {logs[name]:.4f}" for name in names if name in logs)

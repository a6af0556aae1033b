"""The figures of a training run as TensorBoard reads them: event files with a scalar for each figure of an epoch."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# The runs that TensorBoard shows side by side, as Keras' own callback names them, and what their figures begin with.
RUNS = {"train": "", "validation": "val_"}
# What an event file says of itself in the beginning (TensorFlow, event.proto).
VERSION = "brain.Event:2"


class EventFiles:
    """One run's event files, a folder each for training and validation; made with the first figure.

    TensorFlow writes them: it has the format, and TensorBoard, which is a package of its own, need not be there.

    Args:
        folder: What TensorBoard is to be given: ``tensorboard --logdir FOLDER``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, Any] = {}

    def write(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Write the figures of an epoch, so that they can be seen at once.

        Args:
            epoch: Its number, from 1.
            logs: Keras' figures: ``loss``, ``accuracy``, and the same with ``val_`` of the validation digits.
        """
        from tensorflow.compat.v1 import Event, Summary

        for run, start in RUNS.items():
            own = {
                name.removeprefix("val_"): float(value)
                for name, value in logs.items()
                if name.startswith("val_") == bool(start)
            }
            if own:
                values = [Summary.Value(tag=f"epoch_{name}", simple_value=value) for name, value in own.items()]
                self._put(run, Event(wall_time=time.time(), step=epoch, summary=Summary(value=values)))

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _put(self, run: str, event: Any) -> None:
        if run not in self._writers:
            import tensorflow as tf

            folder = self._folder / run
            folder.mkdir(parents=True, exist_ok=True)
            name = f"events.out.tfevents.{time.time_ns()}.tenfold.{os.getpid()}"
            self._writers[run] = tf.io.TFRecordWriter(str(folder / name))
            begun = tf.compat.v1.Event(wall_time=time.time(), file_version=VERSION)
            self._writers[run].write(begun.SerializeToString())
        self._writers[run].write(event.SerializeToString())
        self._writers[run].flush()

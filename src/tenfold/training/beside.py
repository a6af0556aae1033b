"""A process beside this one that does one job after the other: what brings it down does not bring down the command."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

Shared = TypeVar("Shared")
Job = TypeVar("Job")
Answer = TypeVar("Answer")
Tell = Callable[[str], None]

# How often a job is given to another process when the one that had it died, where a loss by chance must not count.
RETRIES = 1
# What there is to say of it: a process that the system ends for want of memory says nothing itself.
DIED = "memory may have run out"


class Died(Exception):
    """The process ended before it had answered; the next job gets a new one.

    Args:
        status: Its exit status; that of a signal is below 0.
    """

    def __init__(self, status: int | None) -> None:
        super().__init__(f"its process ended with exit status {status}; {DIED}")


class Beside(Generic[Shared, Job, Answer]):
    """The process. It is started with the first job, and again after one that brought it down.

    Args:
        work: Does a job, given what all share, the job, and what to tell its steps to. A function of a module, which
            the process finds by its name. What it raises ends the process: it has to answer with what went wrong.
        shared: What every job needs; sent once to each process.
    """

    def __init__(self, work: Callable[[Shared, Job, Tell], Answer], shared: Shared) -> None:
        self._work, self._shared = work, shared
        self._process: SpawnProcess | None = None

    def do(self, job: Job, tell: Tell = lambda _: None) -> Answer:
        """Do a job.

        Args:
            job: Which.
            tell: Told of its steps.

        Raises:
            Died: If the process ended meanwhile.
        """
        process = self._process or self._start()
        try:
            if self._process is None:
                # Not handed over with the process itself: one that died early would never take it, and this one wait.
                self._pipe.send(self._shared)
                self._process = process
            self._pipe.send(job)
            while True:
                kind, what = self._pipe.recv()
                if kind == "answer":
                    answer: Answer = what
                    return answer
                tell(what)
        except (EOFError, OSError) as error:
            process.join()
            self._process = None
            raise Died(process.exitcode) from error

    def _start(self) -> SpawnProcess:
        """A new process, not a copy of this: a copy would lack the threads that libraries wait for."""
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        process = context.Process(target=_serve, args=(self._work, there), daemon=True)
        process.start()
        there.close()
        return process

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.terminate()
            self._process.join()
            self._process = None


def _serve(work: Callable[[Any, Any, Tell], Any], pipe: Connection) -> None:
    """In the process: do what is asked for, and say what came of it, until nobody is there to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command, which ends this process
    try:
        shared = pipe.recv()
        while True:
            job = pipe.recv()
            pipe.send(("answer", work(shared, job, lambda step: pipe.send(("step", step)))))
    except (EOFError, BrokenPipeError):  # the command is gone
        return

"""How much memory this process takes, and has taken at most."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from pathlib import Path

# Where Linux says how a process does, and takes the order to begin counting its peak anew.
_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Peak:
    """The most memory the process takes from now on, beyond what it holds already."""

    def __init__(self) -> None:
        _give_back()
        with suppress(OSError):  # no Linux: then the peak is that of all its life
            _FORGET.write_text("5")
        self._before = _held("VmRSS") or 0

    def bytes(self) -> int:
        """So many bytes; 0 where the system does not say."""
        most = _held("VmHWM") or _ever()
        return max(0, most - self._before)


def _give_back() -> None:
    """What was freed goes back to the system, else it would be counted as held, and taken again unnoticed."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def _held(name: str) -> int | None:
    try:
        lines = _STATUS.read_text("ascii").splitlines()
    except OSError:
        return None
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), None)


def _ever() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

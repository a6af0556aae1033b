"""How much memory this process has taken at most."""

from __future__ import annotations

import sys


def peak_bytes() -> int:
    """The most memory this process has held at once, in bytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024

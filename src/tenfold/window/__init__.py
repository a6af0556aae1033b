"""The desktop window (`tenfold draw`): a sheet to draw on, and beside it the answer and what was seen."""

from __future__ import annotations

from tenfold.window.window import Window, open_root, run

__all__ = ["Window", "open_root", "run"]

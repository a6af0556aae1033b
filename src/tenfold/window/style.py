"""The window's colours and letters: those of the web page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tkinter as tk

GROUND, PAPER, INK, SOFT, LINE, ACCENT = "#f5f1e8", "#fffdf8", "#1d1a16", "#655e52", "#d9d1c0", "#b3391b"


class Letters:
    """Four sizes of letters that grow with the window.

    Args:
        root: The window; its themed widgets are dressed on the way.
    """

    def __init__(self, root: tk.Tk) -> None:
        from tkinter import font, ttk

        self._one = 120
        self._fitted = " ", 0
        serif = "DejaVu Serif" if sys.platform.startswith("linux") else "Georgia"
        self.digit = font.Font(root, family=serif, weight="bold")
        self.large, self.text, self.small = (font.nametofont("TkDefaultFont", root).copy() for _ in range(3))
        style = ttk.Style(root)
        style.theme_use("clam")
        style.configure(".", background=GROUND, foreground=INK, font=self.text)
        style.configure("TButton", padding=(10, 6), background=PAPER, bordercolor=LINE, relief="flat")
        style.map("TButton", background=[("active", LINE)], bordercolor=[("focus", ACCENT)])
        style.configure("Chief.TButton", background=ACCENT, foreground=PAPER, bordercolor=ACCENT)
        style.map("Chief.TButton", background=[("active", INK)], bordercolor=[("focus", INK)])
        style.configure("Soft.TLabel", foreground=SOFT, font=self.small)
        style.configure("TScale", background=SOFT, troughcolor=LINE, bordercolor=GROUND, gripcount=0, sliderlength=16)
        style.map("TScale", background=[("active", INK)])

    def resize(self, unit: float) -> None:
        """Set all sizes for a window `unit` times as large as at first."""
        self._one = max(9, round(120 * unit))
        for letters, size in ((self.digit, 120), (self.large, 22), (self.text, 15), (self.small, 13)):
            letters.configure(size=-max(9, round(size * unit)))  # negative: in pixels
        text, width = self._fitted
        self.fit(text, width)

    def fit(self, text: str, width: int) -> None:
        """Make the digit's letters so large that a text fits a width in pixels, at most as large as for one digit."""
        self._fitted = text, width
        self.digit.configure(size=-self._one)
        lines = text.split("\n")
        longest = max(self.digit.measure(line) for line in lines)
        share = min(1.0, width / longest if longest and width > 1 else 1.0, 1.6 / len(lines))
        self.digit.configure(size=-max(9, int(self._one * share)))


def rgb(colour: str) -> tuple[int, ...]:
    """Red, green and blue, 0..255, of a colour ``#rrggbb``."""
    return tuple(bytes.fromhex(colour[1:]))

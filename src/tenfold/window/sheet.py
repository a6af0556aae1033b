"""The sheet: takes the pen's movements, keeps them as lines, and shows them as they will be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tenfold.types import Pixels
from tenfold.window.style import INK, LINE, PAPER, rgb

if TYPE_CHECKING:
    import tkinter as tk
    from tkinter import ttk

FRAME = 2  # pixels


@dataclass
class Line:
    """One movement of the pen: its points and its width, in units of the sheet's side (0..1)."""

    width: float
    points: list[tuple[float, float]] = field(default_factory=list)


def paint(lines: list[Line], side: int) -> Pixels:
    """Ink as a picture: uint8 (side, side), black with soft edges on white."""
    canvas = np.full((side, side), 255, np.uint8)
    for line in lines:
        # Coordinates with 4 fractional bits; a single point, taken twice, leaves a dot.
        path = np.rint(np.array([*line.points, line.points[-1]]) * side * 16).astype(np.int32)
        cv2.polylines(canvas, [path.reshape(-1, 1, 2)], False, 0, max(1, round(line.width * side)), cv2.LINE_AA, 4)
    return canvas


class Sheet:
    """A square of paper in the middle of a frame, as large as fits.

    Args:
        room: The frame.
        pen: Gives the pen's width in units of the sheet's side.
        touched: Called when the pen comes down.
        written: Called when it is lifted.

    Attributes:
        lines: The ink, in the order of drawing.
        canvas: The Tk widget.
    """

    def __init__(
        self, room: ttk.Frame, pen: Callable[[], float], touched: Callable[[], None], written: Callable[[], None]
    ) -> None:
        import tkinter as tk

        self.lines: list[Line] = []
        self.side = 1
        self._pen, self._touched, self._written = pen, touched, written
        self.canvas = tk.Canvas(
            room, background=PAPER, highlightthickness=FRAME, highlightbackground=LINE, cursor="pencil"
        )
        self.canvas.place(relx=0.5, rely=0.5, anchor="center")
        self.canvas.bind("<ButtonPress-1>", self._press)
        self.canvas.bind("<B1-Motion>", self._move)
        self.canvas.bind("<ButtonRelease-1>", self._release)
        room.bind("<Configure>", lambda event: self._fit(event.width, event.height))

    def clear(self) -> None:
        """Take all ink away."""
        self.lines.clear()
        self._show()

    def undo(self) -> None:
        """Take the last line away, if there is one."""
        del self.lines[-1:]
        self._show()

    def _press(self, event: tk.Event[Any]) -> None:
        self._touched()
        self.lines.append(Line(self._pen()))
        self._move(event)

    def _move(self, event: tk.Event[Any]) -> None:
        if self.lines:  # the pen may have come down outside
            x, y = (min(max((at - FRAME) / self.side, 0.0), 1.0) for at in (event.x, event.y))
            self.lines[-1].points.append((x, y))
            self._follow(self.lines[-1])

    def _release(self, _: tk.Event[Any]) -> None:
        self._show()
        self._written()

    def _follow(self, line: Line) -> None:
        """Draw the line under the pen, again for every new point: quicker than the whole sheet."""
        self.canvas.delete("line")
        path = [at * self.side + FRAME for point in (*line.points, line.points[-1]) for at in point]
        width = line.width * self.side
        self.canvas.create_line(*path, width=width, capstyle="round", joinstyle="round", fill=INK, tags="line")

    def _fit(self, width: int, height: int) -> None:
        self.side = max(1, min(width, height) - 2 * FRAME)
        self.canvas.configure(width=self.side, height=self.side)
        self._show()

    def _show(self) -> None:
        """Show the ink as it will be read, with soft edges."""
        import tkinter as tk

        colours = np.linspace(rgb(INK), rgb(PAPER), 256).astype(np.uint8)
        pixels = colours[paint(self.lines, self.side)]
        header = f"P6 {self.side} {self.side} 255\n".encode()
        # Kept, or Tk would forget it.
        self._picture = tk.PhotoImage(master=self.canvas, data=header + pixels.tobytes(), format="PPM")
        self.canvas.delete("all")
        self.canvas.create_image(FRAME, FRAME, image=self._picture, anchor="nw")

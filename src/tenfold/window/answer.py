"""The answer: the digit, how sure, the sentence, ten bars, and the small picture that was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tenfold.output import percent, sentence, sign
from tenfold.types import NO_PROBABILITIES, Number, Pixels, Prediction
from tenfold.window.style import ACCENT, GROUND, LINE, SOFT, Letters

if TYPE_CHECKING:
    from tkinter import ttk

WELCOME = "Draw a digit or a number, and the answer appears."
DOUBT = "A ? stands for a digit that could be another one."


class AnswerView:
    """A column that shows one answer.

    Args:
        column: The frame to fill.
        letters: The sizes of letters.

    Attributes:
        digit: The label with the digit, large.
        sure: The label with the confidence.
        sentence: The label with what to do.
    """

    def __init__(self, column: ttk.Frame, letters: Letters) -> None:
        import tkinter as tk
        from tkinter import ttk

        self._letters = letters
        self._answer: Prediction | None = None
        self._saw: Pixels | None = None
        self._times = 4
        column.columnconfigure(0, weight=1)
        column.rowconfigure(3, weight=1)
        self.digit = ttk.Label(column, font=letters.digit, foreground=ACCENT, anchor="center")
        self.sure = ttk.Label(column, font=letters.large, anchor="center")
        self.sentence = ttk.Label(column, anchor="n", justify="center")
        self._bars = tk.Canvas(column, background=GROUND, highlightthickness=0, width=1, height=1)
        caption = ttk.Label(column, text="What Tenfold saw", style="Soft.TLabel", anchor="center")
        self._seen = tk.Label(column, background=LINE, borderwidth=0)
        self.digit.grid(row=0, sticky="ew")
        self.sure.grid(row=1, sticky="ew")
        self.sentence.grid(row=2, sticky="ew", pady=(4, 10))
        self._bars.grid(row=3, sticky="nsew")
        caption.grid(row=4, sticky="ew", pady=(10, 4))
        self._seen.grid(row=5)
        self._bars.bind("<Configure>", lambda event: self._fit(event.width))
        self.show(None, None)

    def show(self, answer: Prediction | None, saw: Pixels | None, numbers: Sequence[Number] = ()) -> None:
        """Show an answer and the 28x28 it was read from; None for a new sheet.

        Args:
            answer: What was read.
            saw: uint8 (28, 28).
            numbers: What was read as numbers, where there are several digits: shown in place of the digit.
        """
        self._answer, self._saw = answer, saw
        text = "\n".join(number.text for number in numbers)
        if numbers:
            sure, advice = min(number.confidence for number in numbers), "" if all(n.sure for n in numbers) else DOUBT
        else:
            text = sign(answer).replace("-", " ") if answer else " "
            sure, advice = (answer.confidence, sentence(answer)) if answer else (0.0, WELCOME)
        self._letters.fit(text, self._bars.winfo_width())
        self.digit.configure(text=text)
        self.sure.configure(text=f"{percent(sure)} sure" if sure else " ")
        self.sentence.configure(text=advice)
        self._draw_bars()
        self._draw_seen()

    def resize(self, unit: float) -> None:
        """Fit a window `unit` times as large as at first."""
        self._times = max(2, round(4 * unit))
        self._draw_seen()

    def _fit(self, width: int) -> None:
        self.sentence.configure(wraplength=width)
        self._draw_bars()

    def _draw_bars(self) -> None:
        """Ten bars, one for each digit's probability."""
        bars, small = self._bars, self._letters.small
        probabilities = self._answer.probabilities if self._answer else NO_PROBABILITIES
        best, width = max(probabilities), bars.winfo_width()
        row = bars.winfo_height() / 10
        left = small.measure("0") + 12
        right = max(left + 1, width - small.measure(">99.9 %") - 10)
        bars.delete("all")
        for digit, probability in enumerate(probabilities):
            middle, half = (digit + 0.5) * row, max(1.0, row * 0.22)
            bars.create_text(0, middle, text=str(digit), anchor="w", font=small, fill=SOFT)
            bars.create_rectangle(left, middle - half, right, middle + half, fill=LINE, width=0)
            if best > 0:
                end = left + probability * (right - left)
                colour = ACCENT if probability == best else SOFT
                bars.create_rectangle(left, middle - half, end, middle + half, fill=colour, width=0)
                bars.create_text(width, middle, text=percent(probability), anchor="e", font=small, fill=SOFT)

    def _draw_seen(self) -> None:
        """The 28x28 the network was given, in whole multiples of its pixels."""
        import tkinter as tk

        if self._saw is None:
            picture = tk.PhotoImage(master=self._seen, width=28, height=28)
        else:
            data = b"P5 28 28 255\n" + self._saw.tobytes()
            picture = tk.PhotoImage(master=self._seen, data=data, format="PPM")
        self._picture = picture.zoom(self._times)  # kept, or Tk would forget it
        self._seen.configure(image=self._picture)

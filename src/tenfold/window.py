"""The desktop window (`tenfold draw`): a sheet to draw on, and beside it the answer and what was seen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tenfold.errors import NoWindow
from tenfold.output import percent, sentence, sign
from tenfold.recognizer import Recognizer
from tenfold.types import NO_PROBABILITIES, Picture, Pixels, Prediction

if TYPE_CHECKING:
    import tkinter as tk

WELCOME = "Draw a digit, and the answer appears."
PAUSE = 400  # milliseconds after the pen is lifted until the answer comes by itself
SIDE = 560  # of the picture that is read, in pixels
WIDTH, HEIGHT = 860, 600  # of the window at first, in units of 1/96 inch
PENS = (2, 14)  # thinnest and thickest pen, in hundredths of the sheet's side
PEN = 7

GROUND, PAPER, INK, SOFT, LINE, ACCENT = "#f5f1e8", "#fffdf8", "#1d1a16", "#655e52", "#d9d1c0", "#b3391b"


@dataclass
class Line:
    """One movement of the pen: its points and its width, in units of the sheet's side (0..1)."""

    width: float
    points: list[tuple[float, float]] = field(default_factory=list)


def paint(lines: list[Line], side: int = SIDE) -> Pixels:
    """The ink as a picture: uint8 (side, side), black with soft edges on white."""
    canvas = np.full((side, side), 255, np.uint8)
    for line in lines:
        # Coordinates with 4 fractional bits; a single point, taken twice, leaves a dot.
        path = np.rint(np.array([*line.points, line.points[-1]]) * side * 16).astype(np.int32)
        cv2.polylines(canvas, [path.reshape(-1, 1, 2)], False, 0, max(1, round(line.width * side)), cv2.LINE_AA, 4)
    return canvas


def open_root() -> tk.Tk:
    """An empty Tk window.

    Raises:
        NoWindow: If Tk is not installed or there is no display.
    """
    try:
        import tkinter as tk
    except ImportError as error:
        raise NoWindow(
            f"The window needs Tk, which this Python cannot load ({error}).",
            "Install it (Debian, Ubuntu: apt install python3-tk; Fedora: dnf install python3-tkinter; "
            "macOS: brew install python-tk), or draw in your browser: tenfold serve",
        ) from error
    try:
        return tk.Tk(className="Tenfold")
    except tk.TclError as error:
        raise NoWindow(
            f"There is no display to open a window on ({error}).",
            "Run it in a desktop session, or draw in your browser: tenfold serve",
        ) from error


def run(recognizer: Recognizer) -> None:
    """Open the window and stay until it is closed.

    Args:
        recognizer: Reads what is drawn.

    Raises:
        NoWindow: If Tk is not installed or there is no display.
    """
    window = Window(open_root(), recognizer)
    window.root.mainloop()
    if window.failure is not None:
        raise window.failure


class Window:
    """The window's widgets and what they do.

    Args:
        root: An empty Tk window.
        recognizer: Reads what is drawn.

    Attributes:
        lines: The ink, in the order of drawing.
        answer: What was read last; None before, and after Clear.
        failure: What ended the window, if anything but its user.
    """

    def __init__(self, root: tk.Tk, recognizer: Recognizer) -> None:
        self.root = root
        self.recognizer = recognizer
        self.lines: list[Line] = []
        self.answer: Prediction | None = None
        self.failure: BaseException | None = None
        self._saw: Pixels = np.zeros((28, 28), np.uint8)
        self._side = 1
        self._waiting: str | None = None
        self._open()
        self._style()
        self._build_sheet()
        self._build_tools()
        self._build_answer()
        self._bind()
        self._show()
        self._stay_awake()

    # ---- what the user does ------------------------------------------------------------------------

    def recognise(self) -> None:
        """Read the sheet and show the answer."""
        self._wait(None)
        self.answer, ink = self.recognizer.examine(Picture(paint(self.lines), "window"))
        self._saw = ink.pixels
        self._show()

    def clear(self) -> None:
        """Take a new sheet."""
        self.lines.clear()
        self._start_again()

    def undo(self) -> None:
        """Take back the last stroke."""
        if self.lines:
            self.lines.pop()
        self._start_again()
        if self.lines:
            self._wait(self.recognise)

    def _press(self, event: tk.Event[Any]) -> None:
        self.lines.append(Line(self._pen.get() / 100))
        self._move(event)

    def _move(self, event: tk.Event[Any]) -> None:
        self._wait(None)
        if self.lines:  # the pen may have come down outside
            x, y = (min(max(at / self._side, 0.0), 1.0) for at in (event.x, event.y))
            self.lines[-1].points.append((x, y))
            self._draw_line(self.lines[-1])

    def _release(self, _: tk.Event[Any]) -> None:
        self._wait(self.recognise)

    def _start_again(self) -> None:
        self._wait(None)
        self.answer = None
        self._saw = np.zeros((28, 28), np.uint8)
        self._draw_sheet()
        self._show()

    def _wait(self, what: Callable[[], None] | None) -> None:
        """Do something after a pause, instead of whatever was to be done."""
        if self._waiting is not None:
            self.root.after_cancel(self._waiting)
        self._waiting = self.root.after(PAUSE, what) if what else None

    # ---- how it looks ------------------------------------------------------------------------------

    def _open(self) -> None:
        root = self.root
        dots = max(1.0, root.winfo_fpixels("1i") / 96)
        width, height = (
            min(round(size * dots), round(0.9 * screen))
            for size, screen in ((WIDTH, root.winfo_screenwidth()), (HEIGHT, root.winfo_screenheight()))
        )
        root.title("Tenfold")
        root.geometry(f"{width}x{height}")
        root.minsize(520, 400)
        root.configure(background=GROUND)
        root.columnconfigure(0, weight=3, uniform="halves")
        root.columnconfigure(1, weight=2, uniform="halves")
        root.rowconfigure(0, weight=1)
        root.report_callback_exception = self._fail

    def _style(self) -> None:
        from tkinter import font, ttk

        self._print = font.Font(family="DejaVu Serif" if sys.platform.startswith("linux") else "Georgia", weight="bold")
        self._large, self._text, self._small = (font.nametofont("TkDefaultFont").copy() for _ in range(3))
        style = ttk.Style(self.root)
        style.theme_use("clam")
        style.configure(".", background=GROUND, foreground=INK, font=self._text)
        style.configure("TButton", padding=(10, 6), background=PAPER, bordercolor=LINE, relief="flat")
        style.map("TButton", background=[("active", LINE)], bordercolor=[("focus", ACCENT)])
        style.configure("Chief.TButton", background=ACCENT, foreground=PAPER, bordercolor=ACCENT)
        style.map("Chief.TButton", background=[("active", INK)], bordercolor=[("focus", INK)])
        style.configure("Soft.TLabel", foreground=SOFT, font=self._small)
        style.configure("TScale", background=GROUND, troughcolor=LINE, bordercolor=GROUND)

    def _build_sheet(self) -> None:
        import tkinter as tk
        from tkinter import ttk

        self._room = ttk.Frame(self.root)
        self._room.grid(row=0, column=0, sticky="nsew", padx=(20, 10), pady=(20, 6))
        self.sheet = tk.Canvas(
            self._room, background=PAPER, highlightthickness=1, highlightbackground=LINE, cursor="pencil"
        )
        self.sheet.place(relx=0.5, rely=0.5, anchor="center")

    def _build_tools(self) -> None:
        import tkinter as tk
        from tkinter import ttk

        tools = ttk.Frame(self.root)
        tools.grid(row=1, column=0, sticky="ew", padx=(20, 10), pady=(6, 20))
        self.undo_button = ttk.Button(tools, text="Undo", width=6, command=self.undo)
        self.clear_button = ttk.Button(tools, text="Clear", width=6, command=self.clear)
        self.recognise_button = ttk.Button(tools, text="Recognise", command=self.recognise, style="Chief.TButton")
        self._pen = tk.DoubleVar(self.root, PEN)
        pen = ttk.Scale(tools, from_=PENS[0], to=PENS[1], variable=self._pen, length=80)
        self.undo_button.pack(side="left")
        self.clear_button.pack(side="left", padx=6)
        ttk.Label(tools, text="Pen", style="Soft.TLabel").pack(side="left", padx=(6, 4))
        pen.pack(side="left", fill="x", expand=True)
        self.recognise_button.pack(side="right", padx=(12, 0))

    def _build_answer(self) -> None:
        import tkinter as tk
        from tkinter import ttk

        side = ttk.Frame(self.root)
        side.grid(row=0, column=1, rowspan=2, sticky="nsew", padx=(10, 20), pady=20)
        side.columnconfigure(0, weight=1)
        side.rowconfigure(3, weight=1)
        self.digit_label = ttk.Label(side, font=self._print, foreground=ACCENT, anchor="center")
        self.sure_label = ttk.Label(side, font=self._large, anchor="center")
        self.sentence_label = ttk.Label(side, anchor="n", justify="center")
        self._bars = tk.Canvas(side, background=GROUND, highlightthickness=0, width=1, height=1)
        self._seen = tk.Label(side, background=GROUND, borderwidth=0)
        self.digit_label.grid(row=0, sticky="ew")
        self.sure_label.grid(row=1, sticky="ew")
        self.sentence_label.grid(row=2, sticky="ew", pady=(4, 10))
        self._bars.grid(row=3, sticky="nsew")
        ttk.Label(side, text="What Tenfold saw", style="Soft.TLabel", anchor="center").grid(
            row=4, sticky="ew", pady=(10, 4)
        )
        self._seen.grid(row=5)

    def _bind(self) -> None:
        self.sheet.bind("<ButtonPress-1>", self._press)
        self.sheet.bind("<B1-Motion>", self._move)
        self.sheet.bind("<ButtonRelease-1>", self._release)
        self._room.bind("<Configure>", lambda event: self._resize(event.width, event.height))
        self._bars.bind("<Configure>", lambda _: self._draw_bars())
        keys = {
            "<Return>": self.recognise,
            "<KP_Enter>": self.recognise,
            "<Escape>": self.clear,
            "<Control-z>": self.undo,
        }
        if self.root.tk.call("tk", "windowingsystem") == "aqua":
            keys["<Command-z>"] = self.undo
        for key, action in keys.items():
            self.root.bind(key, lambda _, action=action: action())  # type: ignore[misc]  # mypy cannot infer the default

    def _resize(self, width: int, height: int) -> None:
        """Fit the sheet into its room, and the letters to the sheet."""
        self._side = max(1, min(width, height) - 2)
        self.sheet.configure(width=self._side, height=self._side)
        unit = min(self.root.winfo_width() / WIDTH, self.root.winfo_height() / HEIGHT)
        for letters, size in ((self._print, 120), (self._large, 22), (self._text, 15), (self._small, 13)):
            letters.configure(size=-max(9, round(size * unit)))  # negative: in pixels
        self.sentence_label.configure(wraplength=max(160, round(0.36 * self.root.winfo_width())))
        self._draw_sheet()
        self._draw_seen()

    # ---- drawing -----------------------------------------------------------------------------------

    def _draw_sheet(self) -> None:
        self.sheet.delete("all")
        for line in self.lines:
            self._draw_line(line)

    def _draw_line(self, line: Line) -> None:
        """Draw a line, or draw it again a point longer."""
        name = f"line{id(line)}"
        self.sheet.delete(name)
        path = [at * self._side for point in (*line.points, line.points[-1]) for at in point]
        self.sheet.create_line(
            *path, width=line.width * self._side, capstyle="round", joinstyle="round", smooth=True, fill=INK, tags=name
        )

    def _show(self) -> None:
        """Put the answer into words, bars and the small picture."""
        answer = self.answer
        self.digit_label.configure(text=sign(answer).replace("-", " ") if answer else " ")
        self.sure_label.configure(text=f"{percent(answer.confidence)} sure" if answer and answer.confidence else " ")
        self.sentence_label.configure(text=sentence(answer) if answer else WELCOME)
        self._draw_bars()
        self._draw_seen()

    def _draw_bars(self) -> None:
        """Ten bars, one for each digit's probability."""
        bars, probabilities = self._bars, self.answer.probabilities if self.answer else NO_PROBABILITIES
        bars.delete("all")
        row, width = bars.winfo_height() / 10, bars.winfo_width()
        left, right = 24, max(25, width - 70)
        best = max(probabilities)
        for digit, probability in enumerate(probabilities):
            middle, half = (digit + 0.5) * row, max(1.0, row * 0.22)
            colour = ACCENT if probability == best > 0 else SOFT
            bars.create_text(8, middle, text=str(digit), font=self._small, fill=SOFT)
            bars.create_rectangle(left, middle - half, right, middle + half, fill=LINE, width=0)
            if best > 0:
                end = left + probability * (right - left)
                bars.create_rectangle(left, middle - half, end, middle + half, fill=colour, width=0)
                bars.create_text(width - 2, middle, text=percent(probability), anchor="e", font=self._small, fill=SOFT)

    def _draw_seen(self) -> None:
        """The 28x28 the network was given, in whole multiples of its pixels."""
        import tkinter as tk

        times = max(2, round(self.root.winfo_height() / HEIGHT * 4))
        small = tk.PhotoImage(master=self.root, data=b"P5 28 28 255\n" + self._saw.tobytes(), format="PPM")
        self._photo = small.zoom(times)  # kept, or Tk would forget it
        self._seen.configure(image=self._photo)

    # ---- how it ends -------------------------------------------------------------------------------

    def _fail(self, _: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
        """Close the window on an error; `run` raises it again, where errors become words."""
        self.failure = error
        self.root.destroy()

    def _stay_awake(self) -> None:
        """Give Python a turn now and then, or Ctrl-C in the terminal would wait for the next event."""
        self.root.after(200, self._stay_awake)

"""The window itself: the sheet and the answer side by side, the buttons and keys, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING

from tenfold.errors import NoWindow
from tenfold.recognizer import Recognizer
from tenfold.types import Number, Picture, Prediction
from tenfold.window.answer import AnswerView
from tenfold.window.sheet import Sheet, paint
from tenfold.window.style import GROUND, Letters

if TYPE_CHECKING:
    import tkinter as tk
    from tkinter import ttk

PAUSE = 400  # milliseconds after the pen is lifted until the answer comes by itself
SIDE = 560  # of the picture that is read, in pixels
WIDTH, HEIGHT = 880, 620  # of the window at first, in units of 1/96 inch
THINNEST, PEN, THICKEST = 2, 7, 14  # in hundredths of the sheet's side


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


def _press(action: Callable[[], None], _: tk.Event[tk.Misc]) -> None:
    action()


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
    """The window's parts and what its buttons and keys do.

    Args:
        root: An empty Tk window.
        recognizer: Reads what is drawn.

    Attributes:
        sheet: Where the ink is.
        view: Where the answer is.
        answer: What was read last; None before, and after Clear.
        numbers: The numbers, where there is more than one digit.
        failure: What ended the window, if anything but its user.
    """

    def __init__(self, root: tk.Tk, recognizer: Recognizer) -> None:
        from tkinter import ttk

        self.root = root
        self.recognizer = recognizer
        self.answer: Prediction | None = None
        self.numbers: tuple[Number, ...] = ()
        self.failure: BaseException | None = None
        self._waiting: str | None = None
        self._arrange()
        self._letters = Letters(root)
        room, tools, column = ttk.Frame(root), ttk.Frame(root), ttk.Frame(root)
        keys = ttk.Label(root, text="Enter recognises, Esc clears, Ctrl+Z undoes.", style="Soft.TLabel")
        room.grid(row=0, column=0, sticky="nsew", padx=(20, 10), pady=(20, 6))
        tools.grid(row=1, column=0, sticky="ew", padx=(20, 10), pady=6)
        keys.grid(row=2, column=0, sticky="w", padx=(20, 10), pady=(0, 12))
        column.grid(row=0, column=1, rowspan=3, sticky="nsew", padx=(10, 20), pady=20)
        self._build_tools(tools)
        self.view = AnswerView(column, self._letters)
        self.sheet = Sheet(
            room, pen=lambda: self._pen.get() / 100, touched=self._hold, written=lambda: self._wait(self.recognise)
        )
        self._bind_keys()
        self._stay_awake()

    def recognise(self) -> None:
        """Read the sheet and show the answer."""
        self._hold()
        picture = Picture(paint(self.sheet.lines, SIDE), "window")
        self.answer, ink = self.recognizer.examine(picture)
        # Several digits on the sheet are a number: read as one, as the page and the command do.
        page = self.recognizer.read(picture) if self.answer.status == "several_digits" else None
        self.numbers = page.numbers if page else ()
        self.view.show(self.answer, ink.pixels, self.numbers)

    def clear(self) -> None:
        """Take a new sheet."""
        self.sheet.clear()
        self._forget()

    def undo(self) -> None:
        """Take back the last line; what is left is read again."""
        self.sheet.undo()
        self._forget()
        if self.sheet.lines:
            self._wait(self.recognise)

    def close(self) -> None:
        """Close the window, and with it what it was still to do."""
        self._hold()
        self.root.after_cancel(self._awake)
        self.root.destroy()

    def _forget(self) -> None:
        self._hold()
        self.answer, self.numbers = None, ()
        self.view.show(None, None)

    def _wait(self, what: Callable[[], None]) -> None:
        """Do something after a pause, instead of whatever was to be done."""
        self._hold()
        self._waiting = self.root.after(PAUSE, what)

    def _hold(self) -> None:
        if self._waiting is not None:
            self.root.after_cancel(self._waiting)
            self._waiting = None

    def _arrange(self) -> None:
        root = self.root
        dots = max(1.0, root.winfo_fpixels("1i") / 96)
        width, height = (
            min(round(size * dots), round(0.9 * screen))
            for size, screen in ((WIDTH, root.winfo_screenwidth()), (HEIGHT, root.winfo_screenheight()))
        )
        root.title("Tenfold")
        root.geometry(f"{width}x{height}")
        root.minsize(640, 450)
        root.configure(background=GROUND)
        root.columnconfigure(0, weight=3, uniform="columns")
        root.columnconfigure(1, weight=2, uniform="columns")
        root.rowconfigure(0, weight=1)
        root.bind("<Configure>", self._resize)
        root.report_callback_exception = self._fail
        root.protocol("WM_DELETE_WINDOW", self.close)

    def _build_tools(self, tools: ttk.Frame) -> None:
        import tkinter as tk
        from tkinter import ttk

        self._pen = tk.DoubleVar(self.root, PEN)
        self.undo_button = ttk.Button(tools, text="Undo", width=6, command=self.undo)
        self.clear_button = ttk.Button(tools, text="Clear", width=6, command=self.clear)
        self.recognise_button = ttk.Button(tools, text="Recognise", command=self.recognise, style="Chief.TButton")
        self.pen_scale = ttk.Scale(tools, from_=THINNEST, to=THICKEST, variable=self._pen, length=40)
        self.undo_button.pack(side="left")
        self.clear_button.pack(side="left", padx=6)
        ttk.Label(tools, text="Pen", style="Soft.TLabel").pack(side="left", padx=(6, 4))
        self.pen_scale.pack(side="left", fill="x", expand=True)
        self.recognise_button.pack(side="right", padx=(12, 0))

    def _bind_keys(self) -> None:
        keys = {"<Return>": self.recognise, "<KP_Enter>": self.recognise, "<Escape>": self.clear}
        keys["<Control-z>"] = self.undo
        if self.root.tk.call("tk", "windowingsystem") == "aqua":
            keys["<Command-z>"] = self.undo
        for key, action in keys.items():
            self.root.bind(key, partial(_press, action))

    def _resize(self, event: tk.Event[tk.Misc]) -> None:
        if event.widget is self.root:  # a window hears of its widgets' sizes too
            unit = min(event.width / WIDTH, event.height / HEIGHT)
            self._letters.resize(unit)
            self.view.resize(unit)

    def _fail(self, _: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
        """Close the window on an error; `run` raises it again, where errors become words."""
        self.failure = error
        self.close()

    def _stay_awake(self) -> None:
        """Give Python a turn now and then, or Ctrl-C in the terminal would wait for the next event."""
        self._awake = self.root.after(200, self._stay_awake)

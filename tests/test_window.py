"""The window under a display of its own: drawn with events, read from its labels."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import ImageGrab
from tests.browser.strokes import DIGITS, TEN, Polyline
from tests.cli.commands import TENFOLD, environment, python
from tests.cli.commands import tenfold as command

import tenfold.window
from tenfold.recognizer import Recognizer
from tenfold.window import Window

WELCOME = "Draw a digit or a number, and the answer appears."
PAPER = (0xFF, 0xFD, 0xF8)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A virtual screen on a display number nobody uses."""
    missing = ""
    if shutil.which("Xvfb") is None:
        missing = "no Xvfb; Debian, Ubuntu: apt install xvfb"
    try:
        import tkinter  # noqa: F401 - only whether it is there
    except ImportError:
        missing = "no Tk; Debian, Ubuntu: apt install python3-tk"
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    reading, writing = os.pipe()
    xvfb = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(xvfb, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as number:
        yield f":{number.readline().strip()}"  # written when the display is ready
    server.terminate()
    server.wait()


@pytest.fixture
def window(display: str) -> Iterator[Window]:
    """The real window with the shipped network."""
    import tkinter

    opened = Window(tkinter.Tk(screenName=display), Recognizer())
    opened.root.update()
    opened.root.focus_force()
    opened.root.update()
    yield opened
    if opened.failure is not None:
        raise opened.failure
    with suppress(tkinter.TclError):  # a test may have closed it
        opened.close()
    # Tk's pictures and variables must be gone before another test's thread happens to collect them: Tk forbids that.
    vars(opened).clear()
    gc.collect()


pytestmark = pytest.mark.display


def draw(window: Window, strokes: list[Polyline]) -> None:
    """Draw as a hand does: press, move, release, in parts of the sheet's side."""
    canvas, side = window.sheet.canvas, window.sheet.side
    for stroke in strokes:
        at = [{"x": round(x * side), "y": round(y * side)} for x, y in stroke]
        canvas.event_generate("<ButtonPress-1>", **at[0])
        for point in at[1:]:
            canvas.event_generate("<B1-Motion>", **point)
        canvas.event_generate("<ButtonRelease-1>", **at[-1])
    window.root.update()


def press(window: Window, button: str) -> None:
    getattr(window, f"{button}_button").invoke()
    window.root.update()


def key(window: Window, name: str) -> None:
    window.root.event_generate(name)
    window.root.update()


def shown(window: Window) -> tuple[str, str, str]:
    """What the window says: the digit, how sure, and the sentence."""
    view = window.view
    return tuple(str(label.cget("text")).strip() for label in (view.digit, view.sure, view.sentence))  # type: ignore[return-value]


def inked(window: Window) -> int:
    """How many pixels of the sheet are dark on the screen."""
    canvas = window.sheet.canvas
    window.root.update()
    x, y = canvas.winfo_rootx(), canvas.winfo_rooty()
    picture = ImageGrab.grab(
        (x, y, x + canvas.winfo_width(), y + canvas.winfo_height()), xdisplay=window.root.winfo_screen()
    )
    return sum(count for count, colour in picture.getcolors(1 << 24) or [] if sum(colour[:3]) < 200)


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_is_drawn_and_read(window: Window, digit: int) -> None:
    draw(window, DIGITS[digit])
    press(window, "recognise")
    sign, sure, sentence = shown(window)
    assert sign == str(digit)
    assert sure.endswith(" % sure")
    assert sentence == ""
    assert inked(window) > 2000


def test_a_blank_sheet_says_so_and_what_to_do(window: Window) -> None:
    assert shown(window) == ("", "", WELCOME)
    press(window, "recognise")
    sign, sure, sentence = shown(window)
    assert (sign, sure) == ("", "")
    assert sentence.endswith("Write a digit.")
    assert len(sentence) > len("Write a digit.")


def test_two_digits_are_read_as_a_number(window: Window) -> None:
    draw(window, TEN)
    press(window, "recognise")
    number, sure, _ = shown(window)
    assert number == "10"
    assert sure.endswith("% sure")
    assert [one.value for one in window.numbers] == ["10"]
    label, room = window.view.digit, window.view.digit.winfo_width()
    assert window.view._letters.digit.measure("10") <= room, label  # nothing of it may be cut off
    press(window, "clear")
    assert shown(window) == ("", "", WELCOME)
    assert window.numbers == ()


def test_clear_takes_ink_and_answer_away(window: Window) -> None:
    draw(window, DIGITS[3])
    press(window, "recognise")
    press(window, "clear")
    assert shown(window) == ("", "", WELCOME)
    assert window.sheet.lines == []
    assert inked(window) == 0


def test_undo_takes_back_one_stroke(window: Window) -> None:
    draw(window, DIGITS[4])
    both = inked(window)
    press(window, "undo")
    assert len(window.sheet.lines) == 1
    assert 0 < inked(window) < both
    press(window, "undo")
    press(window, "undo")  # of nothing: harmless
    assert inked(window) == 0


def test_keys_do_what_the_buttons_do(window: Window) -> None:
    draw(window, DIGITS[7])
    key(window, "<Return>")
    assert shown(window)[0] == "7"
    key(window, "<Control-z>")
    assert window.sheet.lines == []
    draw(window, DIGITS[2])
    key(window, "<KP_Enter>")
    assert shown(window)[0] == "2"
    key(window, "<Escape>")
    assert window.sheet.lines == []
    assert shown(window)[0] == ""


def test_the_answer_comes_by_itself_after_a_pause(window: Window) -> None:
    draw(window, DIGITS[6])
    assert shown(window)[0] == ""
    for _ in range(200):  # the window stirs at least every 200 ms
        if window.answer is not None:
            break
        window.root.tk.dooneevent()
    assert shown(window)[0] == "6"


def test_the_pause_is_called_off_while_the_pen_is_down(window: Window) -> None:
    draw(window, DIGITS[6])
    window.sheet.canvas.event_generate("<ButtonPress-1>", x=5, y=5)
    done: list[bool] = []
    window.root.after(900, done.append, True)  # longer than the pause
    while not done:
        window.root.tk.dooneevent()
    assert window.answer is None


def test_the_pen_has_a_width(window: Window) -> None:
    line: list[Polyline] = [[(0.2, 0.5), (0.8, 0.5)]]
    window.pen_scale.set(2)
    draw(window, line)
    thin = inked(window)
    press(window, "clear")
    window.pen_scale.set(14)
    draw(window, line)
    assert inked(window) > 5 * thin


def test_ink_outside_the_sheet_stays_on_its_edge(window: Window) -> None:
    draw(window, [[(0.5, 0.5), (1.7, -0.4)]])
    assert window.sheet.lines[0].points[-1] == (1.0, 0.0)


@pytest.mark.parametrize("size", ["640x450", "1270x880"])
def test_everything_stays_within_the_window_at_any_size(window: Window, size: str) -> None:
    draw(window, DIGITS[8])
    press(window, "recognise")
    before = window.sheet.side
    window.root.geometry(size)
    for _ in range(5):  # sizes settle in rounds: the window's, the letters', the labels'
        window.root.update()
    root = window.root
    assert f"{root.winfo_width()}x{root.winfo_height()}" == size
    assert window.sheet.side != before
    assert inked(window) > 1000  # the ink was drawn anew
    buttons = [window.undo_button, window.clear_button, window.recognise_button]
    labels = [window.view.digit, window.view.sure, window.view.sentence]
    for widget in [*buttons, *labels, window.sheet.canvas]:
        assert widget.winfo_width() >= min(widget.winfo_reqwidth(), 40)
        assert root.winfo_rootx() <= widget.winfo_rootx()
        assert widget.winfo_rootx() + widget.winfo_width() <= root.winfo_rootx() + root.winfo_width()
        assert widget.winfo_rooty() + widget.winfo_height() <= root.winfo_rooty() + root.winfo_height()
    for button in buttons:
        assert button.winfo_width() >= button.winfo_reqwidth()  # no label is cut off
    press(window, "recognise")
    assert shown(window)[0] == "8"


def test_an_error_closes_the_window_and_is_passed_on(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = ZeroDivisionError("a bug")

    def fail(*_: object) -> None:
        raise failure

    import tkinter

    monkeypatch.setattr(window.recognizer, "examine", fail)
    window.recognise_button.invoke()
    with pytest.raises(tkinter.TclError):
        window.root.winfo_exists()
    assert window.failure is failure
    window.failure = None


def test_tenfold_draw_opens_it_and_ctrl_c_closes_it(display: str) -> None:
    process = subprocess.Popen([TENFOLD, "draw"], env=environment(DISPLAY=display), stderr=subprocess.PIPE)
    for _ in range(600):
        screen = ImageGrab.grab(xdisplay=display)
        if any(colour[:3] == PAPER and count > 100_000 for count, colour in screen.getcolors(1 << 24) or []):
            break
        time.sleep(0.1)
    else:
        process.kill()
        pytest.fail("no window appeared")
    process.send_signal(signal.SIGINT)
    assert process.wait(600) == 130
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()


def test_without_a_display_it_points_to_the_page() -> None:
    done = command("draw", DISPLAY="")
    assert done.returncode == 4
    assert "There is no display" in done.stderr
    assert "tenfold serve" in done.stderr


def test_without_tk_it_names_the_package_to_install() -> None:
    done = python("import sys; sys.modules['_tkinter'] = None; from tenfold.cli import main; main()", "draw")
    assert done.returncode == 4
    assert "needs Tk" in done.stderr
    assert "apt install python3-tk" in done.stderr
    assert "tenfold serve" in done.stderr


def test_the_window_loads_no_training_framework() -> None:
    done = python(
        "import sys, tenfold.window; "
        "print(*sorted({'keras', 'tensorflow', 'sklearn', 'matplotlib', 'fastapi', 'tkinter'} & set(sys.modules)))"
    )
    assert done.stdout.split() == []


def test_the_window_does_not_grab_the_screen() -> None:
    """What is read is what was drawn, not what the screen shows."""
    modules = list(Path(tenfold.window.__path__[0]).glob("*.py"))
    assert len(modules) > 2
    assert not any("ImageGrab" in path.read_text("utf-8") for path in modules)

"""A photo of a page in, the numbers on it out, with where they stand."""

from pathlib import Path

import tenfold

page = tenfold.read(Path(__file__).parent / "pages" / "notebook.jpg")
for number in page.numbers:
    print(f"{number.text} at ({number.box.x}, {number.box.y}), {number.confidence:.1%} sure")

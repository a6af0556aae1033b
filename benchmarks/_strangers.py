"""What is no digit, of makers the gate has never met: printed characters in other fonts, and pieces of photographs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tenfold.types import Pixels

Rng = np.random.Generator

# Those nobody could tell from a digit are left out: B D G I J O Q S Y Z and b g i l o q s u y z, omicron and iota.
SCRIPTS = {
    "Latin letters in fonts": "ACEFHKLMNPRTUVWXacdefhjkmnprtvwx",
    "Greek letters in fonts": "ΑΓΔΘΛΞΠΣΦΨΩαβγδεζηθκλμνξπρτυφχψω",
    "CJK characters": "的是不我有大在人中到要以可这个你会好为上来就学交也用能如时"
    "文没说他看提那问生过下请天们所多么小想得之还电出工对都机自后子而讯站去心只家知国台",
    "symbols in fonts": "→←↑↓↔✓✗✚★♥♦♣♠☺☎⚓✂@&#%?!=+*§",
}
# Fonts by the start of their files' names; the gate's own are left out.
FONTS = {
    "Latin letters in fonts": ("Free", "Liberation"),
    "Greek letters in fonts": ("Free", "Liberation"),
    "CJK characters": ("wqy",),
    "symbols in fonts": ("FreeSerif", "FreeSans"),
}
PHOTOS = ("astronaut", "brick", "camera", "cell", "chelsea", "coffee", "grass", "gravel", "ihc", "moon", "motorcycle")


def characters(folder: Path, script: str, count: int, rng: Rng) -> list[Pixels]:
    """Printed characters, dark on white: uint8 (160, 160) each; none where the fonts are not there."""
    files = sorted(file for file in folder.rglob("*.tt[fc]") if file.name.startswith(FONTS[script]))
    drawn: list[Pixels] = []
    for _ in range(20 * count if files else 0):
        font = ImageFont.truetype(str(files[rng.integers(len(files))]), int(rng.integers(50, 121)))
        text = SCRIPTS[script][rng.integers(len(SCRIPTS[script]))]
        missing = font.getmask("\uffff")
        if bytes(font.getmask(text)) == bytes(missing):  # the box that stands for what the font lacks
            continue
        left, top, right, bottom = font.getbbox(text)
        page = Image.new("L", (160, 160), 255)
        at = ((160 - right + left) / 2 - left, (160 - bottom + top) / 2 - top)
        ImageDraw.Draw(page).text(at, text, font=font, fill=int(rng.integers(0, 90)))
        drawn.append(np.asarray(page))
        if len(drawn) == count:
            break
    return drawn


def photographs(folder: Path, count: int, rng: Rng) -> list[Pixels]:
    """Pieces of photographs: uint8 (n, n), n from 64 to 256; none where the folder is not there."""
    files = sorted(file for file in folder.rglob("*") if file.stem.startswith(PHOTOS) and file.is_file())
    whole = [np.asarray(Image.open(file).convert("L")) for file in files]
    cut: list[Pixels] = []
    while whole and len(cut) < count:
        photo = whole[rng.integers(len(whole))]
        side = int(rng.integers(64, min(257, *photo.shape)))
        y, x = (int(rng.integers(0, edge - side + 1)) for edge in photo.shape)
        cut.append(photo[y : y + side, x : x + side])
    return cut

"""What the normalisation makes of pictures of all kinds, kept for both of its languages: Python's and the browser's.

Written anew, after a new version, with ``python -m tests.imaging.shared_golden``.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tests.imaging.kinds import pictures

from tenfold.imaging.normalize import VERSION, normalize
from tenfold.types import Picture, Pixels

PLACE = Path(__file__).parents[1] / "golden" / "normalized-kinds.json"
# How many of which longer sides: the larger ones are looked at quickly first, or shrunk.
LOTS = ((264, (16, 120)), (60, (120, 280)), (24, (280, 560)))
# A picture of noise alone would fill the file.
MOST_BYTES = 9000


def as_png(pixels: Pixels) -> str:
    """A picture as text."""
    channels = pixels if pixels.ndim == 2 else pixels[..., ::-1]
    done, data = cv2.imencode(".png", np.ascontiguousarray(channels), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert done
    return b64encode(data.tobytes()).decode()


def from_png(text: str) -> Pixels:
    """The other way: uint8 (h, w) or (h, w, 3) RGB."""
    pixels = cv2.imdecode(np.frombuffer(b64decode(text), np.uint8), cv2.IMREAD_UNCHANGED)
    return np.ascontiguousarray(pixels if pixels.ndim == 2 else pixels[..., ::-1])


def seen(pixels: Pixels) -> dict[str, Any]:
    """What Python sees, as it is kept."""
    found = normalize(Picture(pixels))
    box = found.box and [found.box.x, found.box.y, found.box.width, found.box.height]
    sheet = np.concatenate([found.pixels[None], found.parts]).reshape(-1, 28)
    return {"reason": found.reason, "box": box, "seen": "" if found.empty else as_png(sheet)}


def kept() -> list[dict[str, Any]]:
    """The kept pictures: kind, PNG, and what is seen in it, 28 rows for the whole and 28 for each part."""
    stored = json.loads(PLACE.read_text("utf-8"))
    assert stored["version"] == VERSION
    rows: list[dict[str, Any]] = stored["pictures"]
    return rows


def write() -> None:
    """Write the file."""
    rows = []
    for seed, (count, sides) in enumerate(LOTS):
        for kind, pixels in pictures(count, 40 + seed, sides):
            text = as_png(pixels)
            if len(text) <= MOST_BYTES:
                rows.append({"kind": kind, "png": text, **seen(pixels)})
    lines = ",\n".join(json.dumps(row) for row in rows)
    PLACE.write_text(f'{{"version": "{VERSION}", "pictures": [\n{lines}\n]}}\n', "utf-8")


if __name__ == "__main__":
    write()

"""Reads pictures with rapidocr in a process, and an environment, of its own: it belongs to no one else here.

    PYTHON _rapidocr.py LIST.json     # a JSON list of picture files; prints a JSON object

Of each picture: the digits its recognition alone reads and how long that took, and the digits that detection and
recognition together read, top to bottom and left to right. Other characters are dropped.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import rapidocr


def digits(text: str) -> str:
    """The digits of a text."""
    return "".join(sign for sign in text if sign in "0123456789")


def main() -> None:
    """Read all pictures."""
    logging.disable(logging.INFO)
    files = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    # A call's use_det sticks, so each way has an engine of its own.
    alone, both = rapidocr.RapidOCR(), rapidocr.RapidOCR()
    found: dict[str, Any] = {"alone": [], "both": [], "alone_ms": [], "both_ms": []}
    for file in files:
        picture = cv2.imread(file)
        start = time.perf_counter()
        read = alone(picture, use_det=False, use_cls=False, use_rec=True)
        found["alone_ms"].append(1e3 * (time.perf_counter() - start))
        found["alone"].append(digits("".join(read.txts or ())))
        start = time.perf_counter()
        read = both(picture, use_det=True, use_cls=False, use_rec=True)
        found["both_ms"].append(1e3 * (time.perf_counter() - start))
        found["both"].append([digits(text) for text in (getattr(read, "txts", None) or ()) if digits(text)])
    found["bytes"] = sum(
        path.stat().st_size for path in (Path(rapidocr.__file__).parent / "models").glob("*_small.onnx")
    )
    found["median_alone_ms"] = statistics.median(found["alone_ms"])
    print(json.dumps(found))


if __name__ == "__main__":
    main()

"""Chooses the training digits that explanations show, a hundred of each digit, and writes them into the package.

    python tools/make_prototypes.py

Of each digit's pictures in MNIST's training part (no validation and no test digit) those are chosen which come nearest
to being like any of them: greedy k-medoids, also known as facility location (Nemhauser, Wolsey & Fisher 1978), over
cosines of the shipped network's features. What the shipped network misreads is left out: an odd hand's digit explains
nothing. The same digits come out every time.
"""

from __future__ import annotations

import json

import cv2
import numpy as np

from tenfold.config import load_settings
from tenfold.data.splits import stored_validation, training_files
from tenfold.explanation.prototypes import ATLAS, OF_EACH
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import load_onnx
from tenfold.models.personal import of_length_one
from tenfold.types import Floats, as_floats

LICENCE = "CC BY-SA 3.0 (MNIST: Yann LeCun, Corinna Cortes, Christopher J. C. Burges)"


def medoids(rows: Floats, count: int) -> list[int]:
    """So many rows, chosen one by one, each for how much nearer it brings all rows to the nearest that is chosen.

    Args:
        rows: float32 (n, m), each of length one.
        count: How many to choose, at most n.
    """
    alike = rows @ rows.T
    best = np.full(len(rows), -1, np.float32)
    chosen: list[int] = []
    for _ in range(count):
        # Row by row in parts: the whole would take the room of the table once more.
        gains = np.concatenate([np.maximum(part - best, 0).sum(axis=1) for part in np.array_split(alike, 16)])
        gains[chosen] = -1
        chosen.append(int(gains.argmax()))
        best = np.maximum(best, alike[chosen[-1]])
    return chosen


def main() -> None:
    """Choose and write."""
    whole = training_files(load_settings())
    images = np.asarray(whole.images)
    network = load_onnx("digit", VERSION)
    rest = np.setdiff1d(np.arange(len(images)), stored_validation())
    numbers = []
    for digit in range(10):
        places = rest[whole.labels[rest] == digit]
        said, features = network.look(as_floats(images[places]))
        right = said.argmax(axis=1) == digit
        places, features = places[right], features[right]
        numbers.append(sorted(int(places[one]) for one in medoids(of_length_one(features), OF_EACH)))
        print(f"{digit}: {len(places):,} pictures, {OF_EACH} chosen", flush=True)
    atlas = images[np.array(numbers)].swapaxes(1, 2).reshape(10 * 28, OF_EACH * 28)
    done, data = cv2.imencode(".png", atlas, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert done
    ATLAS.write_bytes(data.tobytes())
    card = {
        "what": "10 rows of 100 digits of 28x28, row by row the digits 0 to 9",
        "data": "mnist:train (55,000 digits)",
        "licence": LICENCE,
        "command": "python tools/make_prototypes.py",
        "features": network.card.identity,
        "numbers": numbers,
    }
    text = json.dumps(card, indent=1, ensure_ascii=False)
    ATLAS.with_suffix(".json").write_text(text.replace("\n   ", " ").replace("\n  ]", " ]") + "\n", "utf-8")
    print(f"{ATLAS.name}: {len(data):,} bytes")


if __name__ == "__main__":
    main()

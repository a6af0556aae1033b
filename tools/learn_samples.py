"""Writes the digits that the tour at /learn has at hand: twenty of each, of MNIST's training digits, as one picture.

    python tools/learn_samples.py

Row by row the digits 0 to 9, each 28x28, as they are in MNIST. Needs MNIST: tenfold data fetch mnist
"""

from __future__ import annotations

import io
import sys

import numpy as np
from PIL import Image

from tenfold.config import load_settings
from tenfold.data.splits import training_data
from tenfold.server.lesson_work import SAMPLES

EACH = 20
SEED = 1998
MOST_BYTES = 60_000


def main() -> int:
    """Choose, write; 1 if the file is too large."""
    learn, _ = training_data(load_settings())
    pixels = learn.network_pixels()
    random = np.random.RandomState(SEED)
    rows = [pixels[random.permutation(np.flatnonzero(learn.labels == digit))[:EACH]] for digit in range(10)]
    atlas = np.vstack([np.hstack(list(row)) for row in rows])
    file = io.BytesIO()
    Image.fromarray(atlas).save(file, "PNG", optimize=True)
    if len(file.getvalue()) > MOST_BYTES:
        print(f"{len(file.getvalue()):,} bytes are more than {MOST_BYTES:,}.", file=sys.stderr)
        return 1
    SAMPLES.parent.mkdir(parents=True, exist_ok=True)
    SAMPLES.write_bytes(file.getvalue())
    print(f"{SAMPLES}: {len(file.getvalue()):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

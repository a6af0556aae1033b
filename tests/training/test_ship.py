"""The commit on a model's card: this project's, or none."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tenfold.training import ship


def test_the_commit_of_somebody_elses_repository_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    installed = tmp_path / ".venv" / "lib" / "tenfold" / "training" / "ship.py"
    checkout = tmp_path / "src" / "tenfold" / "training" / "ship.py"
    for file in (installed, checkout):
        file.parent.mkdir(parents=True)
        file.touch()
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "First"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(ship, "__file__", str(installed))
    assert ship.commit() == ""
    monkeypatch.setattr(ship, "__file__", str(checkout))
    assert len(ship.commit()) == 12
    checkout.write_text("changed")
    assert ship.commit()[12:] == "+"

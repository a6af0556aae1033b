"""What is installed: the wheel holds all that is needed at run time, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as `python -m build` makes it, out of the project as it stands."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(out.glob("*.whl")))


def test_everything_of_the_package_is_in_it(wheel: zipfile.ZipFile) -> None:
    source = ROOT / "src"
    files = {
        path.relative_to(source).as_posix()
        for path in (source / "tenfold").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert inside == files
    for name in ("py.typed", "models/weights/digit.onnx", "models/weights/digit.json", "server/page/index.html"):
        assert f"tenfold/{name}" in inside


def test_it_is_small(wheel: zipfile.ZipFile) -> None:
    sizes = {entry.filename: entry.file_size for entry in wheel.infolist()}
    assert sizes["tenfold/models/weights/digit.onnx"] <= 1_500_000
    # Of these, 2.6 MB are networks and classifiers that ship to be looked into and compared.
    assert sum(entry.compress_size for entry in wheel.infolist()) < 8_500_000


def test_its_metadata_has_licence_extras_and_command(wheel: zipfile.ZipFile) -> None:
    folder = next(name.split("/")[0] for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = wheel.read(f"{folder}/METADATA").decode("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "License-Expression: MIT" in metadata
    assert f"{folder}/licenses/LICENSE" in wheel.namelist()
    assert all(f"Provides-Extra: {extra}" in metadata for extra in project["optional-dependencies"])
    assert "tenfold = tenfold.cli:run" in wheel.read(f"{folder}/entry_points.txt").decode("utf-8")

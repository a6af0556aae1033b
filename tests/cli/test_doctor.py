"""`tenfold doctor`: a sound machine, and machines that lack something."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commands import answers, python, tenfold

from tenfold import __version__
from tenfold.cli.doctor import CORE, EXTRAS
from tenfold.models.onnx import WEIGHTS, shipped_names

ROOT = Path(__file__).resolve().parents[2]
DOCTOR = "import sys, os; {}; from tenfold.cli import main; main()"


def findings(done: Any) -> dict[str, dict[str, Any]]:
    (report,) = answers(done)
    assert report["tenfold"] == __version__
    return {finding["name"]: finding for finding in report["findings"]}


def test_a_sound_machine(tmp_path: Path) -> None:
    done = tenfold("doctor", "--json", XDG_CACHE_HOME=str(tmp_path))
    found = findings(done)
    assert done.returncode == 0
    assert answers(done)[0]["ok"] is True
    assert [name for name, finding in found.items() if finding["needed"]] == ["python", "core", "models", "self-test"]
    assert all(finding["ok"] for finding in found.values() if finding["needed"])
    assert "a drawn 7 was read as 7" in found["self-test"]["detail"]
    every = ", ".join(rf"{name}@\w{{8}}" for name in (*shipped_names(), "gate"))
    assert re.search(f"{every}: checksums agree", found["models"]["detail"])
    assert found["cache"]["detail"] == str(tmp_path / "tenfold")
    assert found["mnist"] == {
        "name": "mnist",
        "ok": False,
        "needed": False,
        "detail": "not in the cache",
        "hint": "tenfold data fetch mnist",
    }
    assert not (tmp_path / "tenfold").exists()  # it looks and leaves everything as it is


def test_in_words() -> None:
    done = tenfold("doctor", DISPLAY="", PATH="/nowhere")
    assert done.returncode == 0
    assert done.stdout.endswith("\nTenfold can read digits.\n")
    assert re.search(r"^ok +self-test +a drawn 7", done.stdout, re.MULTILINE)
    assert re.search(r"^- +npm +not installed\n +Not needed", done.stdout, re.MULTILINE)
    assert re.search(r"^- +window +There is no display.*\n +Run it in a desktop session", done.stdout, re.MULTILINE)


def test_damaged_weights_fail(tmp_path: Path) -> None:
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    with (tmp_path / "weights" / "digit.onnx").open("r+b") as file:
        file.seek(3000)
        file.write(b"damage")
    code = DOCTOR.format("import pathlib, tenfold.models.onnx as onnx; onnx.WEIGHTS = pathlib.Path(sys.argv.pop(1))")
    done = python(code, tmp_path / "weights", "doctor")
    assert done.returncode == 1
    assert re.search(r"^FAILS +models +\S+digit.onnx: SHA-256 is", done.stdout, re.MULTILINE)
    assert re.search(r"^FAILS +self-test", done.stdout, re.MULTILINE)
    assert "Tenfold cannot read digits here" in done.stdout


@pytest.mark.parametrize(
    ("missing", "name", "hint"),
    [
        ("tkinter", "window", "apt install python3-tk"),
        ("fastapi", "serve", 'pip install "tenfold[serve]"'),
        ("tensorflow", "train", 'pip install "tenfold[train]"'),
    ],
)
def test_what_is_missing_and_not_needed(missing: str, name: str, hint: str) -> None:
    """The packages are hidden the way Python looks for them."""
    hide = f"""
import importlib.abc, sys
class Hide(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {missing!r}: raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hide())
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == {missing!r} else real(name, package)
from tenfold.cli import main
main()
"""
    done = python(hide, "doctor", "--json")
    found = findings(done)
    assert done.returncode == 0
    assert found[name]["ok"] is False
    assert missing in found[name]["detail"]
    assert hint in found[name]["hint"]


def test_an_engine_that_cannot_be_loaded_fails() -> None:
    done = python(DOCTOR.format("sys.modules['onnxruntime'] = None"), "doctor", "--json")
    found = findings(done)
    assert done.returncode == 1
    assert "onnxruntime" in found["self-test"]["detail"]
    assert "pip install" in found["self-test"]["hint"]


def test_settings_that_are_wrong_fail() -> None:
    done = tenfold("doctor", TENFOLD_THREADS="none")
    assert done.returncode == 1
    assert re.search(r"^FAILS +settings +Setting 'threads'", done.stdout, re.MULTILINE)


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = findings(tenfold("doctor", "--json", XDG_CACHE_HOME=str(tmp_path / "file")))
    assert found["cache"]["ok"] is False
    assert "TENFOLD_CACHE_DIR" in found["cache"]["hint"]


def test_the_lists_of_packages_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}  # type: ignore[index]

    assert set(CORE) == names(project["dependencies"])
    imported_as = {
        "python-multipart": "python_multipart",
        "prometheus-client": "prometheus_client",
        "tensorflow-cpu": "tensorflow",
        "scikit-learn": "sklearn",
    }
    for extra, modules in EXTRAS.items():
        wanted = names(project["optional-dependencies"][extra])
        assert set(modules) == {imported_as.get(name, name) for name in wanted}

"""The guides for those who add something: applied to a copy of the tree as they stand, and tested there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.data.splits import training_files

ROOT = Path(__file__).resolve().parent.parent
# What a guide may change; the rest of the tree is seen as it is.
COPIED = ("src", "tests", "docs", "tools")
BLOCK = re.compile(r'^```(python|diff) title="([^"]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
MOST_LINES = 40
# In a process and in folders of its own: these tests are themselves run by pytest.
PYTEST = ("pytest", "-p", "no:cacheprovider", "-n", "0", "--basetemp", "temporary")


def changes(guide: str) -> list[tuple[str, str, str]]:
    """Kind, file and text of every block of a guide."""
    found = BLOCK.findall((ROOT / "docs" / guide).read_text("utf-8"))
    assert found
    return found


def apply(guide: str, tree: Path) -> None:
    """Do what a guide says: new files as they are, of others what stands in the diff."""
    for kind, name, text in changes(guide):
        if kind == "python":
            assert not (tree / name).exists()
            (tree / name).write_text(text, "utf-8")
            continue
        lines = text.splitlines(keepends=True)
        before, after = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
        page = (tree / name).read_text("utf-8")
        assert page.count(before) == 1, f"{guide}: {name} has not once {before!r}"
        (tree / name).write_text(page.replace(before, after), "utf-8")


def run(tree: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree / "src")}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path in ROOT.iterdir():
        if path.name in COPIED:
            shutil.copytree(path, tmp_path / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.name != ".git":
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


@pytest.mark.parametrize("guide", ["add-a-classifier.md", "add-a-corruption.md"])
def test_a_guide_adds_little(guide: str) -> None:
    added = sum(
        len(text.splitlines()) if kind == "python" else len(re.findall(r"^\+", text, re.MULTILINE))
        for kind, _, text in changes(guide)
    )
    assert added < MOST_LINES


@pytest.mark.train
@pytest.mark.mnist
def test_the_classifier_of_the_guide_keeps_the_contract(mnist_settings: Settings, tree: Path) -> None:
    apply("add-a-classifier.md", tree)
    tests = ("tests/contract/test_literature.py", "tests/test_docs.py")
    chosen = "nearest-mean or NearestMean or every_classifier_is_explained"
    said = run(tree, *PYTEST, "-q", *tests, "-k", chosen)
    assert int(re.findall(r"(\d+) passed", said)[0]) > 20
    run(tree, "ruff", "check", "--quiet", "src")
    run(tree, "ruff", "format", "--check", "--quiet", "src")


@pytest.mark.train
@pytest.mark.mnist
def test_the_corruption_of_the_guide_is_measured(mnist_settings: Settings, tree: Path) -> None:
    apply("add-a-corruption.md", tree)
    said = run(tree, *PYTEST, "-v", "tests/contract/test_corruptions.py")
    assert re.search(r"\[blur\] PASSED", said)
    assert "failed" not in said
    whole = training_files(mnist_settings)
    np.savez(tree / "few.npz", images=whole.images[:1500], labels=whole.labels[:1500])
    words = ("--models", "tiny", "--quick", "--data", "few.npz", "--out", "kept", "--json")
    row = json.loads(run(tree, "tenfold", "compare", *words))
    spoilt = row["spoilt"]["blur"]
    assert list(spoilt) == ["0.5", "1", "2"]
    assert spoilt["0.5"] > spoilt["2"] > 0.1
    run(tree, "ruff", "check", "--quiet", "src")
    run(tree, "ruff", "format", "--check", "--quiet", "src")

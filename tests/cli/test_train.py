"""`tenfold train` with several recipes: all are known before the first is trained, and each has a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import tenfold


def test_one_that_there_is_not_is_known_at_once(tmp_path: Path) -> None:
    done = tenfold("train", "linear,linaer", "--out", str(tmp_path / "made"))
    assert done.returncode == 2
    assert "There is no recipe 'linaer'. Did you mean 'linear'?" in done.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.train
@pytest.mark.mnist
@pytest.mark.usefixtures("mnist_settings")
def test_each_is_where_it_is_found_by_name(tmp_path: Path) -> None:
    done = tenfold("train", "linear,naive-bayes", "--limit", "500", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / name) for name in ("linear", "naive-bayes")]
    for name in ("linear", "naive-bayes"):
        assert {path.name for path in (tmp_path / name).iterdir()} == {f"{name}.npz", f"{name}.json"}

"""The report's notebook runs from top to bottom, and is committed with what a full run gave."""

from __future__ import annotations

import base64
import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commands import environment

from tenfold.config import Settings

NOTEBOOK = Path(__file__).resolve().parent.parent / "examples" / "report.ipynb"
LARGEST = 600_000


def cells(notebook: Any, kind: str = "code") -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def printed(notebook: Any) -> str:
    """All that its cells printed, one after the other."""
    outputs = [output for cell in cells(notebook) for output in cell["outputs"]]
    return "".join("".join(one["text"]) for one in outputs if one["output_type"] == "stream")


def pictures(notebook: Any) -> list[bytes]:
    outputs = [output for cell in cells(notebook) for output in cell["outputs"]]
    return [base64.b64decode(one["data"]["image/png"]) for one in outputs if "image/png" in one.get("data", {})]


@pytest.fixture(scope="module")
def committed() -> Any:
    return json.loads(NOTEBOOK.read_text("utf-8"))


def test_it_is_committed_with_the_outputs_of_a_full_run(committed: Any) -> None:
    assert [cell["execution_count"] for cell in cells(committed)] == list(range(1, len(cells(committed)) + 1))
    said = printed(committed)
    assert "epoch 10" in said
    assert "55,000 to train on, 5,000 to validate" in said
    found = re.search(r"Test accuracy: (0\.\d{4}), \d+ of 10,000 wrong", said)
    assert found is not None
    assert float(found[1]) > 0.98
    assert len(pictures(committed)) == 9
    assert NOTEBOOK.stat().st_size <= LARGEST
    kinds = {output["output_type"] for cell in cells(committed) for output in cell["outputs"]}
    assert kinds <= {"stream", "display_data"}, "no errors and no stray values"


def test_it_says_nothing_of_the_machine_it_ran_on(committed: Any) -> None:
    text = NOTEBOOK.read_text("utf-8")
    assert re.findall(r"/(?:home|root|tmp|work|Users|usr)/\S*", text) == []
    assert "stderr" not in {output.get("name") for cell in cells(committed) for output in cell["outputs"]}
    assert set(committed["metadata"]) <= {"kernelspec", "language_info"}
    assert all(not cell["metadata"] for cell in cells(committed))


@pytest.mark.train
@pytest.mark.mnist
def test_it_runs_on_a_few_batches(mnist_settings: Settings) -> None:
    if find_spec("nbclient") is None or find_spec("ipykernel") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("nbclient or ipykernel is missing", pytrace=False)
        pytest.skip("nbclient or ipykernel is missing: pip install nbclient ipykernel")
    import nbformat
    from tools.run_notebook import run

    environ = environment(TENFOLD_QUICK="1", TENFOLD_CACHE_DIR=str(mnist_settings.cache_dir))
    notebook = run(nbformat.read(NOTEBOOK, 4), NOTEBOOK.parent, env=environ)
    said = printed(notebook)
    assert len(pictures(notebook)) == 9
    for line in (
        "60000 x 28 x 28",
        "magic 0x00000801",
        "2,380,938",
        "epoch  1  ",
        "Test accuracy: 0.",
        "of 500 wrong",
        "ten-side-by-side         several_digits",
    ):
        assert line in said
    # What the notebook is there to show: off the middle it fails, and normalisation mends it.
    (row,) = re.findall(r"^4 pixels off +([\d.]+)% +([\d.]+)%$", said, re.MULTILINE)
    assert float(row[1]) > float(row[0]) + 20

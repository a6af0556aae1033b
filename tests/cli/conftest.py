"""What the tests of the command line share: a drawn digit, forms, and a small network whose answer is known."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.commands import save_digit
from tests.cli.forms import save, two_rows
from tests.imaging.pages import blank
from tests.imaging.pdfs import pdf_of

from tenfold.imaging.normalize import VERSION


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """A PNG of a drawn 7."""
    return save_digit(tmp_path, 7)


@pytest.fixture
def always_seven(tmp_path: Path) -> Path:
    """An ONNX file with its card: it says 7 with 80 % and 1 with 20 %, whatever it is given.

    Its card asks for 90 % where only 1 error in 100 is accepted, and for 70 % where 1 in 10 is.
    """
    path = tmp_path / "always-seven.onnx"
    path.write_bytes(constant_network(7))
    write_card(path)
    return path


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A PNG of 2048 and 395."""
    return save(tmp_path / "form.png", two_rows())


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A PDF of three pages: 2048 and 395, nothing, 76."""
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf_of(two_rows().on_paper(), blank(220, 460).on_paper(), two_rows("76").on_paper()))
    return path


def constant_network(digit: int, classes: int = 10) -> bytes:
    """A network that gives `digit` 80 % and 1 the rest."""
    import onnx
    from onnx import helper, numpy_helper

    probabilities = np.zeros(classes, np.float32)
    probabilities[[digit, 1]] = 0.8, 0.2
    constants = {
        "nothing": np.zeros((784, classes), np.float32),
        "bias": probabilities,
        "flat": np.array([-1, 784], np.int64),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Reshape", ["image", "flat"], ["row"]),
            helper.make_node("Gemm", ["row", "nothing", "bias"], ["probabilities"]),
        ],
        "constant",
        [helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, ["n", 28, 28])],
        [helper.make_tensor_value_info("probabilities", onnx.TensorProto.FLOAT, ["n", classes])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()


def write_card(weights: Path, **changes: object) -> None:
    card = {
        "name": weights.stem,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "normalization": VERSION,
        "thresholds": [[0.01, 0.9], [0.1, 0.7]],
        **changes,
    }
    weights.with_suffix(".json").write_text(json.dumps(card), "utf-8")

"""Any model by name or path, with its size."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from tenfold.config import Settings
from tenfold.errors import UnknownName, UsageError
from tenfold.training.model_files import count_parameters, open_model

SETTINGS = Settings()


def test_shipped_names_open_with_their_size() -> None:
    model = open_model("digit", SETTINGS)
    assert model.path.name == "digit.onnx"
    assert model.parameters > 1_000
    for name in ("dgit", "missing.onnx"):
        with pytest.raises(UnknownName):
            open_model(name, SETTINGS)
    with pytest.raises(UsageError, match="does not read digits"):
        open_model("gate", SETTINGS)


def test_parameters_are_counted_from_the_file() -> None:
    arrays = {
        "kernel": np.zeros((300, 5), np.float32),
        "quantised": np.zeros((7, 3), np.int8),
        "half": np.zeros(11, np.float16),
        "shape": np.zeros(2, np.int64),
        "one": np.float32(1.5),
    }
    graph = helper.make_graph([], "g", [], [], [numpy_helper.from_array(np.asarray(a), n) for n, a in arrays.items()])
    model = helper.make_model(graph, producer_name="somebody", doc_string="x" * 500)
    assert count_parameters(model.SerializeToString()) == 1500 + 21 + 11
    # The other way to write dimensions: 3 and 4 packed into one field.
    tensor = bytes([0x0A, 2, 3, 4, 0x10, onnx.TensorProto.FLOAT])
    packed = bytes([0x3A, len(tensor) + 2, 0x2A, len(tensor), *tensor])
    assert count_parameters(packed) == 12

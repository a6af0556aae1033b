"""What is read out of ONNX files without the package `onnx` is what that package reads; what is put in, runs."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenfold.errors import ModelError
from tenfold.models.onnx import WEIGHTS
from tenfold.models.onnx_outputs import Step, steps, with_outputs
from tenfold.models.session import Session

onnx = pytest.importorskip("onnx")

SHIPPED = sorted(path for path in WEIGHTS.glob("*.onnx"))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200)


def said_by_onnx(model: bytes) -> list[Step]:
    """The steps that an input reaches, as the package reads them."""
    graph = onnx.load_from_string(model).graph
    reached = {one.name for one in graph.input} - {one.name for one in graph.initializer}
    found = []
    for node in graph.node:
        if reached & set(node.input):
            reached |= set(node.output)
            found.append(Step(node.op_type, tuple(node.input), tuple(node.output)))
    return found


def chain(names: list[str], weights_are_inputs: bool = False) -> bytes:
    """A network that adds one at each step, its tensors named as told."""
    helper = onnx.helper
    first, *rest = names
    value = lambda name: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", 2])  # noqa: E731
    one = onnx.numpy_helper.from_array(np.ones((1, 2), np.float32), "one \u00e9")
    nodes = [
        helper.make_node("Add", [before, one.name], [after])
        for before, after in zip([first, *rest], rest, strict=False)
    ]
    inputs = [value(first), *([value(one.name)] if weights_are_inputs else [])]
    graph = helper.make_graph(nodes, "chain", inputs, [value(rest[-1])], [one])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_are_read_as_the_package_reads_them(path):
    model = path.read_bytes()
    assert steps(model) == said_by_onnx(model)


@given(st.lists(NAMES.filter(lambda name: name != "one \u00e9"), min_size=2, max_size=6, unique=True), st.booleans())
@settings(max_examples=25)
def test_any_names_are_read_and_put_out(names: list[str], weights_are_inputs: bool):
    model = chain(names, weights_are_inputs)
    assert steps(model) == said_by_onnx(model)
    more = with_outputs(model, names[1:])
    outputs = [one.name for one in onnx.load_from_string(more).graph.output]
    assert outputs == [names[-1], *names[1:-1]]  # what was an output already is one once
    session = Session(more, "chain")
    found = session.run_all(names[1:], np.zeros((3, 2), np.float32))
    assert [float(one[0, 0]) for one in found] == [number + 1.0 for number in range(len(names) - 1)]


def test_the_answer_stays_what_it_is_beside_every_tensor():
    model = (WEIGHTS / "tiny.onnx").read_bytes()
    pictures = np.random.default_rng(0).random((5, 28, 28), np.float32)
    names = [step.outputs[0] for step in steps(model)]
    found = Session(with_outputs(model, names), "tiny").run_all(["logits", *names], pictures)
    np.testing.assert_allclose(found[0], Session(model, "tiny").run(pictures), atol=1e-4)
    assert [one.shape[0] for one in found] == [5] * len(found)
    np.testing.assert_array_equal(found[0], found[-1])


@given(st.binary(max_size=60))
@settings(max_examples=150)
def test_whatever_it_is_given_it_answers_or_refuses(data: bytes):
    with suppress(ModelError):
        assert isinstance(steps(data), list)


@given(st.integers(0, 3000))
@settings(max_examples=40)
def test_a_file_cut_short_is_refused_or_has_fewer_steps(length: int):
    model = chain([f"tensor {number}" for number in range(30)])
    with suppress(ModelError):
        assert len(steps(model[: min(length, len(model) - 1)])) <= 29

"""Networks in the browser say what they say in ONNX Runtime, and what is no network is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from tests.browser.modules import packed, with_modules

from tenfold.models.onnx import WEIGHTS
from tenfold.models.session import Session
from tenfold.types import Floats

pytestmark = pytest.mark.browser

SHIPPED = ("digit", "gate", "tiny", "cascade", "ensemble")

RUN = """async ([file, pictures, every]) => {
  const bytes = async (text) => (await fetch("data:;base64," + text)).arrayBuffer();
  const { decodeNetwork } = await import("./network.js");
  const network = decodeNetwork(await bytes(file));
  const pixels = new Float32Array(await bytes(pictures));
  return Array.from({ length: pixels.length / 784 }, (_, at) =>
    [...network.run(pixels.subarray(784 * at, 784 * (at + 1)), { every })].map(([name, { shape, data }]) =>
      [name, shape, [...data]]));
}"""

REFUSE = """async (file) => {
  const { decodeNetwork, NetworkError } = await import("./network.js");
  try {
    decodeNetwork(await (await fetch("data:;base64," + file)).arrayBuffer());
    return "taken";
  } catch (error) {
    return error instanceof NetworkError ? error.message : `${error.name}: ${error.message}`;
  }
}"""


@pytest.fixture(scope="module")
def modules(chromium: Browser) -> Iterator[Page]:
    with with_modules(chromium) as page:
        yield page


@pytest.fixture(scope="module")
def pictures() -> Floats:
    """float32 (n, 28, 28): strokes, noise, nothing, and all ink."""
    chance = np.random.default_rng(7)
    strokes = np.zeros((4, 28, 28), np.float32)
    for one in strokes:
        for _ in range(3):
            top, left = chance.integers(4, 18, 2)
            one[top : top + 2, left : left + 8] = 1
    noise = chance.random((2, 28, 28), np.float32)
    return np.concatenate([strokes, noise, np.zeros((1, 28, 28), np.float32), np.ones((1, 28, 28), np.float32)])


def ran(page: Page, weights: bytes, pictures: Floats, every: bool = False) -> list[dict[str, Floats]]:
    """What the browser makes of each picture: tensors by name."""
    rows = page.evaluate(RUN, [packed(weights), packed(pictures), every])
    return [{name: np.array(data, np.float32).reshape(shape) for name, shape, data in row} for row in rows]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_networks_say_the_same(modules: Page, pictures: Floats, name: str) -> None:
    weights = (WEIGHTS / f"{name}.onnx").read_bytes()
    expected = np.concatenate([Session(weights, name).run(one[None]) for one in pictures])
    given = np.concatenate([row["logits"] for row in ran(modules, weights, pictures)])
    np.testing.assert_allclose(given, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.train
@pytest.mark.parametrize("name", ["digit", "tiny", "report", "lenet-5"])
def test_every_step_is_the_same(modules: Page, pictures: Floats, name: str) -> None:
    weights = built(name)
    expected = steps(weights, pictures[0])
    (given,) = ran(modules, weights, pictures[:1], every=True)
    assert set(given) - {"image"} <= set(expected)
    assert len(given) >= 8
    for step, values in given.items():
        if step != "image":
            assert values.shape == expected[step].shape, step
            np.testing.assert_allclose(values, expected[step], rtol=1e-4, atol=1e-4, err_msg=step)


def built(name: str) -> bytes:
    """A shipped file, or a network of the catalogue or the literature with weights by chance."""
    if (WEIGHTS / f"{name}.onnx").is_file():
        return (WEIGHTS / f"{name}.onnx").read_bytes()
    import keras

    from tenfold.catalogue import report
    from tenfold.literature.lenet import LeNet5
    from tenfold.training.export import to_onnx

    keras.utils.set_random_seed(3)
    return to_onnx(report.build() if name == "report" else LeNet5()._build(10))


def steps(weights: bytes, picture: Floats) -> dict[str, Floats]:
    """What ONNX Runtime has after each step."""
    import onnx
    import onnxruntime

    model = onnx.load_from_string(weights)
    names = [name for node in model.graph.node for name in node.output]
    known = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: picture[None]}), strict=True))


@pytest.mark.train
def test_every_operator_of_the_exporter_is_there(modules: Page, pictures: Floats) -> None:
    weights = one_of_each()
    expected = Session(weights, "each").run(pictures[4:5])
    (given,) = ran(modules, weights, pictures[4:5])
    np.testing.assert_allclose(given["logits"], expected, rtol=1e-4, atol=1e-4)


def one_of_each() -> bytes:
    """A graph with all operators that the shipped files leave out."""
    from tenfold.training.onnx_activations import _ELEMENTWISE
    from tenfold.training.onnx_graph import Graph, Value

    graph, chance = Graph(), np.random.default_rng(5)
    given = Value("image", (28, 28))
    x = graph.node("Sub", [graph.reshape("image", (1, 28, 28)), graph.weight("half", 0.4)])
    x = graph.node("Pad", [x, graph.weight("pads", [0, 0, 1, 2, 0, 0, 1, 0], np.int64)])
    kernel = graph.weight("kernel", chance.normal(size=(6, 1, 3, 3)))
    x = graph.node("Conv", [x, kernel], strides=[2, 1], dilations=[1, 2], pads=[0, 1, 2, 0])
    pool = {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 0, 1, 1]}
    pools = [graph.node(kind, [x], **pool) for kind in ("AveragePool", "MaxPool")]
    maps = graph.node("Concat", pools, axis=1)
    slope = graph.weight("slope", chance.random((12, 1, 1)))
    rows = [graph.node("PRelu", [maps, slope])] + [rule(graph, maps) for rule in _ELEMENTWISE.values()]
    rows += [graph.node("LogSoftmax", [maps], axis=1), graph.node("Transpose", [maps], perm=[0, 1, 2, 3])]
    stacked = graph.node("Max", [graph.node("Mean", rows), graph.node("Min", rows[:3]), graph.weight("low", -0.5)])
    both = [graph.node(kind, [stacked]) for kind in ("GlobalAveragePool", "GlobalMaxPool")]
    flat = graph.node("Flatten", [graph.node("Transpose", [graph.node("Concat", both, axis=-1)], perm=[0, 3, 2, 1])])
    flat = graph.node("MatMul", [flat, graph.weight("kernel", chance.normal(size=(24, 10)))])
    return graph.serialize(given, Value(flat, (10,)), "logits")


def cut(weights: bytes) -> bytes:
    return weights[: len(weights) // 2]


def renamed(weights: bytes) -> bytes:
    return weights.replace(b"Relu", b"Rely")


def swollen(weights: bytes) -> bytes:
    """A graph with nothing but a tensor of 2^31 by 2^31 floats."""
    size = b"\x08\xff\xff\xff\xff\x07"
    tensor = size + size + b"\x10\x01"
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    return b"\x3a" + bytes([len(graph)]) + graph


def nested(weights: bytes) -> bytes:
    return b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f" + weights


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda weights: b"", "no ONNX file"),
        (lambda weights: b"\x89PNG\r\n\x1a\n" * 40, "damaged|no ONNX file"),
        (cut, "ends in the middle"),
        (renamed, 'no operator "Rely"'),
        (swollen, "too large"),
        (nested, "ends in the middle"),
    ],
)
def test_what_is_no_network_is_refused(modules: Page, spoil: Callable[[bytes], bytes], says: str) -> None:
    said = modules.evaluate(REFUSE, packed(spoil((WEIGHTS / "tiny.onnx").read_bytes())))
    assert any(part in said for part in says.split("|")), said


def test_any_byte_may_be_wrong(modules: Page) -> None:
    weights = bytearray((WEIGHTS / "tiny.onnx").read_bytes())
    chance: Any = np.random.default_rng(11)
    for place in chance.integers(0, len(weights), 60):
        spoiled = bytearray(weights)
        spoiled[place] ^= 1 << int(chance.integers(8))
        said = modules.evaluate(REFUSE, packed(bytes(spoiled)))
        assert not said.startswith(("RangeError", "TypeError", "SyntaxError")), (place, said)

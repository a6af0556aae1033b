"""Arithmetic in bytes: a quarter of the file, and quicker where a processor has instructions for it."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tenfold.errors import TenfoldError
from tenfold.training.framework import need_keras
from tenfold.types import Pixels, as_floats

# Few are enough to see how far each map reaches.
SHOWN, AT_ONCE = 512, 64
PRODUCTS = ("Conv", "Gemm", "MatMul")
# Steps of a network that goes on with some of its pictures only.
CHOOSING = ("If", "Loop", "NonZero", "Scan")


def in_bytes(weights: bytes, pictures: Pixels) -> bytes:
    """Let convolutions and products work on bytes (static quantisation; Jacob et al. 2018).

    Weights become int8 with a scale for each channel, in seven bits: with eight, processors that add up pairs of
    products in sixteen bits would overflow, and the same file would say something else on another machine. What passes
    between the layers becomes uint8 over the range it takes on `pictures`.

    Args:
        weights: An ONNX file of one network: float32 (n, 28, 28), (n, 28, 28, 1) or (n, 1, 28, 28), 0..1, to (n, k).
        pictures: uint8 (n, 28, 28), training digits; the first `SHOWN` are looked at.

    Returns:
        The bytes of an ONNX file with the same input and output.

    Raises:
        TenfoldError: If the network has nothing that could be done in bytes, or chooses its way by what it sees.
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    need_keras("Arithmetic in bytes")  # onnx comes with the same extra
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    graph = onnx.load_from_string(weights).graph
    if any(node.op_type in CHOOSING for node in graph.node):
        raise TenfoldError("This network chooses its way by what it sees: its parts can only be exported one by one.")
    if not any(node.op_type in PRODUCTS for node in graph.node):
        raise TenfoldError("This network has no convolution or product that could be done in bytes.")
    shape = [dimension.dim_value for dimension in graph.input[0].type.tensor_type.shape.dim]
    shown = as_floats(pictures[:SHOWN]).reshape(-1, *shape[1:])
    with tempfile.TemporaryDirectory() as folder, _quiet():
        plain, ready, done = (Path(folder) / f"{name}.onnx" for name in ("plain", "ready", "done"))
        plain.write_bytes(weights)
        # Spells out weights that are stored short: only what is constant can be turned into bytes.
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        named = _named(onnx.load(str(ready)))
        onnx.save(named, str(ready))
        quantize_static(
            str(ready),
            str(done),
            _reader(graph.input[0].name, shown, shape[0] or AT_ONCE),
            quant_format=QuantFormat.QOperator,
            op_types_to_quantize=list(PRODUCTS),
            nodes_to_exclude=_last_products(named.graph),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        model = onnx.load(str(done))
    return bytes(model.SerializeToString(deterministic=True))


def _named(model: Any) -> Any:
    """The same model with a name for each node: the tools tell nodes by them."""
    for number, node in enumerate(model.graph.node):
        node.name = node.name or f"node_{number}"
    return model


def _last_products(graph: Any) -> list[str]:
    """Products that no other comes after: what they give is the answer, and a byte is too coarse for that."""
    leads_to_product: set[str] = set()
    last = []
    for node in reversed(graph.node):
        after = any(name in leads_to_product for name in node.output)
        if node.op_type in PRODUCTS and not after:
            last.append(node.name)
        if after or node.op_type in PRODUCTS:
            leads_to_product.update(node.input)
    return last


def _reader(name: str, pictures: Any, at_once: int) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # ONNX Runtime has no types
        def __init__(self) -> None:
            # Whole lots only: some networks are made for so many pictures at a time.
            ends = range(at_once, len(pictures) + 1, at_once)
            self._parts = iter(pictures[end - at_once : end] for end in ends)

        def get_next(self) -> dict[str, Any] | None:
            part = next(self._parts, None)
            return None if part is None else {name: part}

    return Reader()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the advice that ONNX Runtime's tools log about their own other tools."""
    root = logging.getLogger()
    usual = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(usual)

"""Arithmetic in bytes: a quarter of the file, and quicker where a processor has instructions for it."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tenfold.errors import TenfoldError
from tenfold.training.framework import need_keras
from tenfold.types import Pixels

# Few are enough to see how far each map reaches.
SHOWN, AT_ONCE = 512, 64
PRODUCTS = ("Conv", "Gemm", "MatMul")


def in_bytes(weights: bytes, pictures: Pixels) -> bytes:
    """Let convolutions and products work on bytes (static quantisation; Jacob et al. 2018).

    Weights become int8 with a scale for each channel, in seven bits: with eight, processors that add up pairs of
    products in sixteen bits would overflow, and the same file would say something else on another machine. What passes
    between the layers becomes uint8 over the range it takes on `pictures`.

    Args:
        weights: An ONNX file: float32 (n, 28, 28), 0..1, to (n, k).
        pictures: uint8 (n, 28, 28), training digits; the first `SHOWN` are looked at.

    Returns:
        The bytes of an ONNX file with the same input and output.

    Raises:
        TenfoldError: If the network has nothing that could be done in bytes.
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    need_keras("Arithmetic in bytes")  # onnx comes with the same extra
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    given = onnx.load_from_string(weights).graph.input[0].name
    shown = pictures[:SHOWN].astype(np.float32) / np.float32(255)
    with tempfile.TemporaryDirectory() as folder, _quiet():
        plain, ready, done = (Path(folder) / f"{name}.onnx" for name in ("plain", "ready", "done"))
        plain.write_bytes(weights)
        # Spells out weights that are stored short: only what is constant can be turned into bytes.
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        products = [node.name for node in onnx.load(str(ready)).graph.node if node.op_type in PRODUCTS]
        quantize_static(
            str(ready),
            str(done),
            _reader(given, shown),
            quant_format=QuantFormat.QOperator,
            op_types_to_quantize=list(PRODUCTS),
            # What the last one gives is the answer: a byte is too coarse for that.
            nodes_to_exclude=products[-1:],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        model = onnx.load(str(done))
    if not [node for node in model.graph.node if node.op_type.startswith("QLinear")]:
        raise TenfoldError("This network has no convolution or product that could be done in bytes.")
    return bytes(model.SerializeToString(deterministic=True))


def _reader(name: str, pictures: Any) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._parts = iter(pictures[at : at + AT_ONCE] for at in range(0, len(pictures), AT_ONCE))

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

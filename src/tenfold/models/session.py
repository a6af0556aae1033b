"""A network in ONNX Runtime, whatever it takes and gives: opened and run, with errors in our words."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort

from tenfold.errors import ModelError
from tenfold.types import Floats


class Session:
    """An ONNX file on the CPU.

    Args:
        weights: The serialised ONNX model.
        name: What to call it in messages.
        threads: How many threads work on one call.

    Attributes:
        inputs: What it takes: each with ``name``, ``type`` and ``shape``.
        output: What it gives first, likewise.
        names: Of all that it gives.
        metadata: What the file says of itself, text by key.

    Raises:
        ModelError: If ONNX Runtime cannot load the file.
    """

    def __init__(self, weights: bytes, name: str, threads: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's exceptions share no public base class
            raise ModelError(f"Model {name!r} is not a usable ONNX file: {error!s:.200}") from error
        self._name = name
        self.inputs: list[Any] = self._session.get_inputs()
        outputs = self._session.get_outputs()
        self.output: Any = outputs[0]
        self.names: tuple[str, ...] = tuple(one.name for one in outputs)
        self.metadata: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)

    def run(self, feed: Floats) -> Floats:
        """The first output for the one input.

        Raises:
            ModelError: If the network cannot be run.
        """
        return self.run_all([self.output.name], feed)[0]

    def run_with(self, feed: Floats, other: str) -> tuple[Floats, Floats]:
        """The first output, and another by its name.

        Raises:
            ModelError: If the network cannot be run, or has no such output.
        """
        first, second = self.run_all([self.output.name, other], feed)
        return first, second

    def run_all(self, names: list[str], feed: Floats) -> list[Floats]:
        """Several outputs by their names, in that order.

        Raises:
            ModelError: If the network cannot be run, or has no such output.
        """
        try:
            found = self._session.run(names, {self.inputs[0].name: feed})
        except Exception as error:  # as above
            raise ModelError(f"Model {self._name!r} cannot be run: {error!s:.200}") from error
        return [np.asarray(one, np.float32) for one in found]

"""What each layer of a network made of a picture."""

from __future__ import annotations

from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from tenfold.explanation.value import Layer
from tenfold.models.base import Classifier
from tenfold.models.onnx import OnnxClassifier
from tenfold.models.onnx_outputs import Step, steps, with_outputs
from tenfold.models.session import Session
from tenfold.types import Floats

# Steps that make something new of what they take; the others hand it on in another order.
TELLING = (
    *("Conv", "Gemm", "MatMul", "Add", "Sub", "Mul", "Concat", "BatchNormalization"),
    *("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"),
    *("Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Clip", "Sigmoid", "HardSigmoid", "Tanh", "Softmax", "LogSoftmax"),
)
# A network of many networks has more layers than anybody looks at.
MOST = 48

_lock = Lock()
_opened: WeakKeyDictionary[OnnxClassifier, tuple[list[Step], Session]] = WeakKeyDictionary()


def layers(network: Classifier, picture: Floats) -> tuple[Layer, ...]:
    """The layers' maps, from the first to the last; none of a network that is no ONNX file.

    Args:
        network: The network.
        picture: float32 (28, 28), 0..1, bright ink on black.

    Raises:
        ModelError: If the network cannot be run so.
    """
    if not isinstance(network, OnnxClassifier):
        return ()
    with _lock:
        if network not in _opened:
            _opened[network] = _open(network)
        told, session = _opened[network]
    size = session.inputs[0].shape[0]
    batch = np.zeros((size if isinstance(size, int) else 1, 28, 28), np.float32)
    batch[0] = picture
    feed = batch.reshape(len(batch), *session.inputs[0].shape[1:])
    values = session.run_all([step.outputs[0] for step in told], feed)
    # Of a step that was not taken for this picture there is nothing to show.
    return tuple(
        Layer(step.outputs[0], step.kind, _values(value))
        for step, value in zip(told, values, strict=True)
        if value.ndim in (2, 4) and len(value)
    )


def _open(network: OnnxClassifier) -> tuple[list[Step], Session]:
    told = [step for step in steps(network.weights) if step.kind in TELLING and step.outputs][:MOST]
    names = [step.outputs[0] for step in told]
    return told, Session(with_outputs(network.weights, names), network.card.name)


def _values(value: Floats) -> Floats:
    """Maps (c, h, w), or a row where every map is one pixel."""
    first: Floats = value[0]
    return first.ravel() if first.ndim == 3 and first.shape[1:] == (1, 1) else first

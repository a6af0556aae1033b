"""What Keras says and what its ONNX export says: the same, layer by layer and padding by padding."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import numpy as np
import onnx
import pytest

from tenfold.errors import TenfoldError
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.onnx import OnnxClassifier, load_onnx
from tenfold.training.export import parity, to_onnx, write_model

pytestmark = pytest.mark.train

# Each entry builds the middle of a network: from (28, 28, 1) to anything that can be flattened.
MIDDLES = {
    "nothing": lambda k: [],
    "conv valid": lambda k: [k.Conv2D(4, 3, activation="relu")],
    "conv same": lambda k: [k.Conv2D(4, 4, padding="same"), k.Conv2D(3, (2, 5), padding="same")],
    "conv same, even strides": lambda k: [k.Conv2D(4, 3, 2, padding="same"), k.Conv2D(4, 5, 2, padding="same")],
    "conv same, odd picture": lambda k: [
        k.Conv2D(3, 2),
        k.Conv2D(4, 3, 2, padding="same"),
        k.Conv2D(2, 2, 3, padding="same"),
    ],
    "conv dilated": lambda k: [k.Conv2D(4, 3, dilation_rate=2, padding="same"), k.Conv2D(4, 3, dilation_rate=3)],
    "conv in groups": lambda k: [k.Conv2D(4, 3), k.Conv2D(6, 3, groups=2, use_bias=False)],
    "depthwise": lambda k: [
        k.Conv2D(3, 3),
        k.DepthwiseConv2D(3, 2, padding="same", depth_multiplier=2, activation="tanh"),
    ],
    "separable": lambda k: [k.Conv2D(3, 3), k.SeparableConv2D(5, 3, 2, padding="same", depth_multiplier=2)],
    "separable, norm": lambda k: [k.SeparableConv2D(5, 3, use_bias=False), k.BatchNormalization(), k.ReLU()],
    "conv, norm": lambda k: [k.Conv2D(4, 3, use_bias=False), k.BatchNormalization(), k.Activation("relu")],
    "depthwise, norm": lambda k: [
        k.DepthwiseConv2D(3, depth_multiplier=3),
        k.BatchNormalization(scale=False),
        k.ReLU(),
    ],
    "conv, dropout, norm": lambda k: [k.Conv2D(4, 3), k.Dropout(0.5), k.BatchNormalization(center=False)],
    "activation, norm": lambda k: [k.Conv2D(4, 3, activation="relu"), k.BatchNormalization()],
    "norm first": lambda k: [k.BatchNormalization(), k.Conv2D(4, 3)],
    "flat norm": lambda k: [k.Conv2D(4, 3, 3, activation="relu"), k.Flatten(), k.BatchNormalization()],
    "dense, norm": lambda k: [k.Conv2D(2, 3, 3), k.Flatten(), k.Dense(12, use_bias=False), k.BatchNormalization()],
    "max pool": lambda k: [k.Conv2D(4, 3), k.MaxPooling2D(), k.MaxPooling2D(3, 2, padding="same")],
    "average pool": lambda k: [k.Conv2D(4, 3), k.AveragePooling2D((2, 3)), k.AveragePooling2D(3, 2, padding="same")],
    "global average": lambda k: [k.Conv2D(4, 3), k.GlobalAveragePooling2D()],
    "global average kept": lambda k: [k.Conv2D(4, 3), k.GlobalAveragePooling2D(keepdims=True), k.Conv2D(5, 1)],
    "global max": lambda k: [k.Conv2D(4, 3), k.GlobalMaxPooling2D()],
    "zero padding": lambda k: [k.Conv2D(3, 3), k.ZeroPadding2D(((1, 2), (0, 3))), k.Conv2D(3, 3, 2)],
    "rescaling": lambda k: [k.Rescaling(2.0, -1.0), k.Conv2D(3, 3), k.Rescaling([0.5, 1.0, 2.0], [0.0, 0.5, 1.0])],
    "training only": lambda k: [
        k.RandomTranslation(0.1, 0.1),
        k.RandomRotation(0.1),
        k.RandomZoom(0.1),
        k.GaussianNoise(0.5),
        k.Conv2D(3, 3),
        k.SpatialDropout2D(0.5),
        k.GaussianDropout(0.5),
        k.AlphaDropout(0.5),
    ],
    "leaky": lambda k: [
        k.Conv2D(3, 3),
        k.LeakyReLU(negative_slope=0.2),
        k.ReLU(negative_slope=0.1),
        k.ReLU(max_value=0.5),
    ],
    "elu, prelu": lambda k: [k.Conv2D(3, 3), k.ELU(0.7), k.Conv2D(3, 3), k.PReLU(shared_axes=[1, 2])],
    "flat prelu": lambda k: [k.Conv2D(3, 5, 3), k.Flatten(), k.PReLU()],
    "reshape image": lambda k: [
        k.Conv2D(4, 3, 3),
        k.Reshape((-1, 4)),
        k.Dense(3, activation="relu"),
        k.Reshape((9, 3, 9)),
    ],
    "reshape, conv": lambda k: [k.Conv2D(4, 3, 3), k.Reshape((6, 6, 9)), k.Conv2D(3, 3)],
    "reshape flat": lambda k: [k.Conv2D(4, 3, 3), k.Reshape((324,)), k.Dense(6), k.Reshape((6,))],
    "softmax inside": lambda k: [k.Conv2D(4, 3, 3), k.Softmax(), k.Flatten(), k.Activation("softmax")],
}

ACTIVATIONS = [
    "elu",
    "exponential",
    "gelu",
    "hard_sigmoid",
    "hard_silu",
    "leaky_relu",
    "linear",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "tanh",
]


def assert_same(model: Any, images: np.ndarray, drop_softmax: bool = False) -> onnx.ModelProto:
    """The export gives Keras' numbers, to float32's last digits; returns the export for a closer look."""
    weights = to_onnx(model, drop_softmax=drop_softmax)
    graph = onnx.load_from_string(weights)
    kind = graph.graph.output[0].name
    ours = OnnxClassifier(weights, ModelCard(name="t", output=kind)).raw(images)
    theirs = np.asarray(model(images.reshape(-1, *model.inputs[0].shape[1:]), training=False))
    if drop_softmax:
        ours, theirs = ours - ours.mean(axis=1, keepdims=True), np.log(theirs)
        theirs = theirs - theirs.mean(axis=1, keepdims=True)
    assert theirs.std() > 1e-3, "a network that says the same of everything proves nothing"
    np.testing.assert_allclose(ours, theirs, atol=3e-5 * max(1.0, float(np.abs(theirs).max())), rtol=1e-4)
    return graph


def kinds(graph: onnx.ModelProto) -> Counter[str]:
    return Counter(node.op_type for node in graph.graph.node)


@pytest.mark.parametrize("name", MIDDLES)
def test_layers_give_what_keras_gives(name: str, keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    middle = MIDDLES[name](layers)
    model = keras.Sequential([keras.Input((28, 28, 1)), *middle, layers.Flatten(), layers.Dense(10)])
    assert_same(shake(model), images)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_give_what_keras_gives(name: str, keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(3, 5, 3, activation=name),
            layers.Flatten(),
            layers.Dense(8, activation=name),
            layers.Dense(10),
        ]
    )
    assert_same(shake(model), images)


def test_the_reports_network_needs_no_transpose(keras: Any, shake: Any, images: np.ndarray) -> None:
    from tenfold.catalogue.report import PARAMETERS, build

    model = build()
    assert model.count_params() == PARAMETERS
    graph = assert_same(model, images)
    assert kinds(graph) == {"Reshape": 1, "Conv": 2, "Relu": 3, "MaxPool": 1, "Flatten": 1, "Gemm": 2, "Softmax": 1}


def test_normalisation_is_folded_away(keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(3, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(10),
            layers.BatchNormalization(),
        ]
    )
    assert kinds(assert_same(shake(model), images)) == {"Reshape": 1, "Conv": 1, "Relu": 1, "Flatten": 1, "Gemm": 1}


def test_functional_networks_with_branches(keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    start = keras.Input((28, 28, 1))
    trunk = layers.Conv2D(4, 3, padding="same")(start)
    # The trunk is used by the normalisation and by the sum, so nothing may be folded into it.
    left = layers.BatchNormalization()(layers.Dropout(0.5)(trunk))
    joined = layers.Add()([left, trunk, layers.ReLU()(trunk)])
    gate = layers.Reshape((1, 1, 4))(layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D()(joined)))
    wide = layers.Concatenate()([layers.Multiply()([joined, gate]), layers.Subtract()([left, trunk])])
    high = layers.Concatenate(axis=1)([wide, layers.Maximum()([wide, layers.Average()([wide, wide])])])
    flat = layers.Flatten()(layers.MaxPooling2D(4)(high))
    tail = layers.Concatenate()([flat, layers.GlobalMaxPooling2D()(high), layers.Minimum()([flat, flat])])
    model = keras.Model(start, layers.Dense(10, activation="softmax")(tail))
    assert_same(shake(model), images)


def test_networks_inside_networks_and_shared_layers(keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    stem = keras.Sequential([keras.Input((28, 28, 1)), layers.RandomTranslation(0.1, 0.1), layers.Conv2D(4, 3)])
    inner = keras.Input((26, 26, 4))
    twice = layers.Conv2D(4, 3, padding="same", activation="tanh")
    block = keras.Model(inner, layers.Add()([twice(twice(inner)), inner]))
    start = keras.Input((28, 28))
    x = stem(layers.Reshape((28, 28, 1))(start))
    x = layers.BatchNormalization()(block(block(x)))
    model = keras.Model(start, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))
    assert_same(shake(model), images)


def test_a_network_of_784_numbers(keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    model = keras.Sequential([keras.Input((784,)), layers.Dense(10, activation="softmax")])
    assert_same(shake(model), images)


def test_dropping_the_softmax_gives_logits(keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    body = [keras.Input((28, 28, 1)), layers.Flatten()]
    for tail in ([layers.Dense(10, activation="softmax")], [layers.Dense(10), layers.Softmax()]):
        graph = assert_same(shake(keras.Sequential([*body, *tail])), images, drop_softmax=True)
        assert graph.graph.output[0].name == "logits"
        assert "Softmax" not in kinds(graph)


def test_the_file_says_what_it_is_and_is_the_same_every_time(keras: Any, layers: Any, images: np.ndarray) -> None:
    def build() -> Any:
        keras.utils.set_random_seed(1)
        return keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(10)])

    first, second = to_onnx(build()), to_onnx(build())
    assert first == second
    model = onnx.load(io.BytesIO(first))
    assert (model.producer_name, model.ir_version, model.opset_import[0].version) == ("tenfold", 8, 17)
    given = model.graph.input[0]
    dims = given.type.tensor_type.shape.dim
    assert [given.name, dims[0].dim_param, dims[1].dim_value, dims[2].dim_value] == ["image", "n", 28, 28]


@pytest.mark.parametrize(
    ("tail", "named"),
    [
        (lambda k: k.layers.LSTM(4, name="memory"), "'memory' of class LSTM"),
        (lambda k: k.layers.Dense(4, activation=lambda x: x * 2, name="mine"), "activation '<lambda>'"),
        (lambda k: k.layers.Lambda(lambda x: x, name="anything"), "'anything' of class Lambda"),
        (
            lambda k: type("Dense", (k.layers.Layer,), {"call": lambda self, x: x})(name="false"),
            "'false' of class Dense",
        ),
        (lambda k: k.layers.Softmax(axis=1, name="sideways"), "'sideways' is a Softmax over axis 1"),
        (lambda k: k.layers.BatchNormalization(axis=1, name="rows"), "'rows' normalises over axis 1"),
    ],
)
def test_a_layer_without_a_rule_is_named(tail: Any, named: str, keras: Any) -> None:
    model = keras.Sequential([keras.Input((28, 28)), tail(keras), keras.layers.Flatten(), keras.layers.Dense(10)])
    with pytest.raises(TenfoldError, match=named):
        to_onnx(model)


def test_networks_of_another_shape_are_refused(keras: Any, layers: Any) -> None:
    with pytest.raises(TenfoldError, match=r"its input has shape \(n, 32, 32, 3\)"):
        to_onnx(keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10)]))
    with pytest.raises(TenfoldError, match=r"its output has shape \(n, 28, 10\)"):
        to_onnx(keras.Sequential([keras.Input((28, 28)), layers.Dense(10)]))
    with pytest.raises(TenfoldError, match="not built"):
        to_onnx(keras.Sequential([layers.Flatten(), layers.Dense(10)]))


def test_parity_counts_what_differs(keras: Any, layers: Any, shake: Any, images: np.ndarray) -> None:
    model = shake(
        keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10, activation="softmax")])
    )
    for drop in (False, True):
        certificate = parity(model, to_onnx(model, drop_softmax=drop), images)
        assert certificate["images"] == certificate["same_digit"] == 60
        assert certificate["largest_difference"] < 1e-6
    before = to_onnx(model)
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([kernel, np.roll(bias, 1) + np.eye(10, dtype="float32")[3] * 50])
    certificate = parity(model, before, images)
    assert certificate["same_digit"] < 60
    assert certificate["largest_difference"] > 0.5


def test_written_models_load_again(keras: Any, layers: Any, shake: Any, images: np.ndarray, tmp_path: Any) -> None:
    model = shake(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)]))
    card = ModelCard(name="other", summary="A line", output="logits", normalization=VERSION, temperature=2.0)
    written = write_model(tmp_path / "out", "line", to_onnx(model), card)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["line.json", "line.onnx"]
    classifier = load_onnx(tmp_path / "out" / "line.onnx", VERSION)
    assert classifier.card == written
    assert written.name == "line"
    assert len(written.sha256) == 64
    assert json.loads((tmp_path / "out" / "line.json").read_text())["summary"] == "A line"
    assert classifier.predict_proba(images).sum(axis=1) == pytest.approx(1.0, abs=1e-5)

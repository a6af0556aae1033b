"""The recipe of the cascade: `tiny` answers what it is sure of, `digit` the rest, in one file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import WEIGHTS, load_onnx
from tenfold.training.family import answers, bent, finish, get_ready
from tenfold.training.fit import Labels
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, recipe
from tenfold.types import Floats

# By so much may the cascade be less right than `digit` where the confidence to answer with is chosen.
MOST_LOST = 0.0002
# More than any confidence.
NEVER = 1.1


@recipe("cascade", "The shipped tiny answers what it is sure of, the shipped digit the rest", takes=())
def train(options: TrainOptions) -> Path:
    """Choose when `tiny` is sure enough, and export both networks as one.

    Returns:
        The folder with ``cascade.onnx`` and its card.

    Raises:
        UnknownName: If one of the two is not shipped.
    """
    ready = get_ready(options)
    tiny, digit = load_onnx("tiny", VERSION), load_onnx("digit", VERSION)
    sure = 0.0
    for pictures, labels in (ready.held, bent(ready.held, options.seed)):
        sure = max(sure, least_sure(answers(tiny, pictures), answers(digit, pictures), labels))
    handed = float((answers(tiny, ready.held[0]).max(axis=1) < sure).mean())
    say(f"tiny answers from a confidence of {sure:.4f} on; {100 * handed:.1f} % of the validation digits go to digit.")
    early, late = (((WEIGHTS / f"{one.card.name}.onnx").read_bytes(), one.card.temperature) for one in (tiny, digit))
    weights = joined(early, late, sure)
    others = [one.card.identity for one in (tiny, digit)] + [f"which learned from {tiny.card.data}"]
    summary = "tiny answers what it is sure of, digit the rest"
    parameters = tiny.card.parameters + digit.card.parameters
    finish(options, ready, weights, "cascade", summary, others, parameters=parameters)
    return options.out


def least_sure(first: Floats, second: Floats, labels: Labels) -> float:
    """The least confidence from which on the first may answer, and the two together lose next to nothing.

    Args:
        first: float32 (n, 10), probabilities of the network that answers first.
        second: The same of the one that answers the rest.
        labels: int64 (n,).

    Returns:
        A confidence, 0..1, or more than 1: the first answers where its own is as high at least.
    """
    confidence = first.max(axis=1)
    # From the surest down: what is lost if the first answers so many.
    order = np.argsort(-confidence, kind="stable")
    lost = np.cumsum(
        (second.argmax(axis=1)[order] == labels[order]).astype(np.int64)
        - (first.argmax(axis=1)[order] == labels[order])
    )
    too_much = np.flatnonzero(lost > MOST_LOST * len(labels))
    if not too_much.size:
        return 0.0
    # Half way between the answer that costs too much and the next surer one: the last bits of a softmax differ from
    # machine to machine. Where none is surer the first answers nothing.
    costly = confidence[order[too_much[0]]]
    surer = confidence[confidence > costly]
    return float((costly + surer.min(initial=np.float32(1.0))) / 2) if surer.size else NEVER


def joined(first: tuple[bytes, float], second: tuple[bytes, float], sure: float) -> bytes:
    """One ONNX file: the first network for all pictures, the second for those the first is not sure of.

    Args:
        first: A file that `tenfold.training.export.to_onnx` wrote and that gives logits, and its temperature.
        second: Likewise.
        sure: Confidence from which on the first answers.

    Returns:
        The bytes: input ``image`` float32 (n, 28, 28); output ``logits`` float32 (n, k), calibrated.
    """
    import onnx
    from onnx import TensorProto, compose, helper, numpy_helper

    early, late = (
        compose.add_prefix(onnx.load_from_string(one[0]), f"{place}_")
        for place, one in (("first", first), ("second", second))
    )
    classes = early.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    constants = {"temperature_1": first[1], "temperature_2": second[1], "sure": sure}
    look = [
        helper.make_node("Identity", ["image"], ["first_image"]),
        *early.graph.node,
        helper.make_node("Div", ["first_logits", "temperature_1"], ["early"]),
        helper.make_node("Softmax", ["early"], ["shares"], axis=1),
        helper.make_node("ReduceMax", ["shares"], ["confidence"], axes=[1], keepdims=0),
        helper.make_node("Less", ["confidence", "sure"], ["unsure"]),
        helper.make_node("NonZero", ["unsure"], ["places"]),
        helper.make_node("Transpose", ["places"], ["rows"], perm=[1, 0]),
        helper.make_node("GatherND", ["image", "rows"], ["second_image"]),
        *late.graph.node,
        helper.make_node("Div", ["second_logits", "temperature_2"], ["late"]),
        helper.make_node("ScatterND", ["early", "rows", "late"], ["logits"]),
    ]
    graph = helper.make_graph(
        look,
        "tenfold",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", classes])],
        [
            *early.graph.initializer,
            *late.graph.initializer,
            *(numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants.items()),
        ],
    )
    model = helper.make_model(
        graph, opset_imports=early.opset_import, ir_version=early.ir_version, producer_name="tenfold"
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))

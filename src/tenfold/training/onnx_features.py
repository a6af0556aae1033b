"""What a network knows of a picture before it says which digit it is, as a second output of its ONNX file."""

from __future__ import annotations

from tenfold.models.onnx import FEATURES
from tenfold.training.onnx_activations import unsupported


def with_features(weights: bytes) -> bytes:
    """Name the input of the last layer, and give it out besides the answer.

    Arithmetic and numbers stay as they are, and who asks for the answer alone waits no longer for it: what the last
    layer takes is made anyway.

    Args:
        weights: An ONNX file that `tenfold.training.export.to_onnx` wrote and that ends in a dense layer.

    Returns:
        The bytes of an ONNX file with the outputs ``logits`` (n, k) and ``features`` (n, m), both float32; equal
        files give equal bytes, and a file that has features already comes back as it is.

    Raises:
        TenfoldError: If the last layer is none.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load_from_string(weights)
    graph = model.graph
    if any(output.name == FEATURES for output in graph.output):
        return weights
    last = graph.node[-1]
    if last.op_type != "Gemm" or last.output[0] != graph.output[0].name:
        raise unsupported(f"it ends in {last.op_type}, not in a dense layer, so it has no features to give")
    taken = last.input[0]
    kernel = next(numpy_helper.to_array(one) for one in graph.initializer if one.name == last.input[1])
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [FEATURES if name == taken else name for name in names]
    graph.output.append(helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["n", kernel.shape[0]]))
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))

"""A network as one C header for microcontrollers: tables and a forward pass, nothing beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import Template

import numpy as np

from tenfold.decide import threshold
from tenfold.models.base import ModelCard
from tenfold.models.metadata import labels
from tenfold.training.c_network import Layer, buffers, read_layers, table_bytes
from tenfold.training.onnx_graph import Array

LINE = 116
# The share of wrong answers among those given that the header's threshold keeps.
BUDGET = 0.01

_HEADER = Template("""\
/*
 * $model: handwritten digits for microcontrollers, written by Tenfold.
$about *
 * Needs: C99 or C++11, no library, no allocation; single precision is enough.
 * Memory: $tables bytes of constant tables, $memory bytes of static buffers, little stack.
 * Takes: 28x28 in rows, bright ink on black, as MNIST has it: fitted to 20x20, the centre of mass in the middle.
 * Gives: $classes probabilities, one for each of $labels, in this order.
 *
 *     float p[$CAPS_CLASSES];
 *     ${prefix}_predict_bytes(image, p);   with uint8_t image[784], 0 to 255
 *     ${prefix}_predict(image, p);         with float image[784], 0 to 1
 *     best = ${prefix}_best(p);            $sure
 *
 * The buffers are shared by all calls: call it from one thread, or one interrupt level, at a time.
 */
#ifndef ${CAPS}_H
#define ${CAPS}_H

#include <stdint.h>

#define ${CAPS}_CLASSES $classes
#define ${CAPS}_MODEL "$model"
#define ${CAPS}_NORMALIZATION "$normalization"
$define_sure
typedef struct {
    const $kind *weights; /* maps x channels of a group x kernel height x kernel width */
    const float *scale;     /* one for each map */
    const float *bias;      /* one for each map */
    uint16_t channels, height, width, maps, rows, columns, kernel_height, kernel_width;
    uint8_t down, across, top, left;
    uint16_t groups;
    uint8_t relu;
} ${prefix}_layer;

$arrays
static const ${prefix}_layer ${prefix}_layers[$count] = {
$layers
};

/* One convolution; what would lie outside of the picture counts as nothing. */
static inline void ${prefix}_convolve(const ${prefix}_layer *l, const float *in, float *out) {
    const int inside = l->channels / l->groups, size = inside * l->kernel_height * l->kernel_width;
    for (int map = 0; map < l->maps; map++) {
        const $kind *kernel = l->weights + map * size;
        const float *part = in + map / (l->maps / l->groups) * inside * l->height * l->width;
        for (int row = 0; row < l->rows; row++) {
            const int y = row * l->down - l->top;
            const int first_v = y < 0 ? -y : 0;
            const int end_v = y + l->kernel_height > l->height ? l->height - y : l->kernel_height;
            for (int column = 0; column < l->columns; column++) {
                const int x = column * l->across - l->left;
                const int first_u = x < 0 ? -x : 0;
                const int end_u = x + l->kernel_width > l->width ? l->width - x : l->kernel_width;
                float sum = 0.0f;
                for (int channel = 0; channel < inside; channel++) {
                    for (int v = first_v; v < end_v; v++) {
                        const float *seen = part + (channel * l->height + y + v) * l->width + x;
                        const $kind *weight = kernel + (channel * l->kernel_height + v) * l->kernel_width;
                        for (int u = first_u; u < end_u; u++) {
                            sum += (float)weight[u] * seen[u];
                        }
                    }
                }
                sum = sum * l->scale[map] + l->bias[map];
                *out++ = l->relu && sum < 0.0f ? 0.0f : sum;
            }
        }
    }
}

/* e to the power of x, for x up to 0: a power of two times a series for what is left. */
static inline float ${prefix}_exp(float x) {
    float left, series = 1.0f;
    int halvings;
    if (x < -87.0f) {
        return 0.0f;
    }
    halvings = (int)(-x * 1.44269504f);
    left = x + (float)halvings * 0.693147181f;
    for (int term = 9; term > 0; term--) {
        series = 1.0f + series * left / (float)term;
    }
    while (halvings-- > 0) {
        series *= 0.5f;
    }
    return series;
}

static inline float *${prefix}_buffer(int which) {
    static float first[$first], second[$second];
    return which ? second : first;
}

/* image: 784 values, 0 to 1; probabilities: room for $classes. */
static inline void ${prefix}_predict(const float *image, float *probabilities) {
    const float *in = image;
    float most, sum = 0.0f;
    for (int layer = 0; layer < $count; layer++) {
        float *out = ${prefix}_buffer(layer % 2);
        ${prefix}_convolve(&${prefix}_layers[layer], in, out);
        in = out;
    }
    most = in[0];
    for (int k = 1; k < $classes; k++) {
        most = in[k] > most ? in[k] : most;
    }
    for (int k = 0; k < $classes; k++) {
        probabilities[k] = ${prefix}_exp((in[k] - most) * $cooler);
        sum += probabilities[k];
    }
    for (int k = 0; k < $classes; k++) {
        probabilities[k] /= sum;
    }
}

/* image: 784 bytes, 0 to 255; probabilities: room for $classes. */
static inline void ${prefix}_predict_bytes(const uint8_t *image, float *probabilities) {
    float *pixels = ${prefix}_buffer(1);
    for (int at = 0; at < 784; at++) {
        pixels[at] = (float)image[at] / 255.0f;
    }
    ${prefix}_predict(pixels, probabilities);
}

/* The place of the highest probability. */
static inline int ${prefix}_best(const float *probabilities) {
    int best = 0;
    for (int k = 1; k < $classes; k++) {
        best = probabilities[k] > probabilities[best] ? k : best;
    }
    return best;
}

#endif
""")


def c_header(weights: bytes, card: ModelCard) -> str:
    """Write a network in C.

    Args:
        weights: An ONNX file of the layers that `tenfold.training.c_network` takes.
        card: What is known of it; its temperature goes into the softmax.

    Returns:
        The text of the header, ASCII. Its names begin with `prefix`.

    Raises:
        UsageError: If it computes anything else, or is too large.
        MissingExtra: If the extra ``[train]`` is not installed.
    """
    layers = read_layers(weights, card.name)
    name, first_second = prefix(card), buffers(layers)
    sure = threshold(card.thresholds, BUDGET) if card.thresholds else None
    caps = name.upper()
    about = [card.summary, card.licence and f"Licence: {card.licence}."]
    about.append(card.normalization and f"Version {card.normalization} of Tenfold's normalisation.")
    return _HEADER.substitute(
        model=_plain(card.identity),
        about="".join(f" * {_plain(line)}\n" for line in about if line),
        tables=f"{table_bytes(layers):,}",
        memory=f"{4 * sum(first_second):,}",
        classes=layers[-1].made[0],
        labels=_plain(", ".join(labels(card))),
        prefix=name,
        CAPS=caps,
        CAPS_CLASSES=f"{caps}_CLASSES",
        sure=f"sure enough if p[best] >= {caps}_SURE" if sure is not None else "",
        define_sure=""
        if sure is None
        else f"/* Below it, an answer is uncertain: then at most {100 * BUDGET:g} in 100 of those given are wrong. */\n"
        f"#define {caps}_SURE {_number(sure)}\n",
        normalization=_plain(card.normalization),
        kind="int8_t" if layers[0].weights.dtype == np.int8 else "float",
        arrays="\n".join(_arrays(name, number, layer) for number, layer in enumerate(layers)),
        count=len(layers),
        layers=",\n".join(f"    {_layer(name, number, layer)}" for number, layer in enumerate(layers)),
        first=first_second[0],
        second=first_second[1],
        cooler=_number(1 / card.temperature),
    )


def prefix(card: ModelCard) -> str:
    """What the names in a network's header begin with, such as ``tenfold_tiny``."""
    return f"tenfold_{re.sub(r'[^A-Za-z0-9]', '_', card.name)}"


def _arrays(name: str, number: int, layer: Layer) -> str:
    kind = "int8_t" if layer.weights.dtype == np.int8 else "float"
    return (
        _table(kind, f"{name}_weights_{number}", layer.weights)
        + _table("float", f"{name}_scale_{number}", layer.scale)
        + _table("float", f"{name}_bias_{number}", layer.bias)
    )


def _table(kind: str, name: str, values: Array) -> str:
    flat = values.ravel().tolist()
    words = [f"{word}," for word in (map(str, flat) if kind == "int8_t" else map(_number, flat))]
    lines, line = [], ""
    for word in words:
        if len(line) + len(word) >= LINE:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    lines.append(line.rstrip(","))
    body = "\n".join(f"    {one}" for one in lines)
    return f"static const {kind} {name}[{len(flat)}] = {{\n{body}\n}};\n"


def _layer(name: str, number: int, layer: Layer) -> str:
    tables = [f"{name}_{what}_{number}" for what in ("weights", "scale", "bias")]
    sizes: Sequence[int] = [
        *layer.given,
        *layer.made,
        *layer.weights.shape[2:],
        *layer.stride,
        *layer.pad,
        layer.groups,
        int(layer.relu),
    ]
    return f"{{{', '.join([*tables, *map(str, sizes)])}}}"


def _number(value: float) -> str:
    """A float32 as C writes it, every bit of it."""
    text = np.format_float_scientific(np.float32(value), unique=True, trim="0")
    return f"{text}f"


def _plain(text: str) -> str:
    """Text that neither ends a comment or a string nor is anything but ASCII."""
    return re.sub(r'[^ -~]|[*\\?"]', "_", text)

"""A network as one web page: canvas, normalisation, gate and network in plain JavaScript, no server, no network."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
import struct
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tenfold import __version__
from tenfold.errors import MissingExtra, TenfoldError
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, read_model
from tenfold.training.export import certificate
from tenfold.training.storage import kept_in_bytes
from tenfold.types import Floats

WEB = Path(__file__).parents[1] / "web"
PAGE = Path(__file__).parents[1] / "server" / "page"

LARGEST = 600_000
# Of the pictures it is compared on, the share that rounded weights must read as before.
LEAST_SAME = 0.998

# A module's own beginning and end are all that changes when it becomes a part of one script.
_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)";\n', re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
_LISTED = re.compile(r"^export \{([^}]*)\};\n", re.MULTILINE)
_COMMENT = re.compile(r"^\s*(?:/\*\*(?:.*?)\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
# What stands before a line, and lines with nothing on them; no text in these files goes over several lines.
_ROOM = re.compile(r"^\s+", re.MULTILINE)
_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_OPERATOR = re.compile(r"^  ([A-Z]\w+):", re.MULTILINE)


def to_page(card: ModelCard, weights: bytes, images: Floats, budget: float) -> tuple[bytes, dict[str, float]]:
    """One HTML file that reads a digit as `tenfold.predict` does with this network.

    Weights are rounded to 8 bits, each output channel with a scale of its own; see `tenfold.training.storage`.

    Args:
        card: Of the network.
        weights: Its ONNX file, as `tenfold.training.export.to_onnx` wrote it.
        images: float32 (n, 28, 28), 0..1, on which the rounded weights are compared.
        budget: The error budget the page answers with.

    Returns:
        The bytes of the file, and how far it says what the network says; see `tenfold.training.export.certificate`.

    Raises:
        TenfoldError: If the network has a step the page does not know, the rounded weights say something else, or the
            file would be larger than `LARGEST` bytes.
        MissingExtra: If the package onnx is not installed.
    """
    _check_steps(weights)
    gate_weights, gate_card = read_model(WEIGHTS / "gate.onnx", VERSION)
    short, short_gate = rounded(weights), rounded(gate_weights)
    certificate = _compared(card, weights, short, images)
    page = _page(card, short, gate_card, short_gate, budget)
    if len(page) > LARGEST:
        raise TenfoldError(
            f"The page would have {len(page):,} bytes and may have {LARGEST:,}: {card.name} is too large to take away.",
            "Export digit, tiny, or another network of at most some 300,000 parameters.",
        )
    return page, certificate


def rounded(weights: bytes) -> bytes:
    """The ONNX file with its weights in 8 bits, from which the page works; those that are so already stay."""
    _need_onnx()
    return kept_in_bytes(weights)


def _need_onnx() -> Any:
    """The package onnx; neither Keras nor TensorFlow is needed here."""
    try:
        import onnx
    except ImportError as error:
        raise MissingExtra("Export to a web page", "train") from error
    return onnx


def _check_steps(weights: bytes) -> None:
    onnx = _need_onnx()
    known = set(_OPERATOR.findall((WEB / "operators.js").read_text("utf-8")))
    unknown = sorted({node.op_type for node in onnx.load_from_string(weights).graph.node} - known)
    if unknown:
        raise TenfoldError(
            f"The page cannot work out {', '.join(unknown)}.",
            "Export a network that is not in int8 arithmetic already.",
        )


def _compared(card: ModelCard, weights: bytes, short: bytes, images: Floats) -> dict[str, float]:
    found = certificate(*(OnnxClassifier(one, card).predict_proba(images) for one in (weights, short)))
    if found["same_digit"] < LEAST_SAME * len(images):
        others = len(images) - found["same_digit"]
        raise TenfoldError(
            f"With weights of 8 bits {card.name} says something else for {others:,} of {len(images):,} "
            "pictures: the page would not be the same network.",
            "Export it as it is: --to onnx.",
        )
    return found


def _page(card: ModelCard, weights: bytes, gate: ModelCard, gate_weights: bytes, budget: float) -> bytes:
    script = script_of(WEB / "page.js").encode()
    install, boot = ((WEB / name).read_text("utf-8") for name in ("install.js", "boot.js"))
    # The rest of the style is for the description of the interface.
    styles = (
        (PAGE / "style.css").read_text("utf-8").split("/* The description of")[0],
        (WEB / "page.css").read_text("utf-8"),
    )
    style = _ROOM.sub("", _REMARK.sub("", "".join(styles)))
    icon = "data:image/svg+xml," + quote((PAGE / "icon.svg").read_text("utf-8").strip())
    manifest = {
        "name": "Tenfold",
        "short_name": "Tenfold",
        "description": "Reads one handwritten digit, on this device alone.",
        "display": "standalone",
        "background_color": "#f5f1e8",
        "theme_color": "#f5f1e8",
        "icons": [{"src": icon, "type": "image/svg+xml", "sizes": "any"}],
    }
    told = {
        "lengths": [len(script), len(weights), len(gate_weights)],
        "cards": {"model": _what_answers_need(card), "gate": _what_answers_need(gate)},
        "budget": budget,
    }
    parts = {
        "policy": _policy([script, install.encode(), boot.encode()], style.encode()),
        "version": __version__,
        "model": html.escape(card.identity),
        "icon": icon,
        "manifest": "data:application/manifest+json," + quote(json.dumps(manifest)),
        "style": style,
        "packed": _packed(json.dumps(told).encode(), script + weights + gate_weights),
        "install": install,
        "boot": boot,
    }
    page = (WEB / "page.html").read_text("utf-8")
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], page).encode()


def _what_answers_need(card: ModelCard) -> dict[str, object]:
    return {name: getattr(card, name) for name in ("name", "sha256", "output", "temperature", "thresholds")}


def _packed(told: bytes, rest: bytes) -> str:
    """What `web/boot.js` takes apart."""
    return base64.b64encode(gzip.compress(struct.pack("<I", len(told)) + told + rest, 9, mtime=0)).decode()


def _policy(scripts: list[bytes], style: bytes) -> str:
    """Nothing but these scripts and this style is run, and nothing is asked of any host."""
    given = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {given}; style-src {_hash(style)}; img-src blob: data:; manifest-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"


def script_of(entry: Path) -> str:
    """A module and all that it imports as one script: each a function that gives what it exports.

    Args:
        entry: A module whose imports and exports stand at the beginning of a line, as in `tenfold.web`.
    """
    order: list[Path] = []
    _follow(entry.resolve(), order)
    names = {path: f"module{number}" for number, path in enumerate(order)}
    return "\n".join(_as_function(path, names) for path in order)


def _follow(path: Path, order: list[Path]) -> None:
    """Append a module after those that it imports."""
    for _, target in _IMPORT.findall(path.read_text("utf-8")):
        module = (path.parent / target).resolve()
        if module not in order:
            _follow(module, order)
    if path not in order:
        order.append(path)


def _as_function(path: Path, names: dict[Path, str]) -> str:
    text = path.read_text("utf-8")
    exported = [*_EXPORTED.findall(text), *(name for row in _LISTED.findall(text) for name in re.findall(r"\w+", row))]

    def bound(found: re.Match[str]) -> str:
        return f"const {{{found[1].replace(' as ', ': ')}}} = {names[(path.parent / found[2]).resolve()]};\n"

    body = _LISTED.sub("", _IMPORT.sub(bound, _COMMENT.sub("", text)))
    body = _ROOM.sub("", re.sub(r"^export ", "", body, flags=re.MULTILINE)).strip()
    return f"const {names[path]} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"

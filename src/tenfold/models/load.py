"""Any model for single digits, by name or path."""

from __future__ import annotations

from pathlib import Path

from tenfold.models.arrays import PredictorClassifier, load_npz
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, load_onnx

# What models are kept in.
ENDINGS = (".onnx", ".npz")

# Where `tenfold train NAME` leaves what it trained.
RUNS = Path("runs")
# Small classifiers of the literature that ship, too; one of the same name that was trained here goes before.
LITERATURE = WEIGHTS / "literature"


def find_model(model: str | Path) -> Path | None:
    """The file a model is kept in: a shipped one or one trained here by name, or any by path; None if there is none."""
    path = Path(model)
    if path.name != str(model) or path.suffix.lower() in ENDINGS:
        return path if path.is_file() else None
    folders = (RUNS / path, LITERATURE)
    places = [WEIGHTS / f"{model}.onnx", *(folder / f"{model}{end}" for folder in folders for end in ENDINGS)]
    return next((place for place in places if place.is_file()), None)


def models_here() -> dict[str, tuple[Path, bool]]:
    """Every model that has a card and is found by name, its file, and whether it is shipped."""
    shipped = [path.with_suffix("") for folder in (WEIGHTS, LITERATURE) for path in folder.glob("*.json")]
    trained = [path.with_suffix("") for path in RUNS.glob("*/*.json") if path.stem == path.parent.name]
    found = ((path.name, find_model(path.name)) for path in (*shipped, *trained))
    return {name: (path, WEIGHTS in path.parents) for name, path in found if path}


def load_model(model: str | Path, normalization: str, threads: int = 1) -> OnnxClassifier | PredictorClassifier:
    """Load a model.

    Args:
        model: A shipped name, a name that was trained into ``runs/NAME`` here, or the path of an ``.onnx`` or
            ``.npz`` file.
        normalization: The version of the normalisation in force.
        threads: See `OnnxClassifier`.

    Raises:
        UnknownName: If there is no such model or file.
        ModelError: If it cannot be trusted; see `load_onnx` and `load_npz`.
    """
    path = find_model(model)
    if path is not None and path.suffix.lower() == ".npz":
        return load_npz(path, normalization)
    return load_onnx(path or model, normalization, threads)

"""Tenfold reads handwritten digits, says how sure it is, and says so when it is not a digit."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenfold.config import Settings
    from tenfold.errors import TenfoldError
    from tenfold.explanation.explain import explain
    from tenfold.explanation.value import Explanation
    from tenfold.models.profile import Profile
    from tenfold.recognizer import Recognizer, predict, read
    from tenfold.types import Alternative, Box, Digit, Number, NumberAlternative, Page, Prediction, Stroke, Strokes

__version__ = "0.1.0"

__all__ = [
    "Alternative",
    "Box",
    "Digit",
    "Explanation",
    "Number",
    "NumberAlternative",
    "Page",
    "Prediction",
    "Profile",
    "Recognizer",
    "Settings",
    "Stroke",
    "Strokes",
    "TenfoldError",
    "__version__",
    "explain",
    "predict",
    "read",
]

_HOME = {
    "Alternative": "tenfold.types",
    "Box": "tenfold.types",
    "Digit": "tenfold.types",
    "Explanation": "tenfold.explanation.value",
    "Number": "tenfold.types",
    "NumberAlternative": "tenfold.types",
    "Page": "tenfold.types",
    "Prediction": "tenfold.types",
    "Profile": "tenfold.models.profile",
    "Recognizer": "tenfold.recognizer",
    "Settings": "tenfold.config",
    "Stroke": "tenfold.types",
    "Strokes": "tenfold.types",
    "TenfoldError": "tenfold.errors",
    "explain": "tenfold.explanation.explain",
    "predict": "tenfold.recognizer",
    "read": "tenfold.recognizer",
}


def __getattr__(name: str) -> Any:
    # Resolved on first use, so that `import tenfold` costs next to nothing.
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'tenfold' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

"""What users import is fixed, complete, and cheap."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import digit_picture

import tenfold

HEAVY = {
    "keras",
    "tensorflow",
    "tf_keras",
    "sklearn",
    "matplotlib",
    "ray",
    "fastapi",
    "starlette",
    "sqlalchemy",
    "onnx",
}

# A name may be added here. Taking one away, or changing what it means, breaks somebody's program.
PUBLIC = [
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


def loaded_by(code: str) -> set[str]:
    """Top-level modules a fresh process has after `code`."""
    code = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_the_public_names() -> None:
    assert tenfold.__all__ == PUBLIC
    assert sorted(tenfold.__all__) == tenfold.__all__
    assert dir(tenfold) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(tenfold, name)
    if name != "__version__":
        assert value.__doc__
        assert value.__module__.startswith("tenfold.")


def test_other_names_are_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="module 'tenfold' has no attribute 'recognise'"):
        _ = tenfold.recognise
    with pytest.raises(ImportError):
        from tenfold import Recogniser  # noqa: F401 - it is not there, that is the point


def test_the_version_is_the_package_s() -> None:
    assert importlib.metadata.version("tenfold") == tenfold.__version__


def test_import_loads_next_to_nothing() -> None:
    assert loaded_by("import tenfold") & (HEAVY | {"numpy", "cv2", "PIL", "onnxruntime", "pydantic", "rich"}) == set()


def test_predicting_loads_nothing_heavy() -> None:
    code = "import numpy, tenfold; tenfold.predict(numpy.zeros((28, 28))); tenfold.Recognizer(); tenfold.Strokes()"
    loaded = loaded_by(code)
    assert "onnxruntime" in loaded
    assert loaded & (HEAVY | {"rich", "typer", "pooch", "tkinter"}) == set()


def test_star_import_brings_the_public_names() -> None:
    code = "from tenfold import *; print(*sorted(set(dir()) - {'__builtins__', '__annotations__'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(PUBLIC) <= set(done.stdout.split())


def test_a_prediction_is_the_same_after_json() -> None:
    answer = tenfold.predict(digit_picture(7))
    assert answer.digit == 7
    assert tenfold.Prediction.from_dict(json.loads(json.dumps(answer.to_dict()))) == answer


def test_every_module_can_be_imported_by_itself() -> None:
    """In a fresh process each, because an import that works only after another one is a trap."""
    root = Path(tenfold.__file__).parent
    modules = sorted(
        ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in root.rglob("*.py")
        # One is run, the other is read by Alembic while it runs.
        if path.name not in ("__main__.py", "env.py")
    )
    code = """
import importlib, sys
for name in sys.argv[1:]:
    for known in [known for known in sys.modules if known.partition(".")[0] == "tenfold"]:
        del sys.modules[known]
    importlib.import_module(name)
"""
    assert "tenfold.window" in modules
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *modules], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr

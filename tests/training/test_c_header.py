"""tenfold export --to c: a header that any C99 compiler takes, and that reads as the network it was made of."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tenfold.config import Settings
from tenfold.data.held_out import test_data as mnist_test
from tenfold.errors import TenfoldError, UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import ModelCard
from tenfold.models.onnx import WEIGHTS, OnnxClassifier, load_onnx
from tenfold.training import c_check
from tenfold.training import convert as module
from tenfold.training.c_check import answers_in_c
from tenfold.training.c_header import c_header, prefix
from tenfold.training.convert import convert
from tenfold.training.export import to_onnx

pytestmark = pytest.mark.train

# What the documentation promises of two probabilities.
BOUND = 1e-5
# Here a warning is a mistake.
STRICT = ("-Wall", "-Wextra", "-Werror", "-pedantic")
QUICK = (*STRICT, "-O2")
SANITIZED = (*STRICT, "-O0", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.fixture(autouse=True)
def _compiler() -> None:
    if shutil.which("gcc") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("gcc is missing", pytrace=False)
        pytest.skip("gcc is missing: apt-get install gcc")


@pytest.fixture(scope="module")
def tiny() -> tuple[str, OnnxClassifier]:
    network = load_onnx("tiny", VERSION)
    return c_header((WEIGHTS / "tiny.onnx").read_bytes(), network.card), network


@pytest.mark.mnist
def test_ten_thousand_digits_are_read_as_by_onnx_runtime(
    tiny: tuple[str, OnnxClassifier], mnist_settings: Settings
) -> None:
    header, network = tiny
    pictures = mnist_test(mnist_settings).network_pixels()
    before = network.predict_proba(pictures.astype(np.float32) / np.float32(255))
    said = answers_in_c(header, "tenfold_tiny", 10, pictures, QUICK)
    assert said.shape == (2, 10_000, 10)
    np.testing.assert_array_equal(said[0], said[1], "bytes and floats are the same picture")
    assert (said[0].argmax(1) == before.argmax(1)).all()
    assert np.abs(said[0] - before).max() < BOUND


@pytest.mark.mnist
def test_it_stays_within_its_arrays_and_overflows_nothing(
    tiny: tuple[str, OnnxClassifier], mnist_settings: Settings
) -> None:
    header, network = tiny
    hostile = np.stack([np.zeros((28, 28)), np.full((28, 28), 255), 255 * (np.indices((28, 28)).sum(0) % 2)])
    pictures = np.concatenate([mnist_test(mnist_settings).network_pixels()[:50], hostile.astype(np.uint8)])
    before = network.predict_proba(pictures.astype(np.float32) / np.float32(255))
    assert np.abs(answers_in_c(header, "tenfold_tiny", 10, pictures, SANITIZED)[0] - before).max() < BOUND


def test_it_says_what_it_is_and_what_it_needs(tiny: tuple[str, OnnxClassifier], tmp_path: Path) -> None:
    header, network = tiny
    head = header[: header.index("*/")]
    assert network.card.identity in head
    assert f"Version {VERSION} of Tenfold's normalisation" in head
    assert "one for each of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9" in head
    assert "MIT" in head
    assert header.isascii()
    # What the compiler makes of it is what it says of its memory.
    tables, buffers = (int(found.replace(",", "")) for found in re.findall(r"([\d,]+) bytes of", head))
    (tmp_path / "tiny.h").write_text(header)
    (tmp_path / "main.c").write_text(
        '#include "tiny.h"\nint main(void) { float p[10]; uint8_t image[784] = {0};\n'
        "tenfold_tiny_predict_bytes(image, p); return tenfold_tiny_best(p); }\n"
    )
    # No library of mathematics, and nothing else but C's own start.
    subprocess.run(["gcc", *c_check.STANDARD, *STRICT, "-Os", "-c", "main.c", "-o", "main.o"], cwd=tmp_path, check=True)
    symbols = subprocess.run(["nm", "-S", "main.o"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    sizes = {name: (kind, int(size, 16)) for _, size, kind, name in re.findall(r"(\w+) (\w+) (\w) (\S+)", symbols)}
    assert sum(size for kind, size in sizes.values() if kind == "b") == buffers
    kept = sum(size for name, (_, size) in sizes.items() if re.search(r"_(weights|scale|bias)_\d", name))
    assert kept == tables
    asked = set(re.findall(r" U (\S+)", symbols))
    assert asked <= {"memset", "memcpy", "__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_"}, "it asks for nothing else"


def test_a_header_of_floats_and_of_other_steps(keras: object, layers: object, shake: object) -> None:
    """Strides, padding on every side, groups, a product: all that a chain of convolutions may have."""
    stack = [keras.Input((28, 28)), layers.Reshape((28, 28, 1)), layers.Conv2D(4, (5, 3), (2, 3), "same")]
    stack += [layers.ReLU(), layers.Conv2D(6, 3, 2, "same", groups=2, activation="relu"), layers.DepthwiseConv2D(2)]
    stack += [layers.Flatten(), layers.Dense(12, activation="relu"), layers.Dense(10)]
    network = shake(keras.Sequential(stack))
    weights = to_onnx(network)
    card = ModelCard("other network", output="logits", temperature=0.7, sha256="0" * 64)
    header = c_header(weights, card)
    pictures = np.random.default_rng(0).integers(0, 256, (40, 28, 28), np.uint8)
    before = OnnxClassifier(weights, card).predict_proba(pictures.astype(np.float32) / np.float32(255))
    said = answers_in_c(header, "tenfold_other_network", 10, pictures, SANITIZED)[0]
    assert np.abs(said - before).max() < 1e-4
    assert "_SURE" not in header, "nobody knows from when on it is sure"


@pytest.mark.parametrize("name", ["*/ int x; /*", 'a"b\\', "ü", "7", "if"])
def test_no_name_breaks_the_header(name: str, tiny: tuple[str, OnnxClassifier]) -> None:
    card = replace(tiny[1].card, name=name, summary=f"{name}\n#error {name}??/", licence=name)
    header = c_header((WEIGHTS / "tiny.onnx").read_bytes(), card)
    assert answers_in_c(header, prefix(card), 10, np.zeros((1, 28, 28), np.uint8), (*STRICT, "-O0")).shape == (2, 1, 10)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("digit", r"its tables take 1,0\d\d,\d{3} bytes, and at most 262,144 fit"),
        ("gate", "its tables take"),
        ("ensemble", "takes more than what the step before made"),
        ("cascade", "it has a step"),
    ],
)
def test_what_cannot_be_had_in_c(model: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        convert(model, "c", tmp_path / "out.h", Settings())
    assert "tenfold export tiny --to c" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_the_command_certifies_where_there_is_a_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(cache_dir=tmp_path / "cache", mnist_dir=None)
    monkeypatch.setattr(module, "IMAGES_IN_C", 50)
    said = convert("tiny", "c", tmp_path / "tiny.h", settings)
    assert "the same digit for 50 of 50" in said
    monkeypatch.setattr(c_check, "COMPILERS", ())
    assert "There is no C compiler here" in convert("tiny", "c", tmp_path / "again.h", settings)
    assert (tmp_path / "again.h").read_bytes() == (tmp_path / "tiny.h").read_bytes()
    with pytest.raises(TenfoldError, match="no C compiler"):
        answers_in_c("", "tenfold", 10, np.zeros((1, 28, 28), np.uint8))


def test_a_header_that_says_something_else_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(cache_dir=tmp_path / "cache", mnist_dir=None)
    monkeypatch.setattr(module, "IMAGES_IN_C", 20)
    real = module.c_header
    monkeypatch.setattr(module, "c_header", lambda *given: real(*given).replace("sum < 0.0f", "sum < 0.5f"))
    with pytest.raises(TenfoldError, match="does not say what the network says"):
        convert("tiny", "c", tmp_path / "tiny.h", settings)
    assert list(tmp_path.glob("*.h")) == []


@pytest.fixture
def compiler_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a C compiler before all others: a script."""

    def put(script: str) -> None:
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "gcc").write_text(script)
        (tmp_path / "bin" / "gcc").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    return put


def test_a_compiler_that_warns_of_more_is_no_hindrance(
    tiny: tuple[str, OnnxClassifier], compiler_here: Callable[[str], None]
) -> None:
    # It finds something to complain of in every file.
    compiler_here(f'#!/bin/sh\ncase " $* " in *" -Werror "*) exit 1;; esac\nexec {shutil.which("gcc")} "$@"\n')
    assert answers_in_c(tiny[0], "tenfold_tiny", 10, np.zeros((1, 28, 28), np.uint8)).shape == (2, 1, 10)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\nexec sleep 60\n", "gcc took longer than 0.2 seconds"),
        ("#!/no/such/shell\n", "gcc cannot be run: No such file or directory"),
        ("#!/bin/sh\necho out of licences >&2\nexit 3\n", "gcc ended with status 3: out of licences"),
        ('#!/bin/sh\ntouch "$5"\n', "main cannot be run: Permission denied"),
    ],
)
def test_a_compiler_that_does_not_work_is_an_error_in_words(
    script: str, said: str, compiler_here: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiler_here(script)
    monkeypatch.setattr(c_check, "PATIENCE", 0.2 if "sleep" in script else 60)
    with pytest.raises(TenfoldError, match=re.escape(said)) as caught:
        answers_in_c("", "tenfold", 10, np.zeros((1, 28, 28), np.uint8))
    assert "Mend the C compiler" in caught.value.hint

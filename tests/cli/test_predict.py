"""`tenfold predict` as people and programs use it: formats, options, names, and what it costs."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from tests.cli.commands import (
    TENFOLD,
    answers,
    digit_picture,
    environment,
    on_a_terminal,
    png,
    python,
    save_digit,
    tenfold,
)

from tenfold.types import Prediction

FIELDS = ["file", "status", "digit", "confidence", "probabilities", "alternatives", "reason", "model", "one_digit"]


# ---- what it answers -------------------------------------------------------------------------------


def test_json_is_one_object_a_picture_with_the_fields_of_the_contract(tmp_path: Path) -> None:
    pictures = [save_digit(tmp_path, digit) for digit in range(10)]
    done = tenfold("predict", *pictures, "--json")
    assert done.returncode == 0
    assert done.stderr == ""
    found = answers(done)
    assert [answer["file"] for answer in found] == [str(path) for path in pictures]
    assert [answer["digit"] for answer in found] == list(range(10))
    for answer in found:
        assert list(answer) == FIELDS
        assert answer["status"] == "ok"
        assert answer["reason"] == ""
        assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert answer["confidence"] == max(answer["probabilities"]) == answer["probabilities"][answer["digit"]]
        assert len(answer["alternatives"]) == 9
        assert re.fullmatch(r"digit@[0-9a-f]{8}", answer["model"])
        name = answer.pop("file")
        assert {"file": name, **Prediction.from_dict(answer).to_dict()} == {"file": name, **answer}


def test_plain_text_is_one_line_a_picture(tmp_path: Path, seven: Path) -> None:
    blank = tmp_path / "blank.png"
    blank.write_bytes(png(digit_picture(7) * 0 + 255))
    done = tenfold("predict", seven, blank)
    first, second = done.stdout.splitlines()
    assert re.fullmatch(rf"{re.escape(str(seven))} +7 +>?\d\d\.\d %", first)
    assert re.fullmatch(rf"{re.escape(str(blank))} +- +\S.*Write a digit\.", second)
    assert done.returncode == 0


def test_a_terminal_gets_a_table(tmp_path: Path, seven: Path) -> None:
    status, output = on_a_terminal("predict", seven, tmp_path / "none.png")
    assert status == 3
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    header, *rows = plain.splitlines()
    assert header.split() == ["file", "digit", "sure"]
    assert re.search(r" 7 +>?\d\d\.\d % +━{8,10}", plain)
    assert "no such file" in " ".join(plain.split())
    assert re.search(r"\x1b\[1;7;32m +7 +\x1b", output)  # bold, in colour
    assert max(map(len, [header, *rows])) <= 100


def test_rows_of_many_pictures_share_one_header_and_one_width(seven: Path) -> None:
    status, output = on_a_terminal("predict", *[seven] * 70)
    assert status == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert len(re.findall(r"^file ", plain, re.MULTILINE)) == 1
    assert (
        len({match.start(1) - plain.rindex("\n", 0, match.start(1)) for match in re.finditer(r"(\d\d\.\d %)", plain)})
        == 1
    )


def test_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    picture = save_digit(tmp_path, 7, 'a "seven", of sorts.png')
    done = tenfold("predict", picture, tmp_path / "none.png", "--csv")
    first, second = csv.DictReader(io.StringIO(done.stdout))
    assert (first["file"], first["status"], first["digit"]) == (str(picture), "ok", "7")
    assert float(first["confidence"]) > 0.5
    assert (second["status"], second["digit"]) == ("unreadable_image", "")
    assert "no such file" in second["reason"]
    assert done.returncode == 3


# ---- options ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("top", [0, 2, 100])
def test_top_limits_the_alternatives(top: int, seven: Path) -> None:
    (answer,) = answers(tenfold("predict", seven, "--json", "--top", str(top)))
    assert len(answer["alternatives"]) == min(top, 9)
    line = tenfold("predict", seven, "--top", str(top)).stdout
    assert len(re.findall(r"\d \(", line)) == min(top, 9)


def test_a_smaller_error_budget_makes_more_answers_uncertain(seven: Path, always_seven: Path) -> None:
    for budget, status, digit, best in [("0.1", "ok", 7, 1), ("0.01", "uncertain", None, 7)]:
        (answer,) = answers(tenfold("predict", seven, "--json", "--model", always_seven, "--error-budget", budget))
        assert (answer["status"], answer["digit"], answer["alternatives"][0]["digit"]) == (status, digit, best)
        assert answer["confidence"] == pytest.approx(0.8, abs=1e-4)
        assert answer["model"].startswith("always-seven@")
    line = tenfold("predict", seven, "--model", always_seven).stdout
    assert "?  80.0 %  Could be 7 or 1" in " ".join(line.split(" " * 3)) or re.search(
        r"\?\s+80\.0 %\s+Could be 7 or 1", line
    )


@pytest.mark.parametrize("budget", ["0", "-1", "1.5", "nan", "inf", "many"])
def test_an_error_budget_out_of_range_is_wrong_usage(budget: str, seven: Path) -> None:
    done = tenfold("predict", seven, f"--error-budget={budget}")
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.search("error.budget", done.stderr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "digti"], "no model 'digti'. Did you mean 'digit'"),
        (["--model", "none.onnx"], "no model 'none.onnx'"),
        (["--model", "gate"], "'gate' does not read digits"),
        (["--top", "-1"], "--top"),
        (["--top", "few"], "--top"),
        (["--json", "--csv"], "exclude each other"),
        (["--colour"], "--colour"),
    ],
)
def test_wrong_options(arguments: list[str], message: str, seven: Path) -> None:
    done = tenfold("predict", seven, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_reading_a_picture_leaves_nothing_behind(seven: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    done = tenfold("predict", seven, "--json", HOME=str(home), XDG_CACHE_HOME=str(home / "cache"))
    assert done.returncode == 0
    assert list(home.rglob("*")) == []


def test_no_pictures_are_wrong_usage() -> None:
    done = tenfold("predict")
    assert done.returncode == 2
    assert "IMAGE" in done.stderr


def test_settings_come_from_the_environment_too(seven: Path, always_seven: Path) -> None:
    (answer,) = answers(
        tenfold("predict", seven, "--json", TENFOLD_MODEL=str(always_seven), TENFOLD_ERROR_BUDGET="0.1")
    )
    assert (answer["digit"], answer["confidence"]) == (7, pytest.approx(0.8, abs=1e-4))
    (answer,) = answers(tenfold("predict", seven, "--json", TENFOLD_MAX_BYTES="100"))
    assert answer["status"] == "unreadable_image"
    assert "the limit is 100" in answer["reason"]
    done = tenfold("predict", seven, TENFOLD_ERROR_BUDGET="7")
    assert done.returncode == 2
    assert "'error_budget'" in done.stderr


@pytest.mark.train
def test_a_keras_network_answers_directly(tmp_path: Path, seven: Path) -> None:
    code = """
import sys
import keras, numpy
network = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
network.layers[-1].set_weights([numpy.zeros((784, 10)), 9 * numpy.eye(10)[7]])
network.save(sys.argv[-1])
from tenfold.cli import main
main()
"""
    (answer,) = answers(python(code, "predict", seven, "--json", "--model", tmp_path / "own.keras"))
    assert answer["digit"] == 7
    assert answer["model"].startswith("own@")


def test_a_keras_network_without_the_extra_says_what_to_install(tmp_path: Path, seven: Path) -> None:
    with zipfile.ZipFile(tmp_path / "own.keras", "w") as archive:
        archive.writestr("config.json", "{}")
    code = """
import sys
sys.modules.update(dict.fromkeys(["keras", "tensorflow", "h5py"]))
from tenfold.cli import main
main()
"""
    done = python(code, "predict", seven, "--model", tmp_path / "own.keras")
    assert done.returncode == 4
    assert 'pip install "tenfold[train]"' in done.stderr


# ---- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_names_no_terminal_can_show(encoding: str, tmp_path: Path) -> None:
    """Bytes that are no text, letters outside the encoding, a line break, and a sequence that clears the screen."""
    names = [b"\xff\xfe.png", "sieben-七.png".encode(), b"two\nlines.png", b"\x1b[2Jcleared.png"]
    picture = png(digit_picture(7))
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in names]  # noqa: PTH118 - pathlib has no bytes
    for path in paths:
        with open(path, "wb") as file:  # noqa: PTH123 - as above
            file.write(picture)
    found = answers(tenfold("predict", *paths, "--json", PYTHONIOENCODING=encoding))
    assert [os.fsencode(answer["file"]) for answer in found] == paths
    assert {answer["digit"] for answer in found} == {7}
    done = tenfold("predict", *paths, PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 4
    assert "\x1b" not in done.stdout
    assert r"two\nlines.png" in done.stdout
    missing = tenfold("predict", tmp_path / "\x1b[2Jnone\n.png", "--model", "a\x1b[2J", PYTHONIOENCODING=encoding)
    assert missing.returncode == 2
    assert "\x1b" not in missing.stderr


def test_a_name_that_looks_like_an_option(tmp_path: Path) -> None:
    save_digit(tmp_path, 7, "--json")
    done = subprocess.run(
        [TENFOLD, "predict", "--", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    assert done.stdout.startswith("--json  7 ")


# ---- cost ------------------------------------------------------------------------------------------


def test_json_loads_nothing_it_does_not_need(seven: Path) -> None:
    code = """
import sys
from tenfold.cli import main
try:
    main()
finally:
    heavy = {"rich", "keras", "tensorflow", "sklearn", "matplotlib", "fastapi", "pooch", "pypdfium2", "tkinter", "onnx"}
    print(*sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = python(code, "predict", seven, "--json")
    assert answers(done)[0]["digit"] == 7
    assert done.stderr.split() == []

"""`tenfold batch` as people and programs use it: what it says, and how it ends."""

from __future__ import annotations

import csv
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.commands import TENFOLD, environment, python, read_terminal, save_digit, tenfold

# Stands in for a machine without the extra.
WITHOUT = """
import sys
for name in ("ray", "pyarrow"):
    sys.modules[name] = None
sys.argv[0] = "tenfold"
from tenfold.cli import main
main()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three drawn digits."""
    place = tmp_path / "in"
    place.mkdir()
    for digit in (3, 5, 7):
        save_digit(place, digit)
    return place


def digits(output: Path) -> list[str]:
    with output.open(newline="", encoding="utf-8") as file:
        return [row["digit"] for row in csv.DictReader(file)]


def test_a_folder_becomes_a_table(folder: Path, tmp_path: Path) -> None:
    done = tenfold("batch", folder, tmp_path / "out.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"3 pictures are in {tmp_path / 'out.csv'}: 3 read in ")
    assert digits(tmp_path / "out.csv") == ["3", "5", "7"]


def test_a_bad_picture_is_a_row_and_an_exit_status(folder: Path, tmp_path: Path) -> None:
    (folder / "4.png").write_bytes(b"no picture")
    done = tenfold("batch", folder, tmp_path / "out.csv")
    assert done.returncode == 3
    assert done.stderr == "tenfold: 1 of 4 inputs could not be read.\n"
    assert digits(tmp_path / "out.csv") == ["3", "", "5", "7"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["IN", "out.txt"], 2, "The output ends in '.txt', which Tenfold does not write."),
        (["IN", "out"], 2, "Give a name that ends in .csv, .jsonl, .parquet."),
        (["nowhere", "out.csv"], 3, "no such file or folder"),
        (["IN", "out.csv", "--model", "digti"], 2, "Did you mean 'digit'?"),
        (["IN", "out.csv", "--engine", "rya"], 2, "There is no engine 'rya'. Did you mean 'ray'?"),
        (["IN", "out.csv", "--address", "auto"], 2, "Give --engine ray as well."),
        (["IN", "out.csv", "--engine", "ray", "--address", "127.0.0.1:1"], 2, "There is no Ray cluster at 127.0.0.1:1"),
        (["IN", "out.csv", "--error-budget", "2"], 2, ""),
        (["IN", "out.csv", "--workers", "0"], 2, ""),
        (["IN", "IN/3.png/out.csv"], 2, "it is a file"),
    ],
)
def test_wrong_usage(folder: Path, tmp_path: Path, arguments: list[str], status: int, message: str) -> None:
    given = [word.replace("IN", str(folder)) for word in arguments]
    done = tenfold("batch", given[0], tmp_path / given[1], *given[2:])
    assert done.returncode == status
    assert message in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_output_that_is_there_is_kept(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    output.write_text("mine")
    done = tenfold("batch", folder, output)
    assert (done.returncode, output.read_text()) == (2, "mine")
    assert "--overwrite" in done.stderr
    again = tenfold("batch", folder, output, "--resume")
    assert (again.returncode, again.stdout) == (0, f"{output} is finished already.\n")
    assert tenfold("batch", folder, output, "--overwrite").returncode == 0
    assert digits(output) == ["3", "5", "7"]


@pytest.mark.parametrize(
    ("given", "output", "options", "feature"),
    [
        ("IN", "out.parquet", [], "Writing Parquet"),
        ("IN", "out.csv", ["--engine", "ray"], "The engine ray"),
        ("file:///IN", "out.csv", [], "Reading from a URL"),
        ("x.parquet", "out.csv", [], "Reading Parquet"),
    ],
)
def test_a_missing_extra_is_named(
    folder: Path, tmp_path: Path, given: str, output: str, options: list[str], feature: str
) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    source = str(folder) if given == "IN" else str(tmp_path / given) if given == "x.parquet" else given
    done = python(WITHOUT, "batch", source, tmp_path / output, *options)
    assert done.returncode == 4
    assert f"{feature} needs packages that are not installed." in done.stderr
    assert 'pip install "tenfold[scale]"' in done.stderr
    assert not (tmp_path / f"{output}.parts").exists()


def test_the_core_alone_suffices_for_csv_and_json_lines(folder: Path, tmp_path: Path) -> None:
    for name in ("out.csv", "out.jsonl"):
        assert python(WITHOUT, "batch", folder, tmp_path / name, "--workers", "2").returncode == 0


def test_progress_on_a_terminal(folder: Path, tmp_path: Path) -> None:
    for number in range(100):
        save_digit(folder, number % 10, f"more-{number}.png")
    leader, follower = pty.openpty()
    env = environment(TERM="xterm-256color")
    command = [TENFOLD, "batch", folder, tmp_path / "out.csv", "--workers", "1"]
    process = subprocess.Popen(command, stdin=follower, stdout=subprocess.DEVNULL, stderr=follower, env=env)
    os.close(follower)
    shown = read_terminal(leader)
    assert process.wait() == 0
    assert "103" in shown
    assert "/s" in shown


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_keeps_what_is_done(folder: Path, tmp_path: Path, workers: str) -> None:
    for number in range(150):
        save_digit(folder, number % 10, f"more-{number}.png")
    command = [TENFOLD, "batch", folder, tmp_path / "out.csv", "--workers", workers]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, start_new_session=True)
    while not list((tmp_path / "out.csv.parts").glob("part-*[0-9]")):
        assert process.poll() is None
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the whole group
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode() == "tenfold: What is done is kept; go on with --resume.\n"
    assert tenfold("batch", folder, tmp_path / "out.csv", "--resume").returncode == 0
    assert len(digits(tmp_path / "out.csv")) == 153

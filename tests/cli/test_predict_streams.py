"""`tenfold predict` among other programs: pipes, terminals, full disks, and how it ends."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
from pathlib import Path

import pytest
from tests.cli.commands import (
    TENFOLD,
    answers,
    environment,
    on_a_terminal,
    read_terminal,
    tenfold,
)


def test_a_picture_from_standard_input(seven: Path) -> None:
    done = tenfold("predict", "-", seven, "--json", stdin=seven.read_bytes())
    piped, named = answers(done)
    assert piped.pop("file") == "-"
    assert named.pop("file") == str(seven)
    assert piped == named


def test_standard_input_over_the_limit_is_not_read_to_its_end() -> None:
    done = tenfold("predict", "-", "--json", stdin=bytes(2_000_000), TENFOLD_MAX_BYTES="1000")
    assert done.returncode == 3
    assert "the limit is 1,000" in answers(done)[0]["reason"]


def test_standard_input_named_twice_is_wrong_usage(seven: Path) -> None:
    done = tenfold("predict", "-", "-", stdin=seven.read_bytes())
    assert done.returncode == 2
    assert "named twice" in done.stderr


def test_a_terminal_is_no_picture() -> None:
    status, output = on_a_terminal("predict", "-")
    assert status == 2
    assert "nothing is piped into it" in output


def test_answers_appear_while_later_pictures_are_still_to_come(seven: Path) -> None:
    """64 pictures are answered while the 65th, from standard input, is still being waited for."""
    command = [TENFOLD, "predict", *[seven] * 64, "-", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        early = [process.stdout.readline() for _ in range(64)]
        assert process.poll() is None
        process.stdin.write(seven.read_bytes())
        process.stdin.close()
        late = process.stdout.read().splitlines()
    assert len(set(early)) == 1
    assert len(late) == 1
    assert b'"file": "-"' in late[0]
    assert process.returncode == 0


def test_progress_of_many_pictures_is_counted_on_a_terminal_only(seven: Path) -> None:
    leader, follower = pty.openpty()
    done = subprocess.run(
        [TENFOLD, "predict", *[seven] * 130, "--json"],
        stdout=subprocess.PIPE,
        stderr=follower,
        env=environment(),
        check=True,
    )
    os.close(follower)
    assert re.findall(r"\r(\d+) of 130 pictures", read_terminal(leader)) == ["64", "128", "130"]
    assert len(done.stdout.splitlines()) == 130


def test_a_reader_that_has_seen_enough_is_no_error(seven: Path) -> None:
    command = ["bash", "-o", "pipefail", "-c", '"$@" | head -n 1', "bash", TENFOLD, "predict", *[seven] * 300, "--json"]
    done = subprocess.run(command, capture_output=True, env=environment(), check=False)
    assert done.returncode == 0
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


def test_ctrl_c_ends_with_130_and_no_words(seven: Path) -> None:
    command = [TENFOLD, "predict", *[seven] * 64, "-", "--json"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment(), **pipes) as process:
        assert process.stdout is not None
        for _ in range(64):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)  # while it waits for standard input
        assert process.wait(600) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full, a disk that is always full")
@pytest.mark.parametrize("count", [1, 100])
def test_a_full_disk_is_told(count: int, seven: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [TENFOLD, "predict", *[seven] * count, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "tenfold: The output could not be written: No space left on device."
    assert "Traceback" not in done.stderr


def test_a_closed_standard_output_is_no_error(seven: Path) -> None:
    done = subprocess.run(
        ["bash", "-c", '"$@" >&-', "bash", TENFOLD, "predict", seven],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr == b""

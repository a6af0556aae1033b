"""A run killed at any point goes on to the very output of one that nobody disturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.commands import TENFOLD, environment, python
from tests.scale.drawn import digit, digits_zip, folder_of, parquet_of

from tenfold.errors import TenfoldError, UsageError
from tenfold.scale import tasks
from tenfold.scale.alone import alone
from tenfold.scale.batch import Job, run
from tenfold.scale.parts import MANIFEST
from tenfold.types import Normalized, Picture

COUNT, PART = 450, 64


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of digits, and one that is none."""
    folder = folder_of(tmp_path_factory.mktemp("source") / "in", COUNT - 1)
    (folder / "0200-bad.png").write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of digits for four parts."""
    return digits_zip(tmp_path_factory.mktemp("few") / "in.zip", 200)


def undisturbed(source: Path, output: Path) -> bytes:
    """What a run gives that nobody kills."""
    run(Job(input=str(source), output=output, workers=1))
    return output.read_bytes()


def finish(source: Path, output: Path, **options: int) -> bytes:
    """What a killed run gives in the end."""
    outcome = run(Job(input=str(source), output=output, resume=True, **options))
    assert outcome is not None
    assert not parts_of(output).exists()
    return output.read_bytes()


def parts_of(output: Path) -> Path:
    return output.with_name(f"{output.name}.parts")


def done_parts(output: Path) -> list[Path]:
    folder = parts_of(output)
    return sorted(folder.glob("part-*[0-9]")) if folder.exists() else []


def kill_after(parts: int, source: Path, output: Path, workers: int) -> None:
    """Begin a run, and kill it (SIGKILL, no farewell) as soon as so many parts are done."""
    command = [TENFOLD, "batch", source, output, "--workers", str(workers), "--resume"]
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while len(done_parts(output)) < parts:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.002)
    finally:
        process.kill()
        process.wait()
    assert not output.exists()


def processes_about(text: str) -> list[str]:
    """The command lines of running processes that name something."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text.encode() in place.read_bytes():
                found.append((place.parent / "cmdline").read_text())
        except OSError:  # gone, or not ours
            continue
    return found


@pytest.mark.parametrize(("suffix", "workers"), [("csv", 1), ("jsonl", 2), ("parquet", 1)])
def test_killed_and_killed_again(source: Path, tmp_path: Path, suffix: str, workers: int) -> None:
    output = tmp_path / f"out.{suffix}"
    whole = undisturbed(source, tmp_path / f"whole.{suffix}")
    for parts in (1, 4):
        kill_after(parts, source, output, workers)
    kept = {path: path.stat().st_mtime_ns for path in done_parts(output)}
    assert len(kept) >= 4
    assert finish(source, output, workers=1) == whole


def test_what_is_done_is_not_done_again(source: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    kill_after(3, source, output, 1)
    done = len(done_parts(output))
    outcome = run(Job(input=str(source), output=output, resume=True, workers=1))
    assert outcome is not None
    assert outcome.earlier == done * PART
    assert (outcome.pictures, outcome.unreadable) == (COUNT, 1)


def test_the_processes_of_a_killed_run_end_too(source: Path, tmp_path: Path) -> None:
    mark = f"BATCH_TEST_{os.getpid()}"
    command = [TENFOLD, "batch", source, tmp_path / "out.csv", "--workers", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment(**{mark: "1"}), **quiet)
    while len(done_parts(tmp_path / "out.csv")) < 1:
        assert process.poll() is None
        time.sleep(0.002)
    assert len(processes_about(mark)) >= 3
    process.kill()
    process.wait()
    for _ in range(500):
        if not processes_about(mark):
            break
        time.sleep(0.01)
    assert processes_about(mark) == []


DYING = """
import os, signal, sys
from pathlib import Path
from tenfold.scale.batch import Job, run
from tenfold.scale.parts import Parts
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
{0}
run(Job(input=sys.argv[1], output=Path(sys.argv[2]), workers=1))
"""


@pytest.mark.parametrize(
    "point",
    [
        "Parts.begin = die",  # the listing is made, and no manifest yet
        "Parts.join = die",  # every part is done, and no output yet
        # A part is written, and has not its name yet.
        "Path.replace = lambda one, to: die() if '-00000003' in str(to) else os.rename(one, to)",
        "Parts.remove = lambda self: die() if self.done() else None",  # the output is there, the parts are too
        "Path.rmdir = die",  # all is gone but the folder
    ],
)
def test_killed_at_an_awkward_point(few: Path, tmp_path: Path, point: str) -> None:
    output = tmp_path / "out.jsonl"
    whole = undisturbed(few, tmp_path / "whole.jsonl")
    assert python(DYING.format(point), few, output).returncode == -signal.SIGKILL
    outcome = run(Job(input=str(few), output=output, resume=True, workers=1))
    assert (outcome is None) == ("rmdir" in point)
    assert output.read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "whole.jsonl"]


def half_done(source: Path, output: Path) -> None:
    """A run that was ended after two parts."""
    point = "w = Parts.write\nParts.write = lambda parts, one: die() if one.number == 2 else w(parts, one)"
    assert python(DYING.format(point), source, output).returncode == -signal.SIGKILL
    assert len(done_parts(output)) == 2


def test_a_changed_input_is_refused(tmp_path: Path) -> None:
    source, output = folder_of(tmp_path / "in", 200), tmp_path / "out.csv"
    half_done(source, output)
    job = Job(input=str(source), output=output, resume=True, workers=1)
    (source / "0001-new.png").write_bytes(digit(1))
    with pytest.raises(UsageError, match=r"changed.*200 pictures then, 201 now.*0001.png was listed, 0001-new.png is"):
        run(job)
    (source / "0001-new.png").unlink()
    (source / "more" / "0198.png").rename(tmp_path / "kept.png")
    with pytest.raises(UsageError, match=r"more/0198.png is gone"):
        run(job)
    (tmp_path / "kept.png").rename(source / "more" / "0198.png")
    before = (source / "0001.png").stat()
    (source / "0001.png").write_bytes(digit(2))
    with pytest.raises(UsageError, match=r"0001.png is another file than it was"):
        run(job)
    (source / "0001.png").write_bytes(digit(1))
    os.utime(source / "0001.png", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run(job) is not None


def test_another_table_under_the_same_name_is_refused(tmp_path: Path) -> None:
    source, output = parquet_of(tmp_path / "in.parquet", 200), tmp_path / "out.csv"
    half_done(source, output)
    parquet_of(source, 201)
    with pytest.raises(UsageError, match=r"in\.parquet is another file than it was"):
        run(Job(input=str(source), output=output, resume=True, workers=1))


def test_other_options_are_refused(tmp_path: Path) -> None:
    source, output = digits_zip(tmp_path / "in.zip", 200), tmp_path / "out.csv"
    half_done(source, output)
    for changes, message in (
        ({"error_budget": 0.1}, "error_budget = 0.01, and now it is 0.1"),
        ({"model": "tiny"}, "model = 'digit@.*now it is 'tiny@"),
        ({"task": "read"}, "task = 'predict', and now it is 'read'"),
        ({"input": str(digits_zip(tmp_path / "other.zip", 200))}, "input = "),
    ):
        given = {"input": str(source), "output": output, "resume": True, **changes}
        with pytest.raises(UsageError, match=message):
            run(Job(**given))
    manifest = parts_of(output) / MANIFEST
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "tenfold": "0.0.1"}))
    with pytest.raises(UsageError, match=r"tenfold = '0\.0\.1'"):
        run(Job(input=str(source), output=output, resume=True))
    manifest.write_text("{}")
    with pytest.raises(UsageError, match="not left by this version"):
        run(Job(input=str(source), output=output, resume=True))


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    source, output = digits_zip(tmp_path / "in.zip", 130), tmp_path / "out.csv"
    half_done(source, output)
    with pytest.raises(UsageError, match=r"An unfinished run .* --resume"):
        run(Job(input=str(source), output=output))
    whole = undisturbed(source, tmp_path / "whole.csv")
    run(Job(input=str(source), output=output, overwrite=True, workers=1))
    assert output.read_bytes() == whole
    with pytest.raises(UsageError, match=r"is there already.*--overwrite"):
        run(Job(input=str(source), output=output))
    assert run(Job(input=str(source), output=output, resume=True)) is None
    assert output.read_bytes() == whole


@pytest.mark.parametrize("wrong", [{"model": "nowhere.onnx"}, {"input": "nowhere"}, {"input": "empty"}])
def test_a_run_that_fails_leaves_the_finished_output(few: Path, tmp_path: Path, wrong: dict[str, str]) -> None:
    output = tmp_path / "out.csv"
    output.write_text("finished")
    (tmp_path / "empty").mkdir()
    given = {name: value if name == "model" else str(tmp_path / value) for name, value in wrong.items()}
    with pytest.raises(TenfoldError):
        run(Job(output=output, overwrite=True, **{"input": str(few), **given}))
    assert output.read_text() == "finished"


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    source, output = digits_zip(tmp_path / "in.zip", 3), tmp_path / "out.csv"
    parts_of(output).mkdir()
    (parts_of(output) / "letter.txt").write_text("Dear")
    with pytest.raises(UsageError, match="no parts of a run"):
        run(Job(input=str(source), output=output, overwrite=True))
    assert (parts_of(output) / "letter.txt").read_text() == "Dear"


def test_two_runs_to_one_output_exclude_each_other(few: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    with alone(output), pytest.raises(UsageError, match="Another process is writing"):
        run(Job(input=str(few), output=output, workers=1))
    assert run(Job(input=str(few), output=output, workers=1)) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_an_accident_with_one_picture_is_its_row(
    few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, seen = tasks.normalize, []

    def broken(picture: Picture) -> Normalized:
        seen.append(picture)
        if len(seen) == 2:
            raise ZeroDivisionError("what nobody foresaw")
        return real(picture)

    monkeypatch.setattr(tasks, "normalize", broken)
    output = tmp_path / "out.jsonl"
    outcome = run(Job(input=str(few), output=output, workers=1))
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert outcome is not None
    assert outcome.unreadable == 1
    assert [row["status"] for row in rows].count("unreadable_image") == 1
    assert "ZeroDivisionError" in rows[1]["reason"]
    assert rows[1]["file"] in caplog.text

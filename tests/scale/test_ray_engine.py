"""The engine on Ray gives what the local one gives, whatever happens to its workers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.scale.drawn import folder_of, parquet_of
from tests.scale.ray_here import start_ray

from tenfold.config import load_settings
from tenfold.errors import TenfoldError
from tenfold.scale.batch import Job, run
from tenfold.scale.part import Part, Range, Reading
from tenfold.scale.parts import Parts
from tenfold.scale.ray_engine import read_parts

COUNT = 700


@pytest.fixture(scope="module", autouse=True)
def ray_at_work() -> Iterator[None]:
    """Ray takes seconds to start: once for all tests, which find it running and leave it so."""
    ray = start_ray()
    yield
    assert ray.is_initialized()
    ray.shutdown()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything in it."""
    folder = folder_of(tmp_path_factory.mktemp("source") / "in", COUNT)
    parquet_of(folder / "table.parquet", 300)
    (folder / "bad.png").write_bytes(b"no picture")
    return folder


def actors() -> list[int]:
    """The processes that read."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"RangeReader" in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:  # gone meanwhile
            continue
    return found


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_same_output_as_here(source: Path, tmp_path: Path, suffix: str) -> None:
    here, there = tmp_path / f"here.{suffix}", tmp_path / f"there.{suffix}"
    for output, engine in ((here, "local"), (there, "ray")):
        outcome = run(Job(input=str(source), output=output, engine=engine, workers=1 if engine == "local" else 2))
        assert outcome is not None
        assert (outcome.pictures, outcome.unreadable) == (COUNT + 301, 2)
    assert there.read_bytes() == here.read_bytes()


def test_a_killed_worker_takes_nothing_with_it(source: Path, tmp_path: Path) -> None:
    whole, output = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run(Job(input=str(source), output=whole, workers=1))
    killed: list[int] = []

    def kill_one() -> None:
        """As soon as a part is there, and most are not."""
        for _ in range(6000):
            if list(tmp_path.glob("out.jsonl.parts/part-*[0-9]")) and (found := actors()):
                os.kill(found[0], signal.SIGKILL)
                killed.append(found[0])
                return
            time.sleep(0.005)

    killer = threading.Thread(target=kill_one)
    killer.start()
    outcome = run(Job(input=str(source), output=output, engine="ray", workers=2))
    killer.join()
    assert killed
    assert outcome is not None
    assert (outcome.pictures, outcome.unreadable) == (COUNT + 301, 2)
    assert output.read_bytes() == whole.read_bytes()


def test_a_run_goes_on_with_another_engine(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, output = tmp_path / "whole.csv", tmp_path / "out.csv"
    run(Job(input=str(source), output=whole, workers=1))
    write = Parts.write

    def stop_after_three(parts: Parts, part: Part) -> None:
        if len(parts.done()) == 3:
            raise KeyboardInterrupt
        write(parts, part)

    with monkeypatch.context() as patched:
        patched.setattr(Parts, "write", stop_after_three)
        with pytest.raises(KeyboardInterrupt):
            run(Job(input=str(source), output=output, workers=1))
    outcome = run(Job(input=str(source), output=output, engine="ray", resume=True))
    assert outcome is not None
    assert outcome.earlier == 3 * 64
    assert output.read_bytes() == whole.read_bytes()


def test_a_failing_worker_ends_the_run_with_a_sentence(source: Path, tmp_path: Path) -> None:
    """The model is there when the run begins, and gone when the actors look for it."""
    reading = Reading(str(source), "predict", ".csv", str(tmp_path / "gone.onnx"), None, load_settings())
    with pytest.raises(TenfoldError, match=r"Ray could not finish the run: .*gone\.onnx"):
        list(read_parts(reading, [Range(0, ())], 1, None))

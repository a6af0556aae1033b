"""The project's own tools find what they are there to find."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from tenfold.models.onnx import WEIGHTS

ROOT = Path(__file__).resolve().parent.parent


def tool(name: str, folder: str = "tools") -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


GOOD = "numpy==2.1.0 \\\n    --hash=sha256:00\n    # via tenfold\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD, ""),
        ("--find-links somewhere\n" + GOOD, "names an address or an option"),
        (GOOD.replace("numpy==2.1.0", "numpy @ https://example.org/numpy.whl"), "names an address"),
        ("numpy==2.1.0\n    # via tenfold\n", "numpy has no hash"),
        (GOOD.replace("2.1.0", "1.20.0"), "numpy is pinned at 1.20.0, pyproject.toml asks for >=1.26"),
        (GOOD.replace("numpy", "scipy"), "numpy is asked for in pyproject.toml and not pinned"),
    ],
)
def test_check_lock_names_the_fault(text: str, fault: str, tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text(text, "utf-8")
    found = tool("check_lock").faults(lock, [Requirement("numpy>=1.26")])
    assert fault in "\n".join(found)
    assert bool(found) == bool(fault)


def test_scorecard_shows_what_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = {
        "what": "Speed",
        "value": 2.0,
        "unit": "ms",
        "n": 1000,
        "spread": [1.9, 2.1],
        "baseline": 1.0,
        "baseline_what": "plainly",
        "ratio": 0.5,
        "asked": "at most 1.5 ms",
        "met": False,
        "more": {"slowest": 3.0},
    }
    result = {
        "claim": "It is fast.",
        "figures": [figure, {**figure, "met": True}],
        "machine": {"cpu": "a processor", "cores": 2, "system": "Linux"},
        "versions": {"python": "3.11"},
        "commit": "abc+",
    }
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    scorecard = tool("scorecard")
    missed = "| Speed | 2 ms | 1 ms (plainly) | at most 1.5 ms: **missed** |"
    assert missed in scorecard.table(result["figures"])
    page = scorecard.section("speed", result)
    assert "| Speed | 2 ms | 1.9 ms to 2.1 ms | 1,000 | 1 ms (plainly) | 0.5 | at most 1.5 ms: met |" in page
    assert "commit `abc+`" in page


def batch_result() -> dict[str, object]:
    """What benchmarks/batch.py leaves, in round numbers: two processes read a million in 5,000 s, on Ray in 10,000."""
    figures = []
    for engine, seconds in (("local", 5000.0), ("ray", 10_000.0)):
        more = {
            "seconds in all": seconds,
            "seconds until the first part": 10.0,
            "seconds after the last part": 36.0,
            "processes": 2,
            "bytes of the listing": 20_000,
            "bytes in a picture": 1000.0,
            "bytes out a picture": 250.0,
        }
        rate = {"value": 1_000_000 / seconds, "n": 1_000_000, "more": more}
        figures.append({"what": f"Pictures a second, engine {engine}", **rate})
        figures.append({"what": f"Peak memory of all processes, engine {engine}", "value": 600.0, "more": None})
    return {"figures": figures, "machine": {"cpu": "a processor", "cores": 2}, "commit": "abc"}


def test_the_plan_for_a_billion_is_arithmetic() -> None:
    text = tool("billion").plan(batch_result())
    assert max(map(len, text.splitlines())) <= 120
    text = " ".join(text.split())
    assert "| pictures a second and core | 100 | 50 |" in text
    assert "| core-hours | 2,778 | 5,556 |" in text
    assert "| hours on 1,000 cores | 2.8 | 5.6 |" in text
    assert "| memory a core | 300 MB | 300 MB |" in text
    assert "| cores at $0.04 an hour (assumed) | $111 | $222 |" in text
    assert "1,000 GB are read and 250 GB written" in text
    assert "for what was measured: PNGs of 72x72 in Parquet, and CSV" in text
    assert "joins its parts for 36 s" in text
    assert "would be 10.0 hours" in text
    assert "after 10 s, 0.2 % of its time" in text
    assert "with Ray one of the workers was killed half-way" in text


def test_no_more_cores_are_planned_with_than_the_commands_have_processes() -> None:
    """A thousand commands of two processes: all at once on 2,000 cores, each 5,000 s, and no faster on 10,000."""
    text = " ".join(tool("billion").plan(batch_result()).split())
    assert "| hours on 2,000 cores | 1.4 | 2.8 |" in text
    assert "have work for 2,000 cores and no more" in text
    assert "10,000 cores" not in text
    # 1,000 GB in 5,000 s, and in 10,000 s.
    assert "| read from storage in a second, 2,000 cores | 0.20 GB | 0.10 GB |" in text


def test_a_shorter_measurement_is_stretched_but_for_its_start() -> None:
    """Half a million in 90 s, 10 of them for the start and 20 for the join: a million takes 10 + 2 * 60 + 2 * 20 s."""
    result = batch_result()
    for figure in result["figures"]:
        if figure["more"]:
            figure["n"] = 500_000
            figure["more"] |= {"seconds in all": 90.0, "seconds after the last part": 20.0}
    command = tool("billion")._command(result, "local")
    assert (command.begin, command.reading, command.join, command.seconds) == (10, 120, 40, 170)
    # Three cores have room for one command of two processes, so that a thousand are a thousand rounds.
    assert command.hours(3) == pytest.approx(170_000 / 3600)


@pytest.mark.parametrize("missing", ["Pictures a second, engine ray", "Peak memory of all processes, engine local"])
def test_the_plan_says_which_figure_was_not_measured(missing: str) -> None:
    result = batch_result()
    result["figures"] = [figure for figure in result["figures"] if figure["what"] != missing]
    with pytest.raises(SystemExit, match=f"needs {missing}, and batch.json has none: measure again"):
        tool("billion").plan(result)


def test_the_plan_says_which_number_was_not_measured() -> None:
    result = batch_result()
    del result["figures"][0]["more"]["bytes in a picture"]
    with pytest.raises(SystemExit, match="needs 'bytes in a picture' of 'Pictures a second, engine local'"):
        tool("billion").plan(result)


def test_the_plan_is_left_out_until_it_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    scorecard = tool("scorecard")
    monkeypatch.setattr(scorecard, "RESULTS", tmp_path)
    assert scorecard.pages()[scorecard.SCALING].count("core-hours") == 0
    batch = {"claim": "It is fast.", "versions": {}, **batch_result()}
    for figure in batch["figures"]:
        rest = {"unit": "/s", "spread": None, "baseline": 1.0, "baseline_what": "plainly", "ratio": 1.0, "asked": ""}
        figure.update({"n": 1_000_000, "met": True, **rest})
    batch["machine"]["system"] = "Linux"
    (tmp_path / "batch.json").write_text(json.dumps(batch), "utf-8")
    assert "| core-hours | 2,778 | 5,556 |" in scorecard.pages()[scorecard.SCALING]


def test_models_are_made_in_the_order_in_which_one_learns_from_another() -> None:
    maker = tool("make_models")
    order = [step.recipe for together in maker.shipped("sets") for step in together]
    assert order.index("digit") < order.index("ensemble") < order.index("tiny")
    assert order.index("tiny") < order.index("cascade") < order.index("reader")
    assert {step.recipe for together in maker.shipped("sets") for step in together if step.ships} == {
        path.stem for path in WEIGHTS.rglob("*") if path.suffix in (".onnx", ".npz")
    }


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool, with folders of its own."""
    maker = tool("make_models")
    (tmp_path / "weights").mkdir()
    monkeypatch.setattr(maker, "RUNS", tmp_path)
    monkeypatch.setattr(maker, "WEIGHTS", tmp_path / "weights")
    return maker


def test_what_failed_is_tried_again_and_its_time_counts(maker: ModuleType, tmp_path: Path) -> None:
    failing = maker.Step("nothing", "no-such-recipe", ())
    taken = []
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            maker.make(failing)
        taken.append(maker.noted("nothing")["seconds"])
    assert taken[1] > taken[0] > 0
    assert not maker.noted("nothing")["done"]
    said = (tmp_path / "nothing" / "output.txt").read_text("utf-8")
    assert said.count("There is no recipe 'no-such-recipe'") == 2


def test_what_is_done_ships_again_but_is_not_made_again(
    maker: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "weights" / "teacher.onnx").write_bytes(b"one")
    step = maker.Step("some", "no-such-recipe", (), ships=True, after=("teacher",))
    (tmp_path / "some").mkdir()
    for ending in ("onnx", "json"):
        (tmp_path / "some" / f"no-such-recipe.{ending}").write_text(ending, "utf-8")
    note = {"seconds": 5.0, "done": True, "from": maker.sources(step)}
    (tmp_path / "some" / maker.NOTE).write_text(json.dumps(note), "utf-8")
    maker.make(step)
    assert "made before, in 5 s" in capsys.readouterr().out
    assert (tmp_path / "weights" / "no-such-recipe.onnx").read_text("utf-8") == "onnx"
    (tmp_path / "weights" / "teacher.onnx").write_bytes(b"another")
    with pytest.raises(subprocess.CalledProcessError):
        maker.make(step)


def test_an_unknown_name_is_no_reason_to_do_nothing(maker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["make_models", "sets", "--only", "dgit"])
    with pytest.raises(SystemExit, match="2"):
        maker.main()


@pytest.fixture
def errors(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool that writes the page of errors."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.setattr(sys, "argv", ["error_reference", "--check"])
    return tool("error_reference")


def test_an_error_without_a_remedy_is_named(
    errors: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(errors.ADVICE, "ProfileFull")
    assert errors.main() == 1
    assert "ADVICE has no ProfileFull" in capsys.readouterr().err


def test_an_example_that_is_never_said_is_named(
    errors: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(errors.ADVICE, "NotReady", errors.ADVICE["NotReady"]._replace(example="It is too early."))
    assert errors.main() == 1
    assert "NotReady never says 'It is too early.'" in capsys.readouterr().err


def test_errors_that_are_made_elsewhere_are_found(
    errors: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd.py").write_text("class Odd(UsageError):\n    '''Strange.'''\n", "utf-8")
    monkeypatch.setattr(errors, "SOURCE", tmp_path)
    assert errors.strays() == ["odd.py: class Odd"]


def test_messages_are_read_with_what_stands_for_names(
    errors: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "some.py").write_text(
        '_HINT = "Mend it."\n'
        "def f(x):\n"
        '    raise UsageError(f"{x!r} is {len(x):,} too many.", _HINT)\n'
        "def g(name):\n"
        '    raise UnknownName("recipe", name, [])\n',
        "utf-8",
    )
    monkeypatch.setattr(errors, "SOURCE", tmp_path)
    said = errors.said()
    assert said["UsageError"] == [errors.Said("'…' is … too many.", "Mend it.", "some")]
    assert said["UnknownName"] == [errors.Said("There is no recipe '…'.", "", "some")]
    assert errors.can_be_said("'digits' is 3 too many.", said["UsageError"])
    assert not errors.can_be_said("It is too many.", said["UsageError"])

"""The documents say what is so: their code runs, their commands exist, their links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import tenfold

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(ROOT.glob("docs/**/*.md"))
RUN_AS_IT_STANDS = [ROOT / "README.md", ROOT / "docs" / "quickstart.md"]
TENFOLD = Path(sysconfig.get_path("scripts")) / "tenfold"
# Commands that end only when told to, need a screen, or take minutes: these are checked option by option.
NOT_RUN = {"serve", "draw", "train", "tune", "compare"}

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str, pages: list[Path]) -> Iterator[tuple[str, str]]:
    for page in pages:
        for number, found in enumerate(BLOCK.finditer(page.read_text("utf-8")), 1):
            if found[1] == language:
                yield f"{page.name}-{number}", found[2]


def command_lines() -> list[object]:
    lines = {line.strip() for _, text in blocks("sh", PAGES) for line in text.splitlines()}
    return [
        pytest.param(line, marks=[pytest.mark.mnist] if "mnist" in line else [], id=line)
        for line in sorted(lines)
        if line.startswith("tenfold ")
    ]


def make_targets() -> list[str]:
    text = " ".join(page.read_text("utf-8") for page in PAGES)
    return sorted(set(re.findall(r"^make (\w+)", text, re.MULTILINE)) | set(re.findall(r"`make (\w+)", text)))


def run(command: list[str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
    )
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.mark.parametrize(("name", "code"), [pytest.param(*block, id=block[0]) for block in blocks("python", PAGES)])
def test_python_blocks_print_what_they_say(name: str, code: str) -> None:
    expected = re.findall(r"^\s*print\(.*\)  # (.*)$", code, re.MULTILINE)
    assert expected, "a block that shows nothing proves nothing: print something and say what"
    assert run([sys.executable, "-c", code]).stdout.splitlines() == expected


@pytest.mark.parametrize("line", command_lines())
def test_commands_run_as_written(line: str, tmp_path: Path) -> None:
    words = shlex.split(line)[1:]
    if words[0] in NOT_RUN:
        shown = run([str(TENFOLD), words[0], "--help"]).stdout
        for option in (word for word in words[1:] if word.startswith("--")):
            assert option in shown, f"{words[0]} has no option {option}"
        return
    (tmp_path / "examples").symlink_to(ROOT / "examples")  # so that what the command writes stays out of the project
    expanded = [
        found
        for word in words
        for found in (
            sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob(word)) if "*" in word else [word]
        )
    ]
    done = run([str(TENFOLD), *expanded], tmp_path)
    assert done.stdout.strip()


def test_every_line_of_shell_is_of_a_known_kind() -> None:
    lines = [line for _, text in blocks("sh", PAGES) for line in text.splitlines()]
    assert lines
    assert [line for line in lines if not line.startswith(("tenfold ", "make ", "curl "))] == []


@pytest.mark.parametrize("target", make_targets())
def test_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("tool", ["generate_cli_reference.py", "scorecard.py", "literature_page.py", "check_lock.py"])
def test_generated_pages_are_current(tool: str) -> None:
    run([sys.executable, str(ROOT / "tools" / tool), *([] if tool == "check_lock.py" else ["--check"])])


def test_every_room_is_on_the_map() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rooms = [path for path in (ROOT / "src" / "tenfold").iterdir() if (path / "__init__.py").is_file()]
    modules = [path for path in (ROOT / "src" / "tenfold").glob("*.py") if not path.name.startswith("__")]
    assert [room.name for room in rooms if f"  {room.name}/" not in page] == []
    assert [module.name for module in modules if f"  {module.name}" not in page] == []


def test_the_map_has_the_rows_that_are_enforced() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    rows = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    assert "\n".join(rows) in (ROOT / "docs" / "architecture.md").read_text("utf-8")


def test_every_decision_can_be_found() -> None:
    pages = "".join((ROOT / name).read_text("utf-8") for name in ("README.md", "docs/architecture.md"))
    notes = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert notes
    assert [note for note in notes if f"decisions/{note})" not in pages] == []


def test_every_classifier_is_explained() -> None:
    from tenfold.literature.entries import ENTRIES

    page = (ROOT / "docs" / "literature.md").read_text("utf-8")
    heads = [name for line in re.findall(r"^### (.*)$", page, re.MULTILINE) for name in re.findall(r"`([^`]+)`", line)]
    assert heads == [entry.name for entry in ENTRIES]


def test_every_status_is_explained() -> None:
    from tenfold.types import STATUSES

    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert rows == list(STATUSES)


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == tenfold.__version__
    assert f"## [{tenfold.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_table_of_dependencies_is_current() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    asked = {"core": project["dependencies"], "`[serve]`": project["optional-dependencies"]["serve"]}
    for part, requirements in asked.items():
        row = re.search(rf"^\| {re.escape(part)} \| (.*?) \|", page, re.MULTILINE)
        assert row is not None
        assert row[1].split(", ") == [re.split(r"[><=; ]", text)[0] for text in requirements]


def test_bash_scripts_parse() -> None:
    bash = shutil.which("bash")
    assert bash is not None
    run([bash, "-n", str(ROOT / ".ci" / "run")])

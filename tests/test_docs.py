"""The documents say what is so: their code runs, their commands exist, their links lead somewhere."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
import typer
from tests.browser.chromium import serving
from tests.test_tools import tool

import tenfold
from tenfold.cli.app import build

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + sorted(ROOT.glob("docs/**/*.md"))
WRITTEN_BY_TOOLS = sorted((ROOT / "docs" / "reference").glob("*.md"))
# Besides Tenfold's own commands, what may stand in a block of shell.
SHELL = ("make ", "curl ", "mkdir ", "git ", "TENFOLD_WORKERS=", ".venv/bin/python ")
# These take minutes: `<!-- run with: OPTIONS -->` above a block says with which options they are run here.
LONG = ("tenfold train", "tenfold tune", "tenfold compare")
HERE = "http://127.0.0.1:8000"

BLOCK = re.compile(
    r"(?:^<!-- (?P<order>run with|not run): (?P<note>[^>]*) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


def blocks(language: str, page: Path) -> list[re.Match[str]]:
    return [found for found in BLOCK.finditer(page.read_text("utf-8")) if found["language"] == language]


def python_blocks() -> list[object]:
    return [
        pytest.param(found["text"], id=f"{page.stem}-{number}", marks=_marks(found["text"]))
        for page in PAGES
        for number, found in enumerate(blocks("python", page), 1)
    ]


def _marks(text: str) -> list[pytest.MarkDecorator]:
    marks = [pytest.mark.mnist] if "mnist" in text else []
    return [*marks, pytest.mark.train] if re.search(r"tenfold (train|tune|export)|literature", text) else marks


def shell_pages() -> list[object]:
    texts = {page: "".join(found["text"] for found in blocks("sh", page)) for page in PAGES}
    return [pytest.param(page, id=page.stem, marks=_marks(text)) for page, text in texts.items() if text]


def lines_of(text: str) -> list[str]:
    """The lines of a block of shell, those that go on in the next one put together."""
    return [line.strip() for line in re.sub(r"\\\n\s*", "", text).splitlines() if line.strip()]


def make_targets() -> list[str]:
    text = " ".join(page.read_text("utf-8") for page in PAGES)
    return sorted(set(re.findall(r"^make (\w+)", text, re.MULTILINE)) | set(re.findall(r"`make (\w+)", text)))


def run(command: list[str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
    )
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.mark.parametrize("code", python_blocks())
def test_python_blocks_print_what_they_say(code: str) -> None:
    expected = re.findall(r"^\s*print\(.*\)  # (.*)$", code, re.MULTILINE)
    assert expected, "a block that shows nothing proves nothing: print something and say what"
    assert run([sys.executable, "-c", code]).stdout.splitlines() == expected


class Reader:
    """Gives a page's commands in their order, in a folder with the examples and, as long as it takes, a service.

    `HANDLE` and `ID` in a command are those that the service answered last.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.service, self.known = folder, contextlib.ExitStack(), {"HANDLE": "", "ID": ""}
        self.address = ""
        (folder / "examples").symlink_to(ROOT / "examples")

    def give(self, line: str) -> None:
        if line.startswith("tenfold serve"):
            words = iter(shlex.split(line)[2:])
            self.serve(*(word for word in words if word != "--port" or not next(words)))
            return
        if HERE in line and not self.address:
            self.serve()
        line = re.sub(r"\b(HANDLE|ID)\b", lambda found: self.known[found[0]], line.replace(HERE, self.address))
        line = re.sub(r"^curl ", "curl --silent --show-error --fail-with-body ", line)
        done = run(["bash", "-euo", "pipefail", "-c", line], self.folder)
        if line.startswith(("tenfold ", "curl ")):
            assert (done.stdout + done.stderr).strip(), f"{line}: says nothing"
        if line.startswith("curl "):
            answer = json.loads(done.stdout)
            self.known |= {word: answer[name] for word, name in (("HANDLE", "profile"), ("ID", "id")) if name in answer}

    def serve(self, *options: str) -> None:
        self.service.close()
        self.address = self.service.enter_context(serving(*options))[0].rstrip("/")


@pytest.mark.parametrize("page", shell_pages())
def test_commands_run_as_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's commands from top to bottom, as somebody gives them who reads it."""
    monkeypatch.setenv("PATH", f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)  # what a command writes stays out of the project
    reader = Reader(tmp_path)
    with reader.service:
        for block in blocks("sh", page):
            for line in [] if block["order"] == "not run" else lines_of(block["text"]):
                if line.startswith("make "):  # the target is there, and this runs within one of them
                    continue
                with_options = block["order"] == "run with" and line.startswith(LONG)
                reader.give(f"{line} {block['note']}" if with_options else line)


def test_what_is_not_run_says_why() -> None:
    for page in PAGES:
        for block in blocks("sh", page):
            if block["order"] == "not run":
                assert len(block["note"].split()) >= 4, f"{page.name}: {block['note']!r} is no reason"


def test_every_line_of_shell_is_of_a_known_kind() -> None:
    lines = [line for page in PAGES for block in blocks("sh", page) for line in lines_of(block["text"])]
    assert lines
    assert [line for line in lines if not line.startswith(("tenfold ", *SHELL))] == []


def test_commands_stand_in_blocks_of_shell() -> None:
    """Elsewhere nobody would run them."""
    for page in set(PAGES) - set(WRITTEN_BY_TOOLS):
        for block in BLOCK.finditer(page.read_text("utf-8")):
            if block["language"] != "sh":
                assert not re.search(r"^(tenfold|make|curl) ", block["text"], re.MULTILINE), page.name


def known_options() -> dict[str, set[str]]:
    """Every command's options, by its full name."""
    return {
        path: {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
        for path, command in tool("cli_reference").commands(typer.main.get_command(build()), "tenfold")
    }


def test_commands_that_are_only_named_have_these_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    options, wrong = known_options(), []
    for page in PAGES:
        text = page.read_text("utf-8")
        named = re.findall(r"`(tenfold [^`]+)`", text)
        given = [line for block in blocks("sh", page) for line in lines_of(block["text"])]
        for line in {" ".join(words.split()) for words in (*named, *given) if words.startswith("tenfold ")}:
            match = [path for path in options if f"{line} ".startswith(f"{path} ")]
            asked = {word.partition("=")[0] for word in line.split() if word.startswith("--")}
            if match and not asked <= options[match[0]]:
                wrong.append(f"{page.name}: {line}")
            groups = {path.rpartition(" ")[0] for path in options}
            if not match and " ".join(line.split()[:2]) not in {*groups, "tenfold NAME", "tenfold COMMAND"}:
                wrong.append(f"{page.name}: {line}")
    assert wrong == []


@pytest.mark.parametrize("target", make_targets())
def test_make_targets_exist(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


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
    folder = ROOT / "docs" / "decisions"
    notes = sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")
    assert notes
    assert [note for note in notes if f"({note})" not in (folder / "README.md").read_text("utf-8")] == []


def test_every_classifier_is_explained() -> None:
    from tenfold.literature.entries import ENTRIES

    page = (ROOT / "docs" / "literature.md").read_text("utf-8")
    heads = [name for line in re.findall(r"^### (.*)$", page, re.MULTILINE) for name in re.findall(r"`([^`]+)`", line)]
    assert heads == [entry.name for entry in ENTRIES]


def test_every_status_is_explained() -> None:
    from tenfold.types import STATUSES

    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "quickstart.md").read_text("utf-8"), re.MULTILINE)
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

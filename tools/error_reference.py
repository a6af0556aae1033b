"""Writes docs/reference/errors.md from the classes of errors and every place that raises one, or checks it (`--check`).

What an error means is in its class, what it says and advises in the calls that make one; `error_advice.py` has what
cannot be read there: an example, and what to do in general. A class without an entry ends the tool.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from error_advice import ADVICE, HEAD, REST
from written import DOCS, ROOT, cell, table, wrapped, write_or_check

from tenfold.errors import TenfoldError

TARGET = DOCS / "reference" / "errors.md"
SOURCE = ROOT / "src" / "tenfold"
# What stands in a message for what is known only when it is raised.
OPEN = "…"
# By module: where its errors come from, and whether they end a command.
MODULES = {
    "tenfold.errors": ("Everywhere", "Of the library, the command line and the service alike."),
    "tenfold.server.errors": ("Of the service", "Only the service refuses so; the exit status is of `tenfold serve`."),
    "tenfold.store.errors": ("Of what is kept", "From the database of answers, corrections, profiles and versions."),
}


class Said(NamedTuple):
    """What one place in the code says.

    Attributes:
        message: With `OPEN` for what is known later.
        hint: Likewise; may be empty.
        where: Module that says it.
    """

    message: str
    hint: str
    where: str


def classes() -> dict[str, dict[str, type[TenfoldError]]]:
    """Every error's class by module and name, in the order of the code."""
    found = {}
    for module in MODULES:
        own = vars(import_module(module)).items()
        found[module] = {
            name: value
            for name, value in own
            if isinstance(value, type) and issubclass(value, TenfoldError) and value.__module__ == module
        }
    return found


@cache
def trees(source: Path) -> dict[Path, ast.Module]:
    """Every module below a folder, as a tree: to make them takes longer than all that is read from them."""
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(source.rglob("*.py"))}


@cache
def nodes(tree: ast.Module) -> list[ast.AST]:
    """All of a tree, from its root on."""
    return list(ast.walk(tree))


def strays() -> list[str]:
    """Errors that are made elsewhere than in `MODULES`, and those without advice."""
    known = {name for own in classes().values() for name in own}
    elsewhere = [
        f"{path.relative_to(SOURCE)}: class {node.name}"
        for path, tree in trees(SOURCE).items()
        for node in nodes(tree)
        if isinstance(node, ast.ClassDef)
        and node.name not in known
        and any(isinstance(base, ast.Name) and base.id in known for base in node.bases)
    ]
    return [*elsewhere, *(f"ADVICE has no {name}" for name in known - set(ADVICE))]


def said() -> dict[str, list[Said]]:
    """All that every class says, by its name."""
    known = {name: one for own in classes().values() for name, one in own.items()}
    found: dict[str, dict[Said, None]] = {name: {} for name in known}
    for path, tree in trees(SOURCE).items():
        where = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for call in nodes(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if (name := call.func.id) in known and call.args:
                found[name][_said(known[name], call, tree, where)] = None
    return {name: list(some) for name, some in found.items()}


def _said(kind: type[TenfoldError], call: ast.Call, tree: ast.Module, where: str) -> Said:
    """What a call says: made by the class itself, which may have its own words."""
    wanted = list(inspect.signature(kind).parameters.values())
    texts = [_text(arg, tree) for arg in call.args]
    given = [[] if "list" in str(one.annotation) else text for one, text in zip(wanted, texts, strict=False)]
    given = [value for one, value in zip(wanted, given, strict=False) if one.name != "wait"]
    error = kind(*given)
    return Said(_plain(error.message), _plain(error.hint), where)


def _text(node: ast.expr, tree: ast.Module) -> str:
    """The text of an expression, with `OPEN` for what cannot be known."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            f"'{OPEN}'" if isinstance(part, ast.FormattedValue) and part.conversion == ord("r") else _text(part, tree)
            for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left, tree) + _text(node.right, tree)
    if isinstance(node, ast.Name):
        # A name for a text, given before: the nearest above.
        texts = [
            one.value
            for one in nodes(tree)
            if isinstance(one, ast.Assign)
            and (one.lineno < node.lineno or one in tree.body)
            and any(isinstance(target, ast.Name) and target.id == node.id for target in one.targets)
            and isinstance(one.value, ast.Constant | ast.JoinedStr | ast.BinOp)
        ]
        return _text(texts[-1], tree) if texts else OPEN
    return OPEN


def _plain(text: str) -> str:
    return re.sub(rf"{OPEN}({OPEN})+", OPEN, " ".join(text.split()))


def can_be_said(example: str, some: list[Said]) -> bool:
    """Whether an example is what the code can say."""
    for one in some:
        pattern = ".+?".join(re.escape(part) for part in one.message.split(OPEN))
        if re.fullmatch(pattern, example, re.DOTALL):
            return True
    return False


def section(name: str, kind: type[TenfoldError], some: list[Said]) -> str:
    """One error in full."""
    statuses = [f"`{kind.code}`", f"exit status {kind.exit_code}", f"HTTP {kind.http_status}"]
    if kind.__module__.endswith("server.errors"):
        statuses = statuses if kind.http_status == TenfoldError.http_status else [statuses[0], statuses[2]]
    meaning = (inspect.getdoc(kind) or "").split("\n\nArgs:")[0]
    above = kind.__mro__[1].__name__
    parts = [
        f"### {name}",
        " · ".join(statuses) + (f" · a kind of `{above}`" if above != "Exception" else ""),
        wrapped(" ".join(meaning.split())),
        wrapped(f"**What to do.** {ADVICE[name].remedy}"),
        f"> {ADVICE[name].example}",
    ]
    rows = [
        [cell(one.message) if _words(one.message) else "(the reason itself)", cell(one.hint), f"`{one.where}`"]
        for one in some
        if _words(one.message + one.hint)
    ]
    return "\n\n".join(parts) + "\n\n" + table(["it says", "and advises", "in"], rows)


def _words(text: str) -> bool:
    return re.search(r"[A-Za-z]", text) is not None


def page(everything: dict[str, list[Said]]) -> str:
    """The whole page, given what `said` found."""
    parts = [HEAD]
    for module, own in classes().items():
        title, note = MODULES[module]
        parts += [f"## {title}\n\n{note}\n", *(section(name, kind, everything[name]) for name, kind in own.items())]
    return "\n".join([*parts, REST])


def main() -> int:
    """Write or check the page; 1 if an error is not told of."""
    everything = said()
    faults = strays()
    for name, advice in ADVICE.items():
        if not can_be_said(advice.example, everything.get(name, [])):
            faults.append(f"{name} never says {advice.example!r}")
    for fault in faults:
        print(f"{TARGET.name}: {fault}; see ADVICE in tools/error_advice.py", file=sys.stderr)
    return 1 if faults else write_or_check({TARGET: page(everything)})


if __name__ == "__main__":
    sys.exit(main())

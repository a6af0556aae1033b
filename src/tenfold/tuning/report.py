"""The report of a search: one HTML file that needs no other file, no script and no host."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path

from tenfold.atomic import write_file
from tenfold.training.params import shown
from tenfold.tuning.charts import bars, panels
from tenfold.tuning.search import Outcome, Trial
from tenfold.tuning.text import called, command, doubts, failures, found


def write_report(outcome: Outcome, path: Path) -> None:
    """Write the report.

    Args:
        outcome: What was found.
        path: The HTML file; its folder is made if missing.

    Raises:
        UsageError: If the place cannot be written to.
    """
    write_file(path, page(outcome).encode("utf-8"))


def page(outcome: Outcome) -> str:
    """The report as a whole HTML page; the same for the same outcome."""
    style = (files("tenfold.training") / "report.css").read_text("utf-8")
    style += (files("tenfold.tuning") / "tuning.css").read_text("utf-8")
    first = f"{outcome.space.rungs[0]:,}"
    mattered = (
        "How much of the differences between trials each hyperparameter explains by itself, on an average over all the "
        f"others, when all are trained on {first} digits. What is missing to 100 % belongs to several together. "
        f"{doubts(outcome.mattered)}"
    )
    by_value = (
        f"A dot is a trial: full where it was trained on {first} digits, hollow where it went on to more; the recipe's "
        "own has the colour of the line. The line is the error expected on an average over all other hyperparameters, "
        f"after {first} digits."
    )
    main = "".join(
        (
            _header(outcome),
            _section("What mattered", mattered, bars(outcome)),
            _section("Errors by value", by_value, panels(outcome)),
            _section(
                "Trials",
                f"Those that went furthest first, best first among them. {failures(outcome)}".strip(),
                _trials(outcome),
            ),
        )
    ).replace(" %", "\u00a0%")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(outcome.plan.recipe)} tuned</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<style>{style}</style></head><body><main>{main}"
        "<footer>Written by <b>tenfold tune</b>.</footer></main></body></html>\n"
    )


def _header(outcome: Outcome) -> str:
    plan, rungs = outcome.plan, " → ".join(f"{digits:,}" for digits in outcome.space.rungs)
    length = f", {plan.epochs} epoch{'s' if plan.epochs > 1 else ''} each" if plan.epochs else ""
    own = outcome.own.params
    cards = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{shown(value)}<small>own: {shown(own[name])}</small></dd></div>"
        for name, value in outcome.best.params.items()
    )
    count = f"{len(outcome.trials)} trials on {rungs} digits{length}, seed {plan.seed}"
    return (
        f"<header><h1><span>{escape(plan.recipe)}</span> tuned on {escape(Path(plan.data).name)}</h1>"
        f"<p>{count}. The test digits were not used.</p>"
        f'<p class="accuracy">{100 * outcome.best.last[1]:.2f} %<small>{escape(found(outcome))}</small></p>'
        f'<dl>{cards}</dl><p class="note">Train with it: <code>{escape(command(outcome))}</code></p></header>'
    )


def _section(title: str, note: str, body: str) -> str:
    return f"<section><h2>{title}</h2><p>{escape(note)}</p>{body}</section>"


def _trials(outcome: Outcome) -> str:
    names = [param.name for param in outcome.space.params]
    rungs = outcome.space.rungs
    heads = ["trial", *(f"{digits:,} digits" for digits in rungs), *names]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    rows = "".join(_row(trial, names, rungs) for trial in outcome.trials)
    return (
        f'<div class="scroll"><table class="trials"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(trial: Trial, names: list[str], rungs: tuple[int, ...]) -> str:
    rights = [f"{100 * trial.accuracies[digits]:.2f} %" if digits in trial.accuracies else "" for digits in rungs]
    if trial.error:
        word = "died" if trial.died else "failed"
        rights[sum(map(bool, rights))] = f'<em title="{escape(trial.error)}">{word}</em>'
    values = [escape(shown(trial.params[name])) for name in names]
    cells = "".join(f"<td>{text}</td>" for text in (*rights, *values))
    return f'<tr><th scope="row">{called(trial)}</th>{cells}</tr>'

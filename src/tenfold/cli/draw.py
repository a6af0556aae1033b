"""`tenfold draw`: the desktop window."""

from __future__ import annotations

from tenfold.cli.options import ErrorBudget, ModelName


def command(
    model: ModelName = None,
    error_budget: ErrorBudget = None,
) -> None:
    """Open a window to draw digits in."""
    from tenfold.cli.predict import opened
    from tenfold.recognizer import Recognizer
    from tenfold.window import run

    run(Recognizer(opened(model), error_budget))

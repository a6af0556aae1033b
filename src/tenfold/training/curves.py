"""The picture of a training run: loss and accuracy, epoch by epoch."""

from __future__ import annotations

from pathlib import Path

INK, FAINT, TRAINED, HELD = "#2b2a33", "#d9d6cf", "#8a8f98", "#b5482a"
NAME = 30


def draw_curves(history: dict[str, list[float]], validated_on: str, path: Path) -> None:
    """Draw the curves of a training run.

    Args:
        history: For each of ``loss``, ``accuracy``, ``val_loss`` and ``val_accuracy`` one number an epoch.
        validated_on: Name of the data the ``val_`` figures were measured on.
        path: The PNG file to write.
    """
    # The figure is made without pyplot, which would look for a display and keep the figure alive.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    # A long path would leave no room for the curves.
    held_out = validated_on if len(validated_on) <= NAME else f"…{validated_on[1 - NAME :]}"
    figure = Figure(figsize=(9, 3.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    epochs = range(1, len(history["loss"]) + 1)
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        axes.plot(epochs, history[name], "o-", color=TRAINED, markersize=4, label="while training, with dropout")
        axes.plot(epochs, history[f"val_{name}"], "o-", color=HELD, markersize=4, label=held_out)
        axes.set_title(name.capitalize(), loc="left", color=INK, fontweight="bold")
        axes.set_xlabel("epoch", color=INK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        if name == "accuracy":
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
        axes.legend(frameon=False, labelcolor=INK)
    figure.savefig(path, dpi=120, format="png", metadata={"Software": "tenfold"})

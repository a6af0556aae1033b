"""Which classifiers vote together best: those of several families, fitted to 10,000 digits, judged on 5,000 others.

One after the other the candidate joins whose voice has the most of MNIST's validation digits read right, of equals the
one that makes them likelier, at most one of each family, until none adds. The test digits are not opened.

    python benchmarks/literature_vote.py [--train 10000]
"""

from __future__ import annotations

import json
from typing import Annotated

import numpy as np
import typer
from _claim import RESULTS, commit

from tenfold.config import load_settings
from tenfold.data.splits import training_data
from tenfold.literature.entries import find_entry
from tenfold.models.votes import together

CANDIDATES = (
    "knn-deskewed",
    "tangent-distance",
    "svm-virtual",
    "hog-svm",
    "lira",
    "elm-conv",
    "lenet-5-distorted",
    "boosted-lenet-4",
    "fast",
)


def main(train: Annotated[int, typer.Option(help="Fit to the first so many of the 55,000.")] = 10_000) -> None:
    """Fit, join one after the other, write down what it gave."""
    learn, held = training_data(load_settings())
    said = {}
    for name in CANDIDATES:
        model = find_entry(name).make().fit(learn.images[:train], learn.labels[:train])
        said[name] = model.predict_proba(held.images)
        print(f"{name}: {score(said[name], held.labels)}", flush=True)
    chosen: list[str] = []
    steps = []
    while True:
        families = {find_entry(name).family for name in chosen}
        others = [name for name in CANDIDATES if find_entry(name).family not in families]
        tried = {name: score(together([said[one] for one in (*chosen, name)]), held.labels) for name in others}
        best = max(tried, key=lambda name: (tried[name]["accuracy"], -tried[name]["nll"]), default="")
        if not best or (steps and tried[best]["accuracy"] <= steps[-1]["accuracy"]):
            break
        chosen.append(best)
        steps.append({"joins": best, **tried[best]})
        print(f"+ {best}: {tried[best]}", flush=True)
    alone = {name: score(chances, held.labels) for name, chances in said.items()}
    found = {"train": train, "alone": alone, "members": chosen, "steps": steps, "commit": commit()}
    (RESULTS / "literature_vote.jsonl").write_text(json.dumps(found) + "\n", "utf-8")


def score(chances: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Accuracy, and the negative log-likelihood."""
    right = float((chances.argmax(axis=1) == labels).mean())
    likely = np.maximum(chances[np.arange(len(labels)), labels].astype(np.float64), 1e-12)
    return {"accuracy": right, "nll": round(float(-np.log(likely).mean()), 5)}


if __name__ == "__main__":
    typer.run(main)

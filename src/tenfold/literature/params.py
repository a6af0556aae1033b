"""The parameters of the literature's classifiers that can be searched over, and their ranges.

Left out are those that decide on the costs and hardly on anything else (how many trees or neurons there are), and
those that only turn sums into probabilities: neither is to be chosen by the accuracy. Classifiers that are not here
have none: they are votes of others, or have nothing to choose.
"""

from __future__ import annotations

from tenfold.training.params import Param

_NEIGHBORS = (
    Param("k", None, "choice", (None, 1, 2, 3, 5, 7, 10, 15)),
    Param("width", 0.25, "log", (0.03, 3.0)),
    Param("smoothing", 0.002, "log", (1e-4, 0.05)),
)
_KERNEL = (
    Param("cost", 10.0, "log", (0.3, 100.0)),
    Param("gamma", 0.025, "log", (0.003, 0.2)),
    Param("components", 60, "linear", (20, 150)),
)
_LENET = (
    Param("rate", 1e-2, "log", (1e-3, 5e-2)),
    Param("decay", 0.1, "log", (1e-3, 1.0)),
)
_DEPTH = (
    Param("rate", 3e-3, "log", (3e-4, 3e-2)),
    Param("width", 16, "linear", (8, 48)),
    Param("hidden", 128, "log", (32, 512)),
)

# By the name of the classifier: name, the value of its own, kind of range, range.
PARAMS: dict[str, tuple[Param, ...]] = {
    "linear": (
        Param("penalty", 1e-4, "log", (1e-6, 1.0)),
        Param("iterations", 100, "log", (10, 300)),
    ),
    "pairwise-linear": (
        Param("penalty", 1e-4, "log", (1e-6, 1.0)),
        Param("iterations", 50, "log", (5, 200)),
    ),
    "knn": _NEIGHBORS,
    "knn-deskewed": _NEIGHBORS,
    "tangent-distance": (
        Param("candidates", 100, "linear", (30, 200)),
        Param("blur", 0.6, "linear", (0.3, 1.5)),
        Param("stiffness", 0.02, "log", (1e-3, 0.3)),
        Param("width", 0.25, "log", (0.03, 3.0)),
    ),
    "pca-quadratic": (
        Param("components", 40, "linear", (15, 70)),
        Param("penalty", 1e-4, "log", (1e-6, 1.0)),
        Param("iterations", 60, "log", (10, 200)),
    ),
    "naive-bayes": (
        Param("levels", 4, "linear", (2, 16)),
        Param("smooth", 1.0, "log", (0.01, 30.0)),
    ),
    "bayes-net": (
        Param("levels", 4, "linear", (2, 8)),
        Param("smooth", 5.0, "log", (0.1, 100.0)),
    ),
    "j48": (
        Param("confidence", 0.25, "log", (0.01, 0.5)),
        Param("least", 2, "log", (1, 30)),
    ),
    "svm-rbf": _KERNEL,
    "svm-virtual": _KERNEL,
    "svm-poly": (
        Param("cost", 1.0, "log", (0.03, 30.0)),
        Param("gamma", 0.03, "log", (0.003, 0.2)),
        Param("degree", 4, "linear", (2, 7)),
        Param("components", 60, "linear", (20, 150)),
    ),
    "hog-svm": (
        Param("cost", 10.0, "log", (0.3, 100.0)),
        Param("gamma", 0.05, "log", (0.005, 0.5)),
        Param("components", 80, "linear", (20, 150)),
    ),
    "mlp": (
        Param("rate", 2e-3, "log", (2e-4, 2e-2)),
        Param("decay", 0.1, "log", (1e-3, 1.0)),
    ),
    "dnn": (
        Param("rate", 2e-3, "log", (2e-4, 2e-2)),
        Param("dropout", 0.2, "linear", (0.0, 0.6)),
    ),
    "lenet-1": _LENET,
    "lenet-4": _LENET,
    "lenet-5": _LENET,
    "lenet-5-distorted": _LENET,
    "boosted-lenet-4": (Param("rate", 1e-2, "log", (1e-3, 5e-2)),),
    "dbn": (
        Param("passes", 4, "linear", (1, 10)),
        Param("step", 0.1, "log", (0.01, 0.5)),
        Param("rate", 8e-3, "log", (8e-4, 3e-2)),
        Param("decay", 0.1, "log", (1e-3, 1.0)),
    ),
    "lira": (
        Param("window", 10, "linear", (6, 16)),
        Param("on", 2, "linear", (1, 5)),
        Param("off", 4, "linear", (1, 8)),
        Param("margin", 0.5, "linear", (0.0, 0.9)),
        Param("shift", 1, "linear", (0, 3)),
    ),
    "elm-conv": (
        Param("size", 7, "choice", (5, 7, 9, 11)),
        Param("spread", 0.3, "log", (0.05, 2.0)),
        Param("ridge", 3e-5, "log", (1e-7, 1e-2)),
        Param("shift", 1, "linear", (0, 3)),
    ),
    **{f"cnn-depth-{depth}": _DEPTH for depth in (1, 2, 3, 4)},
}

"""The catalogue of the literature: each classifier by name, who published which error, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from tenfold.errors import UnknownName

if TYPE_CHECKING:
    from tenfold.literature.estimator import Estimator

Family = Literal["linear", "neighbours", "bayes", "trees", "kernels", "random features", "networks", "votes", "ours"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One classifier.

    Attributes:
        name: What commands call it, e.g. ``"svm-rbf"``.
        title: What it is, in a few words.
        family: Its kin.
        home: Module in this package and class, e.g. ``"svm:SvmRbf"``.
        floor: Accuracy it must reach when fitted to 2,000 digits of MNIST; the contract tests hold it.
        published: Error on MNIST's test digits in per cent, as published; None where nobody published one.
        source: Who published it, with the year.
        params: What the class is called with besides the seed.
        quick: The same where there is no time, e.g. fewer epochs.
        note: What is to be said beside its figures, e.g. that it learns from fewer digits than there are.
        shipped: Name of the shipped model that a comparison measures as it is, in place of fitting a new one.
    """

    name: str
    title: str
    family: Family
    home: str
    floor: float
    published: float | None
    source: str
    params: Mapping[str, Any] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    shipped: str = ""

    def make(self, seed: int = 0, quick: bool = False, **params: Any) -> Estimator:
        """The classifier, to be fitted.

        Args:
            seed: Of everything random in it.
            quick: Use the parameters for those who have no time.
            params: Override its own.

        Raises:
            MissingExtra: If the extra ``[train]`` is not installed.
        """
        from tenfold.training.framework import need_sklearn

        need_sklearn()
        module, _, title = self.home.partition(":")
        known = {**self.params, **(self.quick if quick else {}), **params}
        made: Estimator = getattr(import_module(f"tenfold.literature.{module}"), title)(**known)
        if "random_state" in made.get_params(deep=False):
            made.set_params(random_state=seed)
        return made


LECUN = "LeCun, Bottou, Bengio, Haffner 1998"
SHAMIM = "Shamim et al. 2018 (Weka, on other digits)"

# In the order in which the field came to them, ours last.
ENTRIES: tuple[Entry, ...] = (
    Entry("linear", "One layer: softmax of weighted sums of the pixels", "linear", "linear:Linear", 0.89, 12.0, LECUN),
    Entry(
        "pairwise-linear",
        "One layer: a linear unit for each pair of digits, and a vote",
        "linear",
        "linear:PairwiseLinear",
        0.905,
        7.6,
        LECUN,
    ),
    Entry("knn", "The nearest by Euclidean distance", "neighbours", "neighbors:Neighbors", 0.905, 5.0, LECUN),
    Entry(
        "knn-deskewed",
        "The nearest by Euclidean distance, made upright",
        "neighbours",
        "neighbors:UprightNeighbors",
        0.94,
        2.4,
        LECUN,
    ),
    Entry(
        "tangent-distance",
        "The nearest by two-sided tangent distance",
        "neighbours",
        "tangent:TangentDistance",
        0.955,
        1.1,
        LECUN,
    ),
    Entry(
        "pca-quadratic",
        "A quadratic function of 40 principal components",
        "linear",
        "quadratic:PcaQuadratic",
        0.925,
        3.3,
        LECUN,
    ),
    Entry(
        "naive-bayes",
        "Naive Bayes of pixels in levels",
        "bayes",
        "bayes:NaiveBayes",
        0.805,
        None,
        SHAMIM,
    ),
    Entry(
        "bayes-net",
        "Tree-augmented naive Bayes, its tree learned",
        "bayes",
        "bayes:BayesNet",
        0.855,
        None,
        SHAMIM,
    ),
    Entry("j48", "C4.5: one tree, pruned", "trees", "trees:J48", 0.74, None, SHAMIM),
    Entry("random-tree", "One random tree, not pruned", "trees", "trees:RandomTree", 0.62, None, SHAMIM),
    Entry(
        "random-forest",
        "Random trees on bootstrap samples, and their mean",
        "trees",
        "trees:RandomForest",
        0.905,
        3.1,
        "Dutt, Dutt 2017",
    ),
    Entry("svm-rbf", "Support vectors, Gaussian kernel", "kernels", "svm:SvmRbf", 0.945, 1.4, LECUN),
    Entry("svm-poly", "Support vectors, polynomial kernel, made upright", "kernels", "svm:SvmPoly", 0.96, 1.1, LECUN),
    Entry(
        "svm-virtual",
        "Support vectors and the same moved by a pixel, Gaussian kernel",
        "kernels",
        "svm:SvmVirtual",
        0.95,
        0.8,
        LECUN,
        quick={"shifts": 4},
    ),
    Entry(
        "hog-svm",
        "Histograms of gradients, Gaussian kernel",
        "kernels",
        "hog:HogSvm",
        0.965,
        0.8,
        "Maji, Malik 2009",
    ),
    Entry(
        "mlp",
        "Two hidden layers of 300 and 100 units",
        "networks",
        "nets:Mlp",
        0.895,
        2.95,
        LECUN,
        quick={"epochs": 5},
    ),
    Entry(
        "dnn",
        "Deep network of dense layers, no convolution",
        "networks",
        "nets:Dnn",
        0.91,
        1.92,
        "Ghosh & Maghari 2017",
        quick={"epochs": 4},
    ),
    Entry(
        "lenet-1",
        "LeNet-1: two convolutions, 2,600 parameters",
        "networks",
        "lenet:LeNet1",
        0.88,
        1.7,
        LECUN,
        quick={"epochs": 2},
    ),
    Entry(
        "lenet-4",
        "LeNet-4: two convolutions and a layer of 120 units",
        "networks",
        "lenet:LeNet4",
        0.89,
        1.1,
        LECUN,
        quick={"epochs": 2},
    ),
    Entry(
        "lenet-5",
        "LeNet-5: two convolutions and layers of 120 and 84 units",
        "networks",
        "lenet:LeNet5",
        0.895,
        0.95,
        LECUN,
        quick={"epochs": 2},
    ),
    Entry(
        "lenet-5-distorted",
        "LeNet-5, its digits shifted, scaled, squeezed and sheared",
        "networks",
        "lenet:LeNet5",
        0.895,
        0.8,
        LECUN,
        {"distortions": True},
        {"epochs": 2},
    ),
    Entry(
        "boosted-lenet-4",
        "Three LeNet-4, each taught where those before go wrong",
        "networks",
        "boosted:BoostedLeNet4",
        0.885,
        0.7,
        "Drucker, Schapire, Simard 1993; " + LECUN,
        {},
        {"epochs": 1, "stream": 6_000},
    ),
    Entry(
        "dbn",
        "Boltzmann machines trained without labels, then fine-tuned",
        "networks",
        "dbn:Dbn",
        0.86,
        1.25,
        "Hinton, Osindero, Teh 2006",
        {},
        {"hidden": (200, 200), "passes": 1, "epochs": 6},
    ),
    Entry(
        "lira",
        "Random local features of bright and dark points, and a perceptron",
        "random features",
        "lira:Lira",
        0.94,
        0.61,
        "Kussul & Baidyk 2004",
        {},
        {"neurons": 20_000, "passes": 3},
        "100,000 neurons in place of 512,000, and digits shifted but not slanted",
    ),
    Entry(
        "elm-conv",
        "Fixed filters, a random layer, and least squares",
        "random features",
        "elm:ElmConv",
        0.96,
        0.6,
        "McDonnell & Vladusich 2015",
        {},
        {"filters": 32, "units": 2000, "passes": 1, "ridge": 3e-4},
    ),
    Entry(
        "report",
        "The report's network: two convolutions, 2.4 million parameters",
        "networks",
        "nets:Report",
        0.87,
        0.87,
        "The report",
        {},
        {"epochs": 1},
        "Three epochs in place of ten",
    ),
    *(
        Entry(
            f"cnn-depth-{depth}",
            f"{depth} convolution{'s' if depth > 1 else ''} and a dense layer: how deep should it be?",
            "networks",
            "nets:CnnDepth",
            0.80,
            None,
            "Siddique et al. 2018",
            {"depth": depth},
            {"epochs": 1},
        )
        for depth in (1, 2, 3, 4)
    ),
    Entry(
        "vote",
        "Classifiers of several families with one voice",
        "votes",
        "votes:Vote",
        0.935,
        0.32,
        "Shrivastava et al. 2019",
        {},
        {"hurried": True, "members": ("pca-quadratic", "knn-deskewed")},
    ),
    Entry(
        "fast",
        "Three convolutions, trained in seconds",
        "ours",
        "ours:Fast",
        0.93,
        None,
        "Tenfold",
    ),
    Entry(
        "tiny",
        "Five small convolutions, 11,000 weights",
        "ours",
        "ours:Tiny",
        0.90,
        None,
        "Tenfold",
        {},
        {"epochs": 2},
        shipped="tiny",
    ),
    Entry(
        "digit",
        "Six convolutions, the shipped default",
        "ours",
        "ours:Digit",
        0.905,
        None,
        "Tenfold",
        {},
        {"epochs": 1},
        shipped="digit",
    ),
    Entry(
        "cascade",
        "tiny answers what it is sure of, digit the rest",
        "ours",
        "ours:Cascade",
        0.895,
        None,
        "Tenfold",
        {},
        {"first_epochs": 1, "epochs": 1},
        shipped="cascade",
    ),
    Entry(
        "ensemble",
        "Several networks like digit, on an average",
        "ours",
        "ours:Ensemble",
        0.925,
        None,
        "Tenfold",
        {},
        {"members": 2, "epochs": 1},
        shipped="ensemble",
    ),
)


def find_entry(name: str) -> Entry:
    """The classifier of that name.

    Raises:
        UnknownName: If there is none; offers the nearest.
    """
    known = {entry.name: entry for entry in ENTRIES}
    if name not in known:
        raise UnknownName("classifier", name, list(known))
    return known[name]

"""A vote across families: classifiers that err in different ways, asked together."""

from __future__ import annotations

from tenfold.literature.entries import find_entry
from tenfold.literature.estimator import Estimator, Labels
from tenfold.models.votes import Votes
from tenfold.types import Floats

# Found on the validation digits by benchmarks/literature_vote.py: at most one of each family, as long as one adds.
MEMBERS = ("elm-conv", "boosted-lenet-4")


class Vote(Estimator):
    """Entries of this catalogue, each fitted by itself, their probabilities multiplied (Kittler et al. 1998, eq. 7).

    Args:
        members: Names of the entries.
        hurried: Fit the members with the parameters for those who have no time.
        classes: See `Estimator`.
        random_state: Seed of every member.
    """

    only_pictures = True

    def __init__(
        self,
        members: tuple[str, ...] = MEMBERS,
        hurried: bool = False,
        classes: int | None = 10,
        random_state: int = 0,
    ) -> None:
        self.members, self.hurried, self.classes, self.random_state = members, hurried, classes, random_state

    def _fit(self, pictures: Floats, labels: Labels) -> Votes:
        entries = [find_entry(name) for name in self.members]
        made = [entry.make(self.random_state, self.hurried, classes=None) for entry in entries]
        return Votes([one.fit(pictures, labels).predictor_ for one in made])

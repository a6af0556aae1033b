"""A network and one hand's profile, answering together: nearest neighbours over the network's features.

As in Khandelwal et al. 2020 (kNN-LM) the network's probabilities and a vote of what is near are mixed. How far the vote
counts depends on how near the nearest is, and it only divides what the network gives to digits the profile knows: who
has shown nothing but sevens does not make sevens of all that follows.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from tenfold.errors import OtherNetwork, UsageError
from tenfold.models.base import Classifier, ModelCard
from tenfold.models.profile import Profile
from tenfold.types import Floats

# Chosen on validation data, see docs/decisions/personal-profile.md: how much the vote counts at most,
# how near others must be to the nearest one to be heard beside it, and how near that one must be itself.
WEIGHT, WIDTH, REACH = 0.6, 0.25, 0.7


@runtime_checkable
class Featured(Protocol):
    """A classifier that also shows what it answers from."""

    @property
    def card(self) -> ModelCard: ...

    def look(self, batch: Floats) -> tuple[Floats, Floats]:
        """Probabilities float32 (n, 10) as `Classifier.predict_proba` gives them, and features float32 (n, m)."""
        ...


class Personal:
    """A network that reads one hand better.

    Args:
        network: Gives probabilities and features.
        profile: As it is now; what is put into it later does not show here.

    Raises:
        OtherNetwork: If the profile belongs to another network.
    """

    def __init__(self, network: Featured, profile: Profile) -> None:
        profile.check_model(network.card.identity)
        self._network, self._features, self._labels = network, profile.features, profile.labels

    @property
    def card(self) -> ModelCard:
        """That of the network."""
        return self._network.card

    def predict_proba(self, batch: Floats) -> Floats:
        """Probabilities for a batch; see `Classifier.predict_proba`.

        Raises:
            OtherNetwork: If the profile's features are not as many as the network's, whatever it says of itself.
        """
        said, features = self._network.look(batch)
        if features.shape[1] != self._features.shape[1]:
            raise OtherNetwork(
                f"This profile has {self._features.shape[1]} features a digit, the network has {features.shape[1]}.",
                "The file was changed or damaged: reset it.",
            )
        return mixed(said, features, self._features, self._labels)


def featured(network: Classifier) -> Featured:
    """A network that gives features.

    Raises:
        UsageError: If this one does not.
    """
    if not isinstance(network, Featured) or not getattr(network, "features", True):
        raise UsageError(
            f"Model {network.card.name!r} gives no features, so it can have no profile.",
            "The shipped digit does; a network of an earlier Tenfold has to be trained again.",
        )
    return network


def mixed(said: Floats, features: Floats, known: Floats, labels: npt.NDArray[np.int64]) -> Floats:
    """What the network says, and what the nearest digits of the profile are, as one.

    Args:
        said: float32 (n, 10), the network's probabilities.
        features: float32 (n, m) of the same pictures.
        known: float32 (k, m), k > 0, those of the profile.
        labels: int64 (k,), 0..9.

    Returns:
        float32 (n, 10), rows sum to 1 as those of `said` do.
    """
    ours, theirs = of_length_one(features), of_length_one(known)
    # Squared distance of directions, 0..4.
    apart = np.maximum(2 - 2 * (ours @ theirs.T), 0)
    nearest = apart.min(axis=1, keepdims=True)
    heard = np.exp((nearest - apart) / (2 * WIDTH**2))
    votes = heard @ np.eye(10, dtype=np.float32)[labels]
    votes /= votes.sum(axis=1, keepdims=True)
    counts = WEIGHT * np.exp(-nearest / (2 * REACH**2))
    knows = np.isin(np.arange(10), labels)
    divided = np.where(knows, said, 0).sum(axis=1, keepdims=True)
    return np.asarray(np.where(knows, (1 - counts) * said + counts * divided * votes, said), np.float32)


def of_length_one(rows: Floats) -> Floats:
    """Rows (n, m) brought to length one; rows of zeros stay as they are."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)

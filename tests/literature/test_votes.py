"""A vote asks every member, and its file holds them all."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from tenfold.errors import ModelError
from tenfold.models.network import Network
from tenfold.models.votes import DEEPEST, FLOOR, Votes, open_predictor
from tenfold.predictors.base import arrays_of, read_arrays
from tenfold.predictors.linear import Linear

PICTURES = np.random.default_rng(0).random((7, 784), np.float32)


def linear(seed: int) -> Linear:
    chance = np.random.default_rng(seed)
    weights = chance.normal(0, 0.1, (784, 10)).astype(np.float32)
    return Linear(weights, np.zeros(10, np.float32))


def test_the_vote_is_the_geometric_mean() -> None:
    members = [linear(seed) for seed in (1, 2, 3)]
    product = np.prod([np.maximum(one.predict_proba(PICTURES), FLOOR) for one in members], axis=0) ** (1 / 3)
    expected = product / product.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(Votes(members).predict_proba(PICTURES), expected, atol=1e-5)


def test_no_member_alone_rules_an_answer_out() -> None:
    certain = Linear(np.zeros((784, 10), np.float32), np.array([500, *[0] * 9], np.float32))
    said = Votes([certain, linear(1)]).predict_proba(PICTURES)
    assert (said > 0).all()


def test_a_file_of_many_members_keeps_their_order() -> None:
    members = [linear(seed) for seed in range(12)]
    again = open_predictor(Votes(members).to_bytes(), "many")
    assert isinstance(again, Votes)
    for one, other in zip(again.members, members, strict=True):
        assert (one.predict_proba(PICTURES) == other.predict_proba(PICTURES)).all()


def test_a_vote_may_hold_votes() -> None:
    inner = Votes([linear(1), linear(2)])
    whole = Votes([inner, linear(3)])
    again = open_predictor(whole.to_bytes(), "nested")
    assert (again.predict_proba(PICTURES) == whole.predict_proba(PICTURES)).all()
    assert again.parameters == whole.parameters == 3 * 7850


@pytest.mark.train
def test_votes_within_votes_end_somewhere() -> None:
    deep = Votes([linear(1)])
    for _ in range(DEEPEST):
        deep = Votes([deep])
    with pytest.raises(ModelError, match="more than 4 deep"):
        open_predictor(deep.to_bytes(), "deep.npz")


def test_networks_vote_beside_arrays(keras: Any) -> None:
    from tenfold.literature.keras_fit import network

    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    whole = Votes([network(model), linear(1)])
    again = open_predictor(whole.to_bytes(), "mixed")
    assert isinstance(again, Votes)
    assert [type(one) for one in again.members] == [Network, Linear]
    assert (again.predict_proba(PICTURES) == whole.predict_proba(PICTURES)).all()


def test_what_is_no_vote_is_refused() -> None:
    def file(**arrays: Any) -> bytes:
        kept = io.BytesIO()
        np.savez(kept, **arrays)
        return kept.getvalue()

    for data in (file(kind="votes"), file(kind="votes", member_0=np.zeros(3)), file(kind="base.Arrays", a=1), b"PK\3"):
        with pytest.raises(ModelError):
            open_predictor(data, "strange.npz")
    with pytest.raises(ModelError, match="not a usable ONNX file"):
        open_predictor(file(kind="votes", member_0=np.zeros(3, np.uint8)), "strange.npz")
    with pytest.raises(ModelError, match="no classifier of the kind 'votes'"):
        arrays_of(read_arrays(Votes([linear(1)]).to_bytes(), "vote.npz"), "vote.npz")


@pytest.mark.train
@pytest.mark.mnist
def test_members_are_entries_fitted_by_themselves(thousand: tuple[np.ndarray, np.ndarray]) -> None:
    from tenfold.literature.entries import find_entry
    from tenfold.literature.votes import Vote

    pictures, labels = thousand
    names = ("linear", "pca-quadratic")
    vote = Vote(names, hurried=True).fit(pictures, labels)
    alone = [find_entry(name).make(quick=True).fit(pictures, labels).predict_proba(pictures[:50]) for name in names]
    for member, said in zip(vote.predictor_.members, alone, strict=True):
        np.testing.assert_allclose(member.predict_proba(pictures[:50].reshape(50, -1)), said, atol=1e-6)

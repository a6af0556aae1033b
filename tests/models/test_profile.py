"""A personal profile: what it holds, what it changes, and what it never changes."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from tests.cli.commands import digit_picture

from tenfold import Prediction, Profile, Recognizer
from tenfold.errors import DataError, NotOneDigit, OtherNetwork, ProfileFull, UnreadableImage, UsageError
from tenfold.models.personal import WEIGHT, mixed
from tenfold.models.profile import MOST


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def profile_of(recognizer: Recognizer, **more: int) -> Profile:
    """Two of each digit, said to be what they are, or what `more` says they are."""
    profile = Profile(recognizer.model)
    for digit in range(10):
        for pen in (16, 24):
            profile.add(recognizer.features(digit_picture(digit, pen=pen)), more.get(f"d{digit}", digit))
    return profile


PICTURES = [digit_picture(digit) for digit in range(10)]
NOTHING = np.full((60, 60), 255, np.uint8)
SCRIBBLE = np.tile(np.where(np.arange(200) % 14 < 6, 0, 255).astype(np.uint8), (200, 1))


def test_an_empty_profile_changes_nothing(recognizer: Recognizer) -> None:
    plain = recognizer.predict_batch([*PICTURES, NOTHING])
    assert recognizer.with_profile(Profile(recognizer.model)).predict_batch([*PICTURES, NOTHING]) == plain


def test_the_hand_decides_what_its_sign_means(recognizer: Recognizer) -> None:
    """Whose ones are all others' sevens has them read as ones; who asks without has not."""
    before = recognizer.predict_batch(PICTURES)
    other = recognizer.with_profile(profile_of(recognizer, d7=1, d1=7))
    answer = other.predict(PICTURES[7])
    assert best(answer) == 1
    assert sum(answer.probabilities) == pytest.approx(1, abs=1e-5)
    assert answer.model == recognizer.model
    assert recognizer.predict_batch(PICTURES) == before
    assert [best(one) for one in recognizer.with_profile(profile_of(recognizer)).predict_batch(PICTURES)] == [
        *range(10)
    ]


def test_what_is_no_digit_stays_none(recognizer: Recognizer) -> None:
    mine = recognizer.with_profile(profile_of(recognizer))
    for picture in (NOTHING, SCRIBBLE, np.concatenate([PICTURES[3], PICTURES[5]], axis=1)):
        assert mine.predict(picture) == recognizer.predict(picture)
        assert mine.predict(picture).digit is None


def test_a_profile_of_one_digit_takes_nothing_from_the_others(recognizer: Recognizer) -> None:
    mine = Profile(recognizer.model)
    mine.add(recognizer.features(PICTURES[7]), 7)
    before = recognizer.predict_batch(PICTURES)
    after = recognizer.with_profile(mine).predict_batch(PICTURES)
    for one, other in zip(before, after, strict=True):
        assert np.abs(np.subtract(one.probabilities, other.probabilities)).max() < 1e-6


def test_what_is_added_later_has_no_say_in_what_was_made_before(recognizer: Recognizer) -> None:
    mine = profile_of(recognizer, d7=1, d1=7)
    reader = recognizer.with_profile(mine)
    before = reader.predict(PICTURES[7])
    mine.reset()
    assert len(mine) == 0
    assert reader.predict(PICTURES[7]) == before
    assert recognizer.with_profile(mine).predict(PICTURES[7]) == recognizer.predict(PICTURES[7])


def test_hands_that_ask_at_once_do_not_meet(recognizer: Recognizer) -> None:
    odd, even = profile_of(recognizer, d7=1, d1=7), profile_of(recognizer)
    readers = [recognizer, recognizer.with_profile(odd), recognizer.with_profile(odd).with_profile(even)]
    wanted = [one.predict(PICTURES[7]).probabilities for one in readers]
    said: list[tuple[int, tuple[float, ...]]] = []

    def ask(place: int) -> None:
        said.extend((place, readers[place].predict(PICTURES[7]).probabilities) for _ in range(10))

    threads = [threading.Thread(target=ask, args=(place % 3,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 60
    for place, probabilities in said:
        np.testing.assert_allclose(probabilities, wanted[place], atol=1e-5)
    assert np.abs(np.subtract(wanted[0], wanted[1])).max() > 0.3


def test_only_single_digits_go_in(recognizer: Recognizer) -> None:
    with pytest.raises(NotOneDigit):
        recognizer.features(NOTHING)
    with pytest.raises(NotOneDigit):
        recognizer.features(np.concatenate([PICTURES[3], PICTURES[5]], axis=1))
    with pytest.raises(UnreadableImage):
        recognizer.features(b"no picture")


def test_what_is_no_digit_or_no_features_is_refused() -> None:
    profile = Profile("digit@12345678")
    for features in (np.zeros((2, 3), np.float32), np.full(3, np.nan, np.float32), np.zeros(0, np.float32)):
        with pytest.raises(UsageError, match="row of finite numbers"):
            profile.add(features, 1)
    for digit in (10, -1, True):
        with pytest.raises(UsageError, match="0 to 9"):
            profile.add(np.ones(3, np.float32), digit)
    for number in range(MOST):
        profile.add(np.full(3, number, np.float32), 4)
    assert profile.counts[4] == len(profile) == MOST
    with pytest.raises(ProfileFull):
        profile.add(np.full(3, MOST, np.float32), 4)


def test_the_same_digit_is_put_in_once() -> None:
    profile = Profile("digit@12345678")
    for digit in (4, 4, 5):
        profile.add(np.ones(3, np.float32), digit)
    assert profile.labels.tolist() == [4, 5]


def test_another_network_is_refused_and_so_is_one_without_features(recognizer: Recognizer) -> None:
    with pytest.raises(OtherNetwork, match="belongs to digit@00000000"):
        recognizer.with_profile(Profile("digit@00000000"))
    with pytest.raises(UsageError, match="'tiny' gives no features"):
        Recognizer("tiny").features(PICTURES[1])


def test_features_of_another_length_are_refused(recognizer: Recognizer) -> None:
    wrong = Profile(recognizer.model)
    wrong.add(np.ones(7, np.float32), 1)
    with pytest.raises(OtherNetwork, match="7 features a digit"):
        recognizer.with_profile(wrong).predict(PICTURES[1])


def test_a_file_holds_it_all_and_is_its_owner_s(recognizer: Recognizer, tmp_path: Path) -> None:
    path = tmp_path / "new" / "me.npz"
    mine = profile_of(recognizer)
    mine.save(path)
    again = Profile.load(path)
    assert (again.model, again.counts) == (mine.model, mine.counts)
    np.testing.assert_array_equal(again.features, mine.features)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["me.npz"]


@pytest.mark.parametrize("what", ["text", "another", "labels", "pickle", "missing"])
def test_what_is_no_profile_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "me.npz"
    rows = np.ones((2, 3), np.float32)
    if what == "text":
        path.write_text("hello")
    elif what == "another":
        np.savez(path, images=rows)
    elif what == "labels":
        np.savez(path, model="digit@12345678", features=rows, labels=np.array([3, 11]))
    elif what == "pickle":
        np.savez(path, model="digit@12345678", features=np.array([{}, 1], object), labels=np.array([3, 1]))
    with pytest.raises(DataError, match="not a profile"):
        Profile.load(path)


def test_far_from_all_that_is_known_the_network_answers_alone() -> None:
    said = np.full((1, 10), 0.05, np.float32)
    said[0, 3] = 0.55
    known, far = np.eye(4, dtype=np.float32)[:2], -np.eye(4, dtype=np.float32)[:1]
    labels = np.array([3, 8])
    near = mixed(said, known[1:], known, labels)
    assert near[0, 8] - said[0, 8] == pytest.approx(WEIGHT * 0.6 - WEIGHT * 0.05, abs=1e-3)
    assert near.sum() == pytest.approx(1)
    np.testing.assert_allclose(mixed(said, far, known, labels), said, atol=0.08)


def best(answer: Prediction) -> int:
    return answer.alternatives[0].digit if answer.digit is None else answer.digit

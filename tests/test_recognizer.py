"""The recogniser: every kind of input, every status, one answer each, whatever the network."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.imaging.papers import STROKES, ink, on

import tenfold
from tenfold.errors import ModelError, UnknownName, UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.base import NullClassifier
from tenfold.models.onnx import WEIGHTS, card_path, read_card

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@pytest.fixture(scope="module")
def recognizer() -> tenfold.Recognizer:
    return tenfold.Recognizer()


@pytest.fixture
def seven() -> np.ndarray:
    return on(ink(7), WHITE, BLACK)


def test_every_kind_of_input_gets_the_same_digit(
    recognizer: tenfold.Recognizer, seven: np.ndarray, tmp_path: Path
) -> None:
    image = Image.fromarray(seven)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    path = tmp_path / "seven.png"
    path.write_bytes(buffer.getvalue())
    strokes = tenfold.Strokes.of([[[x for x, _ in line], [y for _, y in line]] for line in STROKES[7]])
    grey = seven[..., 0]
    inputs = [str(path), path, buffer.getvalue(), image, seven, grey, grey / 255.0, 255 - grey, strokes]
    answers = recognizer.predict_batch(inputs)
    assert [(answer.status, answer.digit) for answer in answers] == [("ok", 7)] * len(inputs)
    assert tenfold.predict(path).digit == 7


def test_an_answer_is_whole(recognizer: tenfold.Recognizer, seven: np.ndarray) -> None:
    answer = recognizer.predict(seven)
    card = read_card(WEIGHTS / "digit.json")
    assert answer.confidence == max(answer.probabilities) > 0.8
    assert sum(answer.probabilities) == pytest.approx(1, abs=1e-5)
    assert [other.digit for other in answer.alternatives] != sorted(other.digit for other in answer.alternatives)
    assert sorted([answer.digit, *(other.digit for other in answer.alternatives)]) == list(range(10))
    assert answer.model == f"digit@{card.sha256[:8]}" == recognizer.model
    assert answer.reason == ""


def test_a_batch_answers_in_order_and_a_bad_picture_stops_nothing(
    recognizer: tenfold.Recognizer, seven: np.ndarray, tmp_path: Path
) -> None:
    two = on(ink(2), WHITE, BLACK)
    answers = recognizer.predict_batch(
        [two, tmp_path / "missing.png", np.full((50, 50), 255, np.uint8), seven, b"text"]
    )
    assert [(a.status, a.digit) for a in answers] == [
        ("ok", 2),
        ("unreadable_image", None),
        ("empty", None),
        ("ok", 7),
        ("unreadable_image", None),
    ]
    assert all(bool(a.reason) == (a.status != "ok") for a in answers)
    assert recognizer.predict_batch([]) == []


def test_a_batch_answers_as_single_pictures_do(recognizer: tenfold.Recognizer) -> None:
    pictures = [on(ink(digit, pen), WHITE, BLACK) for digit in STROKES for pen in (6, 14, 30)]
    for one, many in zip(map(recognizer.predict, pictures), recognizer.predict_batch(pictures), strict=True):
        assert (one.status, one.digit) == (many.status, many.digit)
        assert one.confidence == pytest.approx(many.confidence, abs=1e-4)


def test_two_digits_are_several(recognizer: tenfold.Recognizer) -> None:
    for digits in ((7, 2), (5, 4, 2)):
        row = np.hstack([on(ink(digit, 12), WHITE, BLACK)[:, 60:220] for digit in digits])
        answer = recognizer.predict(row)
        assert (answer.status, answer.digit) == ("several_digits", None)


@pytest.mark.parametrize("kind", ["dash", "cross", "scribble", "letters", "photo"])
def test_what_is_no_digit_is_turned_away(recognizer: tenfold.Recognizer, kind: str) -> None:
    picture = np.full((280, 280, 3), 255, np.uint8)
    rng = np.random.default_rng(9)
    if kind == "dash":
        cv2.line(picture, (60, 142), (220, 136), BLACK, 14, cv2.LINE_AA)
    elif kind == "cross":
        cv2.line(picture, (60, 60), (220, 220), BLACK, 14, cv2.LINE_AA)
        cv2.line(picture, (220, 60), (60, 220), BLACK, 14, cv2.LINE_AA)
    elif kind == "scribble":
        points = rng.integers(40, 240, (26, 1, 2)).astype(np.int32)
        cv2.polylines(picture, [points], False, BLACK, 6, cv2.LINE_AA)
    elif kind == "letters":
        cv2.putText(picture, "Ham", (40, 170), cv2.FONT_HERSHEY_SIMPLEX, 3, BLACK, 8, cv2.LINE_AA)
    else:
        noise = rng.normal(0, 1, (280, 280, 3))
        smooth = cv2.GaussianBlur(noise, (0, 0), 30)
        picture = np.clip(128 + 60 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    allowed = {"letters": ("not_a_digit", "several_digits"), "photo": ("not_a_digit", "empty")}
    answer = recognizer.predict(picture)
    assert answer.status in allowed.get(kind, ("not_a_digit",))
    assert answer.digit is None
    assert answer.reason


def test_a_smaller_budget_answers_less(seven: np.ndarray) -> None:
    blurred = cv2.GaussianBlur(
        on(ink(4, 24, [[(38, 20), (32, 50), (66, 46)], [(66, 20), (62, 82)]]), WHITE, BLACK), (0, 0), 9
    )
    bold, careful = (tenfold.Recognizer(error_budget=budget) for budget in (1.0, 0.0005))
    assert bold.predict(blurred).status == "ok"
    assert careful.predict(seven).status == "ok"
    table = dict(careful.classifier.card.thresholds)
    assert table[0.0005] > table[0.05]


def test_the_uncertain_lead_with_their_best_guess() -> None:
    unsure = tenfold.Recognizer(model=NullClassifier())
    assert unsure.predict(on(ink(7), WHITE, BLACK)).digit == 0  # a card without thresholds answers always

    class Careful(NullClassifier):
        card = NullClassifier.card.model_copy(update={"thresholds": ((0.01, 0.5), (1.0, 0.0))})

    answer = tenfold.Recognizer(model=Careful(), error_budget=0.01).predict(on(ink(7), WHITE, BLACK))
    assert (answer.status, answer.digit) == ("uncertain", None)
    assert answer.alternatives[0].digit == 0
    assert len(answer.alternatives) == 10
    assert "not sure" in answer.reason


@pytest.mark.parametrize("budget", [0, -1, 1.5, float("nan")])
def test_a_budget_out_of_range_is_refused(budget: float) -> None:
    with pytest.raises(UsageError, match="error_budget"):
        tenfold.Recognizer(error_budget=budget)


def test_an_unknown_model_offers_the_near_one() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'digit'"):
        tenfold.Recognizer(model="digits")


def test_an_unknown_type_is_a_usage_error(recognizer: tenfold.Recognizer) -> None:
    with pytest.raises(UsageError, match="list"):
        recognizer.predict([1, 2, 3])  # type: ignore[arg-type]


def test_a_model_of_another_normalisation_or_checksum_is_refused(tmp_path: Path) -> None:
    weights = tmp_path / "mine.onnx"
    weights.write_bytes((WEIGHTS / "digit.onnx").read_bytes())
    card = read_card(WEIGHTS / "digit.json")
    for change, words in (({"normalization": "0"}, "normalisation"), ({"sha256": "0" * 64}, "SHA-256")):
        card_path(weights).write_text(card.model_copy(update=change).model_dump_json())
        with pytest.raises(ModelError, match=words):
            tenfold.Recognizer(model=weights)
    card_path(weights).unlink()
    assert tenfold.Recognizer(model=weights).predict(on(ink(7), WHITE, BLACK)).model.startswith("mine@")


def test_shipped_cards_are_complete() -> None:
    for name in ("digit", "gate"):
        card = read_card(WEIGHTS / f"{name}.json")
        assert card.normalization == VERSION
        assert card.licence == "MIT"
        assert card.recipe.startswith(f"tenfold train {name}")
        assert card.commit
        assert card.thresholds
        assert card.scores
        assert card.parity["same_digit"] == card.parity["images"]
        assert (WEIGHTS / f"{name}.onnx").stat().st_size <= 1_500_000


def test_saw_is_what_the_network_is_given(recognizer: tenfold.Recognizer, seven: np.ndarray) -> None:
    seen = recognizer.saw(seven)
    assert seen.shape == (28, 28)
    assert recognizer.classify(seen[None].astype(np.float32) / 255)[0].digit == 7
    assert not recognizer.saw(np.full((9, 9), 255, np.uint8)).any()

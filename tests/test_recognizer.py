"""The recogniser: every kind of input, every status, one answer each, whatever the network."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.imaging.papers import STROKES, ink, on
from tests.null_classifier import NullClassifier

import tenfold
from tenfold.errors import ModelError, UnknownName, UsageError
from tenfold.imaging.normalize import VERSION
from tenfold.models.onnx import WEIGHTS, card_path, read_card, shipped_names

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


@pytest.mark.parametrize("kind", ["dash", "cross", "scribble", "letters"])
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
    else:
        cv2.putText(picture, "Ham", (40, 170), cv2.FONT_HERSHEY_SIMPLEX, 3, BLACK, 8, cv2.LINE_AA)
    answer = recognizer.predict(picture)
    assert answer.status in (("not_a_digit", "several_digits") if kind == "letters" else ("not_a_digit",))
    assert answer.digit is None
    assert answer.reason


@pytest.mark.parametrize(("spread", "most"), [(3, 0), (8, 0), (14, 2), (30, 6)])
def test_few_blurs_of_light_pass_for_a_digit(recognizer: tenfold.Recognizer, spread: int, most: int) -> None:
    # Soft blots can look like a blurred 1 or 0; most must not, and how many do is kept from growing.
    answers = []
    for seed in range(40):
        light = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, (280, 280, 3)), (0, 0), spread)
        answers.append(recognizer.predict(np.clip(128 + 60 * light / light.std(), 0, 255).astype(np.uint8)))
    assert sum(answer.status == "ok" for answer in answers) <= most


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
        card = replace(NullClassifier.card, thresholds=((0.01, 0.5), (1.0, 0.0)))

    answer = tenfold.Recognizer(model=Careful(), error_budget=0.01).predict(on(ink(7), WHITE, BLACK))
    assert (answer.status, answer.digit) == ("uncertain", None)
    assert answer.alternatives[0].digit == 0
    assert len(answer.alternatives) == 10
    assert "not sure" in answer.reason


def test_a_budget_is_not_promised_where_nothing_keeps_it() -> None:
    with pytest.raises(UsageError, match="no thresholds") as caught:
        tenfold.Recognizer(model=NullClassifier(), error_budget=0.01)
    assert ".onnx" in caught.value.hint


@pytest.mark.parametrize(("one", "other"), [(2, 7), (5, 4), (7, 7)])
def test_digits_one_above_the_other_are_several(recognizer: tenfold.Recognizer, one: int, other: int) -> None:
    page = np.vstack([on(ink(one), WHITE, BLACK), on(ink(other), WHITE, BLACK)])
    answer = recognizer.predict(page)
    assert (answer.status, answer.digit) == ("several_digits", None)
    assert recognizer.predict(np.hstack([page, page])).status == "several_digits"


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
        card_path(weights).write_text(replace(card, **change).to_json())
        with pytest.raises(ModelError, match=words):
            tenfold.Recognizer(model=weights)
    card_path(weights).unlink()
    assert tenfold.Recognizer(model=weights).predict(on(ink(7), WHITE, BLACK)).model.startswith("mine@")


def test_shipped_cards_are_complete() -> None:
    for name in (*shipped_names(), "gate"):
        card = read_card(WEIGHTS / f"{name}.json")
        assert card.normalization == VERSION
        assert card.licence == "MIT"
        assert card.recipe.startswith(f"tenfold train {name}")
        assert card.commit
        assert card.thresholds
        assert card.scores
        # The report's network is large by itself: a byte for each of 2.4 million weights.
        assert (WEIGHTS / f"{name}.onnx").stat().st_size <= (2_400_000 if name == "report" else 1_600_000)
        # Two networks put together, and one that was measured through its file: no Keras network to compare with.
        if name in ("cascade", "lenet-5"):
            continue
        # Weights kept in bytes may tip a digit in a thousand.
        in_bytes = name in ("ensemble", "report", "tiny")
        assert card.parity["images"] >= 10_000
        assert card.parity["same_digit"] >= card.parity["images"] * (0.999 if in_bytes else 1)
        assert card.parity["largest_difference"] < (0.1 if in_bytes else 1e-4)


def test_the_shipped_network_reaches_its_floor() -> None:
    assert read_card(WEIGHTS / "digit.json").scores["mnist_test_accuracy"] >= 0.9965


def plain_onnx(path: Path, shape: list[object], *, softmax: bool) -> Path:
    """A network that sums the rows of the picture into ten columns, as someone else might have saved one."""
    from onnx import helper, numpy_helper

    weights = np.random.default_rng(0).normal(0, 0.2, (784, 10)).astype(np.float32)
    steps = [helper.make_node("Flatten", ["x"], ["flat"]), helper.make_node("MatMul", ["flat", "w"], ["logits"])]
    if softmax:
        steps.append(helper.make_node("Softmax", ["logits"], ["y"]))
    graph = helper.make_graph(
        steps,
        "plain",
        [helper.make_tensor_value_info("x", 1, shape)],
        [helper.make_tensor_value_info("y" if softmax else "logits", 1, [shape[0], 10])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.train
@pytest.mark.parametrize("shape", [["n", 28, 28], ["n", 28, 28, 1], [1, 1, 28, 28], [4, 28, 28]])
def test_onnx_files_of_others_are_read_as_they_are(tmp_path: Path, shape: list[object]) -> None:
    pictures = [on(ink(digit), WHITE, BLACK) for digit in STROKES]
    logits, shares = (
        tenfold.Recognizer(plain_onnx(tmp_path / f"{softmax}.onnx", shape, softmax=softmax)).predict_batch(pictures)
        for softmax in (False, True)
    )
    for one, other in zip(logits, shares, strict=True):
        assert sum(one.probabilities) == pytest.approx(1, abs=1e-4)
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-4)


@pytest.mark.train
def test_an_onnx_file_that_takes_no_floats_is_refused(tmp_path: Path) -> None:
    import onnx
    from onnx import helper

    graph = helper.make_graph(
        [helper.make_node("Cast", ["x"], ["y"], to=1)],
        "bytes",
        [helper.make_tensor_value_info("x", onnx.TensorProto.UINT8, ["n", 28, 28])],
        [helper.make_tensor_value_info("y", 1, ["n", 28, 28])],
    )
    path = tmp_path / "bytes.onnx"
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    )
    with pytest.raises(ModelError, match="uint8"):
        tenfold.Recognizer(path)


def test_how_likely_it_is_one_digit_at_all(recognizer: tenfold.Recognizer, seven: np.ndarray) -> None:
    scribble = np.full((120, 120), 255, np.uint8)
    points = np.random.default_rng(0).integers(10, 110, (30, 1, 2), np.int32)
    cv2.polylines(scribble, [points], False, 0, 3)
    drawn, scribbled, blank = recognizer.predict_batch([seven, scribble, np.full((60, 60), 255, np.uint8)])
    assert drawn.one_digit > 0.9
    assert scribbled.one_digit < 0.05
    assert blank.one_digit == 0


@pytest.mark.parametrize("one", ["seven.png", b"bytes", Path("seven.png"), np.float32(3)])
def test_one_input_is_no_batch(one: object, recognizer: tenfold.Recognizer) -> None:
    with pytest.raises(UsageError, match="takes several inputs, got one"):
        recognizer.predict_batch(one)  # type: ignore[arg-type]


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(UsageError, match="a name, a path or a classifier, got int"):
        tenfold.Recognizer(5)  # type: ignore[arg-type]


def test_saw_is_what_the_network_is_given(recognizer: tenfold.Recognizer, seven: np.ndarray) -> None:
    seen = recognizer.saw(seven)
    assert seen.shape == (28, 28)
    assert recognizer.classifier.predict_proba(seen[None].astype(np.float32) / 255).argmax() == 7
    assert not recognizer.saw(np.full((9, 9), 255, np.uint8)).any()

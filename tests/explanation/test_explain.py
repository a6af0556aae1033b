"""Explanations say what is so: signs, shares, neighbours and changes are checked against the network itself."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.browser.strokes import TEN
from tests.cli.commands import digit_picture
from tests.explanation.conftest import TopAndBottom, strokes_of

import tenfold
from tenfold import Prediction, Recognizer, Strokes
from tenfold.errors import UsageError
from tenfold.explanation.drawing import over_picture
from tenfold.explanation.explain import MOST_STROKES, explain_ink, explain_with
from tenfold.explanation.occlusion import evidence
from tenfold.explanation.place import ink_box, onto_picture, stroke_ink
from tenfold.explanation.prototypes import ATLAS, gallery, prototypes
from tenfold.explanation.value import Change, Explanation
from tenfold.explanation.words import sentences
from tenfold.imaging.normalize import normalize
from tenfold.models.load import load_model
from tenfold.models.onnx import WEIGHTS
from tenfold.types import Box, Normalized

EXAMPLES = Path(__file__).parents[2] / "examples" / "digits"


@pytest.mark.parametrize("given", [str, Path])
def test_a_model_that_is_named_is_loaded_once_and_again_when_it_changed(
    given: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    mine = tmp_path / "mine.onnx"
    for ending in (".onnx", ".json"):
        shutil.copy(WEIGHTS / f"tiny{ending}", mine.with_suffix(ending))
    loaded = list[object]()
    monkeypatch.setattr("tenfold.recognizer.load_model", lambda *given: loaded.append(given[0]) or load_model(*given))
    for changed, times in ((1, 1), (1, 1), (2, 2)):
        os.utime(mine, (changed, changed))
        assert tenfold.explain(strokes_of(7), given(mine), against=1).prediction.model.startswith("tiny@")
        assert loaded == [given(mine)] * times


def test_occlusion_has_the_right_sign():
    picture = np.zeros((28, 28), np.float32)
    picture[5:12, 10:14] = picture[16:20, 10:14] = 1
    said = evidence(TopAndBottom().predict_proba, picture)
    assert said.shape == (10, 28, 28)
    verdict = said[4] - said[9]
    assert (verdict[5:12, 10:14] > 0).all()
    assert (verdict[16:20, 10:14] < 0).all()
    assert (verdict[picture == 0] == 0).all()


def test_strokes_speak_as_they_were_drawn():
    """One stroke above the other, of which the network likes the upper one."""
    both = Strokes.of([[[0, 40], [0, 0]], [[10, 30], [50, 50]]])
    recognizer = Recognizer(TopAndBottom())
    four = np.eye(10)[4] * 0.8 + np.eye(10)[9] * 0.2
    answer = Prediction("ok", 4, 0.8, tuple(four))  # whatever the gate says of two dashes
    why = explain_ink(recognizer, answer, normalize(recognizer.load(both)), both, changes=())
    assert (why.answer, why.rival) == (4, 9)
    first, second = why.strokes
    assert first.evidence > 0 > second.evidence
    assert abs(first.share) + abs(second.share) == pytest.approx(1)


@pytest.mark.parametrize("digit", range(10))
def test_each_stroke_owns_its_ink(recognizer: Recognizer, digit: int):
    strokes = strokes_of(digit)
    ink = normalize(recognizer.load(strokes))
    seen_box = ink_box(ink.pixels)
    assert seen_box is not None
    assert ink.box is not None
    drawn = stroke_ink(strokes, ink.pixels, seen_box, ink.box)
    assert len(drawn) == len(strokes.strokes)
    np.testing.assert_allclose(drawn.sum(axis=0), ink.pixels / 255, atol=1e-3)


def test_a_drawn_four_is_explained_whole(recognizer: Recognizer):
    why = explain_with(recognizer, strokes_of(4), against=9)
    assert (why.prediction.digit, why.answer, why.rival) == (4, 4, 9)
    np.testing.assert_allclose(why.map, why.evidence[4] - why.evidence[9])
    assert why.seen.shape == (28, 28)
    assert len(why.strokes) == 2
    assert sum(abs(one.share) for one in why.strokes) == pytest.approx(1)
    assert [one.distance for one in why.nearest] == sorted(one.distance for one in why.nearest)
    assert {one.digit for one in why.nearest} == {4}
    assert why.space == "features"
    assert [layer.kind for layer in why.layers][-1] == "Gemm"
    assert why.layers[0].values.shape == (24, 12, 12)
    logits = recognizer.classifier.logits(why.seen[None].astype(np.float32) / np.float32(255))
    np.testing.assert_allclose(why.layers[-1].values, logits[0], atol=1e-3)
    json.dumps(why.to_dict())
    said = " ".join(sentences(why))
    assert "This is a 4" in said
    assert "for a 4 and against a 9" in said


@pytest.mark.parametrize(("digit", "wanted"), [(4, 9), (7, 1), (3, 8), (0, 6)])
def test_a_change_is_confirmed_by_the_recogniser(recognizer: Recognizer, digit: int, wanted: int):
    why = explain_with(recognizer, digit_picture(digit), against=wanted, with_layers=False)
    (change,) = why.changes
    assert change.digit == wanted
    assert change.found
    (answer,) = recognizer.answer([Normalized(change.changed)])
    assert answer == change.prediction
    assert answer.digit == wanted
    rebuilt = why.seen.astype(int) + change.add - change.remove
    np.testing.assert_array_equal(rebuilt, change.changed)
    assert change.ink == pytest.approx((change.add.sum() + change.remove.sum(dtype=float)) / why.seen.sum(), rel=0.02)
    assert 0 < change.ink < 1.2
    assert change.like in prototypes().numbers[prototypes().labels == wanted]


def test_where_no_change_is_found_it_is_said():
    class Stubborn(TopAndBottom):
        def predict_proba(self, batch):
            return np.tile(np.eye(10, dtype=np.float32)[7], (len(batch), 1))

    why = explain_with(Recognizer(Stubborn()), digit_picture(7), against=1)
    (change,) = why.changes
    assert not change.found
    assert change.prediction is None
    assert not change.changed.any()
    assert "No small change was found that makes it a 1." in sentences(why)
    assert why.space == "pixels"  # this network has no features to compare by
    assert why.layers == ()
    assert change.to_dict()["changed"] is None


def told_of(seen: np.ndarray, changed: np.ndarray) -> str:
    """What is said of a change of ink into a 7."""
    more = changed.astype(int) - seen
    add, remove = (np.maximum(part, 0).astype(np.uint8) for part in (more, -more))
    change = Change(7, Prediction("ok", 7, 0.93, (0.0,) * 10), changed, add, remove, 0.34, 0)
    why = Explanation(Prediction("ok", 1, 0.9, (0.0,) * 10), seen, 1, 7, seen_box=ink_box(seen), changes=(change,))
    return sentences(why)[-1]


def test_a_change_is_told_by_its_place_in_what_is_written_then():
    one = np.zeros((28, 28), np.uint8)
    one[4:24, 13:16] = 255
    seven = one.copy()
    seven[4:7, 4:11] = 255  # a bar, all of it beyond the ink that was there
    end = " makes it a 7, 93.0 % sure. The change amounts to 34 % of the ink."
    added = "Adding ink at the upper left and at the top"
    assert told_of(one, seven) == f"{added}{end}"
    seven[18:24, 13:16] = 0
    assert told_of(one, seven) == f"{added}, and taking ink away at the lower right,{end}"
    assert told_of(seven, one).startswith("Adding ink at the lower right, and taking ink away at the upper left and")
    seven = one.copy()
    seven[4:7, 4:11] = 255
    seven[23, 13] = 0  # hardly anything
    assert "taking" not in told_of(one, seven)
    assert told_of(one, 255 - one).startswith("Adding ink all over makes it a 7")


def test_a_line_has_no_left_and_right():
    one = np.zeros((28, 28), np.uint8)
    one[4:24, 13:16] = 255
    values = np.zeros((28, 28), np.float32)
    values[4:9, 13] = 1
    values[19:24, 15] = -1
    why = Explanation(Prediction("ok", 1, 0.9, (0.0,) * 10), one, 1, 7, map=values, seen_box=ink_box(one))
    said = "Most for a 1 and against a 7 speaks the ink at the top; for a 7 instead speaks the ink at the bottom."
    assert said in sentences(why)


def test_the_default_rival_is_the_next_best_and_never_the_answer(recognizer: Recognizer):
    why = explain_with(recognizer, digit_picture(3), with_layers=False)
    assert why.rival == why.prediction.alternatives[0].digit
    same = explain_with(recognizer, digit_picture(3), against=3, with_layers=False)
    assert same.rival == why.rival
    every = explain_with(recognizer, digit_picture(3), changes=range(10), with_layers=False)
    assert [change.digit for change in every.changes] == [0, 1, 2, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("against", [-1, 10, True, "9", 2.5])
def test_what_is_no_digit_cannot_be_a_rival(recognizer: Recognizer, against: object):
    with pytest.raises(UsageError, match="A digit is 0 to 9"):
        explain_with(recognizer, digit_picture(3), against=against)


def test_what_is_no_digit_is_explained_by_the_gate(recognizer: Recognizer):
    ten = Strokes.of([[[x for x, _ in line], [y for _, y in line]] for line in TEN])
    why = explain_with(recognizer, ten)
    assert why.prediction.status == "several_digits"
    assert (why.answer, why.rival, why.changes, why.strokes) == (None, None, (), ())
    assert why.evidence.shape == (3, 28, 28)
    np.testing.assert_allclose(why.map, why.evidence[1] - why.evidence[0])
    assert len(why.gate.parts) == len(why.gate.parts_one) == 2
    assert why.gate.one + why.gate.several + why.gate.neither == pytest.approx(1, abs=1e-4)
    said = " ".join(sentences(why))
    assert "Cut at its gaps it makes 2 pieces" in said
    json.dumps(why.to_dict())


def test_a_letter_is_explained_by_the_gate_too(recognizer: Recognizer):
    why = explain_with(recognizer, EXAMPLES / "letter-a.png")
    assert why.prediction.status == "not_a_digit"
    np.testing.assert_allclose(why.map, why.evidence[2] - why.evidence[0])
    assert why.gate.one < why.gate.least
    assert "for something that is no digit and against one digit" in " ".join(sentences(why))
    assert why.nearest


def test_empty_and_unreadable_inputs_have_their_reason():
    empty = tenfold.explain(np.full((60, 60), 255, np.uint8))
    assert empty.prediction.status == "empty"
    assert sentences(empty) == [empty.prediction.reason]
    assert empty.evidence.shape == (0, 28, 28)
    broken = tenfold.explain(b"no picture")
    assert broken.prediction.status == "unreadable_image"
    assert sentences(broken) == [broken.prediction.reason]
    for why in (empty, broken):
        assert not why.map.any()
        json.dumps(why.to_dict())


def test_more_strokes_than_a_digit_has_say_nothing_by_themselves(recognizer: Recognizer):
    (line,) = strokes_of(1).strokes
    many = Strokes((line,) * (MOST_STROKES + 1))
    assert explain_with(recognizer, many, with_layers=False).strokes == ()


def test_values_are_laid_where_the_ink_is(recognizer: Recognizer):
    canvas = np.full((300, 500), 255, np.uint8)
    canvas[10:150, 330:470] = digit_picture(4, 140, 10)
    why = explain_with(recognizer, canvas, against=9, with_layers=False)
    assert why.box is not None
    assert why.seen_box is not None
    laid = onto_picture(why.map, why.seen_box, why.box, canvas.shape)
    rows, columns = np.nonzero(laid)
    assert 10 <= rows.min() <= rows.max() < 150
    assert 330 <= columns.min() <= columns.max() < 470
    # Most of what is said is said on the ink.
    strength = np.abs(laid)
    assert strength[canvas < 128].sum() > 0.5 * strength.sum()
    picture = over_picture(recognizer.load(canvas), why)
    assert picture.shape[2] == 3
    tint = np.ptp(picture.astype(int), axis=2)
    assert tint.max() > 60
    assert tint[:, : picture.shape[1] // 2].max() == 0


def test_the_prototypes_are_a_hundred_of_each_training_digit():
    known = prototypes()
    assert known.pixels.shape == (1000, 28, 28)
    assert np.bincount(known.labels).tolist() == [100] * 10
    assert len(set(known.numbers.tolist())) == 1000
    from tenfold.data.splits import stored_validation

    assert not set(known.numbers.tolist()) & set(stored_validation().tolist())
    assert ATLAS.stat().st_size <= 250_000
    card = json.loads(ATLAS.with_suffix(".json").read_text("utf-8"))
    assert card["command"] == "python tools/make_prototypes.py"
    assert card["licence"]


@pytest.mark.mnist
def test_the_prototypes_are_mnist_s_own():
    from tenfold.config import load_settings
    from tenfold.data.splits import training_files

    whole = training_files(load_settings())
    known = prototypes()
    np.testing.assert_array_equal(np.asarray(whole.images)[known.numbers], known.pixels)
    np.testing.assert_array_equal(whole.labels[known.numbers], known.labels)


def test_a_training_digit_is_nearest_to_itself(recognizer: Recognizer):
    known = prototypes()
    near = gallery(recognizer.network)
    assert gallery(recognizer.network) is near
    for place in (3, 450, 999):
        distances = near.distances(recognizer.network, known.pixels[place].astype(np.float32) / np.float32(255))
        assert int(distances.argmin()) == place
        assert distances.min() == pytest.approx(0, abs=0.01)
        assert 0 < distances.max() <= 2


@pytest.mark.parametrize("model", ["tiny", "cascade"])
def test_other_networks_are_explained_too(model: str):
    why = tenfold.explain(digit_picture(7), model=model, against=1)
    assert why.answer == 7
    assert why.space == "pixels"
    assert np.abs(why.map).max() > 0
    assert len(why.layers) > 5
    assert all(np.isfinite(layer.values).all() for layer in why.layers)


def test_no_ink_has_no_bounds():
    assert ink_box(np.zeros((28, 28), np.uint8)) is None
    lone = np.zeros((28, 28), np.uint8)
    lone[3:5, 7:10] = 255
    assert ink_box(lone) == Box(7, 3, 3, 2)

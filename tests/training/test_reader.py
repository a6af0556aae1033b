"""The reader's training follows from its seed alone, goes on where it was stopped, and its ONNX file says the same."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.data.test_lines import some_pens
from tests.reading.columns import as_line

from tenfold.data.line_texts import ALPHABET
from tenfold.data.lines import Line
from tenfold.errors import UsageError
from tenfold.imaging.line_picture import LINE_VERSION
from tenfold.models.base import ModelCard
from tenfold.models.line_reader import LineReader
from tenfold.predictors.base import softmax
from tenfold.training.fit import STATE, Run
from tenfold.training.line_batches import batch_of, in_background, plain_text
from tenfold.training.reader import CYCLES, ReaderPlan, batches, fit, in_cycles, save, take_up
from tenfold.training.reader_export import reader_to_onnx
from tenfold.training.reader_finish import COMMON, with_thresholds
from tenfold.training.recipes import TrainOptions

pytestmark = pytest.mark.train

SHORT = (dataclasses.replace(CYCLES[0], epochs=2),)
PLAN = ReaderPlan(cycles=SHORT, lines=64, batch=16, together=32, validate=16, settle=2)
CLASSES = len(ALPHABET) + 1
CHANNELS = (4, 4, 8, 8, 8, 8, 12)


@pytest.fixture(scope="module")
def network(keras: Any) -> Callable[[], Any]:
    def build() -> Any:
        from tenfold.catalogue.reader import build as build_reader

        keras.utils.set_random_seed(1)
        return build_reader(CLASSES, CHANNELS)

    return build


def train(model: Any, out: Path, plan: ReaderPlan = PLAN, seed: int = 3) -> list[dict[str, float]]:
    out.mkdir(exist_ok=True)
    fit(model, some_pens(1), some_pens(2), plan, TrainOptions(out=out, seed=seed, limit=64), out)
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def same(one: Any, other: Any) -> bool:
    pairs = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.allclose(ours, theirs, atol=1e-5) for ours, theirs in pairs)


class Stopped(Exception):
    """What Ctrl-C, a full disk or a power cut is to a run."""


@pytest.fixture(scope="module")
def trained(network: Callable[[], Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, list[dict[str, float]]]:
    """A network trained as planned, and its log."""
    model = network()
    return model, train(model, tmp_path_factory.mktemp("whole"))


def test_training_learns(trained: tuple[Any, list[dict[str, float]]], network: Callable[[], Any]) -> None:
    whole, history = trained
    assert len(history) == PLAN.epochs
    assert history[-1]["loss"] < history[0]["loss"]
    assert not same(whole, network())


def test_a_stopped_run_ends_as_one_that_was_not_and_is_no_other_run(
    trained: tuple[Any, list[dict[str, float]]],
    network: Callable[[], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, history = trained
    keep = Run.keep

    def keep_and_stop(self: Run, epoch: int, logs: dict[str, float]) -> None:
        keep(self, epoch, logs)
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(Run, "keep", keep_and_stop)
        with pytest.raises(Stopped):
            train(network(), tmp_path)
    assert (tmp_path / STATE).is_file()
    with pytest.raises(UsageError, match="is of another run"):
        train(network(), tmp_path, PLAN.in_all(3))
    resumed = network()
    again = train(resumed, tmp_path)
    assert [entry["loss"] for entry in again] == pytest.approx([entry["loss"] for entry in history], rel=1e-4)
    assert same(resumed, whole)


def lines_of(pens_seed: int, seed: int, epoch: int) -> list[np.ndarray]:
    return [np.asarray(part) for batch in batches(some_pens(pens_seed), PLAN, seed, epoch) for part in batch]


def test_the_lines_of_an_epoch_follow_from_the_seed_and_its_number(keras: Any) -> None:
    first, again = lines_of(1, 3, 0), lines_of(1, 3, 0)
    assert len(first) == 4 * PLAN.lines // PLAN.batch == 4 * PLAN.steps
    uneven = dataclasses.replace(PLAN, lines=70)
    assert len(list(batches(some_pens(1), uneven, 3, 0))) == uneven.steps
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one, other)
    for others in (lines_of(1, 3, 1), lines_of(1, 4, 0)):
        assert not all(np.array_equal(one, other) for one, other in zip(first[1::4], others[1::4], strict=True))


def test_an_epoch_in_the_middle_needs_none_before_it(keras: Any) -> None:
    pens = some_pens(1)
    list(batches(pens, PLAN, 3, 0))
    after = [np.asarray(batch[0]) for batch in batches(pens, PLAN, 3, 1)]
    alone = [np.asarray(batch[0]) for batch in batches(some_pens(1), PLAN, 3, 1)]
    assert all(np.array_equal(one, other) for one, other in zip(after, alone, strict=True))


def test_a_batch_holds_its_lines_and_bare_ground_after_them() -> None:
    short, long = np.full((32, 24), 255, np.uint8), np.full((32, 60), 51, np.uint8)
    pictures, signs, counts, columns = batch_of([Line(as_line(short), "7."), Line(as_line(long), "2026*")])
    assert pictures.shape == (2, 32, 60)
    assert pictures.dtype == np.float32
    assert (pictures[0, :, :24] == 1).all()
    assert (pictures[0, :, 24:] == 0).all()
    assert pictures[1] == pytest.approx(0.2)
    assert "".join(ALPHABET[sign] for sign in signs) == "7.2026*"
    assert counts.tolist() == [2, 5]
    assert columns.tolist() == [30, 30]


@pytest.mark.parametrize(("said", "text"), [("", ""), ("__", ""), ("11", "1"), ("1_1", "11"), ("_20_26..", "2026.")])
def test_the_plain_text_of_columns(said: str, text: str) -> None:
    logits = np.full((len(said) + 1, CLASSES), -3, np.float32)
    for column, sign in enumerate(said + "_"):
        logits[column, (ALPHABET + "_").index(sign)] = 2
    assert plain_text(logits) == text


def test_the_background_hands_on_what_went_wrong() -> None:
    def source() -> Any:
        yield 1
        raise Stopped

    found = in_background(source())
    assert next(found) == 1
    with pytest.raises(Stopped):
        next(found)


# ---- the file --------------------------------------------------------------------------------------


def test_the_world_eases_off_and_ends_as_it_mostly_is() -> None:
    plan = ReaderPlan().in_all(36)
    assert [cycle.epochs for cycle in plan.cycles] == [14, 12, 10]
    harsh = [plan.world(epoch).harsh for epoch in range(37)]
    assert harsh[0] == 1.0
    assert harsh == sorted(harsh, reverse=True)
    assert harsh[9] == harsh[13] < 0.5
    assert [plan.world(epoch) for epoch in (14, 25)] == [COMMON, COMMON]
    assert plan.world(26) == plan.world(36)
    assert plan.world(26).apart < COMMON.apart


def test_a_run_of_few_epochs_has_the_first_cycle_at_least() -> None:
    assert [cycle.epochs for cycle in ReaderPlan().in_all(1).cycles] == [1]


def test_the_rate_rises_and_falls_with_each_cycle(keras: Any) -> None:
    plan = ReaderPlan(lines=40, together=40, batch=4).in_all(36)
    rate = in_cycles(keras, plan)
    rates = [float(rate(step)) for step in range(360)]
    for part, cycle in zip((rates[:140], rates[140:260], rates[260:]), CYCLES, strict=True):
        assert max(part) == pytest.approx(cycle.rate)
        assert part[-1] < cycle.rate / 100


def test_it_goes_on_from_an_earlier_run_and_from_no_other_network(
    network: Callable[[], Any], keras: Any, tmp_path: Path
) -> None:
    first, second = network(), network()
    save(first, tmp_path)
    take_up(second, tmp_path / "reader.keras")
    assert all((one == other).all() for one, other in zip(first.get_weights(), second.get_weights(), strict=True))
    keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)]).save(
        tmp_path / "digit.keras"
    )
    with pytest.raises(UsageError, match=r"digit\.keras is no network of a number reader"):
        take_up(second, tmp_path / "digit.keras")


def as_reader(model: Any) -> LineReader:
    card = ModelCard("reader", normalization=LINE_VERSION, task="reader", output="logits", alphabet=ALPHABET)
    return LineReader(reader_to_onnx(model), card)


@pytest.mark.parametrize("width", [4, 8, 36, 100, 480, 1024])
def test_the_onnx_file_says_what_keras_says(
    width: int, network: Callable[[], Any], shake: Callable[[Any], Any]
) -> None:
    model = shake(network())
    pixels = np.random.default_rng(width).integers(0, 256, (32, width), np.uint8)
    theirs = np.asarray(model(pixels[None].astype(np.float32) / 255, training=False))[0]
    (ours,) = as_reader(model).logits([pixels])
    assert ours.shape == theirs.shape == (width // 2, CLASSES)
    assert softmax(ours) == pytest.approx(softmax(theirs), abs=1e-4)
    assert np.array_equal(ours.argmax(axis=1), theirs.argmax(axis=1))


def test_lines_read_together_are_read_as_alone(network: Callable[[], Any], shake: Callable[[Any], Any]) -> None:
    line_reader = as_reader(shake(network()))
    rng = np.random.default_rng(0)
    # What lies beyond a line's end is bare ground, as it is for a line alone: but the last columns, of the
    # network's reach, see that there is more of it.
    lines = [np.pad(rng.integers(0, 256, (32, int(width)), np.uint8), ((0, 0), (8, 40))) for width in (40, 8, 200, 80)]
    together = [softmax(rows) for rows in line_reader.logits(lines * 6)]
    assert len(together) == 24
    for line, rows in zip(lines * 6, together, strict=True):
        assert rows.shape == (line.shape[1] // 2, CLASSES)
        assert rows.sum(axis=1) == pytest.approx(1, abs=1e-5)
        (alone,) = [softmax(one) for one in line_reader.logits([line])]
        inked = (line.shape[1] - 40) // 2
        assert rows[:inked] == pytest.approx(alone[:inked], abs=1e-4)


def test_the_trained_network_is_kept_as_a_file_anyone_can_load(
    trained: tuple[Any, list[dict[str, float]]], keras: Any, tmp_path: Path
) -> None:
    model, _ = trained
    save(model, tmp_path)
    loaded = keras.models.load_model(tmp_path / "reader.keras")
    assert same(model, loaded)
    assert not list(tmp_path.glob("*.partial*"))


def test_thresholds_of_a_network_that_knows_nothing_let_nothing_pass(network: Callable[[], Any]) -> None:
    model, digits = network(), some_pens(3)
    card = with_thresholds(reader_to_onnx(model), as_reader(model).card, digits, 12)
    assert dict(card.thresholds)[0.01] > 1
    assert dict(card.thresholds)[1.0] == 0
    for count in (0, 1):
        with_thresholds(reader_to_onnx(model), as_reader(model).card, digits, count)


def test_equal_networks_give_equal_bytes(network: Callable[[], Any]) -> None:
    assert reader_to_onnx(network()) == reader_to_onnx(network())


def test_a_layer_of_another_kind_is_refused(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([keras.Input((32, None)), layers.Reshape((32, -1, 1)), layers.AveragePooling2D(2)])
    with pytest.raises(TypeError, match="AveragePooling2D is none of a reader's"):
        reader_to_onnx(model)

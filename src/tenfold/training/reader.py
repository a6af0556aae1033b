"""The recipe of the number reader: lines composed as it goes on, and what CTC makes of them."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tenfold.catalogue import reader as catalogue
from tenfold.data.foreign import chosen_sets, open_foreign
from tenfold.data.hands import fetch_hands
from tenfold.data.lines import ALPHABET, MILD, ROWS, WIDE, Line, Pens, World, make_lines, row_of_digits
from tenfold.data.splits import open_training_data
from tenfold.imaging.line_picture import LINE_VERSION
from tenfold.models.base import ModelCard
from tenfold.models.line_reader import LineReader
from tenfold.models.onnx import softmax
from tenfold.reading.beam import best_path
from tenfold.reading.fields import only_digits
from tenfold.reading.numbers import judged
from tenfold.reading.reader import NumberReader
from tenfold.training.calibrate import thresholds_for
from tenfold.training.export import write_model
from tenfold.training.fit import STATE, Labels, Run, chance_of, forget, one_cycle, settle
from tenfold.training.framework import need_keras
from tenfold.training.metrics import calibration_error
from tenfold.training.outputs import make_folder
from tenfold.training.progress import EpochBars, say
from tenfold.training.reader_export import reader_to_onnx
from tenfold.training.recipes import EVERY_FIT, TrainOptions, command, identity, recipe
from tenfold.training.ship import commit
from tenfold.types import Floats, Picture, Pixels

if TYPE_CHECKING:
    from keras import Model

BLANK = len(ALPHABET)
TEMPERATURES = tuple(round(float(value), 3) for value in np.exp(np.linspace(np.log(0.6), np.log(2.5), 9)))
# Lines of validation digits for the temperature and the thresholds; five-digit numbers of test digits, of each kind.
CALIBRATE = 4000
TEST = 2000
PARITY_LINES = 500
TEST_SEED = 1998
TAKES = (*EVERY_FIT, "foreign", "without")


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """How the reader is fitted.

    Attributes:
        epochs: How often `lines` new lines are composed, of a world as hard as can be.
        mild: How often again of one that is like most of what is read, with which training ends.
        lines: Lines an epoch.
        batch: Lines a step.
        together: Lines that are sorted by length before they are cut into batches.
        rate: Highest learning rate of the one cycle (Smith & Topin 2018).
        decay: Weight decay (AdamW; Loshchilov & Hutter 2019).
        average: Momentum of the exponential average of the weights that is kept in the end.
        settle: Batches from which the statistics of batch normalisation are measured again in the end.
        validate: Lines to watch.
    """

    epochs: int = 22
    mild: int = 7
    lines: int = 20_480
    batch: int = 64
    together: int = 1024
    rate: float = 2e-3
    decay: float = 1e-2
    average: float = 0.998
    settle: int = 100
    validate: int = 2000


PLAN = ReaderPlan()


@recipe("reader", "Reads whole numbers: a line of writing to its digits and separators", TAKES)
def train(options: TrainOptions) -> Path:
    """Train and export `reader`.

    Returns:
        The folder with ``reader.onnx``, its card, ``reader.keras`` and the log.
    """
    keras, made_at = need_keras(), commit()
    keras.utils.set_random_seed(options.seed)
    out = make_folder(options.out)
    if not options.resume:
        forget(out)
    plan = replace(PLAN, epochs=options.epochs or PLAN.epochs)
    if options.limit:
        plan = replace(plan, lines=min(plan.lines, options.limit), together=min(plan.together, options.limit))
        plan = replace(plan, validate=min(plan.validate, options.limit), settle=4)
    pens, held = get_pens(options)
    model = catalogue.build(len(ALPHABET) + 1)
    wide = out / "wide.keras"
    if options.resume and wide.is_file():
        model = keras.models.load_model(wide)
    else:
        fit(model, pens, held, plan, options, out, WIDE)
        _save(model, wide)
    mild = replace(plan, epochs=plan.mild if options.epochs is None else options.epochs, rate=plan.rate / 2)
    fit(model, pens, held, mild, options, make_folder(out / "mild"), MILD)
    _save(model, out / "reader.keras")
    finish(model, held, plan, options, made_at)
    for folder in (out, out / "mild"):
        forget(folder)
    wide.unlink()
    return out


def _save(model: Model, path: Path) -> None:
    partial = path.with_name(f"{path.stem}.partial.keras")
    model.save(partial)
    partial.replace(path)


def finish(model: Model, held: Pens, plan: ReaderPlan, options: TrainOptions, made_at: str) -> ModelCard:
    """Calibrate the network as it is stored, measure it, and write its files.

    Returns:
        The card as written.
    """
    weights = reader_to_onnx(model)
    parts = ", ".join(f"{one.name} ({one.what}; {one.licence})" for one in chosen_sets(options.without))
    card = ModelCard(
        name="reader",
        task="reader",
        summary="Reads whole numbers: a line of writing to its digits and separators",
        recipe=command("reader", options),
        data=f"lines composed of {options.data or 'mnist'}:train, pen strokes, fonts of handwriting (SIL OFL) and print"
        + (f", {parts}" if options.foreign else ""),
        licence="MIT",
        commit=made_at,
        seed=options.seed,
        parameters=sum(int(np.prod(variable.shape)) for variable in model.trainable_variables),
        normalization=LINE_VERSION,
        output="logits",
        alphabet=ALPHABET,
    )
    network = NumberReader(LineReader(weights, card))
    source = make_lines(held, chance_of(options.seed, plan.epochs), MILD)
    count = min(CALIBRATE, options.limit or CALIBRATE)
    lines = [line for line in itertools.islice(source, count) if only_digits(line.text)]
    card, scores = calibrate(network, lines)
    test = options.hand_over_test()
    if test is not None:
        pictures = test.network_pixels(options.settings)
        reader = NumberReader(LineReader(weights, card))
        for kind in ROWS:
            scores[f"five_digits_{kind}"] = five_digits_right(
                reader, pictures, test.labels, kind, min(TEST, options.limit or TEST)
            )
    say(", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in scores.items()))
    certificate = _parity(model, network.network, lines[:PARITY_LINES])
    return write_model(options.out, "reader", weights, replace(card, scores=scores, parity=certificate))


def calibrate(network: NumberReader, lines: list[Line]) -> tuple[ModelCard, dict[str, float]]:
    """Find the temperature at which the confidence in whole numbers is likeliest, and the thresholds.

    Args:
        network: As it is stored.
        lines: Composed of validation digits, each with one number.

    Returns:
        The card with both, and the figures.
    """
    logits = network.network.logits([line.pixels for line in lines])
    few = slice(0, max(1, len(lines) // 4))
    costs = []
    for temperature in TEMPERATURES:
        sure, right = _judged(network, logits[few], lines[few], temperature)
        costs.append(float(-np.log(np.maximum(np.where(right, sure, 1 - sure), 1e-6)).mean()))
    temperature = TEMPERATURES[int(np.argmin(costs))]
    sure, right = _judged(network, logits, lines, temperature)
    card = replace(network.network.card, temperature=temperature, thresholds=thresholds_for(sure, right))
    return card, {
        "validation_numbers_right": float(right.mean()),
        "validation_ece": calibration_error(sure, right),
    }


def _judged(
    network: NumberReader, logits: list[Floats], lines: list[Line], temperature: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """For each line the confidence in its best value, and whether that is right."""
    columns = [softmax(rows / np.float32(temperature)) for rows in logits]
    sure, right = [], []
    for drafts, line in zip(network.drafts([line.pixels for line in lines], columns), lines, strict=True):
        answers = [judged(draft, opinions) for draft, opinions in drafts]
        sure.append(answers[0][1] if len(answers) == 1 else 0.0)
        right.append([answer[0] for answer in answers] == [only_digits(line.text)])
    return np.array(sure), np.array(right)


def five_digits_right(reader: NumberReader, pictures: Pixels, labels: Labels, kind: str, count: int) -> float:
    """The share of five-digit numbers composed of single digits that are read right, on the whole path."""
    rng = np.random.default_rng(TEST_SEED)
    right = 0
    for _ in range(count):
        picture, text = row_of_digits(pictures, labels, rng, kind)
        numbers = reader.read(Picture(picture), 1.0).numbers
        right += [number.value for number in numbers] == [text]
    return right / count


def _parity(model: Model, network: LineReader, lines: list[Line]) -> dict[str, float]:
    """Compare the Keras network with its export."""
    ours = network.logits([line.pixels for line in lines])
    theirs = [np.asarray(model(batch_of([line])[0], training=False))[0] for line in lines]
    pairs = list(zip(ours, theirs, strict=True))
    return {
        "lines": len(lines),
        "same_text": sum(plain_text(one) == plain_text(other) for one, other in pairs),
        "largest_difference": max((float(np.abs(softmax(a) - softmax(b)).max()) for a, b in pairs), default=0.0),
    }


def get_pens(options: TrainOptions) -> tuple[Pens, Pens]:
    """Where the digits of the lines come from: those to train on, those to validate."""
    hands = [str(file) for file in fetch_hands(options.settings)]
    train_set, validation_set = open_training_data(options.data or "mnist", options.settings)
    parts = [(train_set, validation_set)]
    if options.foreign:
        parts += open_foreign(options.foreign, options.without)
    pens = []
    for side in (0, 1):
        pictures = np.concatenate([part[side].network_pixels(options.settings) for part in parts])
        pens.append(Pens(pictures, np.concatenate([part[side].labels for part in parts]), hands))
    names = ", ".join(one.name for one in chosen_sets(options.without)) if options.foreign else "no others"
    say(f"{len(pens[0].labels):,} digits to compose lines of ({train_set.name}; {names}), {len(hands)} fonts.")
    return pens[0], pens[1]


def fit(model: Model, pens: Pens, held: Pens, plan: ReaderPlan, options: TrainOptions, out: Path, world: World) -> None:
    """Train; the lines of an epoch follow from the seed and its number alone.

    Args:
        model: Untrained; left with the averaged weights.
        pens: Where the digits to train on come from.
        held: Where those to validate come from.
        plan: How to fit.
        options: Of the run.
        out: Folder for ``log.jsonl`` and, until the end, what to resume from.
        world: What the lines are met with.
    """
    keras = need_keras()
    steps = plan.lines // plan.batch
    optimizer = keras.optimizers.AdamW(
        one_cycle(keras, plan.rate, steps * plan.epochs),
        weight_decay=plan.decay,
        use_ema=True,
        ema_momentum=plan.average,
        global_clipnorm=5.0,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    model.compile(optimizer)
    optimizer.build(model.trainable_variables)
    what = f"{identity('reader', options)} {plan} {world} seed {options.seed} parameters {model.count_params()}"
    run = Run(model, what, out / STATE)
    done = run.restore()
    if done:
        say(f"Resuming after epoch {done} of {plan.epochs}.")
    watched = _some_lines(held, plan.validate, chance_of(options.seed), world)
    step = _step(model, optimizer)
    bars = EpochBars(plan.epochs, steps)
    callback = bars.callback()
    try:
        for epoch in range(done, plan.epochs):
            callback.on_epoch_begin(epoch)
            losses = []
            for number, batch in enumerate(_in_background(batches(pens, plan, options.seed, epoch, world))):
                losses.append(float(step(*batch)))
                callback.on_train_batch_end(number, {"loss": float(np.mean(losses[-50:]))})
            share = _read_right(model, watched)
            logs = {"loss": float(np.mean(losses)), "val_accuracy": share}
            run.keep(epoch, logs)
            callback.on_epoch_end(epoch, logs)
    finally:
        bars.close()
    optimizer.finalize_variable_values(model.trainable_variables)
    some = itertools.islice(batches(pens, plan, options.seed, -1, world), plan.settle)
    settle(keras, model, (pictures for pictures, *_ in some), plan.settle)
    say(f"Averaged weights: {_read_right(model, watched):.4f} of {len(watched):,} lines without any error.")


Batch = tuple[Any, Any, Any, Any]


def batches(pens: Pens, plan: ReaderPlan, seed: int, epoch: int, world: World = WIDE) -> Iterator[Batch]:
    """The batches of an epoch: lines float32 (n, 32, W), signs int32 (m,), how many a line, columns a line."""
    rng = chance_of(seed, epoch)
    pens.forget_bent()
    source = make_lines(pens, rng, world)
    for _ in range(0, plan.lines, plan.together):
        lines = [next(source) for _ in range(plan.together)]
        lines.sort(key=lambda line: line.pixels.shape[1])
        starts = rng.permutation(range(0, plan.together - plan.batch + 1, plan.batch))
        for start in starts:
            yield batch_of(lines[start : start + plan.batch])


def batch_of(lines: list[Line]) -> Batch:
    """Lines as a batch; shorter ones are followed by bare ground."""
    widest = max(line.pixels.shape[1] for line in lines)
    pictures = np.zeros((len(lines), catalogue.HEIGHT, widest), np.float32)
    for row, line in zip(pictures, lines, strict=True):
        row[:, : line.pixels.shape[1]] = line.pixels.astype(np.float32) / np.float32(255)
    signs = np.array([ALPHABET.index(sign) for line in lines for sign in line.text], np.int32)
    counts = np.array([len(line.text) for line in lines], np.int32)
    return pictures, signs, counts, np.full(len(lines), widest // 2, np.int32)


def _step(model: Model, optimizer: Any) -> Any:
    """One step of training, compiled: a batch in, its loss out (Graves et al. 2006)."""
    import tensorflow as tf

    whole = [tf.TensorSpec((None,), tf.int32)] * 3

    @tf.function(input_signature=[tf.TensorSpec((None, catalogue.HEIGHT, None), tf.float32), *whole])  # type: ignore[untyped-decorator]
    def step(pictures: Any, signs: Any, counts: Any, columns: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = model(pictures, training=True)
            labels = tf.RaggedTensor.from_row_lengths(signs, counts).to_sparse()
            costs = tf.nn.ctc_loss(labels, logits, None, columns, logits_time_major=False, blank_index=BLANK)
            cost = tf.reduce_mean(costs)
        slopes = tape.gradient(cost, model.trainable_variables)
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        return cost

    return step


def _some_lines(pens: Pens, count: int, rng: np.random.Generator, world: World) -> list[Line]:
    source = make_lines(pens, rng, world)
    return sorted((next(source) for _ in range(count)), key=lambda line: line.pixels.shape[1])


def _read_right(model: Model, lines: list[Line]) -> float:
    """The share of lines whose most likely signs, column by column, are the text."""
    right = 0
    for start in range(0, len(lines), 100):
        part = lines[start : start + 100]
        logits: Floats = np.asarray(model(batch_of(part)[0], training=False))
        right += sum(plain_text(row) == line.text for row, line in zip(logits, part, strict=True))
    return right / len(lines)


def plain_text(logits: Floats) -> str:
    """The likeliest text of a line by its columns (n, k) alone."""
    return best_path(logits, ALPHABET)


def _in_background(source: Iterator[Batch]) -> Iterator[Batch]:
    """The same, made in a thread of its own while the network is at the batch before."""
    ready: queue.Queue[Batch | BaseException | None] = queue.Queue(maxsize=24)
    stopped = threading.Event()

    def put(item: Batch | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for batch in source:
                if not put(batch):
                    return
            put(None)
        except BaseException as error:  # belongs to the one who waits
            put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()

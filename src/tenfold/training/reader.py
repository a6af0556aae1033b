"""The recipe of the number reader: lines composed as it goes on, and what CTC makes of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tenfold.atomic import make_folder, staged
from tenfold.catalogue import reader as network
from tenfold.data.foreign import chosen_sets, open_foreign
from tenfold.data.hands import fetch_hands
from tenfold.data.line_ink import Pens
from tenfold.data.line_texts import ALPHABET
from tenfold.data.lines import World, make_lines
from tenfold.data.splits import open_training_data
from tenfold.errors import UsageError
from tenfold.training.fit import STATE, Run, chance_of, forget, one_cycle, settle
from tenfold.training.framework import need_keras
from tenfold.training.keras_files import load_keras
from tenfold.training.line_batches import BLANK, Batch, batch_of, in_background, read_right, some_lines
from tenfold.training.progress import EpochBars, say
from tenfold.training.reader_finish import COMMON, finish
from tenfold.training.recipes import EVERY_FIT, TrainOptions, identity, recipe
from tenfold.training.ship import commit

if TYPE_CHECKING:
    from keras import Model

TAKES = (*EVERY_FIT, "foreign", "without", "start")
# What the lines are met with at the end of the first cycle, and the share of its epochs after which it is so.
GENTLE = World(harsh=0.35, repeats=0.12, plain=0.25)
EASED = 0.6


@dataclass(frozen=True, slots=True)
class Cycle:
    """Epochs over which the learning rate rises once and falls (Smith & Topin 2018).

    Attributes:
        epochs: How often as many new lines are composed as an epoch has.
        rate: Highest learning rate.
        world: What the lines are met with in the end.
        harsh: How harsh that is in the beginning; it eases off over the first three fifths.
    """

    epochs: int
    rate: float
    world: World
    harsh: float

    def met_with(self, epoch: int) -> World:
        """What the lines of an epoch are met with."""
        eased = min(1.0, epoch / (EASED * self.epochs))
        return replace(self.world, harsh=self.harsh + (self.world.harsh - self.harsh) * eased)


# What is hard teaches where to look; but the last weights belong to lines like most of those that will be read, and
# telling two digits apart that touch is learned from many of them.
CYCLES = (
    Cycle(28, 2e-3, GENTLE, 1.0),
    Cycle(24, 1e-3, COMMON, COMMON.harsh),
    Cycle(20, 7e-4, replace(COMMON, apart=5), COMMON.harsh),
)


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """How the reader is fitted: in cycles, each a warm restart (Loshchilov & Hutter 2017).

    Attributes:
        cycles: One after the other.
        lines: Lines an epoch.
        batch: Lines a step.
        together: Lines that are sorted by length before they are cut into batches.
        decay: Weight decay (AdamW; Loshchilov & Hutter 2019).
        average: Momentum of the exponential average of the weights that is kept in the end.
        settle: Batches from which the statistics of batch normalisation are measured again in the end.
        validate: Lines to watch.
    """

    cycles: tuple[Cycle, ...] = CYCLES
    lines: int = 20_480
    batch: int = 64
    together: int = 1024
    decay: float = 1e-2
    average: float = 0.998
    settle: int = 100
    validate: int = 2000

    @property
    def epochs(self) -> int:
        """Epochs of all cycles."""
        return sum(cycle.epochs for cycle in self.cycles)

    @property
    def sortings(self) -> int:
        """How many times an epoch lines are sorted by length."""
        return -(-self.lines // self.together)

    @property
    def starts(self) -> range:
        """Where among the lines sorted together the batches begin."""
        return range(0, self.together - self.batch + 1, self.batch)

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        return self.sortings * len(self.starts)

    def world(self, epoch: int) -> World:
        """What the lines of an epoch are met with; past the last one, what those of the last were."""
        for cycle in self.cycles:
            if epoch < cycle.epochs:
                return cycle.met_with(epoch)
            epoch -= cycle.epochs
        return self.cycles[-1].world

    def in_all(self, epochs: int) -> ReaderPlan:
        """The same in so many epochs: each cycle has its share of them, what is left over goes to the first."""
        lengths = [epochs * cycle.epochs // self.epochs for cycle in self.cycles]
        lengths[0] += epochs - sum(lengths)
        pairs = zip(self.cycles, lengths, strict=True)
        return replace(self, cycles=tuple(replace(cycle, epochs=length) for cycle, length in pairs if length))


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
    # What an earlier run left has been through all cycles but the last.
    plan = replace(PLAN, cycles=PLAN.cycles[-1:]) if options.start else PLAN
    plan = plan.in_all(options.epochs or plan.epochs)
    if options.limit:
        plan = replace(plan, lines=min(plan.lines, options.limit), together=min(plan.together, options.limit))
        plan = replace(plan, validate=min(plan.validate, options.limit), settle=4, batch=min(plan.batch, options.limit))
    pens, held = get_pens(options)
    model = network.build(len(ALPHABET) + 1)
    if options.start:
        take_up(model, options.start)
    fit(model, pens, held, plan, options, out)
    save(model, out)
    finish(model, held, chance_of(options.seed, plan.epochs), options, made_at)
    forget(out)
    return out


def save(model: Model, out: Path) -> None:
    """Write ``reader.keras``: the network alone, which anyone can load, without how it was trained."""
    alone = type(model).from_config(model.get_config())
    alone.set_weights(model.get_weights())
    with staged(out) as folder:
        alone.save(folder / "reader.keras")


def take_up(model: Model, path: Path) -> None:
    """Give the network the weights of an earlier run.

    Raises:
        UsageError: If they are not those of such a network.
    """
    weights = load_keras(path).get_weights()
    wanted, given = [one.shape for one in model.get_weights()], [one.shape for one in weights]
    if wanted != given:
        raise UsageError(f"{path} is no network of a number reader.", "Name the reader.keras of an earlier run.")
    model.set_weights(weights)


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


def fit(model: Model, pens: Pens, held: Pens, plan: ReaderPlan, options: TrainOptions, out: Path) -> None:
    """Train; the lines of an epoch follow from the seed and its number alone.

    Args:
        model: Untrained; left with the averaged weights.
        pens: Where the digits to train on come from.
        held: Where those to validate come from.
        plan: How to fit.
        options: Of the run.
        out: Folder for ``log.jsonl`` and, until the end, what to resume from.
    """
    keras = need_keras()
    optimizer = keras.optimizers.AdamW(
        in_cycles(keras, plan),
        weight_decay=plan.decay,
        use_ema=True,
        ema_momentum=plan.average,
        global_clipnorm=5.0,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    model.compile(optimizer)
    optimizer.build(model.trainable_variables)
    what = f"{identity('reader', options)} {plan} seed {options.seed} parameters {model.count_params()}"
    run = Run(model, what, out / STATE)
    done = run.restore()
    if done:
        say(f"Resuming after epoch {done} of {plan.epochs}.")
    watched = some_lines(held, plan.validate, chance_of(options.seed), plan.world(plan.epochs))
    step = _step(model, optimizer)
    bars = EpochBars(plan.epochs, plan.steps, run.history)
    callback = bars.callback()
    try:
        for epoch in range(done, plan.epochs):
            callback.on_epoch_begin(epoch)
            losses = []
            for number, batch in enumerate(in_background(batches(pens, plan, options.seed, epoch))):
                losses.append(float(step(*batch)))
                callback.on_train_batch_end(number, {"loss": float(np.mean(losses[-50:]))})
            share = read_right(model, watched)
            logs = {"loss": float(np.mean(losses)), "val_accuracy": share}
            run.keep(epoch, logs)
            callback.on_epoch_end(epoch, logs)
    finally:
        bars.close()
    optimizer.finalize_variable_values(model.trainable_variables)
    some = itertools.islice(batches(pens, plan, options.seed, plan.epochs), plan.settle)
    settle(keras, model, (pictures for pictures, *_ in some), plan.settle)
    say(f"Averaged weights: {read_right(model, watched):.4f} of {len(watched):,} lines without any error.")


def batches(pens: Pens, plan: ReaderPlan, seed: int, epoch: int) -> Iterator[Batch]:
    """The batches of an epoch: lines float32 (n, 32, W), signs int32 (m,), how many a line, columns a line."""
    rng = chance_of(seed, epoch)
    pens.forget_bent()
    source = make_lines(pens, rng, plan.world(epoch))
    for _ in range(plan.sortings):
        lines = [next(source) for _ in range(plan.together)]
        lines.sort(key=lambda line: line.pixels.shape[1])
        for start in rng.permutation(plan.starts):
            yield batch_of(lines[start : start + plan.batch])


def in_cycles(keras: Any, plan: ReaderPlan) -> Any:
    """The learning rate at each step of a run."""
    lengths = [plan.steps * cycle.epochs for cycle in plan.cycles]
    ends = list(itertools.accumulate(lengths))
    rates = [one_cycle(keras, cycle.rate, length) for cycle, length in zip(plan.cycles, lengths, strict=True)]

    class Cycles(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras has no types
        def __call__(self, step: Any) -> Any:
            rate = rates[-1](step - (ends[-1] - lengths[-1]))
            for one, end, length in reversed(list(zip(rates, ends, lengths, strict=True))[:-1]):
                rate = keras.ops.where(step < end, one(step - (end - length)), rate)
            return rate

    return Cycles()


def _step(model: Model, optimizer: Any) -> Any:
    """One step of training, compiled: a batch in, its loss out (Graves et al. 2006)."""
    import tensorflow as tf

    whole = [tf.TensorSpec((None,), tf.int32)] * 3
    lines = tf.TensorSpec((None, network.HEIGHT, None), tf.float32)

    @tf.function(input_signature=[lines, *whole])  # type: ignore[untyped-decorator]  # TensorFlow has no types
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

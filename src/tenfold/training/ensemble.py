"""The recipe of the ensemble: `digit` from five seeds, all with one voice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.catalogue import digit as catalogue
from tenfold.training.digit import PLAN, train_alone
from tenfold.training.export import to_onnx
from tenfold.training.family import finish, get_ready
from tenfold.training.fit import forget
from tenfold.training.keras_files import load_keras
from tenfold.training.outputs import write_file
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, identity, recipe
from tenfold.training.storage import stored_as

if TYPE_CHECKING:
    from keras import Model

# Fixed in advance: the members are the first five seeds, whatever each turns out to be worth.
MEMBERS = 5
# Left in the folder of a member when it is done: what it is.
FINISHED = "finished.txt"


@recipe("ensemble", "Five networks like digit, trained on MNIST alone, whose logits are averaged; 1.1M parameters")
def train(options: TrainOptions) -> Path:
    """Train the members that are not there yet, and export them as one network.

    With `options.resume` a member that an earlier run finished is taken as it is, and one it began is gone on with.

    Returns:
        The folder with ``ensemble.onnx``, its card, ``ensemble.keras``, and a folder ``member-SEED`` for each.
    """
    members = []
    for seed in range(options.seed, options.seed + MEMBERS):
        out = options.out / f"member-{seed}"
        alone = options.model_copy(update={"seed": seed, "out": out})
        if options.resume and _is_done(alone):
            say(f"Member of seed {seed}: already trained.")
            members.append(load_keras(out / "digit.keras"))
            continue
        say(f"Member of seed {seed}:")
        (out / FINISHED).unlink(missing_ok=True)
        members.append(train_alone(alone, get_ready(alone)))
        write_file(out / FINISHED, what_is_trained(alone).encode())
        forget(out)
    ready = get_ready(options)
    summary = f"{MEMBERS} networks like digit, of seeds {options.seed} to {options.seed + MEMBERS - 1}, on an average"
    # Half precision halves the file; the certificate says what that changes.
    model = average(members)
    finish(options, ready, stored_as(to_onnx(model), "float16"), "ensemble", summary, model=model)
    return options.out


def _is_done(options: TrainOptions) -> bool:
    """Whether a run of these options, as they are understood today, has left its network."""
    note = options.out / FINISHED
    return note.is_file() and note.read_text("utf-8") == what_is_trained(options)


def what_is_trained(options: TrainOptions) -> str:
    """All that decides what a member becomes: options, normalisation, plan, network."""
    return f"{identity('digit', options)} {PLAN} parameters {catalogue.build().count_params()}"


def average(members: list[Model]) -> Model:
    """One network whose logits are the mean of the members': a product of experts (Hinton 2002), in equal parts."""
    import keras

    given = keras.Input((28, 28))
    for number, member in enumerate(members):
        member.name = f"member_{number}"
    return keras.Model(given, keras.layers.Average()([member(given) for member in members]), name="ensemble")

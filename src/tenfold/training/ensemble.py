"""The recipe of the ensemble: one network from several seeds, all with one voice; it teaches `digit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.catalogue import digit as catalogue
from tenfold.training.export import to_onnx
from tenfold.training.family import finish, get_ready, of_length
from tenfold.training.fit import Plan, fit, forget
from tenfold.training.keras_files import load_keras
from tenfold.training.outputs import make_folder, write_file
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, identity, recipe
from tenfold.training.storage import stored_as

if TYPE_CHECKING:
    from keras import Model

# Fixed in advance: the members are the first seeds, whatever each turns out to be worth.
MEMBERS = 6
PLAN = Plan(epochs=17, ease=0.3)
# Left in the folder of a member when it is done: what it is.
FINISHED = "finished.txt"


@recipe("ensemble", "Six networks of digit's form, trained on MNIST alone, whose logits are averaged; 1.5M parameters")
def train(options: TrainOptions) -> Path:
    """Train the members that are not there yet, and export them as one network.

    With `options.resume` a member that an earlier run finished is taken as it is, and one it began is gone on with.

    Returns:
        The folder with ``ensemble.onnx``, its card, ``ensemble.keras``, and a folder ``member-SEED`` for each.
    """
    members = []
    for seed in range(options.seed, options.seed + MEMBERS):
        alone = options.model_copy(update={"seed": seed, "out": options.out / f"member-{seed}"})
        if options.resume and _is_done(alone):
            say(f"Member of seed {seed}: already trained.")
        else:
            say(f"Member of seed {seed}:")
            train_member(alone)
        members.append(load_keras(alone.out / "member.keras"))
    ready = get_ready(options)
    summary = f"{MEMBERS} networks of digit's form, of seeds {options.seed} to {seed}, on an average"
    model = average(members)
    # Bytes with a scale for each channel: a quarter of the file; the certificate says what that changes.
    finish(options, ready, stored_as(to_onnx(model), "int8"), "ensemble", summary, model=model)
    return options.out


@recipe("member", "One member of the ensemble, of one seed: where several machines or cores share that work")
def train_member(options: TrainOptions) -> Path:
    """Train one member by the labels of MNIST alone and write its files.

    Returns:
        The folder with ``member.onnx``, its card, ``member.keras`` and the log.
    """
    make_folder(options.out)
    (options.out / FINISHED).unlink(missing_ok=True)
    ready = get_ready(options)
    model = catalogue.build()
    plan, whole = of_length(PLAN, options), identity("member", options)
    fit(model, ready.shuffled, ready.held, plan, options.seed, options.out, options.resume, whole)
    finish(options, ready, to_onnx(model), "member", "One member of the ensemble", model=model)
    write_file(options.out / FINISHED, what_is_trained(options).encode())
    forget(options.out)
    return options.out


def _is_done(options: TrainOptions) -> bool:
    """Whether a run of these options, as they are understood today, has left its network."""
    note = options.out / FINISHED
    return note.is_file() and note.read_text("utf-8") == what_is_trained(options)


def what_is_trained(options: TrainOptions) -> str:
    """All that decides what a member becomes: options, normalisation, plan, network."""
    return f"{identity('member', options)} {PLAN} parameters {catalogue.build().count_params()}"


def average(members: list[Model]) -> Model:
    """One network whose logits are the mean of the members': a product of experts (Hinton 2002), in equal parts."""
    import keras

    given = keras.Input((28, 28))
    for number, member in enumerate(members):
        member.name = f"member_{number}"
    return keras.Model(given, keras.layers.Average()([member(given) for member in members]), name="ensemble")

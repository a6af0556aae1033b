"""The recipe of the ensemble: `digit` from several seeds, all with one voice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.training.digit import is_trained, train_alone
from tenfold.training.export import to_onnx
from tenfold.training.family import finish, get_ready
from tenfold.training.fit import forget
from tenfold.training.keras_files import load_keras
from tenfold.training.progress import say
from tenfold.training.recipes import TrainOptions, recipe
from tenfold.training.storage import kept_in_bytes

if TYPE_CHECKING:
    from keras import Model

# Fixed in advance: the members are the first seeds, whatever each turns out to be worth.
MEMBERS = 6


@recipe("ensemble", "Six networks like digit, trained on MNIST alone, whose logits are averaged; 1.5M parameters")
def train(options: TrainOptions) -> Path:
    """Train the members that are not there yet, and export them as one network.

    With `options.resume` a member that is finished is taken as it is, and one that was begun is gone on with; who has
    several cores or machines trains them beforehand: ``tenfold train digit --seed SEED --out FOLDER/member-SEED``.

    Returns:
        The folder with ``ensemble.onnx``, its card, ``ensemble.keras``, and a folder ``member-SEED`` for each.
    """
    members = []
    for seed in range(options.seed, options.seed + MEMBERS):
        alone = options.model_copy(update={"seed": seed, "out": options.out / f"member-{seed}"})
        if options.resume and is_trained(alone):
            say(f"Member of seed {seed}: already trained.")
        else:
            say(f"Member of seed {seed}:")
            train_alone(alone, get_ready(alone))
            forget(alone.out)
        members.append(load_keras(alone.out / "digit.keras"))
    ready = get_ready(options)
    summary = f"{MEMBERS} networks like digit, of seeds {options.seed} to {seed}, on an average"
    model = average(members)
    # Bytes with a scale for each channel: a quarter of the file; the certificate says what that changes.
    finish(options, ready, kept_in_bytes(to_onnx(model)), "ensemble", summary, model=model)
    return options.out


def average(members: list[Model]) -> Model:
    """One network whose logits are the mean of the members': a product of experts (Hinton 2002), in equal parts."""
    import keras

    given = keras.Input((28, 28))
    for number, member in enumerate(members):
        member.name = f"member_{number}"
    return keras.Model(given, keras.layers.Average()([member(given) for member in members]), name="ensemble")

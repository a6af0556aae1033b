"""Weights out of Keras' HDF5 files: only arrays that lie in the file itself, and only of the shape the network has."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tenfold.errors import ModelError


def text(value: Any) -> str:
    """An attribute as text; Keras 2 wrote some of them as bytes."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def fill(model: Any, group: Any, path: Path) -> None:
    """Give a network its weights.

    Args:
        model: The rebuilt network.
        group: The HDF5 group ``model_weights``: one group a layer, with the names of its weights.
        path: The file, for messages.

    Raises:
        ModelError: If weights are missing, too many, of another shape, or lie outside the file.
    """
    for layer in model.layers:
        # The order in which Keras saves them; within a network inside the network they come in one row.
        wanted = layer.trainable_weights + layer.non_trainable_weights
        if not wanted:
            continue
        place = _step(group, layer.name, path)
        names = _names(place)
        if len(names) != len(wanted):
            raise ModelError(
                f"{path}: layer {layer.name!r} needs {len(wanted)} arrays of weights, the file has {len(names)}.",
                "The file was written by another network, or is damaged.",
            )
        for weight, name in zip(wanted, names, strict=True):
            weight.assign(_array(place, name, tuple(weight.shape), path))


def _names(place: Any) -> list[str]:
    """The attribute ``weight_names``, or its pieces where there were too many for one."""
    if "weight_names" in place.attrs:
        return [text(name) for name in place.attrs["weight_names"]]
    pieces = itertools.takewhile(place.attrs.__contains__, (f"weight_names{number}" for number in itertools.count()))
    return [text(name) for piece in pieces for name in place.attrs[piece]]


def _step(place: Any, name: str, path: Path) -> Any:
    """The member of a group, unless it is a link to somewhere else."""
    import h5py

    link = place.get(name, getlink=True)
    if link is None:
        raise ModelError(f"{path}: there are no weights at {name!r:.80}.", "Save the network again in Keras.")
    if not isinstance(link, h5py.HardLink):
        raise ModelError(f"{path}: the weights at {name!r:.80} lie elsewhere; expected them in the file.")
    return place[name]


def _array(place: Any, name: str, shape: tuple[int, ...], path: Path) -> npt.NDArray[np.float32]:
    import h5py

    for part in name.split("/"):
        if not isinstance(place, h5py.Group):
            break
        place = _step(place, part, path)
    if not isinstance(place, h5py.Dataset) or place.external or place.is_virtual:
        raise ModelError(f"{path}: {name!r:.80} is no array that lies in the file itself.")
    if place.shape != shape:
        raise ModelError(
            f"{path}: the weights {name!r:.80} have shape {place.shape}; the network needs {shape}.",
            "The file was written by another network, or is damaged.",
        )
    return np.asarray(place[()], np.float32)

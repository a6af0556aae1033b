"""`tenfold export`: a model as a file for another program."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """The formats on offer."""

    ONNX = "onnx"
    INT8 = "int8"
    KERAS = "keras"
    H5 = "h5"
    HTML = "html"
    C = "c"


def command(
    model: Annotated[
        str, typer.Argument(help="A shipped model, or an .onnx, .keras or .h5 file.", metavar="NAME|FILE")
    ],
    to: Annotated[Format, typer.Option(help="The format to write.")],
    out: Annotated[Path, typer.Option(help="The file to write.", metavar="FILE")],
) -> None:
    """Write a model in another format, and certify that both say the same."""
    from tenfold.config import load_settings
    from tenfold.training.convert import convert

    print(convert(model, to.value, out, load_settings()))

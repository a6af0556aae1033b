"""`tenfold predict`: one answer a picture."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(
    images: Annotated[list[str], typer.Argument(help="Pictures of one digit each.", metavar="IMAGE...")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a picture, one a line.")] = False,
    model: Annotated[str, typer.Option(help="A shipped model, or a model file.")] = "digit",
) -> None:
    """Read the digit in each picture."""
    from tenfold.recognizer import Recognizer

    recognizer = Recognizer(model=model)
    for image in images:
        answer = recognizer.predict(image)
        print(json.dumps({"file": image, **answer.to_dict()}) if as_json else f"{image}: {answer.digit}")

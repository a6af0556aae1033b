"""`tenfold explain`: why a digit is read as it is, in words, as a picture, or as a page."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenfold.cli.inputs import STDIN, leave_if_unreadable, read_stdin
from tenfold.cli.options import ModelName
from tenfold.cli.predict import opened

if TYPE_CHECKING:
    from tenfold.explanation.value import Explanation
    from tenfold.types import Picture

ENDINGS = (".png", ".html", ".htm")
DIGITS = range(10)


def command(
    image: Annotated[
        str,
        typer.Argument(
            help="A picture of one digit, or a file of strokes; - reads either from standard input.",
            metavar="IMAGE",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Write it as a picture, or as a page with every layer's maps.", metavar="OUT.png|OUT.html"),
    ] = None,
    against: Annotated[
        int | None,
        typer.Option(help="The digit it might have been; by default the next best.", min=0, max=9, metavar="D"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on one line.")] = False,
    model: ModelName = None,
) -> None:
    """Say why the digit in a picture is read as it is."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as for predict

    from tenfold.atomic import check_target
    from tenfold.errors import UnreadableImage, UsageError
    from tenfold.explanation.explain import explain_with
    from tenfold.explanation.value import Explanation
    from tenfold.recognizer import Recognizer
    from tenfold.types import Prediction

    if out is not None:
        check_target(out)
        if out.suffix.lower() not in ENDINGS:
            raise UsageError(f"{out} does not end in .png or .html.", "Give it such a name.")
    recognizer = Recognizer(opened(model))
    picture: Picture | None = None
    try:
        source = read_stdin(recognizer.settings.max_bytes, "explain") if image == STDIN else image
        picture = recognizer.load(source)
        # A page has room for all of them.
        changes = DIGITS if out is not None and out.suffix.lower() != ".png" else None
        why = explain_with(recognizer, source, against, changes, with_layers=out is not None)
    except UnreadableImage as error:
        why = Explanation(Prediction("unreadable_image", reason=str(error), model=recognizer.model))
    if out is not None and picture is not None:
        _write(out, why, picture, image)
    print(_json(image, why) if as_json else _words(why))
    sys.stdout.flush()
    leave_if_unreadable(int(picture is None), 1)


def _write(out: Path, why: Explanation, picture: Picture, name: str) -> None:
    from tenfold.atomic import write_file
    from tenfold.output import printable

    if out.suffix.lower() == ".png":
        from tenfold.explanation.drawing import png
        from tenfold.explanation.poster import poster

        data = png(poster(why, picture))
    else:
        from tenfold.explanation.page import page

        data = page(why, picture, printable(name)).encode("utf-8")
    write_file(out, data)


def _json(name: str, why: Explanation) -> str:
    return json.dumps({"file": name, **why.to_dict()})


def _words(why: Explanation) -> str:
    from tenfold.explanation.words import sentences
    from tenfold.output import printable

    return "\n".join(printable(sentence) for sentence in sentences(why))

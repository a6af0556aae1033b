"""What an explanation shows, part by part: pictures with a word to each, for whatever they are shown on."""

from __future__ import annotations

from dataclasses import dataclass

from tenfold.explanation.drawing import changed, coloured, over_picture, plain, sheet
from tenfold.explanation.value import Change, Explanation, Layer
from tenfold.explanation.words import looked_at, named, spoke
from tenfold.output import percent
from tenfold.types import Picture, Pixels

# What a learner calls the operators of ONNX.
KINDS = {"Conv": "Convolution", "Relu": "ReLU", "Gemm": "Dense"}


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture with a word to it.

    Attributes:
        pixels: uint8, (h, w, 3) RGB or (h, w, 4) RGBA.
        caption: The word.
        text: What it shows, for those who do not see it.
        large: Whether its pixels are to be shown larger than the others'.
    """

    pixels: Pixels
    caption: str
    text: str
    large: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Pictures that belong together, with a title and a sentence."""

    title: str
    note: str
    shown: tuple[Shown, ...] = ()


def sections(why: Explanation, picture: Picture | None) -> list[Section]:
    """The parts of an explanation, in their order; none if nothing could be opened.

    Args:
        why: The explanation.
        picture: What was given, if it could be opened.
    """
    if picture is None:
        return []
    if why.seen_box is None:
        return [Section("What was given", "", (Shown(over_picture(picture, why), "", "The picture", large=True),))]
    parts = [_spoke(why, picture)]
    if why.answer is None:
        parts.append(_gate(why))
    if why.nearest:
        parts.append(_nearest(why))
    if why.changes:
        note = "Blue ink would be added, orange ink taken away. The network was asked whether it then says so."
        shown = [_change(why, one) for one in why.changes]
        if len(shown) == 1 and why.changes[0].found:
            shown.append(Shown(plain(why.changes[0].changed), "so changed", "The changed ink"))
        parts.append(Section("What would make it another digit", note, tuple(shown)))
    if why.layers:
        note = "What each layer of the network made of it. Blue is above zero, orange below."
        parts.append(Section("Layer by layer", note, tuple(_layer(one) for one in why.layers)))
    return parts


def _spoke(why: Explanation, picture: Picture) -> Section:
    said = spoke(why)
    if why.answer is not None and why.rival is not None:
        sides = f"Blue ink speaks for {named(why.answer)}, orange ink for {named(why.rival)}."
    else:
        sides = "Blue ink speaks against one digit, orange ink for it."
    return Section(
        "Which ink spoke",
        sides,
        (
            Shown(over_picture(picture, why), "as it was given", f"The picture in colours. {said}", large=True),
            Shown(coloured(why.seen, why.map), "as the network saw it", f"The 28x28 in colours. {said}", large=True),
        ),
    )


def _gate(why: Explanation) -> Section:
    shown = [
        Shown(plain(part), percent(one), f"A piece, one digit with {percent(one)}")
        for part, one in zip(why.gate.parts, why.gate.parts_one, strict=True)
    ]
    return Section("What the gate saw", looked_at(why), tuple(shown))


def _nearest(why: Explanation) -> Section:
    space = "the network's features" if why.space == "features" else "the pictures themselves"
    shown = [
        Shown(
            plain(one.pixels),
            f"{named(one.digit)}, {one.distance:.2f}",
            f"{named(one.digit).capitalize()}, training digit {one.number:,}, at a distance of {one.distance:.2f}",
        )
        for one in why.nearest
    ]
    note = f"Digits the network may have learned from, and how far they are: by {space}, 0 the same, 2 the opposite."
    return Section("Training digits like it", note, tuple(shown))


def _change(why: Explanation, change: Change) -> Shown:
    if change.prediction is None:
        text = f"No small change was found that makes it {named(change.digit)}"
        return Shown(plain(why.seen), f"{change.digit}: none found", text)
    sure = percent(change.prediction.confidence)
    text = f"Made {named(change.digit)}, {sure} sure, by a change of {100 * change.ink:.0f} % of the ink"
    return Shown(changed(why.seen, change), f"{named(change.digit)}, {sure}", text)


def _layer(layer: Layer) -> Shown:
    shape = layer.values.shape
    size = f"{shape[0]} maps of {shape[1]}x{shape[2]}" if len(shape) == 3 else f"{shape[0]} units"
    kind = KINDS.get(layer.kind, layer.kind)
    return Shown(sheet(layer), f"{kind}: {size}", f"{kind}, {size}", large=True)

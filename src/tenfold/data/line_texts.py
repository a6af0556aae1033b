"""What people write in a row: numbers, amounts, dates; and the signs they write it with."""

from __future__ import annotations

import numpy as np

Rng = np.random.Generator


DIGIT_NAMES = "0123456789"
SEPARATORS = ".,-/=#:$€£"
OTHER = "*"
"""A word, a letter, a signature, a digit struck out: writing that is no digit, however long."""
ALPHABET = DIGIT_NAMES + SEPARATORS + OTHER
LENGTHS = (0, 12, 16, 12, 15, 14, 9, 6, 9, 3, 2, 1, 1)


def repeating(text: str, rng: Rng, share: float) -> str:
    """The same with some digits made like the digit before: what a reader of rows overlooks most easily."""
    signs = list(text)
    for place in range(1, len(signs)):
        both = signs[place] in DIGIT_NAMES and signs[place - 1] in DIGIT_NAMES
        if share and both and rng.random() < share:
            signs[place] = signs[place - 1]
    return "".join(signs)


def any_text(rng: Rng) -> str:
    """Digits, an amount, a date, a number with a full stop, a postcode: what people write."""
    kind = rng.random()
    if kind < 0.6:
        return digits(int(rng.choice(len(LENGTHS), p=np.array(LENGTHS) / sum(LENGTHS))), rng)
    if kind < 0.7:
        return digits(int(rng.integers(1, 5)), rng) + "."
    if kind < 0.84:
        return _amount(rng)
    if kind < 0.91:
        mark = str(rng.choice(list("./-")))
        year = digits(4 if rng.random() < 0.5 else 2, rng)
        return mark.join([digits(int(rng.integers(1, 3)), rng), digits(int(rng.integers(1, 3)), rng), year])
    if kind < 0.96:
        mark = str(rng.choice(list("-/.:,")))
        return mark.join(digits(int(rng.integers(1, 5)), rng) for _ in range(rng.integers(2, 4)))
    text = list(digits(int(rng.integers(2, 7)), rng))
    text[rng.integers(len(text))] = OTHER
    return "".join(text)


def digits(count: int, rng: Rng) -> str:
    """So many digits by chance."""
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def _amount(rng: Rng) -> str:
    groups = [digits(int(rng.integers(1, 4)), rng)] + [
        digits(3, rng) for _ in range(rng.choice(3, p=(0.55, 0.35, 0.1)))
    ]
    thousands, point = (",", ".") if rng.random() < 0.5 else (".", ",")
    text = (thousands if rng.random() < 0.6 else "").join(groups)
    end = rng.random()
    if end < 0.5:
        text += point + digits(2, rng)
    elif end < 0.7:
        text += str(rng.choice([".-", ",-", "/-", "=", "-", ",="]))
    if rng.random() < 0.35:
        text = str(rng.choice(list("$€£"))) + text
    if rng.random() < 0.3:
        filler = str(rng.choice(["#", "##", "=", "-", "--", "=="]))
        text = filler + text + (filler if rng.random() < 0.7 else "")
    return text

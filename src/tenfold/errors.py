"""Every way Tenfold can refuse, with what to do about it and what it means at each edge.

    TenfoldError                    exit 1   HTTP 500
    ├── UsageError                  exit 2   HTTP 400   the call itself is wrong
    │   ├── UnknownName             exit 2   HTTP 404   no model, recipe or data set of that name
    │   ├── NotOneDigit             exit 2   HTTP 422   a profile takes single digits, and this is none
    │   ├── OtherNetwork            exit 2   HTTP 409   a profile belongs to another network
    │   └── ProfileFull             exit 2   HTTP 409   a profile has as many digits as it may
    ├── UnreadableImage             exit 3   HTTP 415   the input is no picture Tenfold can open
    │   ├── MissingImage            exit 3   HTTP 404   there is no such file
    │   ├── DamagedImage            exit 3   HTTP 422   a picture, but truncated or broken
    │   └── ImageTooLarge           exit 3   HTTP 413   over a limit, refused before decoding
    ├── MissingExtra                exit 4   HTTP 503   needs `pip install tenfold[...]`
    ├── NoWindow                    exit 4   HTTP 503   needs Tk or a display
    ├── DataError                   exit 5   HTTP 500   a data file is not what it should be
    │   ├── ChecksumError           exit 5   HTTP 500   SHA-256 differs
    │   └── NoSource                exit 5   HTTP 503   a data set could not be fetched from anywhere
    └── ModelError                  exit 5   HTTP 503   a model file or card that cannot be trusted

The core raises these and nothing else for a user's mistake; the command line and the server each
translate them once, by `exit_code` and `http_status`.
"""

from __future__ import annotations

from difflib import get_close_matches


class TenfoldError(Exception):
    """Base of all errors Tenfold raises on purpose.

    Args:
        message: What was wrong, where, expected and got, in one or two sentences.
        hint: What to do next, in one sentence; empty if there is nothing to add.
    """

    code = "error"
    exit_code = 1
    http_status = 500

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(TenfoldError):
    """The call is wrong: an argument out of range, of the wrong type, or two that exclude each other."""

    code = "usage"
    exit_code = 2
    http_status = 400


class UnknownName(UsageError):
    """A name that nothing has; the message offers the nearest one that is.

    Args:
        kind: What is being named, e.g. ``"model"``.
        name: The name given.
        known: The names there are.
    """

    code = "unknown_name"
    http_status = 404

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        near = get_close_matches(name, known, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        hint = f"Known: {', '.join(sorted(known))}." if known else ""
        super().__init__(f"There is no {kind} {name!r}.{guess}", hint)


class NotOneDigit(UsageError):
    """What is to go into a profile is not one digit."""

    code = "not_one_digit"
    http_status = 422


class OtherNetwork(UsageError):
    """A profile was made with another network than the one that is to answer."""

    code = "other_network"
    http_status = 409


class ProfileFull(UsageError):
    """A profile has as many digits as it may."""

    code = "profile_full"
    http_status = 409


class UnreadableImage(TenfoldError):
    """The input could not be opened as a picture."""

    code = "not_an_image"
    exit_code = 3
    http_status = 415


class MissingImage(UnreadableImage):
    """The path names nothing, or not a file."""

    code = "missing_image"
    http_status = 404


class DamagedImage(UnreadableImage):
    """The file starts like a picture but is truncated or broken; also arrays that hold no picture."""

    code = "damaged_image"
    http_status = 422


class ImageTooLarge(UnreadableImage):
    """Over the limit of bytes or pixels; refused before decoding."""

    code = "image_too_large"
    http_status = 413


class MissingExtra(TenfoldError):
    """A feature needs packages of an extra that is not installed.

    Args:
        feature: What was asked for, e.g. ``"Training"``.
        extra: The extra's name, e.g. ``"train"``.
    """

    code = "missing_extra"
    exit_code = 4
    http_status = 503

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed.",
            f'Install them with: pip install "tenfold[{extra}]"',
        )


class NoWindow(TenfoldError):
    """A window cannot be opened here: Tk or a display is missing."""

    code = "no_window"
    exit_code = 4
    http_status = 503


class DataError(TenfoldError):
    """A data file is truncated, mislabelled or of another format than it says."""

    code = "bad_data"
    exit_code = 5


class ChecksumError(DataError):
    """A file's SHA-256 is not the one on record."""

    code = "checksum"


class NoSource(DataError):
    """A data set is not in the cache and no source could be reached."""

    code = "no_source"
    http_status = 503


class ModelError(TenfoldError):
    """A model file or its card is broken, or was made for another normalisation."""

    code = "bad_model"
    exit_code = 5
    http_status = 503

"""One frozen settings object: built-in defaults < settings file < environment < arguments.

Plain dataclasses: building a validating model of a library takes longer than reading a digit, and a
command that answers one picture spends most of its time on starting up.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tenfold.errors import UsageError

PREFIX = "TENFOLD_"


def _home(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "tenfold"


def default_database() -> str:
    """The URL of the user's own database, by the XDG rules."""
    return f"sqlite:///{_home('XDG_DATA_HOME', '.local/share') / 'tenfold.db'}"


def default_profiles_dir() -> Path:
    """The user's folder for personal profiles, by the XDG rules."""
    return _home("XDG_DATA_HOME", ".local/share") / "profiles"


def default_cache_dir() -> Path:
    """The user's cache folder for data sets, by the XDG rules."""
    return _home("XDG_CACHE_HOME", ".cache")


def settings_file() -> Path:
    """The user's settings file, by the XDG rules; it need not exist."""
    return _home("XDG_CONFIG_HOME", ".config") / "settings.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, with safe defaults; `load_settings` gives those in force.

    Attributes:
        model: Shipped model name, or path of an .onnx file.
        error_budget: Largest share of wrong answers among those given, above 0, at most 1.
        number_error_budget: The same for whole numbers: each has several digits to go wrong.
        max_bytes: Largest picture file accepted, in bytes.
        max_pixels: Largest picture accepted, in pixels.
        max_document_bytes: Largest PDF accepted, in bytes; its pages are opened one at a time.
        threads: Lots of 64 pictures that are worked on at once, 1..64; up to 64 pictures one is all there is to do.
        cache_dir: Where data sets are kept.
        mnist_dir: A folder of MNIST's IDX files, to take them from.
        host: Address the server binds to.
        port: Port the server binds to, 0..65535; 0 picks a free one.
        workers: Server processes, 1..64.
        places: Requests that are being answered or wait for it, in each process; more are refused, 1..100,000.
        request_seconds: Longest time for one answer, above 0, at most 3,600.
        client_rate: Requests a second that one client may send to each process on average, 0 for any number; this
            machine may always.
        lesson_seconds: Longest time for a network that a visitor of the page trains; 0 if none may, at most 3,600.
        token: What requests have to bring as ``Authorization: Bearer TOKEN``; empty if all are answered.
        cors_origins: Origins whose pages may ask, with commas between; empty for none but the server's own.
        proxy: Addresses of proxies that are believed when they name the client, with commas between.
        log: ``json`` writes a line for each request to standard error, ``off`` accidents alone.
        database: Where answers and corrections are kept: ``sqlite:///FILE``, ``postgresql://USER@HOST/NAME``, or
            ``none``.
        keep_answers_days: Days after which answers that nobody corrected are forgotten, above 0, at most 36,500.
        keep_pictures_days: Days for which pictures are kept; 0 for none at all.
        keep_profiles_days: Days after which personal profiles nobody used are forgotten, above 0.5, at most 36,500.

    Raises:
        UsageError: If a value is of the wrong type or out of range, naming it and what was expected.
    """

    model: str = "digit"
    error_budget: float = 0.01
    number_error_budget: float = 0.02
    max_bytes: int = 20_000_000
    max_pixels: int = 40_000_000
    max_document_bytes: int = 500_000_000
    threads: int = 1
    cache_dir: Path = field(default_factory=default_cache_dir)
    mnist_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    places: int = 64
    request_seconds: float = 30
    client_rate: float = 100
    lesson_seconds: float = 60
    token: str = field(default="", repr=False)
    cors_origins: str = ""
    proxy: str = ""
    log: str = "off"
    database: str = field(default_factory=default_database, repr=False)
    keep_answers_days: float = 30
    keep_pictures_days: float = 0
    keep_profiles_days: float = 365

    def __post_init__(self) -> None:
        for name, (kind, low, high) in _NUMBERS.items():
            object.__setattr__(self, name, _number(name, getattr(self, name), kind, low, high))
        for name in ("model", "host", "token", "cors_origins", "proxy", "log", "database"):
            if not isinstance(getattr(self, name), str):
                raise _wrong(name, "must be text", getattr(self, name))
        if self.log not in LOGS:
            raise _wrong("log", f"must be one of {', '.join(LOGS)}", self.log)
        if self.token and (len(self.token) < LEAST_TOKEN or not self.token.isascii() or not self.token.isprintable()):
            raise _wrong("token", f"must be at least {LEAST_TOKEN} plain characters", "another")
        for name in ("cache_dir", "mnist_dir"):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, Path(value))
            elif not isinstance(value, Path) and not (name == "mnist_dir" and value is None):
                raise _wrong(name, "must be the path of a folder", value)


LOGS = ("off", "json")
# A shorter one can be guessed.
LEAST_TOKEN = 16
# Where 0 has a meaning of its own.
_MAY_BE_NONE = ("client_rate", "lesson_seconds", "keep_pictures_days")
# Type, the value it must exceed (of a share) or reach (of a count), and the value it must not exceed.
_NUMBERS: dict[str, tuple[type[int] | type[float], float, float]] = {
    "error_budget": (float, 0, 1),
    "number_error_budget": (float, 0, 1),
    "max_bytes": (int, 1, float("inf")),
    "max_pixels": (int, 1, float("inf")),
    "max_document_bytes": (int, 1, float("inf")),
    "threads": (int, 1, 64),
    "port": (int, 0, 65535),
    "workers": (int, 1, 64),
    "places": (int, 1, 100_000),
    "request_seconds": (float, 0, 3600),
    "client_rate": (float, 0, float("inf")),
    "lesson_seconds": (float, 0, 3600),
    "keep_answers_days": (float, 0, 36_500),
    "keep_pictures_days": (float, 0, 36_500),
    "keep_profiles_days": (float, 0.5, 36_500),
}


def _number(name: str, value: Any, kind: type[int] | type[float], low: float, high: float) -> float:
    try:
        # Text comes from the environment; anything but a whole number is no count.
        number = kind(value) if isinstance(value, str) or kind is float or value == int(value) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or isinstance(value, bool):
        raise _wrong(name, f"must be a valid {'integer' if kind is int else 'number'}", value)
    beyond = kind is float and name not in _MAY_BE_NONE
    if not ((number > low if beyond else number >= low) and number <= high):
        least = f"greater than {low}" if beyond else f"greater than or equal to {low}"
        raise _wrong(name, f"must be {least}" + (f" and less than or equal to {high}" if high < 1e9 else ""), value)
    return number


def _wrong(name: str, must: str, value: Any) -> UsageError:
    return UsageError(
        f"Setting {name!r} {must}, got {value!r}.",
        f"Give it as an argument, as {PREFIX}{name.upper()}, or in settings.toml.",
    )


def _from_file() -> dict[str, Any]:
    file = settings_file()
    if not file.is_file():
        return {}
    import tomllib

    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (ValueError, OSError) as error:  # no TOML, no text, or not to be read
        raise UsageError(f"{file} is not a settings file: {error}.", "Correct or remove it.") from error


def load_settings(**overrides: Any) -> Settings:
    """The settings in force: of the defaults, ``settings.toml``, the environment and the arguments the last wins.

    Args:
        overrides: Values that win over file and environment; None means "not given".

    Raises:
        UsageError: If a value is out of range or unknown, naming it and what was expected, or if the
            settings file cannot be read.
    """
    names = [one.name for one in fields(Settings)]
    environment = {name: os.environ.get(PREFIX + name.upper()) for name in names}
    given = {**_from_file(), **{name: value for name, value in environment.items() if value}}
    given |= {name: value for name, value in overrides.items() if value is not None}
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise UsageError(
                f"There is no setting {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""),
                f"Known: {', '.join(names)}.",
            )
    return Settings(**given)

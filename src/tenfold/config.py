"""One frozen settings model: built-in defaults < settings file < environment < arguments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tenfold.errors import UsageError

PREFIX = "TENFOLD_"


def _home(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "tenfold"


def default_cache_dir() -> Path:
    """The user's cache folder for data sets, by the XDG rules."""
    return _home("XDG_CACHE_HOME", ".cache")


def settings_file() -> Path:
    """The user's settings file, by the XDG rules; it need not exist."""
    return _home("XDG_CONFIG_HOME", ".config") / "settings.toml"


class Settings(BaseModel):
    """Everything that can be set, with safe defaults.

    Values come from, in rising order: the defaults here, ``settings.toml`` in the user's
    configuration folder (``~/.config/tenfold``), environment variables ``TENFOLD_<NAME>``, and
    keyword arguments.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field("digit", description="Shipped model name, or path of an .onnx file")
    error_budget: float = Field(0.01, gt=0, le=1, description="Largest share of wrong answers among those given")
    max_bytes: int = Field(20_000_000, gt=0, description="Largest picture file accepted, in bytes")
    max_pixels: int = Field(40_000_000, gt=0, description="Largest picture accepted, in pixels")
    threads: int = Field(1, ge=1, le=64, description="Threads for the network; one is fastest for one digit")
    cache_dir: Path = Field(default_factory=default_cache_dir, description="Where data sets are kept")
    mnist_dir: Path | None = Field(None, description="A folder of MNIST's IDX files, to take them from")
    host: str = Field("127.0.0.1", description="Address the server binds to")
    port: int = Field(8000, ge=0, le=65535, description="Port the server binds to; 0 picks a free one")
    workers: int = Field(1, ge=1, le=64, description="Server processes")

    @model_validator(mode="before")
    @classmethod
    def _from_everywhere(cls, given: dict[str, Any]) -> dict[str, Any]:
        # A package for this exists; loading it would take a quarter of the time to a first answer.
        environment = {name: os.environ.get(PREFIX + name.upper()) for name in cls.model_fields}
        return {**_from_file(), **{name: value for name, value in environment.items() if value}, **given}


def _from_file() -> dict[str, Any]:
    file = settings_file()
    if not file.is_file():
        return {}
    import tomllib

    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (ValueError, OSError) as error:  # no TOML, no text, or not to be read
        raise UsageError(f"{file} is not a settings file: {error}.", "Correct or remove it.") from error


def load_settings(**overrides: object) -> Settings:
    """The settings in force.

    Args:
        overrides: Values that win over file and environment; None means "not given".

    Raises:
        UsageError: If a value is out of range or unknown, naming it and what was expected, or if the
            settings file cannot be read.
    """
    try:
        return Settings.model_validate({name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"Setting {name!r}: {first['msg']}, got {first['input']!r}.",
            f"Give it as an argument, as TENFOLD_{name.upper()}, or in settings.toml.",
        ) from error

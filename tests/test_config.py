"""Settings: defaults, file, environment and arguments, in that order, and what is said of a wrong one."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from tenfold.config import Settings, load_settings
from tenfold.errors import UsageError


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home; returns where the settings file belongs."""
    for name in (one.name for one in fields(Settings)):
        monkeypatch.delenv(f"TENFOLD_{name.upper()}", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "config" / "tenfold"
    folder.mkdir(parents=True)
    return folder / "settings.toml"


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.model, settings.error_budget) == ("digit", 0.01)
    assert (settings.max_bytes, settings.max_pixels) == (20_000_000, 40_000_000)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.cache_dir == tmp_path / "cache" / "tenfold"


def test_arguments_win_over_environment_over_file(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_home.write_text("port = 1\nerror_budget = 0.1\nmax_bytes = 1\n", "utf-8")
    monkeypatch.setenv("TENFOLD_ERROR_BUDGET", "0.2")
    monkeypatch.setenv("TENFOLD_MAX_BYTES", "2")
    settings = load_settings(max_bytes=3)
    assert (settings.port, settings.error_budget, settings.max_bytes) == (1, 0.2, 3)


def test_none_means_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENFOLD_PORT", "9000")
    assert load_settings(port=None).port == 9000


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        load_settings().port = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("error_budget", 0, "greater than 0"),
        ("error_budget", 1.5, "less than or equal to 1"),
        ("error_budget", float("nan"), "less than or equal to 1"),
        ("threads", 0, "greater than or equal to 1"),
        ("port", 70_000, "less than or equal to 65535"),
        ("max_bytes", "many", "valid integer"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(name: str, value: object, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(**{name: value})
    assert f"Setting {name!r}" in caught.value.message
    assert expected in caught.value.message
    assert repr(value) in caught.value.message
    assert f"TENFOLD_{name.upper()}" in caught.value.hint


def test_an_unknown_setting_offers_the_near_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="Did you mean 'error_budget'"):
        load_settings(error_budgt=0.1)


def test_a_wrong_value_in_the_environment_or_the_file(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_home.write_text("threads = 100\n", "utf-8")
    with pytest.raises(UsageError, match=r"'threads'.*less than or equal to 64, got 100"):
        load_settings()
    monkeypatch.setenv("TENFOLD_THREADS", "three")
    with pytest.raises(UsageError, match=r"'threads'.*got 'three'"):
        load_settings()


def test_a_settings_file_that_is_none(own_home: Path) -> None:
    for content in (b"port = = 5\n", b"\xff\xfe\n"):
        own_home.write_bytes(content)
        with pytest.raises(UsageError, match=r"settings\.toml is not a settings file"):
            load_settings()

"""docs/privacy.md tells of all that is kept: what is kept anew has to be told there first."""

from __future__ import annotations

from pathlib import Path

from tenfold.config import Settings
from tenfold.server import keeper
from tenfold.store.tables import METADATA

ROOT = Path(__file__).resolve().parent.parent
PAGE = " ".join((ROOT / "docs" / "privacy.md").read_text("utf-8").split())
# By table and column, the words in which the page tells of it.
TOLD = {
    "answers": {
        "id": "an answer: when",
        "at": "an answer: when",
        "client": "a name for the client",
        "model": "the network",
        "task": "an answer",
        "status": "the status",
        "value": "the best reading",
        "confidence": "confidences",
        "probabilities": "confidences",
        "look": "64 bits by which nearly equal pictures are known",
        "picture": "the picture, cut to its ink",
    },
    "corrections": {
        "id": "a correction",
        "answer": "a correction",
        "at": "what is right, when",
        "client": "the name of the client",
        "value": "what is right",
        "state": "what the reviewer decided",
        "final": "what the reviewer decided",
        "reviewed_at": "what the reviewer decided",
    },
    # The key of the clients' names.
    "facts": {"name": "a key that lies in the same database", "value": "a key that lies in the same database"},
    "versions": {
        "id": "a version",
        "name": "a version",
        "at": "a version",
        "card": "card",
        "checks": "what it was compared in",
        "weights": "weights",
    },
    "promotions": dict.fromkeys(("id", "at", "name", "version", "back"), "a version that learned from corrections"),
    "profiles": {
        "id": "a profile",
        "handle": "SHA-256 alone",
        "client": "the name of the client",
        "at": "when made",
        "used": "last used",
        "model": "the network",
    },
    "profile_digits": {
        "id": "a profile",
        "profile": "a profile",
        "digit": "which digit it is",
        "features": "112 numbers",
    },
}


def test_every_column_is_told_of() -> None:
    kept = {table.name: set(table.columns.keys()) for table in METADATA.sorted_tables}
    assert kept == {name: set(columns) for name, columns in TOLD.items()}
    assert [words for columns in TOLD.values() for words in columns.values() if words not in PAGE] == []


def test_how_long_is_what_the_settings_say() -> None:
    settings = Settings()
    assert f"`keep_answers_days`, {settings.keep_answers_days:g}" in PAGE
    assert f"`keep_profiles_days`, {settings.keep_profiles_days:g}" in PAGE
    assert f"answers for {settings.keep_answers_days:g} days" in PAGE
    assert settings.keep_pictures_days == 0
    assert "`keep_pictures_days` above 0" in PAGE
    assert f"at most {keeper.LONGEST} pixels wide or high" in PAGE


def test_browsers_keep_what_is_told() -> None:
    page = ROOT / "src/tenfold/server/page"
    scripts = {path.relative_to(page).as_posix(): path.read_text("utf-8") for path in page.rglob("*.js")}
    keeping = {name for name, text in scripts.items() if "localStorage.setItem" in text}
    assert keeping == {"hand.js"}
    assert {name for name, text in scripts.items() if "sessionStorage.setItem" in text} == {"token.js", "handed_ink.js"}
    assert not any(word in text for text in scripts.values() for word in ("document.cookie", "indexedDB"))

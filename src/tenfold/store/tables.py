"""The tables: what was answered, what people said of it, what was learned of it, and whose hand is whose."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Times are seconds since 1970, UTC: both databases keep them alike.
ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at", Float, nullable=False),
    Column("client", String(16), nullable=False),
    Column("model", String(100), nullable=False),
    # "digit" or "number".
    Column("task", String(10), nullable=False),
    Column("status", String(20), nullable=False),
    # The best reading, even of an uncertain answer: digits, none where there was nothing to read.
    Column("value", String(64), nullable=False),
    Column("confidence", Float, nullable=False),
    # One for each digit, as JSON; null where there was nothing to read.
    Column("probabilities", String(400)),
    # 64 bits of what the network saw, in hexadecimal: near-duplicates differ in few of them.
    Column("look", String(16)),
    # What was given, cut to the ink, as PNG; null unless pictures are kept.
    Column("picture", LargeBinary),
    Index("ix_answers_at", "at"),
)

CORRECTIONS = Table(
    "corrections",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("answer", String(32), ForeignKey("answers.id"), nullable=False),
    Column("at", Float, nullable=False),
    Column("client", String(16), nullable=False),
    # What it is said to be: digits, or none.
    Column("value", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    # What the reviewer made of it.
    Column("final", String(64)),
    Column("reviewed_at", Float),
    UniqueConstraint("answer", "client"),
    Index("ix_corrections_state", "state", "at"),
)

# What belongs to the database as a whole, by name.
FACTS = Table(
    "facts", METADATA, Column("name", String(40), primary_key=True), Column("value", String(200), nullable=False)
)

VERSIONS = Table(
    "versions",
    METADATA,
    Column("id", Integer, primary_key=True),
    # Of the model, e.g. "digit".
    Column("name", String(40), nullable=False),
    Column("at", Float, nullable=False),
    Column("card", Text, nullable=False),
    # What it was compared with before it might answer, as JSON.
    Column("checks", Text, nullable=False),
    Column("weights", LargeBinary, nullable=False),
)

# The latest one of a name says which version answers; null for the shipped one. None is ever changed.
PROMOTIONS = Table(
    "promotions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("name", String(40), nullable=False),
    Column("version", Integer, ForeignKey("versions.id")),
    # Whether it undoes the latest one that is not undone yet.
    Column("back", Boolean, nullable=False, server_default=false()),
)

# Who has the handle has the profile; here is its SHA-256 alone.
PROFILES = Table(
    "profiles",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("handle", String(64), nullable=False),
    # Who made it, see Store.client: one client makes so many a day.
    Column("client", String(16), nullable=False),
    Column("at", Float, nullable=False),
    # On which day it was asked for last, more or less: what nobody uses is forgotten.
    Column("used", Float, nullable=False),
    # The network its features are of.
    Column("model", String(100), nullable=False),
    UniqueConstraint("handle"),
    Index("ix_profiles_client", "client", "at"),
    Index("ix_profiles_used", "used"),
)

PROFILE_DIGITS = Table(
    "profile_digits",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("profile", Integer, ForeignKey("profiles.id"), nullable=False),
    Column("digit", Integer, nullable=False),
    # float32, little-endian.
    Column("features", LargeBinary, nullable=False),
    Index("ix_profile_digits_profile", "profile"),
)

"""Answers, corrections, and facts about the database."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "answers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("client", sa.String(16), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("task", sa.String(10), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("probabilities", sa.String(400)),
        sa.Column("look", sa.String(16)),
        sa.Column("picture", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
    )
    op.create_index("ix_answers_at", "answers", ["at"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("client", sa.String(16), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("final", sa.String(64)),
        sa.Column("reviewed_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["answer"], ["answers.id"], name="fk_corrections_answer"),
        sa.UniqueConstraint("answer", "client", name="uq_corrections_answer"),
    )
    op.create_index("ix_corrections_state", "corrections", ["state", "at"])
    facts = op.create_table(
        "facts",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    # Clients are told apart without keeping their addresses.
    op.bulk_insert(facts, [{"name": "salt", "value": secrets.token_hex(16)}])

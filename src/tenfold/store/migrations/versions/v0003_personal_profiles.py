"""Personal profiles: features of some digits of one hand, found by the hash of a handle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make two more tables."""
    op.create_table(
        "profiles",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("handle", sa.String(64), nullable=False),
        sa.Column("client", sa.String(16), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("used", sa.Float, nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profiles"),
        sa.UniqueConstraint("handle", name="uq_profiles_handle"),
    )
    op.create_index("ix_profiles_client", "profiles", ["client", "at"])
    op.create_index("ix_profiles_used", "profiles", ["used"])
    op.create_table(
        "profile_digits",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("profile", sa.Integer, nullable=False),
        sa.Column("digit", sa.Integer, nullable=False),
        sa.Column("features", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_profile_digits"),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name="fk_profile_digits_profile"),
    )
    op.create_index("ix_profile_digits_profile", "profile_digits", ["profile"])

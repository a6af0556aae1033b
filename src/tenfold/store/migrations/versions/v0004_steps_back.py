"""Which promotions are steps back, so that whoever promotes an old version again can go back from it, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column, and mark those that led to a version from before: all of them were taken for steps back."""
    op.add_column("promotions", sa.Column("back", sa.Boolean, nullable=False, server_default=sa.false()))
    promotions = sa.table(
        "promotions", sa.column("id"), sa.column("name"), sa.column("version"), sa.column("back", sa.Boolean)
    )
    connection = op.get_bind()
    steps: dict[str, list[int | None]] = {}
    past = sa.select(promotions.c.id, promotions.c.name, promotions.c.version).order_by(promotions.c.id)
    for number, name, version in connection.execute(past).all():
        way = steps.setdefault(name, [None])
        if version in way[:-1]:
            del way[way.index(version) + 1 :]
            connection.execute(sa.update(promotions).where(promotions.c.id == number).values(back=True))
        else:
            way.append(version)

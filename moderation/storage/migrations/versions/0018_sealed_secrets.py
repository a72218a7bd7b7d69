"""Secrets that are used again are encrypted; digests of what people choose are not kept."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from moderation.storage.sealing import vault_of

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_PLACES = (("credentials", "id"), ("host_secrets", "id"), ("second_factors", "user_id"))


def upgrade() -> None:
    with op.batch_alter_table("second_factors") as batch:
        batch.alter_column(
            "secret", existing_type=sa.String(64), type_=sa.Text(), existing_nullable=False
        )
    op.execute(
        sa.text(
            "UPDATE host_secrets SET digest = ''"
            " WHERE purpose NOT IN ('post_address', 'topic_address')"
        )
    )
    _change(lambda secret: vault_of(op.get_bind()).seal(secret))


def downgrade() -> None:
    _change(lambda stored: vault_of(op.get_bind()).open(stored))
    with op.batch_alter_table("second_factors") as batch:
        batch.alter_column(
            "secret", existing_type=sa.Text(), type_=sa.String(64), existing_nullable=False
        )


def _change(change: Callable[[str], str]) -> None:
    connection = op.get_bind()
    for table, key in _PLACES:
        rows = connection.execute(
            sa.text(f"SELECT {key}, secret FROM {table} WHERE secret IS NOT NULL")  # noqa: S608 - our own names
        ).all()
        for row_key, secret in rows:
            connection.execute(
                sa.text(f"UPDATE {table} SET secret = :secret WHERE {key} = :key"),  # noqa: S608 - our own names
                {"secret": change(secret), "key": row_key},
            )

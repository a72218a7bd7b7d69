"""Why a version of a policy was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("policies", sa.Column("because", sa.String(length=500), nullable=True))


def downgrade() -> None:
    op.drop_column("policies", "because")

"""a phone's condition, what became of its storage, and which phone it replaces

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIMES = ("readmitted_at", "confirmed_at", "storage_lost_at", "condition_at")


def upgrade() -> None:
    with op.batch_alter_table("device") as device:
        for name in _TIMES:
            device.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        device.add_column(sa.Column("replaces", sa.String(64), nullable=True))
        device.add_column(sa.Column("condition", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("device") as device:
        for name in (*_TIMES, "replaces", "condition"):
            device.drop_column(name)

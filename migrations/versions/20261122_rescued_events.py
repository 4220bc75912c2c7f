"""where the events of rescue files stood, and where they stand now

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rescued_event",
        sa.Column("tenant_id", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("sig", sa.Text(), nullable=True),
        sa.Column("in_device_id", sa.String(64), nullable=False),
        sa.Column("in_epoch", sa.BigInteger(), nullable=False),
        sa.Column("in_seq", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.String(64), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_rescued_event_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["in_device_id"], ["device.device_id"], name=op.f("fk_rescued_event_in_device_id_device")),
        sa.PrimaryKeyConstraint("tenant_id", "device_id", "epoch", "seq", "hash", name=op.f("pk_rescued_event")),
    )


def downgrade() -> None:
    op.drop_table("rescued_event")

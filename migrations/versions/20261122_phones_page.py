"""what the page of phones asks for: who waits for blobs, second branches by time, how far a person has looked at what was set aside

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MISSING = sa.text("blobs_missing > 0")


def upgrade() -> None:
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("quarantine_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_fork_event_received", "fork_event", ["tenant_id", "received_at"])
    op.create_index("ix_job_view_missing", "job_view", ["tenant_id", "job_id"], sqlite_where=_MISSING, postgresql_where=_MISSING)


def downgrade() -> None:
    op.drop_index("ix_job_view_missing", table_name="job_view")
    op.drop_index("ix_fork_event_received", table_name="fork_event")
    with op.batch_alter_table("device") as device:
        device.drop_column("quarantine_seen_at")

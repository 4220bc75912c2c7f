"""indexes that cost a push less

Few events are ever set aside, so only those stand in their index; and names of blobs are looked up by their event, in the order in
which they come, instead of by a hash that falls anywhere in an index.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SET_ASIDE = sa.text("standing = 'quarantined'")


def upgrade() -> None:
    op.create_index("ix_event_set_aside", "event", ["tenant_id", "received_at"], sqlite_where=_SET_ASIDE, postgresql_where=_SET_ASIDE)
    op.drop_index("ix_event_standing", table_name="event")
    op.create_index("ix_blob_name_event", "blob_name", ["device_id", "seq"])
    op.drop_index("ix_blob_name_device", table_name="blob_name")


def downgrade() -> None:
    op.create_index("ix_blob_name_device", "blob_name", ["device_id", "sha256"])
    op.drop_index("ix_blob_name_event", table_name="blob_name")
    op.create_index("ix_event_standing", "event", ["tenant_id", "standing", "received_at"])
    op.drop_index("ix_event_set_aside", table_name="event")

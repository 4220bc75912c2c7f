"""which named blobs are awaited: what to ask a phone for is found without a look at all that it ever sent

Rows that an older server writes meanwhile are awaited, whether or not their blob is there; the reading side asks for the blob's own row.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AWAITED = sa.text("awaited")


def upgrade() -> None:
    op.add_column("blob_name", sa.Column("awaited", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.execute(
        "UPDATE blob_name SET awaited = false WHERE EXISTS"
        " (SELECT 1 FROM blob WHERE blob.tenant_id = blob_name.tenant_id AND blob.sha256 = blob_name.sha256)"
    )
    op.create_index("ix_blob_name_awaited", "blob_name", ["device_id", "epoch", "seq"], sqlite_where=_AWAITED, postgresql_where=_AWAITED)


def downgrade() -> None:
    op.drop_index("ix_blob_name_awaited", table_name="blob_name")
    op.drop_column("blob_name", "awaited")

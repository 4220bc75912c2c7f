"""standards that are published from a day, withdrawn, and drafted

A version is in force from an instant; those there are were from when they were published.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("standard_version") as version:
        version.add_column(sa.Column("effective_from", _TIME, nullable=True))
        version.add_column(sa.Column("published_by", sa.String(36), nullable=True))
        version.add_column(sa.Column("withdrawn_at", _TIME, nullable=True))
        version.add_column(sa.Column("withdrawn_why", sa.Text(), nullable=True))
    op.execute("UPDATE standard_version SET effective_from = published_at")
    with op.batch_alter_table("standard_version") as version:
        version.alter_column("effective_from", existing_type=_TIME, nullable=False)
    op.create_table(
        "standard_draft",
        sa.Column("draft_id", sa.String(36), primary_key=True),
        sa.Column("tenant_id", sa.String(64), sa.ForeignKey("tenant.tenant_id"), nullable=False),
        sa.Column("base_digest", sa.String(64), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(36), nullable=False),
    )
    op.create_index("ix_standard_draft_tenant", "standard_draft", ["tenant_id", "changed_at"])


def downgrade() -> None:
    op.drop_table("standard_draft")
    with op.batch_alter_table("standard_version") as version:
        for name in ("effective_from", "published_by", "withdrawn_at", "withdrawn_why"):
            version.drop_column(name)

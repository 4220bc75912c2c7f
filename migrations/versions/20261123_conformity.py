"""how approved jobs kept to their standards

Jobs that were approved before have no rows until `flask jobs refold` has run: `flask doctor` names them.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conformity",
        sa.Column("job_id", sa.String(64), sa.ForeignKey("job_view.job_id"), primary_key=True),
        sa.Column("standard_id", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(64), sa.ForeignKey("tenant.tenant_id"), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=True),
        sa.Column("crew", sa.Text(), nullable=False),
        sa.Column("visit_ended_at", _TIME, nullable=True),
        sa.Column("approved_at", _TIME, nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("excepted", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
    )
    op.create_index("ix_conformity_approved", "conformity", ["tenant_id", "approved_at", "job_id", "standard_id"])


def downgrade() -> None:
    op.drop_table("conformity")

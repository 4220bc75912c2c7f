"""indexes for lists of the newest jobs

Without them a list of all jobs, or of all jobs of one stage, sorts every job there ever was.

Revision: 0002, after 0001.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_view_newest", "job_view", ["tenant_id", "job_id"])
    op.create_index("ix_job_view_stage_newest", "job_view", ["tenant_id", "stage", "job_id"])


def downgrade() -> None:
    op.drop_index("ix_job_view_stage_newest", table_name="job_view")
    op.drop_index("ix_job_view_newest", table_name="job_view")

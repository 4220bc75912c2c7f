"""first tables

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lineage",
        sa.Column("lineage_id", sa.Integer(), nullable=False),
        sa.Column("server_epoch", sa.String(length=36), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lineage_id", name=op.f("pk_lineage")),
    )
    op.create_table(
        "tenant",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant")),
    )
    op.create_table(
        "blob",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_blob_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "job_view",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("fold_v", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("order_ref", sa.String(length=80), nullable=True),
        sa.Column("customer_name", sa.String(length=80), nullable=True),
        sa.Column("station_id", sa.String(length=64), nullable=True),
        sa.Column("slot_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slot_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blobs_named", sa.BigInteger(), nullable=False),
        sa.Column("blobs_missing", sa.BigInteger(), nullable=False),
        sa.Column("anomalies", sa.BigInteger(), nullable=False),
        sa.Column("open_findings", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_job_view_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_view")),
    )
    with op.batch_alter_table("job_view", schema=None) as batch_op:
        batch_op.create_index("ix_job_view_slot", ["tenant_id", "slot_from", "job_id"], unique=False)
        batch_op.create_index("ix_job_view_stage", ["tenant_id", "stage", "slot_from", "job_id"], unique=False)

    op.create_table(
        "model",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_model_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "gtin", name=op.f("pk_model")),
    )
    op.create_table(
        "platform",
        sa.Column("platform_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_platform_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_platform")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_platform_key_hash")),
    )
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "sign_in_try",
        sa.Column("try_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=True),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_sign_in_try_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("try_id", name=op.f("pk_sign_in_try")),
    )
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_try_who", ["who", "tried_at"], unique=False)

    op.create_table(
        "standard_version",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("standard_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_standard_version_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_standard_version")),
        sa.UniqueConstraint("tenant_id", "standard_id", "version", name="uq_standard_version_version"),
    )
    op.create_table(
        "station",
        sa.Column("station_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_station_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("station_id", name=op.f("pk_station")),
    )
    with op.batch_alter_table("station", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_station_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "order_intake",
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("order_ref", sa.String(length=80), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job_view.job_id"], name=op.f("fk_order_intake_job_id_job_view")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_order_intake_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_intake")),
        sa.UniqueConstraint("tenant_id", "source", "order_ref", name="uq_order_intake_ref"),
    )
    op.create_table(
        "proof",
        sa.Column("proof_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sig", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job_view.job_id"], name=op.f("fk_proof_job_id_job_view")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_proof_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("proof_id", name=op.f("pk_proof")),
    )
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.create_index("ix_proof_job", ["job_id"], unique=False)

    op.create_table(
        "user",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("station_id", sa.String(length=64), nullable=True),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["station_id"], ["station.station_id"], name=op.f("fk_user_station_id_station")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_user_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user")),
        sa.UniqueConstraint("login", name=op.f("uq_user_login")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "console_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_console_session_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["user_id"], ["user.user_id"], name=op.f("fk_console_session_user_id_user")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_session")),
    )
    with op.batch_alter_table("console_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_console_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_console_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "device",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("platform", sa.String(length=200), nullable=False),
        sa.Column("alg", sa.String(length=8), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("epoch_offered", sa.BigInteger(), nullable=False),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("build", sa.String(length=64), nullable=True),
        sa.Column("pending_events", sa.BigInteger(), nullable=False),
        sa.Column("pending_blobs", sa.BigInteger(), nullable=False),
        sa.Column("pending_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pending_oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_device_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["user_id"], ["user.user_id"], name=op.f("fk_device_user_id_user")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index("ix_device_desk", ["tenant_id", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_user_id"), ["user_id"], unique=False)

    op.create_table(
        "enrolment_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_enrolment_code_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["user_id"], ["user.user_id"], name=op.f("fk_enrolment_code_user_id_user")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_code")),
    )
    op.create_table(
        "job_crew",
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job_view.job_id"], name=op.f("fk_job_crew_job_id_job_view")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_job_crew_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["user_id"], ["user.user_id"], name=op.f("fk_job_crew_user_id_user")),
        sa.PrimaryKeyConstraint("job_id", "user_id", name=op.f("pk_job_crew")),
    )
    with op.batch_alter_table("job_crew", schema=None) as batch_op:
        batch_op.create_index("ix_job_crew_open", ["user_id", "is_open", "job_id"], unique=False)

    op.create_table(
        "blob_name",
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name=op.f("fk_blob_name_device_id_device")),
        sa.ForeignKeyConstraint(["job_id"], ["job_view.job_id"], name=op.f("fk_blob_name_job_id_job_view")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_blob_name_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "sha256", "device_id", "epoch", "seq", name=op.f("pk_blob_name")),
    )
    with op.batch_alter_table("blob_name", schema=None) as batch_op:
        batch_op.create_index("ix_blob_name_device", ["device_id", "sha256"], unique=False)
        batch_op.create_index("ix_blob_name_job", ["job_id", "sha256"], unique=False)

    op.create_table(
        "event",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body_digest", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("sig", sa.Text(), nullable=True),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=True),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("rev", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name=op.f("fk_event_device_id_device")),
        sa.ForeignKeyConstraint(["job_id"], ["job_view.job_id"], name=op.f("fk_event_job_id_job_view")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_event_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("device_id", "epoch", "seq", name=op.f("pk_event")),
        sa.UniqueConstraint("job_id", "rev", name="uq_event_job_rev"),
        sa.UniqueConstraint("tenant_id", "event_id", name="uq_event_event_id"),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_standing", ["tenant_id", "standing", "received_at"], unique=False)

    op.create_table(
        "fork_event",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sig", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name=op.f("fk_fork_event_device_id_device")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_fork_event_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("device_id", "epoch", "seq", "hash", name=op.f("pk_fork_event")),
    )
    op.create_table(
        "log_head",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name=op.f("fk_log_head_device_id_device")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_log_head_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("device_id", "epoch", name=op.f("pk_log_head")),
    )
    op.create_table(
        "seal",
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=64), nullable=False),
        sa.Column("challenge", sa.String(length=200), nullable=False),
        sa.Column("seal", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.device_id"], name=op.f("fk_seal_device_id_device")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.tenant_id"], name=op.f("fk_seal_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("device_id", "epoch", "seq", "hash", name=op.f("pk_seal")),
    )


def downgrade() -> None:
    op.drop_table("seal")
    op.drop_table("log_head")
    op.drop_table("fork_event")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_standing")

    op.drop_table("event")
    with op.batch_alter_table("blob_name", schema=None) as batch_op:
        batch_op.drop_index("ix_blob_name_job")
        batch_op.drop_index("ix_blob_name_device")

    op.drop_table("blob_name")
    with op.batch_alter_table("job_crew", schema=None) as batch_op:
        batch_op.drop_index("ix_job_crew_open")

    op.drop_table("job_crew")
    op.drop_table("enrolment_code")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_user_id"))
        batch_op.drop_index(batch_op.f("ix_device_tenant_id"))
        batch_op.drop_index("ix_device_desk")

    op.drop_table("device")
    with op.batch_alter_table("console_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_console_session_user_id"))
        batch_op.drop_index(batch_op.f("ix_console_session_expires_at"))

    op.drop_table("console_session")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_tenant_id"))

    op.drop_table("user")
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.drop_index("ix_proof_job")

    op.drop_table("proof")
    op.drop_table("order_intake")
    with op.batch_alter_table("station", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_station_tenant_id"))

    op.drop_table("station")
    op.drop_table("standard_version")
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_try_who")

    op.drop_table("sign_in_try")
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_platform_tenant_id"))

    op.drop_table("platform")
    op.drop_table("model")
    with op.batch_alter_table("job_view", schema=None) as batch_op:
        batch_op.drop_index("ix_job_view_stage")
        batch_op.drop_index("ix_job_view_slot")

    op.drop_table("job_view")
    op.drop_table("blob")
    op.drop_table("tenant")
    op.drop_table("lineage")

"""Accepted jobs and their steps, the members' shares and rates, and how long edits take."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """The tables of the ledger."""
    op.create_table(
        "jobs",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("key", TEXT),
        sa.Column("surface", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("guild", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("lane", TEXT, nullable=False),
        sa.Column("conversation", TEXT, nullable=False),
        sa.Column("after", TEXT),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("given", TEXT),
        sa.Column("reference", TEXT),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("effort", TEXT, nullable=False),
        sa.Column("expected_s", sa.Float(), nullable=False),
        sa.Column("share_start", sa.Float(), nullable=False),
        sa.Column("share_end", sa.Float(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", TEXT),
        sa.Column("deadline", sa.BigInteger()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.JSON()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("delivered_at", sa.BigInteger()),
        sa.UniqueConstraint("key", name="uq_jobs_key"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name="fk_jobs_conversation", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_state_lane_share_end", "jobs", ["state", "lane", "share_end"])
    op.create_index("ix_jobs_author_state", "jobs", ["author", "state"])
    op.create_index("ix_jobs_conversation", "jobs", ["conversation"])
    op.create_index("ix_jobs_delivered_at_deadline", "jobs", ["delivered_at", "deadline"])
    op.create_table(
        "steps",
        sa.Column("job", TEXT, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_steps_job", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_steps_revision", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "step", name="pk_steps"),
    )
    op.create_table(
        "shares",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("virtual_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_shares"),
    )
    op.create_table(
        "rates",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rates"),
    )
    op.create_table(
        "efforts",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_efforts"),
    )

"""Accepted jobs and their steps, when members were last served, their rates, and how long edits take."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The tables of the ledger."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("guild", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("after", sa.Text()),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("given", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("effort", sa.Text(), nullable=False),
        sa.Column("expected_s", sa.Float(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("ready_at", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.Text()),
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
    op.create_index("ix_jobs_state_lane", "jobs", ["state", "lane"])
    op.create_index("ix_jobs_author_state", "jobs", ["author", "state"])
    op.create_index("ix_jobs_conversation", "jobs", ["conversation"])
    op.create_table(
        "steps",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_steps_job", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_steps_revision", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "step", name="pk_steps"),
    )
    op.create_table(
        "members",
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("served_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("author", name="pk_members"),
    )
    op.create_table(
        "rates",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rates"),
    )
    op.create_table(
        "efforts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_efforts"),
    )

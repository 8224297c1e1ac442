"""Posts, letters not dealt with, preferences, saved recipes, and the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """The tables of what is kept beside pictures and jobs."""
    op.create_table(
        "posts",
        sa.Column("surface", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("job", TEXT),
        sa.Column("revision", TEXT),
        sa.Column("conversation", TEXT),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["job"], ["jobs.id"], name="fk_posts_job", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_posts_revision", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name="fk_posts_conversation", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("surface", "message", name="pk_posts"),
    )
    op.create_index("ix_posts_job_noted_at", "posts", ["job", "noted_at"])
    op.create_index("ix_posts_revision", "posts", ["revision"])
    op.create_index("ix_posts_conversation", "posts", ["conversation"])
    op.create_table(
        "inbox",
        sa.Column("surface", TEXT, nullable=False),
        sa.Column("message", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("guild", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("surface", "message", name="pk_inbox"),
    )
    op.create_index("ix_inbox_held_until", "inbox", ["held_until"])
    op.create_table(
        "preferences",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("author", TEXT),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_preferences"),
    )
    op.create_index("ix_preferences_author", "preferences", ["author"])
    op.create_table(
        "recipes",
        sa.Column("author", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("author", "name", name="pk_recipes"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("guild", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_guild_id", "audit", ["guild", "id"])

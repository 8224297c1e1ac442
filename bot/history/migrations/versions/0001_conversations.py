"""Conversations, revisions and their pieces, moves, questions and their candidates."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Every table of the first release."""
    op.create_table(
        "conversations",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("surface", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_author", "conversations", ["author"])
    op.create_table(
        "revisions",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("parent", TEXT),
        sa.Column("conversation", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", TEXT, nullable=False),
        sa.Column("instruction", TEXT, nullable=False),
        sa.Column("plan", sa.JSON()),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("backend", TEXT),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("pixels", TEXT, nullable=False),
        sa.Column("opacity", sa.Boolean(), nullable=False),
        sa.Column("based", sa.Boolean(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.Column("mask", TEXT),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("offset_x", sa.Integer()),
        sa.Column("offset_y", sa.Integer()),
        sa.Column("target", TEXT),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.UniqueConstraint("conversation", "number", name="uq_revisions_conversation_number"),
        sa.ForeignKeyConstraint(["parent"], ["revisions.id"], name="fk_revisions_parent"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name="fk_revisions_conversation", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_revisions_author", "revisions", ["author"])
    op.create_index("ix_revisions_parent", "revisions", ["parent"])
    op.create_index("ix_revisions_pixels", "revisions", ["pixels"])
    op.create_table(
        "moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", TEXT, nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name="fk_moves_conversation", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_moves_revision", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_moves"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_moves_conversation_id", "moves", ["conversation", "id"])
    op.create_index("ix_moves_revision_id", "moves", ["revision", "id"])
    op.create_table(
        "pieces",
        sa.Column("revision", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("mode", TEXT, nullable=False),
        sa.Column("key", sa.Integer()),
        sa.Column("blob", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_pieces_revision", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("revision", "position", name="pk_pieces"),
    )
    op.create_table(
        "questions",
        sa.Column("conversation", TEXT, nullable=False),
        sa.Column("revision", TEXT, nullable=False),
        sa.Column("instruction", TEXT, nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("operation", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversations.id"], name="fk_questions_conversation", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_questions_revision", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("conversation", name="pk_questions"),
    )
    op.create_table(
        "candidates",
        sa.Column("question", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("x0", sa.Integer(), nullable=False),
        sa.Column("y0", sa.Integer(), nullable=False),
        sa.Column("x1", sa.Integer(), nullable=False),
        sa.Column("y1", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("mask", TEXT),
        sa.ForeignKeyConstraint(
            ["question"], ["questions.conversation"], name="fk_candidates_question", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question", "position", name="pk_candidates"),
    )

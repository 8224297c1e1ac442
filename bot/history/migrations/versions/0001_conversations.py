"""Conversations, revisions and their pieces, moves, questions and their candidates."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Every table of the first release."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("surface", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_author", "conversations", ["author"])
    op.create_table(
        "revisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text()),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
        sa.Column("plan", sa.JSON()),
        sa.Column("seed", sa.BigInteger()),
        sa.Column("backend", sa.Text()),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("pixels", sa.Text(), nullable=False),
        sa.Column("opacity", sa.Boolean(), nullable=False),
        sa.Column("based", sa.Boolean(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.Column("mask", sa.Text()),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("offset_x", sa.Integer()),
        sa.Column("offset_y", sa.Integer()),
        sa.Column("target", sa.Text()),
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
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
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
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("key", sa.Integer()),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["revisions.id"], name="fk_pieces_revision", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("revision", "position", name="pk_pieces"),
    )
    op.create_table(
        "questions",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("instruction", sa.Text(), nullable=False),
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
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("x0", sa.Integer(), nullable=False),
        sa.Column("y0", sa.Integer(), nullable=False),
        sa.Column("x1", sa.Integer(), nullable=False),
        sa.Column("y1", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mask", sa.Text()),
        sa.ForeignKeyConstraint(
            ["question"], ["questions.conversation"], name="fk_candidates_question", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question", "position", name="pk_candidates"),
    )

"""Runs migrations on the connection that `bot.history.database.upgrade` hands over, in its transaction.

A new one is a file in `versions/`, and its name the new `bot.history.schema.VERSION`; tests hold the three together.
"""

from alembic import context

from bot.history.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

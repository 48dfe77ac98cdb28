"""Alembic's way in: the database named by whoever calls, all tables of models/."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, Enum

import models.tables  # noqa: F401 - declares every table
from migrations.new_columns import give_defaults
from models.base import Base, UtcDateTime
from models.engine import make_engine


def render(kind: str, thing: Any, _autogenerate: Any) -> str | Literal[False]:
    """A migration stands by itself: it names the column's type in the database, not ours."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Enum):
        return "sa.String(40)"
    return False


def migrate(connection: Connection) -> None:
    """Run what is missing on this connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render,
        process_revision_directives=give_defaults,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:  # whoever gave it commits
    migrate(given)
else:
    engine = make_engine(context.config.attributes["url"])
    with engine.connect() as own:
        if engine.dialect.name == "sqlite":  # a table made anew is dropped under its name for a moment
            own.connection.execute("PRAGMA foreign_keys=OFF")
        migrate(own)
        if own.in_transaction():
            own.commit()
    engine.dispose()

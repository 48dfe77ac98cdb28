"""Alembic's way in: the database named by whoever calls, all tables of models/."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum

import models.tables  # noqa: F401 - declares every table
from models.base import Base, UtcDateTime
from models.engine import make_engine


def render(kind: str, thing: Any, _autogenerate: Any) -> str | Literal[False]:
    """A migration stands by itself: it names the column's type in the database, not ours."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, Enum):
        return "sa.String(40)"
    return False


url = context.config.attributes["url"]
engine = make_engine(url)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.in_transaction():
        connection.commit()
engine.dispose()

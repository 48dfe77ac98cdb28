"""Which version the tables are, and bringing them to this version's (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

HERE = Path(__file__).parent.parent


def alembic_config(url: str) -> Config:
    """Where the migrations are, and which database they are for."""
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["url"] = url
    return config


def newest() -> str:
    """The revision this version of the product works with."""
    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    if head is None:
        raise ValueError("there are no migrations")
    return head


def is_known(revision: str) -> bool:
    """Whether this version of the product has that revision: its own or an older one."""
    scripts = ScriptDirectory.from_config(alembic_config(""))
    return revision in {script.revision for script in scripts.walk_revisions()}


def revision_of(connection: Connection) -> str | None:
    """The revision of this database; None: it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def outdated(engine: Engine) -> bool:
    """Whether the database is not at this version's schema."""
    with engine.execution_options(reading=True).connect() as connection:
        return revision_of(connection) != newest()


def upgrade(url: str) -> None:
    """Bring the database at this URL to this version's schema, from nothing or from an older one."""
    command.upgrade(alembic_config(url), "head")


def upgrade_within(connection: Connection) -> None:
    """The same in the transaction of this connection, which undoes it if it fails (PostgreSQL)."""
    config = alembic_config("")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

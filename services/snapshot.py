"""The database at one moment, as one SQLite file, from either engine: what every backup is made of.

From SQLite by VACUUM INTO: one read transaction, which no writer waits for. From PostgreSQL row by row in one
REPEATABLE READ transaction: `pg_dump` would have to be installed, and to be as new as the server (adr 5).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

from sqlalchemy import (
    JSON,
    Connection,
    Engine,
    Enum,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    func,
    insert,
    select,
    text,
)  # fmt: skip
from sqlalchemy.exc import DBAPIError

import models.tables  # noqa: F401 - declares every table
from models.base import Base
from rules.refusal import Refusal
from services import schema
from services.manifest import private_file

T = TypeVar("T")
FULL = "磁盘已满，备份没有完成；写了一半的部分已删除，以前的备份不受影响。"
ROWS = 2000
"""Rows carried at a time."""


class Progress(Protocol):
    """Shows how far a long piece of work has come."""

    def __call__(self, things: Iterable[T], total: int, what: str) -> Iterable[T]: ...


def silently(things: Iterable[T], total: int, what: str) -> Iterable[T]:
    """No progress is shown."""
    return things


@contextmanager
def opened(path: Path, *, writable: bool = False) -> Iterator[Connection]:
    """A transaction on a snapshot; without the product's WAL, so that it stays one file."""
    mode = "rw" if writable else "ro"
    engine = create_engine(
        f"sqlite:///file:{quote(str(path.absolute()))}?mode={mode}&uri=true", poolclass=NullPool
    )
    with engine.begin() as connection:
        if writable:  # what fails half-way is thrown away whole; what is kept is synced at the end
            connection.execute(text("PRAGMA journal_mode=MEMORY"))
            connection.execute(text("PRAGMA synchronous=OFF"))
        yield connection


def take_snapshot(engine: Engine, path: Path, progress: Progress = silently) -> None:
    """Write the database as it is at this moment into a new file. A Refusal if it does not hold together."""
    private_file(path).close()
    with _sqlite_in_words():
        if engine.dialect.name == "sqlite":
            with closing(engine.raw_connection()) as pooled:
                pooled.execute("VACUUM INTO ?", (str(path),))
        else:
            reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with reading.connect() as source, opened(path, writable=True) as target:
                schema.upgrade_within(target)
                copy_rows(source, target, progress)
        with opened(path) as snapshot:
            wrong = snapshot.scalar(text("PRAGMA integrity_check"))
    if wrong != "ok":
        raise Refusal(f"数据库本身已损坏，备份没有完成：{wrong}")


@contextmanager
def _sqlite_in_words() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, sqlite3.Error):
            raise
        if getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL":
            raise Refusal(FULL) from error
        raise Refusal(f"数据库快照没有写成，备份没有完成：{cause}") from error


def bytes_of(engine: Engine) -> int:
    """About how large a snapshot will be."""
    ask = "SELECT pg_database_size(current_database())"
    if engine.dialect.name == "sqlite":
        ask = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with engine.execution_options(reading=True).connect() as connection:
        return int(connection.scalar(text(ask)) or 0)


def count_rows(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def copy_rows(source: Connection, target: Connection, progress: Progress = silently) -> None:
    """Carry every row over, tables that others refer to first."""
    counts = count_rows(source)
    for table in plain_tables():
        parts = _parts(source, table)
        for part in progress(parts, -(-counts[table.name] // ROWS), table.name):
            target.execute(insert(table), part)


def _parts(source: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    rows = source.execute(
        select(table).order_by(*table.primary_key.columns), execution_options={"yield_per": ROWS}
    )
    for part in rows.mappings().partitions():
        yield [dict(row) for row in part]


def plain_tables() -> list[Table]:
    """The tables as the database sees them: a word that an enum no longer knows is carried over all the same,
    and a missing JSON value stays missing instead of becoming JSON's null."""
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Enum):
                column.type = String()
            elif isinstance(column.type, JSON):
                column.type = JSON(none_as_null=bool(column.nullable))
    return metadata.sorted_tables

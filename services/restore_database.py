"""Putting a snapshot in the place of the product's database, whole or not at all, on either engine."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError

from models.base import Base
from rules.refusal import Refusal
from services import schema
from services.backup_folder import sync
from services.snapshot import Progress, copy_rows, opened, plain_tables, silently

OWN = frozenset({"secret", "lease", "access_token", "job_run"})
"""Tables the product fills by itself at its first start: a database with nothing else is empty."""
RUNNING = "河哨还在运行（数据库正在使用）。请先停止：systemctl stop heshao（多台机器要全部停止），再恢复。"
NOT_EMPTY = (
    "数据库里已经有数据，没有恢复。如果确实要用备份替换现有数据，请加 --replace"
    "（建议先把现有数据备份一份：flask backup）。"
)
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
)
Verify = Callable[[Connection], None]
"""Raises a Refusal for a restored database that is not what the backup says."""


def refuse_if_in_use(engine: Engine) -> None:
    """A Refusal while anybody else is connected."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        with _alone_with(_file(engine)):
            return
    with engine.connect() as connection:
        _refuse_others(connection)


def refuse_unless_empty(engine: Engine) -> None:
    """A Refusal where there is data."""
    if engine.dialect.name == "sqlite" and not _file(engine).exists():
        return
    try:
        with engine.execution_options(reading=True).connect() as connection:
            empty = _is_empty(connection)
    except DBAPIError as error:
        raise Refusal(
            f"现有数据库无法读取（{error.orig}），没有恢复。要用备份替换它，请加 --replace。"
        ) from error
    finally:
        engine.dispose()
    if not empty:
        raise Refusal(NOT_EMPTY)


def load(
    engine: Engine, snapshot: Path, verify: Verify, label: str, progress: Progress = silently
) -> Path | None:
    """Put the snapshot in place of what is there, after `verify`. Returns where an old SQLite file now lies."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        return _load_file(_file(engine), snapshot, verify, label)
    _load_rows(engine, snapshot, verify, progress)
    return None


def _load_file(target: Path, snapshot: Path, verify: Verify, label: str) -> Path | None:
    target.parent.mkdir(parents=True, exist_ok=True)
    prepared = target.with_name(f"{target.name}.restoring")
    prepared.unlink(missing_ok=True)
    old = target.with_name(f"{target.name}.before-{label}")
    try:
        prepare(snapshot, prepared)
        with opened(prepared) as connection:
            verify(connection)
        with _alone_with(target):
            for part in ("-wal", "-shm", ""):  # a log left behind would be played into the new file
                if (there := Path(f"{target}{part}")).exists():
                    there.rename(f"{old}{part}")
            prepared.rename(target)
    finally:
        prepared.unlink(missing_ok=True)
    sync(target.parent)
    return old if old.exists() else None


def prepare(snapshot: Path, path: Path) -> None:
    """A copy of the snapshot at this version's schema, for its owner only, synced."""
    path.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(snapshot, path)
    with opened(path, writable=True) as connection:
        schema.upgrade_within(connection)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _load_rows(engine: Engine, snapshot: Path, verify: Verify, progress: Progress) -> None:
    """In one transaction, tables and all: if it fails, what was there is still there."""
    with opened(snapshot) as source, engine.begin() as target:
        target.execute(text("SET LOCAL lock_timeout = '10s'"))
        _refuse_others(target)
        revision = schema.revision_of(target)
        if revision is not None and not schema.is_known(revision):
            raise Refusal(f"现有数据库来自别的版本（{revision}），没有恢复。请另建一个空数据库来恢复。")
        schema.upgrade_within(target)
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        target.execute(text(f"TRUNCATE {names}"))
        copy_rows(source, target, progress)
        for table in plain_tables():
            if "id" in table.columns:
                _number_on(target, table.name)
        verify(target)


def _number_on(connection: Connection, table: str) -> None:
    """Let new rows be numbered after the last one; tables without a sequence have none to set."""
    connection.execute(
        text(
            f'SELECT setval(sequence, greatest((SELECT max(id) FROM "{table}"), 1), '  # noqa: S608 - our own table
            f'EXISTS (SELECT 1 FROM "{table}")) '
            "FROM (SELECT pg_get_serial_sequence(:quoted, 'id') AS sequence) AS its WHERE sequence IS NOT NULL"
        ),
        {"quoted": f'"{table}"'},
    )


def _is_empty(connection: Connection) -> bool:
    there = set(inspect(connection).get_table_names())
    return not any(
        connection.execute(select(1).select_from(table).limit(1)).first()
        for table in Base.metadata.sorted_tables
        if table.name in there - OWN
    )


def _refuse_others(connection: Connection) -> None:
    """Whoever has just hung up is given a moment to be gone."""
    for _ in range(20):
        if not connection.scalar(OTHERS):
            return
        connection.execute(text("SELECT pg_sleep(0.1), pg_stat_clear_snapshot()"))
    raise Refusal(RUNNING)


def _file(engine: Engine) -> Path:
    return Path(engine.url.database or "")


@contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    """Hold the SQLite file so that nobody else can open it; one so damaged that nobody can is not held."""
    with ExitStack() as held:
        if path.exists():
            connection = held.enter_context(closing(sqlite3.connect(path, timeout=1, isolation_level=None)))
            try:
                connection.execute("PRAGMA journal_mode=DELETE")  # granted only to whoever is alone
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in (
                    sqlite3.SQLITE_BUSY,
                    sqlite3.SQLITE_LOCKED,
                ):
                    raise Refusal(RUNNING) from error
        yield

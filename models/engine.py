"""The database engine: SQLite (WAL, FULL) by default, PostgreSQL by its URL, nothing else differs."""

import sqlite3
from functools import partial
from math import ceil
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError


def make_engine(url: str, wait_seconds: float = 20) -> Engine:
    """An engine for this SQLAlchemy URL; a SQLite file's folder is made if it is missing.

    `wait_seconds`: how long one waits for another process that writes, for a lock, for a connection, and for a
    PostgreSQL that has vanished or says nothing. Errors do not show what was to be
    written: openids and words do not belong into a log.
    """
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        # no ping before each use: the desk does again what met a connection the server has dropped
        return create_engine(
            parsed, pool_size=10, max_overflow=20, pool_timeout=wait_seconds, hide_parameters=True,
            connect_args=_limits(wait_seconds), json_serializer=_json,
        )  # fmt: skip
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, connect_args={"timeout": wait_seconds, "check_same_thread": False}, hide_parameters=True,
        json_serializer=_json, json_deserializer=orjson.loads,
    )  # fmt: skip
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", partial(_begin_sqlite, wait_seconds=wait_seconds))
    return engine


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _limits(wait_seconds: float) -> dict[str, Any]:
    """libpq's and the server's own limits of time; without them a silent server is waited for for ever."""
    milliseconds = int(wait_seconds * 1000)
    return {
        "connect_timeout": max(2, ceil(wait_seconds)), "tcp_user_timeout": milliseconds,
        "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
        "options": f"-c lock_timeout={milliseconds}",
    }  # fmt: skip


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection, wait_seconds: float) -> None:
    """A writer takes its place at once: a late upgrade of a read lock could only fail.

    Where another process writes, we ask again every millisecond: SQLite's own waiting sleeps up to 100 ms
    at a time, which is what a reporter would wait.
    """
    if connection.get_execution_options().get("reading", False):
        connection.exec_driver_sql("BEGIN")
        return
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    until = monotonic() + wait_seconds
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as busy:
                if busy.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                    raise OperationalError("BEGIN IMMEDIATE", None, busy, hide_parameters=True) from busy
            sleep(0.001)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(wait_seconds * 1000)}")

"""Statements in the driver's own words, for the path that every message takes.

SQLAlchemy writes the statement once for each dialect and tells how each value is bound and read back; what it
does besides for every execution (cache keys, contexts, result proxies) costs five to ten times the statement.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from models.base import UtcDateTime

Processor = Callable[[Any], Any] | None
_PLACES = count()


class Prepared:
    """One statement whose parameters always have these names; compiled when first run on a dialect.

    Python-side column defaults do not apply: an insert names every column that has one.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, *parameters: str) -> None:
        self._statement = statement
        self._parameters = parameters
        self._place = next(_PLACES)
        self._written: dict[str, _Written] = {}

    def place(self) -> int:
        """Where it stands among all statements, in the order they are written in the program."""
        return self._place

    def __call__(self, connection: Connection, **values: Any) -> "Result":
        """Run it. Raises what SQLAlchemy raises (IntegrityError, OperationalError …), never naming a value."""
        written = self._for(connection.dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(written.sql, written.bound(values))
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, cursor, written.sql, error) from error
        return Result(cursor, written.readers)

    def many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run it for each of these, in the order of their first parameter; how many rows were touched."""
        written = self._for(connection.dialect)
        first = self._parameters[0]
        cursor = connection.connection.cursor()
        try:
            if len(rows) == 1:
                cursor.execute(written.sql, written.bound(rows[0]))
            else:
                ordered = sorted(rows, key=lambda values: values[first])
                cursor.executemany(written.sql, [written.bound(values) for values in ordered])
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, cursor, written.sql, error) from error
        return Result(cursor, written.readers).count

    def _for(self, dialect: Dialect) -> "_Written":
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _Written(self._statement, self._parameters, dialect)
        return written


def _told(connection: Connection, cursor: Any, sql: str, error: Exception) -> Exception:
    """The error as SQLAlchemy tells it, without the values."""
    dialect: Any = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, cursor)
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect,
        connection_invalidated=lost,
    )  # fmt: skip


class Result:
    """What a statement gave: its rows, the only one, or how many it touched."""

    def __init__(self, cursor: Any, readers: Sequence[Processor]) -> None:
        self._cursor = cursor
        self._readers = readers

    @property
    def count(self) -> int:
        """Rows that were touched."""
        count: int = self._cursor.rowcount
        self._cursor.close()
        return count

    def row(self) -> tuple[Any, ...] | None:
        """The only row, or None."""
        row = self._cursor.fetchone()
        self._cursor.close()
        return None if row is None else self._read(row)

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows."""
        rows = self._cursor.fetchall()
        self._cursor.close()
        return [self._read(row) for row in rows]

    def _read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            [
                value if reader is None or value is None else reader(value)
                for reader, value in zip(self._readers, row, strict=True)
            ]
        )


class _Written:
    """A statement as one driver takes it."""

    def __init__(
        self, statement: Select[Any] | Insert | Update | Delete, parameters: Sequence[str], dialect: Dialect
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(parameters))
        forgotten = set(compiled.binds) - set(parameters)
        if forgotten:
            raise ValueError(f"parameters without a value: {sorted(forgotten)}")
        self.sql = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        binders = {name: _binder(bind.type, dialect) for name, bind in compiled.binds.items()}
        self._binders = [(name, binders[name]) for name in self._order or binders]
        columns = statement.selected_columns if isinstance(statement, Select) else statement.exported_columns
        self.readers = [_reader(column.type, dialect) for column in columns]

    def bound(self, values: Mapping[str, Any]) -> Any:
        if self._order is not None:
            return [values[name] if bind is None else bind(values[name]) for name, bind in self._binders]
        return {name: values[name] if bind is None else bind(values[name]) for name, bind in self._binders}


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    if dialect.name == "sqlite" and isinstance(kind, UtcDateTime):
        return _Moments()
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    if dialect.name == "sqlite" and isinstance(kind, UtcDateTime):
        return _moment
    if dialect.name == "sqlite" and isinstance(kind, JSON):
        return orjson.loads
    return kind.dialect_impl(dialect).result_processor(dialect, None)


class _Moments:
    """Moments as SQLAlchemy writes them for SQLite; what is written together mostly has one moment."""

    def __init__(self) -> None:
        self._last: tuple[datetime, str] | None = None

    def __call__(self, value: datetime | None) -> str | None:
        if value is None:
            return None
        last = self._last
        if last is not None and value is last[0]:
            return last[1]
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime reached the database: {value!r}")
        written = value.astimezone(UTC).isoformat(" ", "microseconds")[:-6]
        self._last = value, written
        return written


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)

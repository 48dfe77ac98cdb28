"""Statements in the driver's own words, for the path that every message takes.

SQLAlchemy writes the statement once for each dialect and tells how each value is bound and read back; what it
does besides for every execution (cache keys, contexts, result proxies) costs five to ten times the statement.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any] | None


class Prepared:
    """One statement whose parameters always have these names; compiled when first run on a dialect.

    Python-side column defaults do not apply: an insert names every column that has one.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, *parameters: str) -> None:
        self._statement = statement
        self._parameters = parameters
        self._written: dict[str, _Written] = {}

    def __call__(self, connection: Connection, **values: Any) -> "Result":
        """Run it. Raises what SQLAlchemy raises (IntegrityError, OperationalError …), never naming a value."""
        dialect = connection.dialect
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _Written(self._statement, self._parameters, dialect)
        driver = connection.connection
        cursor = driver.cursor()
        try:
            cursor.execute(written.sql, written.bound(values))
        except dialect.loaded_dbapi.Error as error:
            lost = dialect.is_disconnect(error, driver, cursor)
            if lost:
                connection.invalidate(error)
            raise DBAPIError.instance(
                written.sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect,
                connection_invalidated=lost,
            ) from error  # fmt: skip
        return Result(cursor, written.readers)


class Result:
    """What a statement gave: at most one row is asked for, or how many rows it touched."""

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
        if row is None:
            return None
        return tuple(
            [
                value if reader is None else reader(value)
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
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Processor:
    return kind.dialect_impl(dialect).result_processor(dialect, None)

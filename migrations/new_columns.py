"""For `migrations.revise`: a column that may not be empty needs a value for the rows that are there already."""

import json
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any

from alembic.operations.ops import AddColumnOp, MigrationScript, ModifyTableOps
from sqlalchemy import Column, DefaultClause, text


def give_defaults(_context: Any, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Give each such new column the model's own default in the database too; name those that have none."""
    for column in (column for script in scripts for column in _added(script)):
        if column.nullable or column.server_default is not None:
            continue
        literal = _literal(column)
        if literal is None:
            print(
                f"NOT NULL column {column.table.name}.{column.name} has no default: rows that are there could not "
                "be upgraded",
                file=sys.stderr,
            )
        else:
            column.server_default = DefaultClause(text(literal))


def _added(script: MigrationScript) -> Iterator[Column[Any]]:
    for operations in script.upgrade_ops_list:
        for table in operations.ops:
            if isinstance(table, ModifyTableOps):
                yield from (op.column for op in table.ops if isinstance(op, AddColumnOp))


def _literal(column: Column[Any]) -> str | None:
    """The model's default as SQL of both engines; None where it has none."""
    default: Any = column.default
    if default is None or not (default.is_scalar or default.is_callable):
        return None
    value = default.arg(None) if default.is_callable else default.arg
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + written.replace("'", "''") + "'"

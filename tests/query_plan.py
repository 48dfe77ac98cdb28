"""What the database would do for a select, with its parameters bound as the product binds them."""

from typing import Any

from sqlalchemy import ClauseElement, Executable, Select, text
from sqlalchemy.ext.compiler import compiles

from services.desk import Desk


class Explain(Executable, ClauseElement):
    """EXPLAIN of a select."""

    inherit_cache = False

    def __init__(self, wanted: Select[Any]) -> None:
        self.wanted = wanted


@compiles(Explain, "sqlite")
def _in_sqlite(element: Explain, compiler: Any, **kw: Any) -> str:
    return f"EXPLAIN QUERY PLAN {compiler.process(element.wanted, **kw)}"


@compiles(Explain, "postgresql")
def _in_postgresql(element: Explain, compiler: Any, **kw: Any) -> str:
    return f"EXPLAIN {compiler.process(element.wanted, **kw)}"


def plan_of(desk: Desk, wanted: Select[Any]) -> str:
    """The plan in the database's own words; of small tables PostgreSQL would read the whole, so not here."""
    with desk.reading() as work:
        if desk.engine.dialect.name == "postgresql":
            for way in ("seqscan", "sort", "bitmapscan", "mergejoin"):
                work.session.execute(text(f"SET LOCAL enable_{way} = off"))
        found = work.session.connection().execute(Explain(wanted))
        return "\n".join(
            str(row) for row in found.cursor.fetchall()
        )  # raw: the select's own types do not fit

"""Serial numbers without gaps: raised in the transaction of what is numbered, so that undoing it gives them back.

Whoever has raised a number, or holds a series, keeps everybody else from theirs until the transaction ends: ask for
it as late as can be.
"""

from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from models.setting import Counter
from services.desk import Work

NUMBERING = 7401
"""Sets our locks apart from others of the same database."""
_RAISED = {
    name: insert.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1}).returning(
        Counter.value
    )
    for name, insert in (("sqlite", sqlite.insert(Counter)), ("postgresql", postgresql.insert(Counter)))
}


def hold(work: Work, name: str) -> None:
    """Let nobody else hold this series until this work is done; who waits longest is next.

    Not by the counter's row: on PostgreSQL a newcomer overtakes those who wait for a row that is changed each time.
    On SQLite there is one writer anyway.
    """
    if work.connection.dialect.name == "postgresql":
        work.connection.execute(select(func.pg_advisory_xact_lock(NUMBERING, key_of(name))))


def key_of(name: str) -> int:
    """The series as PostgreSQL's locks know it."""
    return crc32(name.encode()) - 2**31


def next_serial(work: Work, name: str) -> int:
    """The next number of this series, from 1; nobody else gets one until this work is done."""
    raised: int = work.connection.execute(
        _RAISED[work.connection.dialect.name], {"name": name, "value": 1}
    ).scalar_one()
    return raised


def serial_of_year(work: Work, series: str) -> tuple[int, int]:
    """(China year, serial) for something numbered anew each year."""
    year = work.today.year
    return year, next_serial(work, f"{series}:{year}")

"""A database full of open cases, of which a few are due for the ladder; and one town's chief who is told of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, insert, literal, select, text, update

from models.case import Case
from models.follower import Follower
from models.person import Appointment, Person
from models.registry import Town
from rules.deadlines import Severity
from rules.lifecycle import State
from rules.roles import Role
from rules.workdays import CHINA

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=CHINA).astimezone(UTC)
"""A Tuesday, when the ladder climbs."""
DUE_AT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
BATCH = 2000


def lay_out(engine: Engine) -> int:
    """A town whose chief reads what is sent; its id."""
    with engine.begin() as connection:
        town = connection.scalar(select(func.min(Town.id))) or 0
        connection.execute(insert(Person).values(id=90_001, name="王镇长", phone="", pseudonym="bench-chief"))
        connection.execute(
            insert(Appointment).values(
                person_id=90_001, role=Role.TOWN_CHIEF, town_id=town, since=date(2024, 1, 1), until=None
            )
        )
        connection.execute(
            insert(Follower).values(
                openid="oBenchSweep", pseudonym="bench-follower", person_id=90_001, following=True, met_at=NOW,
                informed_at=NOW,
            )
        )  # fmt: skip
    return town


def open_until(engine: Engine, count: int, town: int) -> None:
    """Have so many open cases of which nothing is due for weeks."""
    table = Case.__table__
    copied = [column for column in table.columns if column.name not in ("id", "serial", "number")]
    with engine.begin() as connection:
        have = connection.scalar(select(func.count()).select_from(Case)) or 0
        if have == 0:
            have = min(count, BATCH)
            connection.execute(insert(Case), [_case(n, town) for n in range(1, have + 1)])
        while have < count:
            many = min(have, count - have)
            more = select(table.c.serial + have, table.c.number + literal(f"+{have}"), *copied).where(
                table.c.serial <= many
            )
            names = ["serial", "number", *(column.name for column in copied)]
            connection.execute(insert(Case).from_select(names, more))
            have += many
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text('ANALYZE "case"'))  # autovacuum's doing, a minute later


def have_due(engine: Engine, count: int, first: int) -> None:
    """Let so many of them, beginning with this serial, want their reminder on the day now."""
    with engine.begin() as connection:
        connection.execute(
            update(Case)
            .where(Case.serial >= first, Case.serial < first + count)
            .values(rectify_by=DUE_AT, remind_at=NOW)
        )


def _case(number: int, town: int) -> dict[str, Any]:
    accepted = NOW - timedelta(days=7)
    return {
        "year": 1999, "serial": number, "number": f"BENCH-{number}", "kind": "岸线垃圾",
        "severity": Severity.ORDINARY, "state": State.ACCEPTED, "town_id": town, "place": "北运河",
        "opened_at": accepted, "assigned_at": accepted, "accepted_at": accepted, "rectify_from": accepted,
        "rectify_days": 60, "rectify_by": NOW + timedelta(days=60), "remind_at": NOW + timedelta(days=30),
        "version": 1,
    }  # fmt: skip

"""A database full of messages: so many owed, so many sent before, to two thousand reporters with a case each."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, literal, select, text

from models.case import Case
from models.follower import Follower
from models.notification import Channel, Delivery, Notice, Notification
from models.registry import Town
from rules.deadlines import Severity
from rules.lifecycle import State

REPORTERS = 2000


def openid_of(number: int) -> str:
    """The WeChat identity of one of them."""
    return f"oBenchOwed{number:018d}"


def lay_out(engine: Engine) -> None:
    """Reporters and their cases."""
    now = datetime.now(UTC)  # noqa: TID251 - a database made now
    with engine.begin() as connection:
        town = connection.scalar(select(func.min(Town.id)))
        connection.execute(insert(Follower), [_follower(n, now) for n in range(1, REPORTERS + 1)])
        connection.execute(insert(Case), [_case(n, now, town) for n in range(1, REPORTERS + 1)])


def sent_before(engine: Engine, count: int) -> None:
    """Have at least so many messages sent in the past months."""
    now = datetime.now(UTC)  # noqa: TID251
    base = {"delivery": Delivery.SENT, "channel": Channel.TEMPLATE, "attempts": 1, "platform_id": "0"}
    with engine.begin() as connection:
        rows = [
            _row(n, now - timedelta(days=1 + n % 90), f"sent:{n}") | base for n in range(1, REPORTERS + 1)
        ]
        for row in rows:
            row["sent_at"] = row["owed_at"]
        _multiplied(connection, rows, Delivery.SENT, count)


def owe(engine: Engine, count: int) -> None:
    """Have so many messages owed and due."""
    now = datetime.now(UTC)  # noqa: TID251
    base = {"delivery": Delivery.OWED, "channel": None, "attempts": 0, "platform_id": "", "sent_at": None}
    with engine.begin() as connection:
        rows = [_row(n, now - timedelta(seconds=n), f"owed:{n}") | base for n in range(1, REPORTERS + 1)]
        _multiplied(connection, rows, Delivery.OWED, count)
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))  # autovacuum's doing, a minute later


def _multiplied(connection: Connection, rows: list[dict[str, Any]], delivery: Delivery, count: int) -> None:
    """These rows, and the same again under other keys until there are `count` of this kind."""
    have = connection.scalar(select(func.count()).where(Notification.delivery == delivery)) or 0
    if have == 0:
        connection.execute(insert(Notification), rows[:count])
        have = min(count, len(rows))
    table = Notification.__table__
    copied = [column for column in table.columns if column.name not in ("id", "key")]
    while have < count:
        more = (
            select(table.c.key + literal(f"+{have}"), *copied)
            .where(table.c.delivery == delivery)
            .limit(min(have, count - have))
        )
        connection.execute(
            insert(Notification).from_select(["key", *(column.name for column in copied)], more)
        )
        have += min(have, count - have)


def _follower(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": 10_000 + number, "openid": openid_of(number), "pseudonym": f"bench-{number}", "following": True,
        "met_at": now, "informed_at": now, "window_until": now + timedelta(hours=40),
    }  # fmt: skip


def _case(number: int, now: datetime, town: int | None) -> dict[str, Any]:
    return {
        "id": 10_000 + number, "year": 1999, "serial": number, "number": f"BENCH-{number}", "kind": "其他",
        "severity": Severity.ORDINARY, "state": State.ACCEPTED, "town_id": town, "opened_at": now, "version": 1,
    }  # fmt: skip


def _row(number: int, at: datetime, key: str) -> dict[str, Any]:
    says = {
        "ticket": f"{number:08d}",
        "town": "天穆镇",
        "deadline": "明天",
        "place": "北运河",
        "kind": "垃圾",
    }
    return {
        "key": key, "notice": Notice.CASE_ASSIGNED, "sentence": "reporter_accepted", "says": says,
        "follower_id": 10_000 + number, "case_id": 10_000 + number, "urgent": False, "counted": True,
        "owed_at": at, "not_before": at, "next_try_at": at, "sent_at": None,
    }  # fmt: skip

# ruff: noqa: S608 - our own words
"""A database full of cases that were handled, with what their months' figures rest on, for bench/assessment.

The rows are those that the services would have written, made by the database itself: a million in a minute.
"""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Connection, Engine, delete, insert, text

from models.figure_sheet import FigureEntry, FigureSheet
from models.registry import Reach, Town, WaterBody
from rules.months import Month
from rules.routing import Bank

TOWNS = 300
MONTH = Month(2026, 10)
"""The month that is judged; all others lie before it."""
FIRST_TOWN, FIRST_BODY = 10_000, 90_000
DAY = 86_400
INDICATORS = (
    "断面达标率", "入河口达标率", "黑臭水体数", "镇级有效巡河率", "村级有效巡河率", "社会监督员评分", "问卷满意度",
    "报送及时率", "荣誉数",
)  # fmt: skip


def lay_out(engine: Engine) -> None:
    """Towns with a reach each, and the month's figures sheet."""
    ids = range(FIRST_TOWN, FIRST_TOWN + TOWNS)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE town SET until = '2020-01-01'")
        )  # those of the demonstration are not judged
        connection.execute(
            insert(Town),
            [{"id": n, "code": f"B{n}", "name": f"{n}号镇", "kind": "镇", "position": n} for n in ids],
        )
        body = {"id": FIRST_BODY, "code": "B", "name": "长河", "kind": "河道", "level": "区管"}
        connection.execute(insert(WaterBody), [body])
        connection.execute(insert(Reach), [_reach(n) for n in ids])
        _sheet(connection)


def _reach(town: int) -> dict[str, object]:
    return {
        "id": town, "code": f"B{town}", "water_body_id": FIRST_BODY, "town_id": town, "name": f"长河{town}段",
        "bank": Bank.BOTH, "wkt": "LINESTRING (117.1 39.2, 117.2 39.2)", "length_km": Decimal("9.5"),
    }  # fmt: skip


def _sheet(connection: Connection) -> None:
    connection.execute(delete(FigureEntry))
    connection.execute(delete(FigureSheet))
    sheet = {
        "id": 1, "month": str(MONTH), "version": 1, "filename": "f.xlsx", "digest": "0" * 64,
        "imported_by": "bench", "imported_at": datetime(2026, 11, 1, tzinfo=UTC),
    }  # fmt: skip
    connection.execute(insert(FigureSheet), [sheet])
    rows = [
        {
            "sheet_id": 1, "town_id": town, "indicator": name, "numerator": Decimal(town % 7),
            "denominator": Decimal(9), "basis": "月报",
        }
        for town in range(FIRST_TOWN, FIRST_TOWN + TOWNS) for name in INDICATORS
    ]  # fmt: skip
    connection.execute(insert(FigureEntry), rows)


def fill(engine: Engine, first: int, count: int, month: Month) -> None:
    """So many cases more, numbered from `first`, opened evenly over the first 22 days of this month."""
    begins = int(month.begins.timestamp())
    with engine.begin() as connection:
        for statement in _statements(engine.dialect.name):
            values = {"first": first, "last": first + count - 1, "count": count, "begins": begins}
            connection.execute(text(statement), values)


def analyse(engine: Engine) -> None:
    """What autovacuum does a minute later."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "postgresql":
            for table in ('"case"', "duty", "outcome"):
                connection.execute(text(f"ANALYZE {table}"))


def _statements(dialect: str) -> list[str]:
    """Cases; two duties of each (7 % late, of those before the month some still open); what came of them."""
    yes, no = ("TRUE", "FALSE") if dialect == "postgresql" else ("1", "0")
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < :last), "
        "c AS (SELECT i, i * 7919 % 100 AS h, i * 104729 % 1000 AS k, "
        f"{FIRST_TOWN} + i * 31 % {TOWNS} AS town, "
        f":begins + CAST((i - :first) * 22.0 * {DAY} / :count AS INTEGER) AS opened FROM n) "
    )
    if dialect == "postgresql":
        numbers = numbers.replace("UNION ALL SELECT i + 1 FROM n WHERE i < :last", "WHERE FALSE").replace(
            "SELECT CAST(:first AS INTEGER) WHERE FALSE",
            "SELECT generate_series(CAST(:first AS BIGINT), CAST(:last AS BIGINT))",
        )

    def at(seconds: str) -> str:
        if dialect == "postgresql":
            return f"to_timestamp({seconds})"
        return f"strftime('%Y-%m-%d %H:%M:%S', {seconds}, 'unixepoch') || '.000000'"

    due = f"opened + 7 * {DAY}"
    done = f"opened + CASE WHEN h < 7 THEN (8 + k % 40) * {DAY} ELSE (1 + k % 6) * {DAY} END"
    answered = f"opened + CASE WHEN h IN (50, 51, 52) THEN 3 * {DAY} ELSE 3600 END"
    still = "h = 0 AND k < 100"
    return [
        'INSERT INTO "case" (id, year, serial, number, kind, severity, state, town_id, opened_at, version, place, '
        "provisional, accept_provisional, rectify_provisional, verify_provisional, towns_tried, appointed, "
        "reopened_by_reporter, for_office, proof_round, moves, events_count, head, ladder, reminders, orders, "
        "talks, extensions, whistles) "
        f"{numbers} SELECT i, 1999, i, 'BENCH-' || i, '岸线垃圾', 'ordinary', 'closed', town, {at('opened')}, 1, "
        f"'北运河', {no}, {no}, {no}, {no}, 1, {no}, {no}, '', 1, 4, 0, '', '', 0, 0, 0, 0, 0 FROM c",
        _duty("accept", numbers, yes, at(f"opened + {DAY}"), at("opened"), at(answered), "h IN (50, 51, 52)"),
        _duty("rectify", numbers, no, at(due), at("opened + 3600"), at(done), "h < 7", still),
        _outcome("passed", numbers, at(f"{done} + {DAY}"), "h >= 20", f"CASE WHEN h >= 20 THEN {yes} END"),
        _outcome("sent_back", numbers, at(f"{done} + 3600"), "h BETWEEN 10 AND 19", yes),
        _outcome("passed", numbers, at(f"{done} + 2 * {DAY}"), "h BETWEEN 10 AND 19", no),
        _outcome("reopened", numbers, at(f"{done} + 3 * {DAY}"), "h IN (21, 22)", no, "'reporter'"),
        _outcome("rated", numbers, at(f"{done} + 2 * {DAY}"), "h BETWEEN 60 AND 89", no,
                 "CASE WHEN h < 63 THEN 'not' ELSE 'satisfied' END"),
        _outcome("declined", numbers, at(f"opened + {DAY} / 2"), "h IN (97, 98)", no),
        _outcome("found", numbers, at("opened"), "h IN (30, 31, 32)", no, "'complex'"),
    ]  # fmt: skip


def _duty(
    kind: str, numbers: str, for_reporter: str, due: str, begun: str, ended: str, late: str,
    still: str = "1 = 0",
) -> str:  # fmt: skip
    return (
        "INSERT INTO duty (kind, town_id, case_id, for_reporter, begun_at, due_at, counts_at, ended_at, "
        f"\"end\", late_days) {numbers} SELECT '{kind}', town, i, {for_reporter}, {begun}, {due}, {due}, "
        f"CASE WHEN {still} THEN NULL ELSE {ended} END, CASE WHEN {still} THEN NULL ELSE 'kept' END, "
        f"CASE WHEN {late} AND NOT ({still}) THEN 3 END FROM c"
    )


def _outcome(what: str, numbers: str, when: str, which: str, first: str, value: str = "''") -> str:
    return (
        f"INSERT INTO outcome (case_id, town_id, what, at, first, value) {numbers} "
        f"SELECT i, town, '{what}', {when}, {first}, {value} FROM c WHERE {which}"
    )

"""The shares of a month counted in two other ways: one SQL statement written by hand, and a loop in Python."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

from rules.months import Month

Shares = dict[tuple[str, int], tuple[int, int]]
"""(source, town) → (numerator, denominator)."""

STATEMENT = """
WITH gone AS (
  SELECT g.case_id FROM outcome g
  WHERE g.what IN ('declined', 'withdrawn') AND g.at < :ends AND NOT EXISTS (
    SELECT 1 FROM outcome r WHERE r.case_id = g.case_id AND r.what = 'restored' AND r.id > g.id AND r.at < :ends)
), d AS (
  SELECT kind, town_id, case_id, for_reporter, ended_at,
         CASE WHEN ended_at IS NULL OR ended_at >= due_at THEN 1 ELSE 0 END AS missed
  FROM duty
  WHERE kind IN ('accept', 'rectify') AND counts_at >= :begins AND counts_at < :ends
    AND ("end" = 'kept' AND ended_at < due_at
         OR (ended_at IS NULL OR ended_at >= due_at) AND ("end" IS NULL OR "end" <> 'moved' OR ended_at >= :ends))
    AND case_id NOT IN (SELECT case_id FROM gone)
), o AS (
  SELECT id, town_id, case_id, what, first, value FROM outcome
  WHERE what IN ('passed', 'sent_back', 'reopened', 'rated') AND at >= :begins AND at < :ends
    AND town_id IS NOT NULL AND case_id NOT IN (SELECT case_id FROM gone)
), e AS (
  SELECT 'rectified_on_time' AS source, town_id, case_id AS subject, MAX(missed) AS bad FROM d
  WHERE kind = 'rectify' OR ended_at IS NULL OR ended_at >= :ends GROUP BY town_id, case_id
  UNION ALL
  SELECT 'first_answer_in_time', town_id, case_id, MAX(missed) FROM d
  WHERE kind = 'accept' AND for_reporter GROUP BY town_id, case_id
  UNION ALL
  SELECT 'verified_first_time', town_id, case_id, MAX(CASE WHEN what = 'sent_back' THEN 1 ELSE 0 END) FROM o
  WHERE what IN ('passed', 'sent_back') AND first GROUP BY town_id, case_id
  UNION ALL
  SELECT 'reopened', town_id, case_id, MIN(CASE WHEN what = 'reopened' THEN 0 ELSE 1 END) FROM o
  WHERE what IN ('passed', 'reopened') GROUP BY town_id, case_id
  UNION ALL
  SELECT 'satisfaction', town_id, id, CASE WHEN value = 'not' THEN 1 ELSE 0 END FROM o WHERE what = 'rated'
)
SELECT source, town_id, COUNT(*) - SUM(bad), COUNT(*) FROM e GROUP BY source, town_id
"""


def by_statement(engine: Engine, month: Month) -> Shares:
    """All shares of all towns in one statement."""
    with engine.connect() as connection:
        rows = connection.execute(text(STATEMENT), _span(engine, month)).all()
    return {(source, town): (int(good), many) for source, town, good, many in rows}


def by_loop(engine: Engine, month: Month) -> Shares:
    """The same out of the month's rows, as the driver gives them, in Python."""
    span = _span(engine, month)
    with engine.connect() as connection:
        duties = connection.execute(
            text(
                'SELECT kind, town_id, case_id, for_reporter, due_at, ended_at, "end" FROM duty '
                "WHERE kind IN ('accept', 'rectify') AND counts_at >= :begins AND counts_at < :ends"
            ),
            span,
        ).all()
        outcomes = connection.execute(
            text(
                "SELECT id, town_id, case_id, what, first, value FROM outcome WHERE what IN "
                "('passed', 'sent_back', 'reopened', 'rated') AND at >= :begins AND at < :ends"
            ),
            span,
        ).all()
        left = connection.execute(
            text(
                "SELECT case_id, what FROM outcome WHERE what IN ('declined', 'withdrawn', 'restored') "
                "AND at < :ends ORDER BY id"
            ),
            span,
        ).all()
    last: dict[int, str] = {case: what for case, what in left}  # noqa: C416 - rows, not pairs
    gone = {case for case, what in last.items() if what != "restored"}
    worst: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    for duty in duties:
        if duty.case_id not in gone:
            _duty(worst, duty, span["ends"])
    for row in outcomes:
        if row.case_id not in gone and row.town_id is not None:
            _outcome(worst, row)
    return _shares(worst)


def _duty(worst: dict[str, dict[tuple[int, int], int]], duty: Any, ends: Any) -> None:
    kind, town, case, for_reporter, due, ended, end = duty
    missed = ended is None or ended >= due
    if (not missed and end != "kept") or (missed and end == "moved" and ended < ends):
        return
    if kind == "rectify" or ended is None or ended >= ends:
        _worst(worst["rectified_on_time"], (town, case), missed)
    if kind == "accept" and for_reporter:
        _worst(worst["first_answer_in_time"], (town, case), missed)


def _outcome(worst: dict[str, dict[tuple[int, int], int]], row: Any) -> None:
    number, town, case, what, first, value = row
    if first and what != "reopened":
        _worst(worst["verified_first_time"], (town, case), what == "sent_back")
    if what in ("passed", "reopened"):
        known = worst["reopened"].get((town, case), 1)
        worst["reopened"][town, case] = min(known, int(what != "reopened"))
    if what == "rated":
        worst["satisfaction"][town, number] = int(value == "not")


def _worst(found: dict[tuple[int, int], int], key: tuple[int, int], missed: bool) -> None:
    found[key] = max(found.get(key, 0), int(missed))


def _shares(worst: dict[str, dict[tuple[int, int], int]]) -> Shares:
    shares: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for source, found in worst.items():
        for (town, _), bad in found.items():
            share = shares[source, town]
            share[0] += 1 - bad
            share[1] += 1
    return {key: (good, many) for key, (good, many) in shares.items()}


def _span(engine: Engine, month: Month) -> dict[str, Any]:
    """The month's instants as this database keeps them."""

    def kept(at: datetime) -> Any:
        return at if engine.dialect.name == "postgresql" else f"{at:%Y-%m-%d %H:%M:%S}.000000"

    return {"begins": kept(month.begins), "ends": kept(month.ends)}

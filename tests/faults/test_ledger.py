"""The ledger reads when something may be tried next, and takes nothing out of a living worker's hand."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, text

from faults.ledger import next_due, pending, tag_of

NOW = 1_795_000_000
AT_NOW, IN_30_S, IN_60_S = (
    datetime.fromtimestamp(NOW + seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f") for seconds in (0, 30, 60)
)


@pytest.fixture
def rows() -> Engine:
    """The columns that are read here, and nothing else."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE notification (delivery, next_try_at, leased_until)"))
        connection.execute(text("CREATE TABLE evidence (arrival, next_try_at, leased_until)"))
    return engine


def add(rows: Engine, table: str, state: str, at: str, leased_until: str | None = None) -> None:
    with rows.begin() as connection:
        connection.execute(
            text(f"INSERT INTO {table} VALUES (:state, :at, :until)"),  # noqa: S608
            {"state": state, "at": at, "until": leased_until},
        )


def test_nothing_is_due_where_nothing_is_pending(rows: Engine) -> None:
    add(rows, "notification", "sent", AT_NOW)
    add(rows, "evidence", "stored", AT_NOW)
    assert (pending(rows), next_due(rows, NOW, 0)) == (0, None)


def test_the_first_of_them_is_next(rows: Engine) -> None:
    add(rows, "notification", "owed", IN_60_S)
    add(rows, "evidence", "waiting", IN_30_S)
    assert (pending(rows), next_due(rows, NOW, 0)) == (2, NOW + 30)


@pytest.mark.parametrize(("table", "state"), [("notification", "owed"), ("evidence", "waiting")])
def test_what_a_living_worker_has_in_hand_is_waited_for_and_a_dead_ones_lease_is_waited_out(
    rows: Engine, table: str, state: str
) -> None:
    add(rows, table, state, AT_NOW, IN_60_S)
    assert next_due(rows, NOW, dead_until=0) is None
    assert next_due(rows, NOW, dead_until=NOW + 60) == NOW + 60


def test_a_report_is_known_by_the_mark_in_its_words() -> None:
    assert tag_of("河边堆了好多垃圾，记号0012B") == "0012B"
    assert tag_of("别的话") == "?别的话"

"""What a due row costs the sweep: statements, not time; and that rows which stand in the line together fail alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, select

from models.case import Case, due_for_reminder
from models.follower import ShortNumber
from models.notification import Notification
from models.supervision import SupervisionOrder, due_orders
from rules.roles import Role
from scheduler.remind import remind
from services import cases, chase, supervision
from services.desk import ROWS_TOGETHER, Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life

FEW, MANY = ROWS_TOGETHER, 2 * ROWS_TOGETHER


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    yield sent
    event.remove(engine, "before_cursor_execute", listen)


def each_costs(life: Life, sweep: Callable[[], int], have_due: Callable[[int], None]) -> float:
    """Statements for one row more."""
    sent = []
    for many in (FEW, MANY):
        have_due(many)
        with counted(life.desk.engine) as statements:
            assert sweep() == many
        sent.append(len(statements))
    return (sent[1] - sent[0]) / (MANY - FEW)


def test_a_reminder_takes_a_dozen_statements_however_many_it_is_told_to(life: Life) -> None:
    for name in ("钱镇长", "冯镇长", "陈镇长"):
        life.appoints(name, Role.TOWN_LIAISON, "天穆镇")

    def have_due(many: int) -> None:
        life.at("2026-11-23 10:00")
        for _ in range(many):
            life.does("chief", cases.accept, life.opens())
        life.at("2026-11-26 09:00")

    def sweep() -> int:
        return life.desk.each(due_for_reminder(life.clock()), chase.climb)

    assert each_costs(life, sweep, have_due) <= 11
    with life.desk.reading() as work:
        told = work.session.scalar(select(func.count()).where(Notification.sentence == "town_half_time"))
    assert told == 5 * (FEW + MANY)  # chief, liaison and the three


def test_the_first_message_about_a_case_takes_a_few_more_for_its_short_number(life: Life) -> None:
    def have_due(many: int) -> None:
        life.at("2026-11-23 10:00")
        for _ in range(many):
            life.does("chief", cases.accept, life.opens())
        with life.desk.engine.begin() as connection:
            connection.execute(delete(ShortNumber))
        life.at("2026-11-26 09:00")

    def sweep() -> int:
        return life.desk.each(due_for_reminder(life.clock()), chase.climb)

    assert each_costs(life, sweep, have_due) <= 13


def test_an_order_and_its_reminder_are_bounded_too(life: Life) -> None:
    def have_due(many: int) -> None:
        life.at("2026-11-23 10:00")
        for _ in range(many):
            life.does("chief", cases.accept, life.opens())
        life.at("2026-12-03 09:00")

    def ordered() -> int:
        return life.desk.each(due_for_reminder(life.clock()), chase.climb)

    assert each_costs(life, ordered, have_due) <= 30
    life.at("2026-12-08 09:00")
    with counted(life.desk.engine) as statements:
        assert life.desk.each(due_orders(life.clock()), supervision.climb) == FEW + MANY
    assert len(statements) / (FEW + MANY) <= 15


def test_nothing_due_is_one_look_for_each_kind(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.opens()
    with counted(life.desk.engine) as statements:
        assert remind(life.desk) == 0
    assert all(statement.startswith(("SELECT", "BEGIN")) for statement in statements)
    assert sum(statement.startswith("SELECT") for statement in statements) <= 8


def _fail_on(work: Work, case: Case, bad: set[int]) -> None:
    case.place = "走过"
    work.session.flush()
    if case.id in bad:
        raise ValueError("this one")


def test_of_rows_in_the_line_together_only_the_one_that_fails_is_undone(
    life: Life, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [life.opens() for _ in range(ROWS_TOGETHER + 2)]
    bad = {ids[1], ids[-1]}
    assert life.desk.each(select(Case).order_by(Case.id), _fail_on, bad) == len(ids) - len(bad)
    with life.desk.reading() as work:
        assert {case.id for case in work.session.scalars(select(Case).where(Case.place == "走过"))} == set(
            ids
        ) - bad
    failed = [record for record in caplog.records if getattr(record, "event", "") == "row.failed"]
    assert [record.getMessage() for record in failed] == [
        f"Case ({row},) failed in _fail_on" for row in sorted(bad)
    ]
    assert all(record.exc_info and isinstance(record.exc_info[1], ValueError) for record in failed)


def test_orders_written_together_are_numbered_without_gaps_past_one_that_fails(life: Life) -> None:
    life.at("2026-11-23 10:00")
    ids = [life.opens() for _ in range(ROWS_TOGETHER)]
    for case in ids:
        life.does("chief", cases.accept, case)
    assert life.desk.each(select(Case).order_by(Case.id), _order_or_fail, ids[1]) == len(ids) - 1
    with life.desk.reading() as work:
        assert list(work.session.scalars(select(SupervisionOrder.serial).order_by(SupervisionOrder.id))) == [
            1,
            2,
            3,
        ]


def _order_or_fail(work: Work, case: Case, bad: int) -> None:
    supervision.issue(work, case, "逾期", by_hand=False)
    if case.id == bad:
        raise ValueError("after its number was taken")

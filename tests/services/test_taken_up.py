"""An upgrade: what was under way before dates were written down counts from then on, and no month before changes."""

from decimal import Decimal

from sqlalchemy import text

from services import cases, supervision, taken_up
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.month_life import DECEMBER, NOVEMBER, MonthLife, month_life, received, said

ONE, NONE = Decimal(1), Decimal(0)


def forget(work: Work) -> None:
    """As in a database of before: nothing was written down."""
    if work.session.get_bind().dialect.name == "sqlite":
        work.session.execute(text("DROP TRIGGER duty_refuses_delete"))
    else:
        work.session.execute(text("SET LOCAL session_replication_role = replica"))
    work.session.execute(text("DELETE FROM duty"))


def under_way(desk: Desk, clock: Clock) -> tuple[MonthLife, int, int]:
    """A case that was late in November, one due on 4 December with an order, one with the Office; nothing of it
    written down."""
    life = month_life(desk, clock)
    late = life.reported()
    life.does("chief", cases.accept, late)
    life.at("2026-11-27 10:00")
    due = life.reported("北仓镇")
    life.does("chief2", cases.accept, due)
    life.does("clerk", supervision.issue, due, "多次催办未整改")
    proved = life.reported()
    life.does("chief", cases.accept, proved)
    life.proves(proved)
    life.desk.do(forget)
    return life, late, due


def test_what_is_under_way_counts_from_the_upgrade_on(desk: Desk, clock: Clock) -> None:
    life, late, due = under_way(desk, clock)
    life.at("2026-12-02 10:00")
    assert life.desk.do(taken_up.take_up) == 3  # two cases, one order
    assert life.desk.do(taken_up.take_up) == 0
    life.at("2026-12-03 10:00")
    life.does("chief2", cases.prove, due, "清理完毕", 1)
    received(life, due)
    life.at("2027-01-04 10:00")
    for source in ("rectified_on_time", "orders_answered", "overdue_across_months"):
        assert said(life.figure(source, NOVEMBER)) == (NONE, NONE, [])
    assert said(life.figure("rectified_on_time", DECEMBER)) == (
        NONE, ONE, [f"案件 {life.number(late)} 逾期 38 个工作日，月末仍未办结"],
    )  # fmt: skip
    assert said(life.figure("rectified_on_time", DECEMBER, "T2")) == (ONE, ONE, [])
    assert life.figure("overdue_across_months", DECEMBER.next).numerator == 2


def test_where_all_is_written_down_there_is_nothing_to_take_up(desk: Desk, clock: Clock) -> None:
    life = month_life(desk, clock)
    case = life.reported()
    life.does("chief", cases.accept, case)
    life.handled("北仓镇")
    assert life.desk.do(taken_up.take_up) == 0

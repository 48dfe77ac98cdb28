"""The sweep of reminders: each rung once, nobody at rest, the successor, whatever the scheduler goes through."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, event, select, text

from models.case import Case, CaseEvent, due_for_reminder
from models.notification import Delivery, Notification
from models.supervision import Reminder, SupervisionOrder
from rules.deadlines import Severity
from rules.escalation import Rung
from rules.roles import Role
from rules.workdays import CHINA
from scheduler.remind import remind
from services import cases, chase, delivery, registry, supervision
from services.almanac import official_calendar
from services.desk import Desk, Work
from services.workbook import read_workbook
from tests.conftest import Clock
from tests.district import lay_out
from tests.services.registry_fixtures import saved
from tests.town_life import Life, china

TOLD = ("reminder", "order")


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def told(desk: Desk, since: datetime | None = None) -> list[str]:
    """What the ladder made owed: “11-26 09:00 王镇长 town_half_time”."""
    with desk.reading() as work:
        rows = work.session.scalars(
            select(Notification).where(Notification.notice.in_(TOLD)).order_by(Notification.id)
        )
        return [
            f"{row.owed_at.astimezone(CHINA):%m-%d %H:%M} {row.person.name if row.person else ''} {row.sentence}"
            for row in rows
            if since is None or row.owed_at >= since
        ]


def live(life: Life, until: str, minutes: int = 60) -> None:
    """Let time pass; the job runs every so many minutes (hourly: at three hours of the day)."""
    while life.clock() < china(until):
        life.clock.forward(minutes=minutes)
        if minutes < 60 or life.clock().astimezone(CHINA).hour in (0, 9, 20):
            remind(life.desk)


def chiefs(rows: list[str]) -> list[str]:
    return [row.replace(" 王镇长", "") for row in rows if "王镇长" in row]


def test_the_whole_ladder_of_an_ignored_case_is_climbed_once(life: Life) -> None:
    life.appoints("张区长", Role.DISTRICT_CHIEF)
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    live(life, "2026-12-31 00:00")
    assert chiefs(told(life.desk)) == [
        "11-26 09:00 town_half_time",
        "11-27 09:00 town_day_before",
        "11-30 09:00 town_on_the_day",
        "12-01 09:00 town_overdue",
        "12-03 09:00 town_order",
        "12-08 09:00 town_order_due",
        "12-09 09:00 town_order_overdue",
        "12-10 09:00 town_talk_called",
    ]
    others = [row.partition(" ")[2].partition(" ")[2] for row in told(life.desk) if "王镇长" not in row]
    assert sum("赵联络员" in row for row in others) == 8
    assert sum("孙村长" in row for row in others) == 0
    assert [row for row in others if "张区长" in row] == ["张区长 town_order_copy"]
    assert sorted(row for row in others if "周科员" in row) == [
        "周科员 office_order", "周科员 office_talk_called", "周科员 office_talk_undated",
    ]  # fmt: skip


def test_nobody_is_chased_at_night_or_on_a_rest_day(life: Life) -> None:
    """Zammad's escalations at midnight and on weekends; here over National Day with its make-up days."""
    life.at("2026-09-18 16:00")
    for hours in range(0, 240, 40):
        life.clock.set(china("2026-09-18 16:00") + timedelta(hours=hours))
        life.opens()
    live(life, "2026-10-16 00:00")
    calendar = official_calendar()
    with life.desk.reading() as work:
        for row in work.session.scalars(select(Notification).where(Notification.notice.in_(TOLD))):
            local = row.not_before.astimezone(CHINA)
            assert calendar.is_workday(local.date()), row.key
            assert 8 <= local.hour < 20


def test_an_urgent_case_is_chased_at_any_hour(life: Life) -> None:
    life.at("2026-10-03 02:00")  # a holiday night
    life.opens(Severity.URGENT)
    live(life, "2026-10-04 04:00", minutes=30)
    assert chiefs(told(life.desk)) == [
        "10-03 02:30 town_half_time", "10-03 03:00 town_overdue", "10-04 03:00 town_order",
    ]  # fmt: skip


def test_after_a_weeks_outage_only_the_newest_comes(life: Life) -> None:
    """GLPI's hundreds of mails after one deadline."""
    life.at("2026-11-23 10:00")
    for _ in range(8):
        life.does("chief", cases.accept, life.opens())
    life.at("2026-12-01 09:30")
    remind(life.desk)
    remind(life.desk)
    assert chiefs(told(life.desk)) == ["12-01 09:30 town_overdue"] * 8
    life.at("2026-12-02 12:00")
    assert remind(life.desk) == 0


def test_it_stops_when_the_case_moves_and_goes_on_when_it_is_sent_back(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    live(life, "2026-11-27 10:00")
    life.proves(case)
    live(life, "2026-12-01 12:00")
    assert chiefs(told(life.desk))[-1] == "11-27 09:00 town_day_before"
    assert [row for row in told(life.desk) if "周科员" in row] == [
        "11-30 09:00 周科员 office_verify_due", "12-01 09:00 周科员 office_verify_due",
    ]  # fmt: skip
    life.does("clerk", cases.send_back, case, "还有垃圾")
    live(life, "2026-12-05 00:00")
    # proved in time, sent back late: late from today on, not from the date
    assert chiefs(told(life.desk))[2:] == ["12-02 09:00 town_overdue", "12-04 09:00 town_order"]


def test_it_is_silent_once_closed_and_begins_anew_when_reopened(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.proves(case)
    life.does("clerk", cases.verify, case)
    live(life, "2026-12-10 10:00", minutes=240)
    assert told(life.desk) == []
    life.does("clerk", cases.reopen, case, "又有垃圾")
    live(life, "2026-12-16 10:00")
    assert chiefs(told(life.desk)) == ["12-15 09:00 town_half_time", "12-16 09:00 town_day_before"]


def test_the_successor_is_chased_not_who_has_left(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    live(life, "2026-11-26 10:00")
    life.leaves("chief")
    life.appoints("钱镇长", Role.TOWN_CHIEF, "天穆镇")
    live(life, "2026-11-27 10:00")
    assert [row for row in told(life.desk) if row.startswith("11-27")] == [
        "11-27 09:00 赵联络员 town_day_before", "11-27 09:00 钱镇长 town_day_before",
    ]  # fmt: skip


def test_a_message_held_back_for_somebody_who_then_leaves_goes_to_the_successor(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    live(life, "2026-11-26 10:00")
    with life.desk.engine.begin() as connection:  # as if the day's number of messages were used up
        connection.execute(
            text(
                "UPDATE notification SET not_before = :at, next_try_at = :at WHERE sentence = 'town_half_time'"
            ),
            {"at": china("2026-11-27 08:00").astimezone(UTC)},
        )
    life.leaves("chief")
    life.appoints("钱镇长", Role.TOWN_CHIEF, "天穆镇")
    life.at("2026-11-27 08:30")
    life.desk.do(delivery.lease, 50)
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).where(Notification.sentence == "town_half_time"))
        assert sorted((row.person.name, row.delivery) for row in rows if row.person) == [
            ("王镇长", Delivery.POINTLESS), ("赵联络员", Delivery.OWED), ("钱镇长", Delivery.OWED),
        ]  # fmt: skip


def test_what_says_today_and_what_was_done_meanwhile_is_not_sent_later(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("clerk", supervision.issue, case, "未整改")
    live(life, "2026-11-26 10:00")
    with life.desk.engine.begin() as connection:  # as if the day's number of messages were used up
        connection.execute(
            text(
                "UPDATE notification SET not_before = :at, next_try_at = :at WHERE notice IN ('reminder', 'order')"
            ),
            {"at": china("2026-11-27 08:00").astimezone(UTC)},
        )
    life.orders("chief", supervision.answer, 1, "已清理", 1)
    life.at("2026-11-27 08:30")
    sent = {envelope.sentence for envelope in life.desk.do(delivery.lease, 50)}
    assert sent & {"town_order", "town_order_due", "town_half_time"} == {"town_half_time"}


def test_a_town_without_a_chief_is_told_to_the_office(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    life.leaves("chief")
    live(life, "2026-11-26 10:00")
    assert [row.partition(" ")[2] for row in told(life.desk)] == [
        "09:00 赵联络员 town_half_time",
        "09:00 周科员 office_nobody_reminded",
        "09:00 郑科员 office_nobody_reminded",
    ]


def test_a_chief_deleted_in_the_registry_in_the_middle_of_the_ladder_is_not_chased_on(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    live(life, "2026-11-26 10:00")
    book = load_workbook(BytesIO(life.desk.look(registry.export)))
    page = book["人员"]
    (row,) = [cells[0].row for cells in page.iter_rows() if cells[0].value == "王镇长"]
    page.delete_rows(row)
    life.desk.do(registry.import_registry, read_workbook(saved(book)))
    live(life, "2026-12-01 10:00")
    since = china("2026-11-27 00:00")
    assert [row.partition(" ")[2] for row in told(life.desk, since) if "科员" not in row] == [
        "09:00 赵联络员 town_day_before", "09:00 赵联络员 town_on_the_day", "09:00 赵联络员 town_overdue",
    ]  # fmt: skip
    assert sum("周科员 office_nobody_reminded" in row for row in told(life.desk, since)) == 3


def test_an_order_to_a_town_that_nobody_reads_is_told_to_the_office(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("clerk", supervision.issue, case, "未整改")
    life.leaves("chief")
    life.leaves("liaison")
    life.at("2026-11-26 10:00")
    remind(life.desk)
    assert [row for row in told(life.desk) if "11-26" in row and "周科员" in row] == [
        "11-26 10:00 周科员 office_nobody_reminded", "11-26 10:00 周科员 office_nobody_reminded",
    ]  # fmt: skip


def test_after_an_outage_no_lower_rung_follows_another_order(life: Life) -> None:
    """Found by the simulated quarter: the order was given again, and a minute later the town was reminded too."""
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("clerk", supervision.issue, case, "领导批示")
    life.orders("chief", supervision.answer, 1, "已安排清理", 1)
    life.orders("clerk", supervision.accept, 1)
    life.at("2026-12-09 09:30")  # nobody climbed since: ten working days after the answer was accepted
    for _ in range(3):
        remind(life.desk)
        life.clock.forward(minutes=1)
    assert [row for row in chiefs(told(life.desk)) if row.startswith("12-")] == [
        "12-09 09:30 town_order", "12-09 09:30 town_talk_called",
    ]  # fmt: skip  # the second order in the quarter


def test_sources_with_their_own_numbers_climb_by_them(life: Life) -> None:
    life.at("2026-11-23 10:00")
    for ladder in ("city_feedback", "inspection", ""):
        life.does("chief", cases.accept, life.opens(ladder=ladder))
    live(life, "2026-12-04 00:00")
    ordered = [row.split()[0] for row in chiefs(told(life.desk)) if row.endswith("town_order")]
    assert ordered == ["12-01", "12-02", "12-03"]


def test_where_overdue_and_order_fall_on_one_day_the_order_alone_is_sent(life: Life) -> None:
    """City feedback is ordered one working day after its date: the reminder of that day would be a second message."""
    numbers = life.desk.rulebook.ladders["city_feedback"]
    assert numbers.overdue_days == numbers.order_days == 1
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens(ladder="city_feedback"))
    live(life, "2026-12-02 08:00")
    last = [row for row in chiefs(told(life.desk)) if row.startswith("12-01")]
    assert last == ["12-01 09:00 town_order"]
    assert [order.by_hand for order in _orders(life)] == [False]


def _orders(life: Life) -> list[SupervisionOrder]:
    with life.desk.reading() as work:
        return list(work.session.scalars(select(SupervisionOrder)))


def test_the_office_puts_it_off_with_a_reason(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    live(life, "2026-11-30 10:00")
    life.does("clerk", chase.hold, case, 3, "汛期抢险")
    live(life, "2026-12-04 12:00")
    assert chiefs(told(life.desk))[-1] == "12-04 09:00 town_order"  # from tomorrow on: the 1st, 2nd and 3rd
    assert not any(row.endswith("town_overdue") for row in told(life.desk))


def test_a_clock_set_back_repeats_nothing(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    live(life, "2026-12-01 10:00")
    before = told(life.desk)
    life.at("2026-11-25 10:00")
    live(life, "2026-12-02 10:00")
    assert told(life.desk) == before


def test_a_row_that_fails_holds_up_no_other(life: Life, caplog: pytest.LogCaptureFixture) -> None:
    life.at("2026-11-23 10:00")
    first, second = life.opens(), life.opens()
    life.desk.do(_note_behind_its_back, first)
    live(life, "2026-11-24 10:00")
    with life.desk.reading() as work:
        assert work.session.get_one(Case, second).reminders == 1


def _note_behind_its_back(work: Work, case_id: int) -> None:
    """A rung of which the case does not know: taking it again breaks the unique key, for ever."""
    case = work.session.get_one(Case, case_id)
    work.session.add(
        Reminder(
            case_id=case_id, standing="assigned", due_at=case.accept_by, town_id=case.town_id,
            rung=Rung.ON_THE_DAY, at=work.now,
        )
    )  # fmt: skip


where_two_write_at_once = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
"""On SQLite writers stand in line: nobody comes between, and two at once are one after the other."""


@pytest.fixture
def between(engine: Engine) -> Iterator[list[Callable[[], None]]]:
    """What somebody else does after the job has read a case and before it writes anything."""
    waiting: list[Callable[[], None]] = []

    def listen(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if waiting and 'WHERE "case".id = ' in statement:
            waiting.pop()()

    event.listen(engine, "after_cursor_execute", listen)
    yield waiting
    event.remove(engine, "after_cursor_execute", listen)


@where_two_write_at_once
def test_a_case_moved_while_the_job_holds_it(life: Life, between: list[Callable[[], None]]) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.at("2026-11-26 09:00")
    between.append(lambda: life.does("chief", cases.prove, case, "清理完毕", 1))
    remind(life.desk)
    assert between == []
    assert told(life.desk) == []


@where_two_write_at_once
def test_two_schedulers_at_once_tell_it_once(life: Life, between: list[Callable[[], None]]) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    life.at("2026-11-26 09:00")
    between.append(lambda: assert_count(remind(life.desk), 1))
    remind(life.desk)
    assert between == []
    assert chiefs(told(life.desk)) == ["11-26 09:00 town_half_time"]


def assert_count(found: int, wanted: int) -> None:
    assert found == wanted


def test_what_is_due_is_found_by_the_index(life: Life, engine: Engine) -> None:
    due = due_for_reminder(life.clock()).compile(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {due}", ("2026-11-23 01:00:00.000000",)
            ).all()
        else:
            connection.exec_driver_sql(
                "SET enable_seqscan = off"
            )  # a table this small is read whole otherwise
            plan = connection.exec_driver_sql(f"EXPLAIN {due}", due.params).all()
    assert "ix_case_remind_at" in str(plan)


def test_every_climbed_rung_stands_in_the_chain(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", cases.accept, life.opens())
    live(life, "2026-12-10 12:00")
    with life.desk.reading() as work:
        events = [e.what for e in work.session.scalars(select(CaseEvent).order_by(CaseEvent.id))]
        numbers = list(work.session.scalars(select(SupervisionOrder.number)))
    assert events[2:] == ["reminded"] * 4 + ["ordered"] + ["order_reminded"] * 2 + ["talk_called"]
    assert numbers == ["〔2026〕1号"]

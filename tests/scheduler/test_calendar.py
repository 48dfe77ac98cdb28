"""When the days off of an unknown year become known: dates follow, whom they concern is told, nobody else is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handlers import speech
from handlers.case_lines import is_late
from models.calendar import HolidayNotice
from models.case import Case, CaseEvent, provisional_until
from models.notification import Delivery, Notification
from models.supervision import Reminder, SupervisionOrder
from rules.deadlines import Severity
from rules.lifecycle import State
from rules.workdays import CHINA, end_of
from scheduler.calendar import follow_calendar
from scheduler.remind import remind
from services import cases, delivery, holiday_notices, recount, supervision
from services.almanac import official_calendar
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.handlers.conftest import Talker
from tests.query_plan import plan_of
from tests.rules.year_2027 import BOTH, NOTICE
from tests.town_life import Life, china


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def load(life: Life, text: str = NOTICE) -> int:
    """Load the notice and let the dates follow, as the command does; how many rows were looked at."""
    life.desk.do(holiday_notices.load, text.encode(), "2027.csv", "周科员")
    return follow_calendar(life.desk)


def the(life: Life, case_id: int) -> Case:
    with life.desk.reading() as work:
        return work.session.get_one(Case, case_id)


def day(at: datetime | None) -> str:
    assert at is not None
    return f"{(at - timedelta(seconds=1)).astimezone(CHINA):%m-%d}"


def told(life: Life, sentence: str = "_new_date") -> list[str]:
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [
            f"{row.person.name} {row.sentence}" for row in rows if row.person and sentence in row.sentence
        ]


def test_a_date_across_new_year_is_provisional_and_moves_with_the_notice(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    before = the(life, case_id)
    assert (day(before.rectify_by), before.rectify_provisional) == ("01-04", True)  # 01-01 counted, a Friday
    assert (before.accept_provisional, before.provisional) == (False, True)
    load(life)
    after = the(life, case_id)
    assert (day(after.rectify_by), after.rectify_provisional, after.provisional) == ("01-05", False, False)
    assert told(life) == ["王镇长 town_new_date", "赵联络员 town_new_date"]
    with life.desk.reading() as work:
        (event,) = [e for e in work.session.scalars(select(CaseEvent)) if e.what == "date_moved"]
        row = work.session.scalars(
            select(Notification).where(Notification.sentence == "town_new_date")
        ).first()
    assert (event.party.value, event.reason) == ("system", "按公布的放假调休安排")
    assert row is not None
    assert (row.says["was"], row.says["deadline"]) == ("2027年1月4日24时前", "2027年1月5日24时前")


def test_a_provisional_date_that_stays_is_told_to_nobody(life: Life) -> None:
    life.at("2026-12-30 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    assert day(the(life, case_id).rectify_by) == "01-06"
    shifted = NOTICE.replace("2027-01-31,1,春节", "2027-01-03,1,元旦").replace("2027-01-03,0,元旦\n", "")
    load(life, shifted)  # Friday the 1st is off, Sunday the 3rd made up
    after = the(life, case_id)
    assert (day(after.rectify_by), after.provisional) == ("01-06", False)
    assert told(life) == []
    assert after.events_count == 2  # assigned, accepted


def test_a_second_run_and_a_date_that_was_never_provisional_change_nothing(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case_id = life.opens()
    life.at("2026-12-28 10:00")
    other = life.opens()
    load(life)
    events = the(life, other).events_count
    version = the(life, case_id).version
    assert follow_calendar(life.desk) == 0
    assert (the(life, case_id).version, the(life, other).events_count) == (version, events)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    hour=st.integers(0, 24 * 20), severity=st.sampled_from(list(Severity)), waited=st.integers(0, 30),
    proved=st.integers(1, 100), steps=st.integers(1, 3),
)  # fmt: skip
def test_counted_anew_is_as_if_it_had_been_known_from_the_start(
    make_desk: Callable[..., Desk], clock: Clock, life_of_two: list[Life], hour: int, severity: Severity,
    waited: int, proved: int, steps: int,
) -> None:  # fmt: skip
    late, early = life_of_two
    dates = []
    for one in (early, late):
        clock.set(datetime(2026, 12, 10, tzinfo=UTC) + timedelta(hours=hour))
        case_id = one.opens(severity)
        if steps > 1:
            clock.forward(hours=waited)
            one.does("chief", cases.accept, case_id)
        if steps > 2:
            clock.forward(hours=proved)
            one.proves(case_id)
        if one is late:
            one.desk.do(_count_by_the_notice, case_id)
        case = the(one, case_id)
        dates.append((case.accept_by, case.rectify_by, case.verify_by, case.provisional))
    assert dates[0] == dates[1]


def _count_by_the_notice(work: Work, case_id: int) -> None:
    work.__dict__["calendar"] = BOTH
    recount.case_anew(work, work.session.get_one(Case, case_id))


class Known:
    """A keeper that knows 2027 from the start."""

    def calendar(self, connection: Any) -> Any:
        return BOTH


@pytest.fixture
def life_of_two(make_desk: Callable[..., Desk], clock: Clock) -> list[Life]:
    """Two desks over one database: one that does not know 2027, one that always has."""
    one, other = make_desk(), make_desk()
    other._almanac = Known()  # type: ignore[assignment]  # a fake in the keeper's place
    district = lay_out(one)
    return [Life(one, clock, district), Life(other, clock, district)]


def test_a_case_of_version_0_1_follows_too(life: Life) -> None:
    """Its dates were kept without what they are counted from."""
    life.at("2026-12-28 10:00")
    ids = [life.opens(), life.opens(Severity.URGENT)]
    for case_id in ids:
        life.does("chief", cases.accept, case_id)
        life.desk.do(_as_in_0_1, case_id)
    load(life)
    dates = [(day(the(life, case_id).rectify_by), the(life, case_id).provisional) for case_id in ids]
    assert dates == [("01-05", False), ("12-30", False)]


def _as_in_0_1(work: Work, case_id: int) -> None:
    case = work.session.get_one(Case, case_id)
    case.accept_from = case.rectify_from = case.accept_days = case.rectify_days = None
    case.rectify_provisional = False


def test_the_reporter_who_was_told_a_date_is_told_the_new_one(life: Life) -> None:
    life.at("2026-12-28 10:00")
    li = Talker("o-li", life.desk, speech.dispatcher(), life.clock)
    for words in ("北运河天穆镇段", "河边有垃圾", "提交"):
        answer = li.says(words)
    assert "预计12月29日24时前受理，预计2027年1月5日24时前（暂定）整改完成" in answer or "提交成功" in answer
    life.does("chief", cases.accept, 1)
    load(life)
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).where(Notification.sentence == "reporter_new_date"))
        assert [row.says["deadline"] for row in rows] == ["2027年1月5日24时前"]


def test_the_offices_own_date_moves_too(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    life.at("2026-12-31 10:00")
    life.proves(case_id)
    assert the(life, case_id).verify_provisional
    load(life)
    after = the(life, case_id)
    assert (day(after.verify_by), day(after.rectify_by)) == ("01-05", "01-05")
    assert told(life) == ["周科员 office_new_date", "郑科员 office_new_date"]


def test_of_a_closed_case_nobody_hears_though_its_dates_are_put_right(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    life.proves(case_id)
    life.does("clerk", cases.verify, case_id)
    load(life)
    after = the(life, case_id)
    assert (after.state, day(after.rectify_by), after.provisional) == (State.CLOSED, "01-05", False)
    assert told(life) == []


def test_a_corrected_notice_moves_what_was_counted_by_the_first(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    load(life)
    assert day(the(life, case_id).rectify_by) == "01-05"
    load(life, NOTICE.replace("2027-01-03,0", "2027-01-03,1"))
    assert day(the(life, case_id).rectify_by) == "01-04"
    assert len(told(life)) == 4


def test_one_case_that_fails_does_not_hold_up_the_others_and_is_tried_again(life: Life) -> None:
    life.at("2026-12-28 10:00")
    ids = [life.opens() for _ in range(3)]
    for case_id in ids:
        life.does("chief", cases.accept, case_id)
    life.desk.do(_count_days, ids[1], -1)
    load(life)
    assert [day(the(life, case_id).rectify_by) for case_id in ids] == ["01-05", "01-04", "01-05"]
    assert applied(life) is None
    life.desk.do(_count_days, ids[1], 5)
    follow_calendar(life.desk)
    assert day(the(life, ids[1]).rectify_by) == "01-05"
    assert len(told(life)) == 6
    assert applied(life) == life.clock()


def _count_days(work: Work, case_id: int, days: int) -> None:
    work.session.get_one(Case, case_id).rectify_days = days


def applied(life: Life) -> datetime | None:
    with life.desk.reading() as work:
        return work.session.scalars(select(HolidayNotice)).one().applied_at


def test_what_waits_for_a_day_that_turns_out_to_be_a_day_of_rest_waits_on(life: Life) -> None:
    life.at("2026-12-31 21:00")
    life.opens()  # told on the next working morning: as far as is known, on New Year's Day
    life.at("2026-12-31 22:00")
    load(life)
    life.at("2027-01-01 09:00")
    assert life.desk.do(delivery.lease, 10) == []
    life.at("2027-01-04 08:00")
    assert {each.sentence for each in life.desk.do(delivery.lease, 10)} == {
        "town_assigned",
        "town_new_date",
    }


def test_what_waits_leaves_on_a_sunday_that_turns_out_to_be_worked(life: Life) -> None:
    life.at("2027-01-02 09:00")
    life.opens()
    load(life, NOTICE.replace("2027-01-03,0", "2027-01-03,1"))
    life.at("2027-01-03 08:00")
    assert "town_assigned" in {each.sentence for each in life.desk.do(delivery.lease, 10)}


def test_what_waited_and_has_become_pointless_is_not_sent_by_the_provisional_calendar_either(
    life: Life,
) -> None:
    life.at("2026-12-31 21:00")
    case_id = life.opens()
    life.at("2026-12-31 22:00")
    life.does("chief", cases.accept, case_id)
    load(life)
    life.at("2027-01-04 08:00")
    leased = {each.sentence for each in life.desk.do(delivery.lease, 10)}
    assert "town_assigned" not in leased
    with life.desk.reading() as work:
        rows = work.session.scalars(
            select(Notification).where(Notification.sentence == "town_assigned")
        ).all()
        assert {row.delivery for row in rows} == {Delivery.POINTLESS}


def test_a_message_of_a_date_that_has_moved_again_is_not_sent(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    life.at("2026-12-31 21:00")
    load(life)
    load(life, NOTICE.replace("2027-01-03,0", "2027-01-03,1"))
    life.at("2027-01-03 08:00")
    sent = [each for each in life.desk.do(delivery.lease, 20) if each.sentence == "town_new_date"]
    assert [each.says["deadline"] for each in sent] == ["2027年1月4日24时前"] * 2


def test_a_reminder_already_given_is_not_given_again_for_the_moved_date(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    life.at("2026-12-31 09:00")
    remind(life.desk)
    assert told(life, "town_half_time") == ["王镇长 town_half_time", "赵联络员 town_half_time"]
    load(life)
    life.at("2026-12-31 15:00")
    remind(life.desk)
    assert len(told(life, "town_half_time")) == 2
    for when in ("2027-01-01 09:00", "2027-01-02 09:00", "2027-01-03 09:00"):
        life.at(when)
        remind(life.desk)
    assert told(life, "town_day_before") == []
    life.at("2027-01-04 09:00")
    remind(life.desk)
    assert len(told(life, "town_day_before")) == 2


def test_the_last_day_is_said_again_where_it_was_moved(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    life.at("2027-01-04 09:00")
    remind(life.desk)
    assert len(told(life, "town_on_the_day")) == 2
    load(life)
    life.at("2027-01-05 09:00")
    remind(life.desk)
    assert len(told(life, "town_on_the_day")) == 4


def test_holidays_put_escalation_off_and_never_forward(life: Life) -> None:
    """django-helpdesk's escalate_tickets: every holiday it knew of made a ticket escalate a day sooner."""
    at = []
    for text in ("", NOTICE):
        if text:
            load(life, text)
        life.at("2026-12-28 10:00")
        case_id = life.opens()
        life.does("chief", cases.accept, case_id)
        ordered = None
        life.at("2027-01-04 09:00")
        while ordered is None:
            remind(life.desk)
            with life.desk.reading() as work:
                ordered = work.session.scalar(
                    select(Reminder).where(Reminder.case_id == case_id, Reminder.rung == "order")
                )
            life.clock.forward(days=1)
        at.append(f"{ordered.at.astimezone(CHINA):%m-%d}")
    assert at == ["01-07", "01-08"]


def test_the_date_of_an_orders_answer_moves_too(life: Life) -> None:
    life.at("2026-12-30 10:00")
    case_id = life.opens()
    life.does("clerk", supervision.issue, case_id, "多次催办")
    with life.desk.reading() as work:
        order = work.session.scalars(select(SupervisionOrder)).one()
    assert (day(order.answer_by), order.answer_provisional) == ("01-04", True)
    load(life)
    with life.desk.reading() as work:
        order = work.session.scalars(select(SupervisionOrder)).one()
    assert (day(order.answer_by), order.answer_provisional) == ("01-05", False)
    assert told(life, "town_order_new_date") == ["王镇长 town_order_new_date", "赵联络员 town_order_new_date"]


def test_what_another_process_counted_by_the_old_calendar_is_found_later(life: Life) -> None:
    """A transaction that read the calendar before the import and committed after it."""
    load(life)

    def accept_by_the_old_calendar(work: Work, case: Case) -> None:
        work.__dict__["calendar"] = official_calendar()
        cases.accept(work, case)

    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", accept_by_the_old_calendar, case_id)
    assert the(life, case_id).provisional
    assert follow_calendar(life.desk) == 1
    assert day(the(life, case_id).rectify_by) == "01-05"


def test_provisional_dates_are_found_by_their_index(desk: Desk) -> None:
    plan = plan_of(desk, provisional_until(end_of(desk.clock().date())))
    assert "ix_case_provisional" in plan


def test_while_nothing_is_known_nothing_is_counted(life: Life) -> None:
    life.at("2026-12-28 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    follow_calendar(life.desk)  # asks the Office
    version = the(life, case_id).version
    assert follow_calendar(life.desk) == 0
    assert the(life, case_id).version == version


@pytest.mark.parametrize(("at", "late"), [("2026-12-04 23:59", False), ("2026-12-05 00:00", True)])
def test_a_case_is_overdue_on_the_next_day(life: Life, at: str, late: bool) -> None:
    life.at("2026-11-27 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    assert day(the(life, case_id).rectify_by) == "12-04"
    life.clock.set(china(at))
    assert life.desk.look(lambda work: is_late(work, work.session.get_one(Case, case_id))) == late


def test_overdue_is_chased_on_the_next_working_day_and_not_a_second_after_midnight(life: Life) -> None:
    life.at("2026-11-27 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    for when in ("2026-12-05 00:01", "2026-12-05 09:00", "2026-12-06 09:00"):
        life.at(when)
        remind(life.desk)
        assert told(life, "town_overdue") == []
    life.at("2026-12-07 09:00")
    remind(life.desk)
    assert len(told(life, "town_overdue")) == 2

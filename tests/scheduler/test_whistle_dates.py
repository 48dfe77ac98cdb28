"""A whistle's dates follow a notice of days off; whom they still concern is told, nobody else."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.follower import Follower
from models.help_order import HelpOrder
from models.law_referral import LawReferral
from models.notification import Delivery, Notification
from models.person import Appointment
from models.supervision import SupervisionOrder
from models.whistle import Whistle, WhistleEntry, WhistleParty
from rules.law_referrals import LawKind
from rules.roles import Role
from rules.workdays import CHINA
from scheduler.calendar import follow_calendar
from scheduler.remind import remind
from services import (
    delivery,
    help_orders,
    holiday_notices,
    law_referrals,
    supervision,
    whistle_help,
    whistle_parties,
    whistles,
)
from services.desk import Desk, Work
from services.law_referrals import LawPaper
from tests.conftest import Clock
from tests.district import lay_out
from tests.rules.year_2027 import BOTH, NOTICE
from tests.town_life import Life

WATER = "区水务局"
NEIGHBOUR = "上游武清区河长办"


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    life = Life(desk, clock, lay_out(desk))
    life.appoints("water", Role.DEPARTMENT)
    desk.do(_is_of_the_water)
    return life


def _is_of_the_water(work: Work) -> None:
    follower = work.session.scalars(select(Follower).where(Follower.openid == "o-water")).one()
    held = work.session.scalars(select(Appointment).where(Appointment.person_id == follower.person_id)).one()
    held.department = WATER


def load(life: Life, text: str = NOTICE) -> int:
    life.desk.do(holiday_notices.load, text.encode(), "2027.csv", "周科员")
    return follow_calendar(life.desk)


def day(at: datetime) -> str:
    return f"{(at - timedelta(seconds=1)).astimezone(CHINA):%m-%d}"


def all_(life: Life, table: Any) -> list[Any]:
    with life.desk.reading() as work:
        return list(work.session.scalars(select(table).order_by(table.id)))


def told(life: Life) -> list[tuple[str, str, str]]:
    """Who was told of a moved date of a whistle: what it was and is."""
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [
            (row.person.name, row.says["was"], row.says["until"])
            for row in rows
            if row.person is not None and row.sentence.endswith("_new_date") and "whistle" in row.says
        ]


def named(life: Life, *names: str) -> None:
    life.desk.do(_name, names)


def _name(work: Work, names: tuple[str, ...]) -> None:
    whistle_help.name(work, whistles.called(work, "1"), whistle_parties.named(work, names))


def test_the_date_by_which_the_office_names_is_provisional_and_moves_with_the_notice(life: Life) -> None:
    life.at("2026-12-31 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    (whistle,) = all_(life, Whistle)
    assert (day(whistle.name_by), whistle.name_days, whistle.name_provisional) == ("01-01", 1, True)
    with life.desk.reading() as work:
        blown = select(Notification.says).where(Notification.sentence == "office_whistle_blown")
        assert {says["until"] for says in work.session.scalars(blown)} == {"2027年1月1日24时前（暂定）"}
    load(life)
    (whistle,) = all_(life, Whistle)
    assert (day(whistle.name_by), whistle.name_provisional) == ("01-04", False)
    assert told(life) == [(name, "2027年1月1日24时前", "2027年1月4日24时前") for name in ("周科员", "郑科员")]
    assert all_(life, WhistleEntry)[-1].words == (
        "指派期限由2027年1月1日24时前调整为2027年1月4日24时前，按公布的放假调休安排"
    )
    assert follow_calendar(life.desk) == 0
    assert len(told(life)) == 2


def test_the_date_of_a_helpers_answer_moves_and_of_whom_nobody_reads_the_office_hears(life: Life) -> None:
    life.at("2026-12-30 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    named(life, WATER, NEIGHBOUR)
    assert [(day(p.answer_by), p.answer_provisional) for p in all_(life, WhistleParty)] == [
        ("01-04", True)
    ] * 2
    load(life)
    assert [(day(p.answer_by), p.answer_provisional) for p in all_(life, WhistleParty)] == [
        ("01-05", False)
    ] * 2
    assert [name for name, _, _ in told(life)] == ["water", "周科员", "郑科员"]


def test_the_date_of_an_order_to_a_helper_moves_too(life: Life) -> None:
    life.at("2026-12-30 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    named(life, WATER)
    life.desk.do(_order_the_water)
    (order,) = all_(life, HelpOrder)
    assert (day(order.answer_by), order.answer_provisional) == ("01-04", True)
    load(life)
    (order,) = all_(life, HelpOrder)
    assert (day(order.answer_by), order.answer_provisional) == ("01-05", False)
    with life.desk.reading() as work:
        moved = select(Notification).where(Notification.sentence == "helper_order_new_date")
        (row,) = work.session.scalars(moved)
    assert (row.says["was"], row.says["until"]) == ("2027年1月4日24时前", "2027年1月5日24时前")


def test_the_answer_to_a_suggestion_keeps_its_calendar_day_and_its_reminder_follows_the_days_off(
    life: Life,
) -> None:
    life.at("2026-12-30 10:00")
    life.desk.do(_suggested)
    (before,) = all_(life, LawReferral)
    assert day(before.answer_due) == "01-04"
    assert (
        f"{before.remind_at.astimezone(CHINA):%m-%d}" == "01-01"
    )  # the working day before, as far as is known
    load(life)
    (after,) = all_(life, LawReferral)
    assert after.answer_due == before.answer_due
    assert f"{after.remind_at.astimezone(CHINA):%m-%d}" == "12-31"


def _suggested(work: Work) -> None:
    paper = LawPaper(
        LawKind.SUGGESTION,
        "津辰检建〔2026〕1号",
        date(2026, 12, 30),
        "区检察院",
        "清除围网",
        date(2027, 1, 4),
    )
    law_referrals.record(work, paper)


def _order_the_water(work: Work) -> None:
    party = whistle_parties.party_called(work, whistles.called(work, "1"), WATER)
    help_orders.issue(work, party, "至今没有回哨")


def test_of_a_date_that_does_not_count_any_more_nobody_hears(life: Life) -> None:
    life.at("2026-12-31 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    named(life, WATER)
    life.desk.do(_answer)
    load(life)
    assert day(all_(life, Whistle)[0].name_by) == "01-04"  # put right all the same
    (party,) = all_(life, WhistleParty)
    assert (day(party.answer_by), day(party.do_by)) == ("01-06", "01-15")  # its own day stays
    assert told(life) == []


def _answer(work: Work) -> None:
    party = whistle_parties.party_called(work, whistles.called(work, "1"), WATER)
    whistle_help.answer(work, party, "封堵排口", datetime(2027, 1, 15, tzinfo=CHINA).date())


def test_nobody_is_chased_on_a_day_that_turned_out_to_be_of_rest(life: Life) -> None:
    life.at("2026-12-31 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    load(life)
    reminded = []
    for when in ("2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04", "2027-01-05"):
        life.at(f"{when} 09:00")
        remind(life.desk)
        reminded.append(sum(e.what == "naming_reminded" for e in all_(life, WhistleEntry)))
    assert reminded == [0, 0, 0, 1, 2]  # on the day, and overdue


def test_the_last_day_is_said_again_where_it_was_moved_of_a_whistle_and_of_an_order(life: Life) -> None:
    life.at("2026-12-30 10:00")
    case = life.opens()
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    other = life.opens()
    life.does("clerk", supervision.issue, other, "多次催办")
    named(life, WATER)
    life.at("2027-01-04 09:00")
    remind(life.desk)
    load(life)
    life.at("2027-01-05 09:00")
    remind(life.desk)
    said = [
        row.sentence
        for row in all_(life, Notification)
        if row.sentence.endswith(("whistle_due", "order_due"))
    ]
    assert sorted(said) == ["helper_whistle_due"] * 2 + ["town_order_due"] * 4


def test_a_message_of_a_date_that_has_moved_again_is_not_sent(life: Life) -> None:
    life.at("2026-12-31 20:30")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    named(life, WATER)
    load(life)
    load(life, NOTICE.replace("2027-01-03,0", "2027-01-03,1"))
    life.at("2027-01-03 08:00")
    sent = [each for each in life.desk.do(delivery.lease, 30) if each.sentence == "helper_whistle_new_date"]
    assert [each.says["until"] for each in sent] == ["2027年1月5日24时前"]
    moved = [row for row in all_(life, Notification) if row.sentence == "helper_whistle_new_date"]
    assert [(row.delivery, row.reason) for row in moved[:1]] == [(Delivery.POINTLESS, "发出前期限已调整")]


class Known:
    """A keeper that knows 2027: a newer library."""

    def calendar(self, connection: Any) -> Any:
        return BOTH


def test_a_newer_library_settles_orders_and_whistles_without_a_notice(life: Life) -> None:
    life.at("2026-12-31 10:00")
    case = life.opens()
    life.does("clerk", supervision.issue, case, "多次催办")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    named(life, WATER)
    life.desk._almanac = Known()  # type: ignore[assignment]  # a fake in the keeper's place
    assert follow_calendar(life.desk) == 5  # two cases, an order, a whistle, a helper
    assert [day(o.answer_by) for o in all_(life, SupervisionOrder)] == ["01-06"]
    assert [(day(w.name_by), w.name_provisional) for w in all_(life, Whistle)] == [("01-04", False)]
    assert [(day(p.answer_by), p.answer_provisional) for p in all_(life, WhistleParty)] == [("01-06", False)]
    assert follow_calendar(life.desk) == 0

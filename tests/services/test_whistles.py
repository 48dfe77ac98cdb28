"""A whistle's life: who may do what, the town's clock that waits for it, reminders, two at once."""

import threading
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.case import Case
from models.follower import Follower
from models.notification import Notification
from models.person import Appointment
from models.registry import Town
from models.report import Report, Source
from models.supervision import SupervisionOrder
from models.whistle import Whistle, WhistleEntry, WhistleParty
from rules.deadlines import Severity
from rules.refusal import Refusal
from rules.roles import Role
from rules.whistles import PartyState, WhistleState, names_in
from scheduler.remind import remind
from services import (
    audit,
    cases,
    delivery,
    extensions,
    people,
    supervision,
    whistle_help,
    whistle_parties,
    whistles,
)
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life, china

WATER = "区水务局"


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    life = Life(desk, clock, lay_out(desk))
    life.appoints("water", Role.DEPARTMENT)
    desk.do(_is_of, "water", WATER)
    return life


def _is_of(work: Work, name: str, department: str) -> None:
    follower = work.session.scalars(select(Follower).where(Follower.openid == f"o-{name}")).one()
    held = work.session.scalars(select(Appointment).where(Appointment.person_id == follower.person_id)).one()
    held.department = department


def as_(life: Life, name: str, step: Any, *args: Any, **kwargs: Any) -> Any:
    """What `name` does on the whistles, by number."""
    return life.desk.do(_as, name, step, args, kwargs)


def _as(work: Work, name: str, step: Any, args: Any, kwargs: Any) -> Any:
    follower = work.session.scalars(select(Follower).where(Follower.openid == f"o-{name}")).one()
    work.who = people.who_is(work, follower.id, follower.person_id)
    return step(work, *args, **kwargs)


def names(work: Work, number: str, text: str) -> None:
    whistle_help.name(work, whistles.called(work, number), whistle_parties.named(work, names_in(text)))


def answers(work: Work, number: str, party: str, plan: str, by: str) -> None:
    found = whistle_parties.party_called(work, whistles.called(work, number), party)
    whistle_help.answer(work, found, plan, date.fromisoformat(by))


def finishes(work: Work, number: str, party: str, result: str) -> None:
    whistle_help.finish(
        work, whistle_parties.party_called(work, whistles.called(work, number), party), result
    )


def closes(work: Work, number: str, result: str = "已封堵", *, solved: bool = True) -> None:
    whistles.close(work, whistles.called(work, number), result, solved=solved)


def withdraws(work: Work, number: str, reason: str = "已自行解决") -> None:
    whistles.withdraw(work, whistles.called(work, number), reason)


def blown_at(work: Work, place: str, needs: str) -> str:
    return whistles.blow_at(work, place, needs).number


def all_(life: Life, table: Any) -> list[Any]:
    with life.desk.reading() as work:
        return list(work.session.scalars(select(table).order_by(table.id)))


def case_(life: Life, case_id: int = 1) -> Case:
    with life.desk.reading() as work:
        return work.session.get_one(Case, case_id)


def owed(life: Life, *beginnings: str) -> list[str]:
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [
            f"{row.person.name if row.person else 'reporter'}:{row.sentence}"
            for row in rows if row.sentence.split("_", 1)[1].startswith(beginnings)
        ]  # fmt: skip


def test_the_life_of_a_whistle_on_one_timeline(life: Life) -> None:
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    as_(life, "clerk", names, "1", "区水务局、北仓镇")
    as_(life, "water", answers, "1", WATER, "封堵排口", "2026-11-27")
    as_(life, "chief2", answers, "1", "北仓镇", "派人清捞", "2026-11-25")
    as_(life, "water", finishes, "1", WATER, "排口已封堵")
    as_(life, "chief", closes, "1", "排口已封堵，水面已清")
    (whistle,) = all_(life, Whistle)
    assert (whistle.number, whistle.state, whistle.solved) == ("〔2026〕1号", WhistleState.CLOSED, True)
    assert [(e.sequence, e.body, e.what) for e in all_(life, WhistleEntry)] == [
        (1, "天穆镇", "blown"), (2, "河长办", "named"), (3, WATER, "answered"), (4, "北仓镇", "answered"),
        (5, WATER, "done"), (6, "天穆镇", "closed"),
    ]  # fmt: skip
    assert [(p.name, p.leads, p.state) for p in all_(life, WhistleParty)] == [
        (WATER, True, PartyState.DONE), ("北仓镇", False, PartyState.RELEASED),
    ]  # fmt: skip
    assert owed(life, "whistle_blown") == [
        "周科员:office_whistle_blown", "郑科员:office_whistle_blown", "赵联络员:town_whistle_blown",
    ]  # fmt: skip
    assert owed(life, "whistle_asked") == ["water:helper_whistle_asked", "李镇长:helper_whistle_asked"]
    assert "water:helper_whistle_news" in owed(life, "whistle_news")  # the lead hears of 北仓镇
    assert owed(life, "whistle_over") == [
        "周科员:office_whistle_over", "郑科员:office_whistle_over", "water:helper_whistle_over",
        "李镇长:helper_whistle_over", "赵联络员:town_whistle_over",
    ]  # fmt: skip
    with life.desk.reading() as work:
        assert [broken for _, broken in audit.verify(work.session)] == [None]


def test_the_clock_stands_still_over_a_holiday_and_goes_on_where_it_stopped(life: Life) -> None:
    life.at("2026-09-28 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.desk.do(_reported, case)
    assert case_(life).rectify_by == china("2026-10-11 00:00")  # 9-29, 9-30, 10-8, 10-9 and 10-10, made up
    life.at("2026-09-29 10:00")
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    assert (case_(life).is_paused, case_(life).remind_at) == (True, None)
    for day in ("09-30", "10-08", "10-09", "10-10"):
        life.at(f"2026-{day} 09:00")
        remind(life.desk)
    assert owed(life, "half_time", "day_before", "on_the_day", "overdue") == []
    assert not case_(life).is_late(life.clock())
    as_(life, "clerk", closes, "1", "已协调")
    after = case_(life)
    assert (after.is_paused, after.rectify_days) == (False, 9)  # 5 and 9-30, 10-8, 10-9, 10-10
    assert after.rectify_by == china("2026-10-16 00:00")
    assert after.remind_at is not None
    assert owed(life, "new_date") == ["reporter:reporter_new_date"]
    life.at("2026-10-15 09:00")
    remind(life.desk)
    assert owed(life, "on_the_day") == ["王镇长:town_on_the_day", "赵联络员:town_on_the_day"]


def _reported(work: Work, case_id: int) -> None:
    follower = Follower(
        openid="o-li",
        pseudonym=people.new_pseudonym(work),
        following=True,
        met_at=work.now,
        informed_at=work.now,
    )
    work.session.add(follower)
    work.session.flush()
    case = work.session.get_one(Case, case_id)
    work.session.add(
        Report(
            case_id=case.id, reporter_id=follower.id, ticket="ABCD2345", source=Source.RESIDENT, words="有垃圾",
            kind=case.kind, place=case.place, submitted_at=work.now, routed_by="测试", joined=False,
        )
    )  # fmt: skip


def test_over_on_the_day_it_was_blown_no_date_moves_and_no_reporter_is_told(life: Life) -> None:
    case = life.opens()
    life.desk.do(_reported, case)
    before = case_(life).accept_by
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    as_(life, "chief", withdraws, "1")
    assert case_(life).accept_by == before
    assert owed(life, "new_date") == []


def test_a_case_accepted_while_the_whistle_is_open_waits_from_its_acceptance(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    life.at("2026-11-25 10:00")
    life.does("chief", cases.accept, case)
    assert case_(life).rectify_by == china("2026-12-03 00:00")
    life.at("2026-11-27 10:00")
    as_(life, "chief", closes, "1")
    assert (case_(life).rectify_days, case_(life).rectify_by) == (7, china("2026-12-05 00:00"))


def test_an_urgent_case_does_not_wait_for_its_whistle(life: Life) -> None:
    case = life.opens(Severity.URGENT)
    before = case_(life).accept_by
    life.does("chief", whistles.blow, case, "请水务局关闸")
    assert not case_(life).is_paused
    life.clock.forward(minutes=90)
    remind(life.desk)
    assert "王镇长:town_overdue" in owed(life, "overdue")
    assert owed(life, "whistle_urgent") == ["赵联络员:town_whistle_urgent"]
    as_(life, "chief", closes, "1")
    assert case_(life).accept_by == before
    assert "赵联络员:town_whistle_ended" in owed(life, "whistle_ended")


def test_a_village_chief_neither_blows_nor_answers_an_order(life: Life) -> None:
    case = life.opens()
    with pytest.raises(Refusal, match="镇级河湖长"):
        life.does("village", whistles.blow, case, "请水务局封堵上游排口")
    life.does("clerk", supervision.issue, case, "未整改")
    with pytest.raises(Refusal, match="不是发给您单位"):
        life.orders("village", supervision.answer, 1, "已清理", 1)
    assert not case_(life).is_paused


def test_a_whistle_nobody_closes_is_asked_for_again_and_again(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    as_(life, "clerk", names, "1", "区水务局")
    as_(life, "water", finishes, "1", WATER, "已封堵")
    told = []
    for day in ("11-23", "11-24", "11-25", "11-26", "11-27", "11-30"):
        life.at(f"2026-{day} 10:30")
        before = len(owed(life, "whistle_unclosed"))
        remind(life.desk)
        told.append(len(owed(life, "whistle_unclosed")) - before)
    assert told == [0, 4, 0, 0, 4, 0]  # two clerks, chief and liaison; again after three working days
    as_(life, "chief", closes, "1")
    assert all_(life, Whistle)[0].remind_at is None


def test_the_office_that_names_nobody_is_reminded_until_it_does(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    told = []
    for day in ("11-24", "11-25", "11-26", "11-27", "11-30", "12-01"):
        life.at(f"2026-{day} 10:30")
        before = len(owed(life, "whistle_unnamed"))
        remind(life.desk)
        told.append(len(owed(life, "whistle_unnamed")) - before)
    assert told == [2, 2, 0, 0, 2, 0]


def test_an_order_and_a_severity_keep_the_days_that_were_waited(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("clerk", supervision.issue, case, "未整改")
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    assert all_(life, SupervisionOrder)[0].remind_at is None
    life.at("2026-11-25 10:00")
    as_(life, "chief", closes, "1")
    (order,) = all_(life, SupervisionOrder)
    assert (order.answer_by, order.remind_at) == (china("2026-12-01 00:00"), china("2026-11-30 09:00"))
    life.does("clerk", cases.change_severity, case, Severity.COMPLEX)
    life.does("clerk", cases.change_severity, case, Severity.ORDINARY)
    assert case_(life).rectify_days == 7


def test_more_time_may_be_asked_for_while_the_clock_stands_still(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    life.at("2026-12-02 10:00")  # its date was 11-30
    life.does("chief", extensions.ask, case, 2, "需要降水施工")
    life.does("clerk", extensions.grant, case)
    as_(life, "chief", closes, "1")
    assert case_(life).rectify_days == 5 + 2 + 7
    assert not case_(life).is_late(life.clock())


def test_whom_nobody_reads_the_office_is_told_of(life: Life) -> None:
    life.does("chief", whistles.blow, life.opens(), "请上游一起清捞")
    as_(life, "clerk", names, "1", "区公安分局、上游武清区河长办")
    assert owed(life, "whistle_nobody") == ["郑科员:office_whistle_nobody"]
    with life.desk.reading() as work:
        rows = work.session.scalars(
            select(Notification).where(Notification.sentence == "office_whistle_nobody")
        )
        assert [row.says["reason"] for row in rows] == [
            "区公安分局（无人绑定微信）、上游武清区河长办（区外单位）"
        ]
    as_(life, "clerk", answers, "1", "上游武清区河长办", "共同清捞", "2026-11-30")
    assert all_(life, WhistleParty)[1].state is PartyState.ANSWERED


def test_who_names_nobody_and_who_does_not_answer_is_reminded_and_then_the_office_hears(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵上游排口")
    for day in range(24, 27):
        life.at(f"2026-11-{day} 09:00")
        remind(life.desk)
        remind(life.desk)
    assert (
        owed(life, "whistle_unnamed")
        == ["周科员:office_whistle_unnamed", "郑科员:office_whistle_unnamed"] * 2
    )
    as_(life, "clerk", names, "1", WATER)  # answered by 12-01
    assert all_(life, Whistle)[0].remind_at is None
    for date_ in ("11-27", "11-30", "12-01", "12-02", "12-03"):
        life.at(f"2026-{date_} 09:00")
        remind(life.desk)
    assert owed(life, "whistle_due") == ["water:helper_whistle_due"] * 2
    assert owed(life, "whistle_late") == ["周科员:office_whistle_late", "郑科员:office_whistle_late"]
    as_(life, "water", answers, "1", WATER, "封堵排口", "2026-12-09")
    for date_ in ("12-04", "12-08", "12-09", "12-10", "12-11"):
        life.at(f"2026-{date_} 09:00")
        remind(life.desk)
    assert owed(life, "whistle_due") == ["water:helper_whistle_due"] * 5
    as_(life, "water", finishes, "1", WATER, "已封堵")
    assert all_(life, WhistleParty)[0].remind_at is None


def test_a_successor_is_reminded_and_not_who_has_left(life: Life) -> None:
    life.at("2026-11-23 10:00")
    life.does("chief", whistles.blow, life.opens(), "请北仓镇一起清捞")
    as_(life, "clerk", names, "1", "北仓镇")
    life.leaves("chief2")
    life.appoints("新镇长", Role.TOWN_CHIEF, "北仓镇")
    life.at("2026-11-26 09:00")
    remind(life.desk)
    assert owed(life, "whistle_due") == ["新镇长:helper_whistle_due"]


@pytest.mark.parametrize("name", ["chief2", "water", "general"])
def test_another_cannot_blow_name_close_or_withdraw(life: Life, name: str) -> None:
    case = life.opens()
    with pytest.raises(Refusal, match="不是您负责的案件"):
        life.does(name, whistles.blow, case, "请水务局封堵")
    life.does("chief", whistles.blow, case, "请水务局封堵")
    for step, args in ((names, ("1", WATER)), (closes, ("1",)), (withdraws, ("1",))):
        with pytest.raises(Refusal):
            as_(life, name, step, *args)
    assert [w.state for w in all_(life, Whistle)] == [WhistleState.BLOWN]


def test_a_helper_answers_for_itself_only(life: Life) -> None:
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵")
    as_(life, "clerk", names, "1", "区水务局、北仓镇")
    for name, party in (("water", "北仓镇"), ("chief2", WATER), ("chief", WATER)):
        with pytest.raises(Refusal, match="不在这个吹哨的"):
            as_(life, name, answers, "1", party, "封堵", "2026-11-27")
    with pytest.raises(Refusal, match="没有找到吹哨"):
        as_(life, "chief4", answers, "1", WATER, "封堵", "2026-11-27")
    with pytest.raises(Refusal, match="不能早于今天"):
        as_(life, "water", answers, "1", WATER, "封堵", "2026-11-20")


def test_nothing_is_done_twice(life: Life) -> None:
    case = life.opens()
    life.does("chief", whistles.blow, case, "请水务局封堵")
    with pytest.raises(Refusal, match="已有没有收哨的吹哨〔2026〕1号"):
        life.does("clerk", whistles.blow, case, "再吹")
    as_(life, "clerk", names, "1", WATER)
    with pytest.raises(Refusal, match="还没有指派过"):
        as_(life, "clerk", names, "1", WATER)
    with pytest.raises(Refusal, match="不用指派"):
        as_(life, "clerk", names, "1", "天穆镇")
    as_(life, "chief", closes, "1")
    for step, args in ((closes, ("1",)), (withdraws, ("1",)), (names, ("1", "北仓镇"))):
        with pytest.raises(Refusal, match="已收哨"):
            as_(life, "clerk", step, *args)
    with pytest.raises(Refusal, match="已收哨"):
        as_(life, "water", answers, "1", WATER, "封堵", "2026-11-27")
    life.does("chief", whistles.blow, case, "又要封堵")  # a new one may follow
    assert [w.number for w in all_(life, Whistle)] == ["〔2026〕1号", "〔2026〕2号"]


def test_a_closed_case_takes_no_whistle_and_ends_the_one_that_is_open(life: Life) -> None:
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("chief", whistles.blow, case, "请水务局封堵")
    as_(life, "clerk", names, "1", WATER)
    life.proves(case)
    life.does("clerk", cases.verify, case)
    assert [(w.state, w.solved) for w in all_(life, Whistle)] == [(WhistleState.CLOSED, True)]
    assert case_(life).paused_at is None
    assert owed(life, "whistle_over") == [
        "郑科员:office_whistle_over", "water:helper_whistle_over",
    ]  # fmt: skip
    with pytest.raises(Refusal, match="已办结，现在不能吹哨"):
        life.does("clerk", whistles.blow, case, "请水务局封堵")


def test_a_transfer_ends_the_whistle_and_the_new_towns_clock_runs(life: Life) -> None:
    case = life.opens()
    life.desk.do(_reported, case)
    life.does("chief", whistles.blow, case, "请北仓镇一起")
    life.at("2026-11-25 10:00")
    life.does("clerk", _transfer, case, life.district.towns["北仓镇"])
    assert [w.state for w in all_(life, Whistle)] == [WhistleState.WITHDRAWN]
    assert (case_(life).is_paused, case_(life).accept_by) == (False, china("2026-11-27 00:00"))
    assert owed(life, "new_date") == []  # the transfer tells its own date


def _transfer(work: Work, case: Case, town_id: int) -> None:
    cases.transfer(work, case, work.session.get_one(Town, town_id))


def test_what_waited_for_the_morning_and_was_done_meanwhile_is_not_sent(life: Life) -> None:
    life.at("2026-11-24 21:00")
    life.does("chief", whistles.blow, life.opens(), "请水务局封堵")
    as_(life, "clerk", names, "1", "区水务局、北仓镇")
    as_(life, "chief", withdraws, "1")
    life.at("2026-11-25 08:00")
    sentences = {envelope.sentence for envelope in life.desk.do(delivery.lease, 100)}
    assert {"town_whistle_blown", "helper_whistle_over", "office_whistle_over"} <= sentences
    assert not sentences & {"office_whistle_blown", "helper_whistle_asked"}


def test_a_place_without_a_case(life: Life) -> None:
    assert as_(life, "chief", blown_at, "北运河省界断面", "请上游共同清捞") == "〔2026〕1号"
    assert as_(life, "clerk", blown_at, "永定新河闸口", "请水务局调度") == "〔2026〕2号"
    with pytest.raises(Refusal, match="只有镇级河湖长"):
        as_(life, "water", blown_at, "北运河", "请水务局调度")
    as_(life, "clerk", names, "1", WATER)
    assert owed(life, "whistle_asked") == ["water:helper_whistle_asked_place"]
    as_(life, "chief", closes, "1", "没有谈成", solved=False)
    assert owed(life, "whistle_ended") == ["赵联络员:town_whistle_ended"]
    assert [(w.state, w.solved) for w in all_(life, Whistle)] == [
        (WhistleState.CLOSED, False), (WhistleState.BLOWN, None),
    ]  # fmt: skip


def test_two_who_answer_at_once_are_both_on_the_timeline(life: Life) -> None:
    life.does("chief", whistles.blow, life.opens(), "请各单位协助")
    as_(life, "clerk", names, "1", "区水务局、北仓镇、小淀镇")
    failed: list[Exception] = []
    said = [("water", WATER), ("chief2", "北仓镇"), ("chief4", "小淀镇")]
    start = threading.Barrier(len(said))

    def answer(name: str, party: str) -> None:
        start.wait()
        try:
            as_(life, name, answers, "1", party, "协助清捞", "2026-11-27")
        except Exception as error:  # noqa: BLE001 - shown below
            failed.append(error)

    threads = [threading.Thread(target=answer, args=pair) for pair in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    entries = all_(life, WhistleEntry)
    assert [e.sequence for e in entries] == [1, 2, 3, 4, 5]
    assert {e.body for e in entries[2:]} == {WATER, "北仓镇", "小淀镇"}
    with life.desk.reading() as work:
        assert [broken for _, broken in audit.verify(work.session)] == [None]

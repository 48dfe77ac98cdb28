"""What a month makes of cases whose lives are played through the real services."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.case import Case
from models.handling import Duty, Outcome, What
from models.registry import Town
from models.report import Rating, Source
from rules.deadlines import Severity
from rules.refusal import Refusal
from services import cases, extensions, figures, whistles
from services import figure_counts as counts
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.month_life import DECEMBER, NOVEMBER, OCTOBER, MonthLife, month_life, received, refused, said
from tests.query_plan import plan_of

ONE, NONE = Decimal(1), Decimal(0)
dates = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""How a life becomes dates; the selects themselves are the same ones, tried on both engines by the others."""


@pytest.fixture
def life(desk: Desk, clock: Clock) -> MonthLife:
    return month_life(desk, clock)


def accepted(life: MonthLife) -> int:
    case = life.reported()
    life.does("chief", cases.accept, case)
    return case


def on_time(life: MonthLife) -> tuple[Decimal, Decimal | None, list[str]]:
    return said(life.figure("rectified_on_time"))


def test_nothing_to_judge_by(life: MonthLife) -> None:
    for name in ("rectified_on_time", "verified_first_time", "reopened", "first_answer_in_time", "satisfaction",
                 "orders_answered", "whistles_helped", "overdue_across_months"):  # fmt: skip
        assert said(life.figure(name)) == (NONE, NONE, [])
    assert said(life.figure("admonitions")) == (NONE, None, [])
    assert not life.figure("inspection_findings", town="T4").is_judged  # no reach


def test_a_case_rectified_by_its_date(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-09 23:59")  # five working days end at 24:00
    life.proves(case)
    assert on_time(life) == (ONE, ONE, [])
    assert said(life.figure("rectified_on_time", town="T2")) == (NONE, NONE, [])


@dates
def test_a_case_rectified_too_late(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-12 00:00")
    life.proves(case)
    assert on_time(life) == (NONE, ONE, [f"案件 {life.number(case)} 逾期 3 个工作日"])


@dates
def test_a_case_late_by_less_than_a_working_day(life: MonthLife) -> None:
    life.at("2026-11-06 10:00")  # a Friday; due on Friday 13
    case = accepted(life)
    life.at("2026-11-14 10:00")  # a Saturday
    life.proves(case)
    assert on_time(life) == (NONE, ONE, [f"案件 {life.number(case)} 逾期不足 1 个工作日"])


def test_a_case_that_is_still_not_done(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-12-03 10:00")
    late = f"案件 {life.number(case)} 逾期 15 个工作日，月末仍未办结"
    assert on_time(life) == (NONE, ONE, [late])
    life.proves(case)
    assert on_time(life) == (NONE, ONE, [late])  # what comes after the month does not change it
    assert said(life.figure("rectified_on_time", DECEMBER)) == (NONE, NONE, [])


@dates
def test_a_case_counts_in_the_month_of_its_date(life: MonthLife) -> None:
    life.at("2026-11-24 10:00")  # due on 1 December
    case = accepted(life)
    life.at("2026-11-25 10:00")
    life.proves(case)
    assert on_time(life) == (NONE, NONE, [])
    assert said(life.figure("rectified_on_time", DECEMBER)) == (ONE, ONE, [])


@dates
def test_a_date_at_the_end_of_the_last_day_counts_in_that_month(life: MonthLife) -> None:
    life.at("2026-11-23 10:00")
    case = accepted(life)
    life.at("2026-12-01 00:00")
    assert on_time(life) == (NONE, ONE, [f"案件 {life.number(case)} 逾期不足 1 个工作日，月末仍未办结"])
    assert life.figure("rectified_on_time", DECEMBER).denominator == 0


def test_a_case_that_is_not_even_accepted_is_not_rectified_in_time(life: MonthLife) -> None:
    case = life.reported()
    life.at("2026-12-01 09:00")
    number = life.number(case)
    assert on_time(life) == (NONE, ONE, [f"案件 {number} 逾期 19 个工作日未受理"])
    life.does("chief", cases.accept, case)
    assert on_time(life)[:2] == (NONE, ONE)
    assert said(life.figure("first_answer_in_time")) == (
        NONE, ONE, [f"案件 {number} 逾期 19 个工作日，月末仍未受理"],
    )  # fmt: skip


@dates
def test_a_proof_sent_back_in_time_leaves_the_date_as_it_was(life: MonthLife) -> None:
    case = accepted(life)
    life.proves(case)
    life.does("clerk", cases.send_back, case, "仍有垃圾")
    life.at("2026-11-11 10:00")
    life.proves(case)
    assert on_time(life) == (NONE, ONE, [f"案件 {life.number(case)} 逾期 2 个工作日"])


@pytest.mark.parametrize(
    ("again", "good", "late"), [("2026-11-11 20:00", 1, []), ("2026-11-13 10:00", 0, [2])]
)
@dates
def test_what_the_office_took_is_not_the_towns_delay(
    life: MonthLife, again: str, good: int, late: list[int]
) -> None:
    case = accepted(life)
    life.proves(case)
    life.at("2026-11-11 10:00")  # two days after the date
    life.does("clerk", cases.send_back, case, "仍有垃圾")
    life.at(again)
    life.proves(case)
    causes = [f"案件 {life.number(case)} 逾期 {days} 个工作日" for days in late]
    assert on_time(life) == (Decimal(good), ONE, causes)


@dates
def test_a_proof_counts_when_the_town_sent_it_not_when_its_photographs_arrived(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-09 23:50")
    life.does("chief", cases.prove, case, "清理完毕", 1)
    life.at("2026-11-10 00:10")
    received(life, case)
    assert on_time(life) == (ONE, ONE, [])


@dates
def test_a_proof_that_does_not_hold_is_none(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-09 23:50")
    life.does("chief", cases.prove, case, "清理完毕", 1)
    life.at("2026-11-10 00:10")
    refused(life, case)
    life.at("2026-11-10 10:00")
    life.proves(case)
    assert on_time(life) == (NONE, ONE, [f"案件 {life.number(case)} 逾期 1 个工作日"])


@dates
def test_an_extension_is_honoured_also_where_it_is_granted_after_the_date(life: MonthLife) -> None:
    case = accepted(life)
    life.does("chief", extensions.ask, case, 3, "连日降雨")
    life.at("2026-11-10 10:00")
    life.does("clerk", extensions.grant, case)
    life.at("2026-11-12 10:00")
    life.proves(case)
    assert on_time(life) == (ONE, ONE, [])


@dates
def test_an_extension_granted_after_the_month_does_not_change_it(life: MonthLife) -> None:
    life.at("2026-11-23 10:00")
    case = accepted(life)
    life.does("chief", extensions.ask, case, 5, "连日降雨")
    life.at("2026-12-02 10:00")
    before = life.figure("rectified_on_time")
    assert before.numerator == 0
    life.does("clerk", extensions.grant, case)
    life.proves(case)
    assert life.figure("rectified_on_time") == before
    assert life.figure("rectified_on_time", DECEMBER).numerator == 1


@dates
def test_a_clock_that_stands_still_for_a_whistle_is_honoured(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-06 10:00")
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    life.at("2026-11-20 10:00")
    assert life.figure("rectified_on_time").denominator == 0
    life.desk.do(_closes, 1)
    life.at("2026-11-23 10:00")  # one working day was left after the sixth
    life.proves(case)
    assert on_time(life) == (ONE, ONE, [])


def _closes(work: Work, number: int) -> None:
    whistles.close(work, whistles.called(work, str(number)), "已封堵", solved=True)


@dates
def test_a_whistle_blown_too_late_does_not_undo_the_delay(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-11 10:00")
    life.does("chief", whistles.blow, case, "请水务局封堵上游排口")
    assert on_time(life) == (NONE, ONE, [f"案件 {life.number(case)} 逾期 2 个工作日"])


@dates
def test_a_case_made_graver_is_counted_anew_but_a_date_already_missed_stays_missed(life: MonthLife) -> None:
    in_time, late = accepted(life), accepted(life)
    life.does("clerk", cases.change_severity, in_time, Severity.URGENT)
    life.at("2026-11-04 23:00")
    life.proves(in_time)
    life.at("2026-11-11 10:00")
    life.does("clerk", cases.change_severity, late, Severity.COMPLEX)
    life.proves(late)
    assert on_time(life) == (ONE, Decimal(2), [f"案件 {life.number(late)} 逾期 2 个工作日"])


def test_the_town_that_had_it_then_answers_for_the_delay(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-11 10:00")
    life.does("clerk", _transfers, case, "北仓镇")
    life.does("chief2", cases.accept, case)
    life.does("chief2", cases.prove, case, "清理完毕", 1)
    assert on_time(life) == (NONE, ONE, [f"案件 {life.number(case)} 逾期 2 个工作日"])
    assert said(life.figure("rectified_on_time", town="T2"))[:2] == (ONE, ONE)


def _transfers(work: Work, case: Case, town: str) -> None:
    found = next(t for t in figures.towns_of(work, NOVEMBER) if t.name == town)
    cases.transfer(work, case, work.session.get_one(Town, found.id))


@dates
def test_a_case_handed_back_in_time_counts_for_nobody(life: MonthLife) -> None:
    case = life.reported()
    life.does("chief", cases.hand_back, case, "不是我们的河段")
    life.at("2026-12-03 10:00")
    assert life.figure("rectified_on_time").denominator == 0
    assert life.figure("first_answer_in_time").denominator == 0


def test_a_declined_case_never_counts_unless_it_is_restored(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-11-11 10:00")
    assert on_time(life)[1] == 1
    life.does("clerk", cases.decline, case, "不属于河道问题")
    assert on_time(life)[1] == 0
    life.at("2026-11-12 10:00")
    life.does("clerk", cases.reopen, case, "还是河道问题")
    assert on_time(life)[1] == 1


def test_a_case_declined_after_the_month_still_counts_in_it(life: MonthLife) -> None:
    case = accepted(life)
    life.at("2026-12-02 10:00")
    before = life.figures(figures.SOURCES)
    life.does("clerk", cases.decline, case, "不属于河道问题")
    assert life.figures(figures.SOURCES) == before
    assert life.figure("overdue_across_months", DECEMBER).denominator == 0


def test_cases_carried_over_a_month_count_twice(life: MonthLife) -> None:
    left, done = accepted(life), accepted(life)
    life.at("2026-11-30 10:00")
    life.proves(done)
    life.at("2026-12-03 10:00")
    carried = f"案件 {life.number(left)} 应于11月9日前办结，跨月逾期"
    figure = life.figure("overdue_across_months", DECEMBER)
    assert said(figure) == (Decimal(2), None, [carried])
    assert [cause.weight for cause in figure.causes] == [Decimal(2)]
    life.proves(left)
    assert life.figure("overdue_across_months", DECEMBER) == figure
    assert said(life.figure("overdue_across_months")) == (NONE, None, [])  # nothing came from October


def test_a_case_never_accepted_is_carried_over_as_well(life: MonthLife) -> None:
    case = life.reported()
    life.at("2027-01-04 10:00")
    for month in (DECEMBER, DECEMBER.next):
        assert said(life.figure("overdue_across_months", month)) == (
            Decimal(2), None, [f"案件 {life.number(case)} 应于11月3日前办结，跨月逾期"],
        )  # fmt: skip


def test_the_first_answer(life: MonthLife) -> None:
    in_time, late = life.reported(), life.reported(by="another")
    inspected = life.reported(by="clerk", handed_down=Source.INSPECTION)
    life.at("2026-11-03 20:00")
    life.does("chief", cases.accept, in_time)
    life.at("2026-11-05 10:00")
    life.does("chief", cases.accept, late)
    life.does("chief", cases.accept, inspected)
    assert said(life.figure("first_answer_in_time")) == (
        ONE, Decimal(2), [f"案件 {life.number(late)} 逾期 2 个工作日受理"],
    )  # fmt: skip


@dates
def test_an_urgent_case_is_accepted_by_the_minute(life: MonthLife) -> None:
    case = life.reported(severity=Severity.URGENT)
    life.at("2026-11-02 11:01")
    life.does("chief", cases.accept, case)
    assert said(life.figure("first_answer_in_time"))[2] == [
        f"案件 {life.number(case)} 逾期不足 1 个工作日受理"
    ]


def test_verified_at_the_first_time(life: MonthLife) -> None:
    good, bad = life.handled(), accepted(life)
    life.proves(bad)
    life.does("clerk", cases.send_back, bad, "仍有垃圾")
    life.proves(bad)
    life.does("clerk", cases.verify, bad)
    assert said(life.figure("verified_first_time")) == (
        ONE, Decimal(2), [f"案件 {life.number(bad)} 首次复核未通过"],
    )  # fmt: skip
    life.does("clerk", cases.reopen, good, "又有垃圾")
    life.proves(good)
    life.does("clerk", cases.send_back, good, "仍有垃圾")  # the first verdict after it was reopened
    assert life.figure("verified_first_time").numerator == 0


@dates
def test_another_towns_first_verdict_is_a_first_one(life: MonthLife) -> None:
    case = accepted(life)
    life.proves(case)
    life.does("clerk", cases.send_back, case, "仍有垃圾")
    life.does("clerk", _transfers, case, "北仓镇")
    life.does("chief2", cases.accept, case)
    life.does("chief2", cases.prove, case, "清理完毕", 1)
    received(life, case)
    life.does("clerk", cases.verify, case)
    assert said(life.figure("verified_first_time"))[:2] == (NONE, ONE)
    assert said(life.figure("verified_first_time", town="T2"))[:2] == (ONE, ONE)


def test_reopened_by_the_reporter_or_the_office(life: MonthLife) -> None:
    by_reporter, by_office, _ = life.handled(), life.handled(by="another"), life.handled(by="third")
    life.rates(by_reporter, Rating.NOT, "还有垃圾")
    life.does("clerk", cases.reopen, by_office, "又有垃圾")
    assert said(life.figure("reopened")) == (
        Decimal(2), Decimal(3),
        [f"案件 {life.number(by_reporter)} 办结后因反映人不满意重开", f"案件 {life.number(by_office)} 办结后由河长办重开"],
    )  # fmt: skip


def test_satisfaction(life: MonthLife) -> None:
    for name, rating in (("a", Rating.SATISFIED), ("b", Rating.BASICALLY), ("c", Rating.NOT)):
        life.rates(life.handled(by=name), rating, "还有垃圾")
    life.handled(by="silent")
    figure = life.figure("satisfaction")
    assert (figure.numerator, figure.denominator, len(figure.causes)) == (Decimal(2), Decimal(3), 1)
    assert "评价不满意" in figure.causes[0].sentence


@dates
def test_only_what_is_asked_for_is_given_and_nothing_unknown(life: MonthLife) -> None:
    assert [(f.source, f.town) for f in life.figures(["reopened", "falsified"])] == [
        (name, town) for name in ("reopened", "falsified") for town in ("T1", "T2", "T3", "T4")
    ]
    with pytest.raises(Refusal, match="没有“reports”这样的指标来源"):
        life.figures(["reports"])


@dates
def test_a_sheet_that_was_not_handed_in_suspends_its_sources(life: MonthLife) -> None:
    figure = life.figure("sheet:断面达标率")
    assert (figure.suspended, figure.is_judged) == ("2026年11月还没有导入月度指标表", False)


@dates
def test_a_town_counts_in_the_months_in_which_it_was_there(life: MonthLife) -> None:
    life.desk.do(_begins, life.district.towns["小淀镇"])
    with life.desk.reading() as work:
        assert "T4" not in [t.code for t in figures.towns_of(work, OCTOBER)]
        assert "T4" in [t.code for t in figures.towns_of(work, NOVEMBER)]


def _begins(work: Work, town_id: int) -> None:
    work.session.get_one(Town, town_id).since = date(2026, 11, 15)


@dates
def test_the_months_before_and_after_are_empty(life: MonthLife) -> None:
    case = accepted(life)
    life.proves(case)
    life.at("2027-02-01 10:00")
    for month in (OCTOBER, DECEMBER, DECEMBER.next):
        assert {
            f.denominator for f in life.figures(["rectified_on_time", "first_answer_in_time"], month)
        } == {NONE}


def test_a_month_is_found_by_its_index_however_many_there_were_before(life: MonthLife) -> None:
    rows = select(Duty.id).where(counts.rectification(NOVEMBER))
    assert "ix_duty_kind_counts" in plan_of(life.desk, rows)
    passed = select(Outcome.id).where(counts.came(NOVEMBER, [What.PASSED, What.SENT_BACK]))
    plan = plan_of(life.desk, passed)
    assert ("ix_outcome_what_at" in plan, "ix_outcome_case" in plan) == (True, True)
    ended = Duty.late_days.is_not(None) & (Duty.ended_at >= NOVEMBER.begins)
    for which, index in ((Duty.ended_at.is_(None), "ix_duty_open_counts"), (ended, "ix_duty_late_ended")):
        plan = plan_of(life.desk, counts.still_owed(NOVEMBER, which))
        assert "ix_duty_kind_counts" not in plan  # which would lead through all the years
        assert (
            index in plan or life.desk.engine.dialect.name == "postgresql"
        )  # of an empty table it cares not

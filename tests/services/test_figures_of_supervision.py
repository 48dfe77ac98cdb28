"""Inspections, orders, whistles, talks and feigned rectifications in a month's figures; one row changed or gone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from models.admonition import Admonition
from models.case import Case
from models.follower import Follower
from models.handling import Duty, DutyEnd, DutyKind, Outcome, What
from models.registry import Reach, Town
from models.report import Rating, Source
from rules.deadlines import Severity
from rules.supervision import Ground
from rules.whistles import names_in
from services import (
    admonitions,
    cases,
    falsification,
    figures,
    people,
    supervision,
    whistle_help,
    whistle_parties,
    whistles,
)
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.month_life import DECEMBER, NOVEMBER, MonthLife, month_life, said

ONE, NONE = Decimal(1), Decimal(0)
sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""How a life becomes dates; the selects themselves are tried on both engines by the others."""


@pytest.fixture
def life(desk: Desk, clock: Clock) -> MonthLife:
    return month_life(desk, clock)


def inspected(life: MonthLife, severity: Severity = Severity.ORDINARY) -> int:
    return life.reported(by="clerk", severity=severity, handed_down=Source.INSPECTION)


def findings(life: MonthLife, town: str = "T1") -> tuple[Decimal, list[str]]:
    figure = life.figure("inspection_findings", town=town)
    return figure.numerator, [cause.sentence for cause in figure.causes]


def test_what_inspections_find_by_its_gravity_and_kilometre(life: MonthLife) -> None:
    life.reported()
    plain, grave = inspected(life), inspected(life, Severity.URGENT)
    assert findings(life) == (
        Decimal(4),
        [
            f"案件 {life.number(plain)} 暗查暗访发现（一般）",
            f"案件 {life.number(grave)} 暗查暗访发现（紧急）",
        ],
    )
    assert life.figure("inspection_findings").denominator == Decimal("1.728")  # measured along the river
    life.desk.do(_is_long, life.district.reaches["天穆镇"])
    assert life.figure("inspection_findings").denominator == Decimal("2.500")


def _is_long(work: Work, reach_id: int) -> None:
    work.session.get_one(Reach, reach_id).length_km = Decimal("2.500")


def test_what_is_found_counts_for_who_has_it_at_the_end_and_as_grave_as_it_is_then(life: MonthLife) -> None:
    moved, graver, declined, returned = (inspected(life) for _ in range(4))
    life.does("clerk", _transfers, moved, life.district.towns["北仓镇"])
    life.does("clerk", cases.change_severity, graver, Severity.COMPLEX)
    life.does("clerk", cases.decline, declined, "不属于河道问题")
    life.does("chief", cases.hand_back, returned, "不是我们的河段")
    assert findings(life) == (Decimal(2), [f"案件 {life.number(graver)} 暗查暗访发现（复杂）"])
    assert findings(life, "T2") == (ONE, [f"案件 {life.number(moved)} 暗查暗访发现（一般）"])
    life.at("2026-12-01 10:00")
    before = findings(life)
    life.does("clerk", cases.change_severity, graver, Severity.URGENT)
    life.does("clerk", _transfers, graver, life.district.towns["北仓镇"])
    assert findings(life) == before


def test_what_waits_for_a_town_over_the_months_end_counts_once_and_for_who_gets_it(life: MonthLife) -> None:
    life.at("2026-11-30 16:00")
    life.leaves("chief4")
    nobodys = life.reported("小淀镇", by="clerk", handed_down=Source.INSPECTION)
    returned, kept = inspected(life), inspected(life)
    life.does("chief", cases.hand_back, returned, "不是我们的河段")
    life.at("2026-12-02 10:00")
    for case in (nobodys, returned):
        life.does("clerk", _transfers, case, life.district.towns["北仓镇"])
    life.at("2027-02-01 10:00")
    names = [life.number(case) for case in (nobodys, returned)]
    found = life.figure("inspection_findings", DECEMBER, "T2")
    assert [cause.key for cause in found.causes] == [f"case:{name}" for name in names]
    assert findings(life) == (ONE, [f"案件 {life.number(kept)} 暗查暗访发现（一般）"])
    for month, town in ((NOVEMBER, "T2"), (DECEMBER, "T1"), (DECEMBER.next, "T1"), (DECEMBER.next, "T2")):
        assert life.figure("inspection_findings", month, town).numerator == 0


def _transfers(work: Work, case: Case, town_id: int) -> None:
    cases.transfer(work, case, work.session.get_one(Town, town_id))


def ordered(life: MonthLife) -> int:
    case = life.reported()
    life.does("chief", cases.accept, case)
    life.does("clerk", supervision.issue, case, "多次催办未整改")  # to be answered within 3 working days
    return case


def test_orders_answered_in_time_and_too_late(life: MonthLife) -> None:
    for _ in range(3):
        ordered(life)
    life.at("2026-11-05 23:00")
    life.orders("chief", supervision.answer, 1, "正在清理", 1)
    life.at("2026-11-09 10:00")
    life.orders("chief", supervision.answer, 2, "正在清理", 1)
    life.at("2026-12-02 10:00")
    assert said(life.figure("orders_answered")) == (
        ONE, Decimal(3), ["督办单〔2026〕2号逾期 2 个工作日答复", "督办单〔2026〕3号逾期 17 个工作日，月末仍未答复"],
    )  # fmt: skip


def test_an_answer_sent_back_is_due_again_and_an_order_withdrawn_counts_for_nothing(life: MonthLife) -> None:
    ordered(life)
    ordered(life)
    life.orders("chief", supervision.answer, 1, "正在清理", 1)
    life.orders("clerk", supervision.send_back, 1, "没有说明原因")
    life.at("2026-11-06 10:00")
    life.orders("clerk", supervision.withdraw, 2, "已查明不属该镇街")
    assert said(life.figure("orders_answered")) == (
        NONE, ONE, ["督办单〔2026〕1号逾期 17 个工作日，月末仍未答复"],
    )  # fmt: skip


@sqlite
def test_an_order_withdrawn_after_the_month_still_counts_in_it(life: MonthLife) -> None:
    ordered(life)
    life.at("2026-12-01 10:00")
    before = life.figure("orders_answered")
    life.orders("clerk", supervision.withdraw, 1, "已查明不属该镇街")
    assert life.figure("orders_answered") == before
    assert before.denominator == 1


@sqlite
def test_an_order_overdue_across_the_month_is_no_case_overdue(life: MonthLife) -> None:
    life.at("2026-11-23 10:00")
    case = life.reported(severity=Severity.COMPLEX)
    life.does("chief", cases.accept, case)  # within ten working days: the seventh of December
    life.does("clerk", supervision.issue, case, "多次催办未整改")
    life.at("2026-12-02 10:00")
    assert life.figure("orders_answered").numerator == 0
    assert said(life.figure("overdue_across_months", DECEMBER)) == (NONE, None, [])


def test_an_order_waits_while_the_proof_is_with_the_office(life: MonthLife) -> None:
    case = ordered(life)
    life.proves(case)
    life.at("2026-11-10 10:00")
    assert life.figure("orders_answered").denominator == 0
    life.does("clerk", cases.send_back, case, "仍有垃圾")
    life.orders("chief", supervision.answer, 1, "正在清理", 1)  # on the day it came back
    assert said(life.figure("orders_answered")) == (ONE, ONE, [])


def as_(life: MonthLife, name: str, step: Any, *args: Any) -> Any:
    return life.desk.do(_as, name, step, args)


def _as(work: Work, name: str, step: Any, args: Any) -> Any:
    follower = work.session.scalars(select(Follower).where(Follower.openid == f"o-{name}")).one()
    work.who = people.who_is(work, follower.id, follower.person_id)
    return step(work, *args)


def _names(work: Work, number: int, text: str) -> None:
    whistle = whistles.called(work, str(number))
    whistle_help.name(work, whistle, whistle_parties.named(work, names_in(text)))


def _helps(work: Work, number: int, until: str = "") -> None:
    whistle = whistles.called(work, str(number))
    party = whistle_parties.party_called(work, whistle, "北仓镇")
    if until:
        whistle_help.answer(work, party, "派人清捞", date.fromisoformat(until))
    else:
        whistle_help.finish(work, party, "已清捞")


def blown(life: MonthLife) -> None:
    case = life.reported()
    life.does("chief", whistles.blow, case, "请北仓镇一起清捞")


def test_whistles_a_town_was_asked_to_help_on(life: MonthLife) -> None:
    for number in range(1, 5):
        blown(life)
        as_(life, "clerk", _names, number, "北仓镇")  # to be answered within 3 working days
    as_(life, "chief2", _helps, 1, "2026-11-10")
    as_(life, "chief2", _helps, 2, "2026-11-10")
    life.at("2026-11-09 10:00")
    as_(life, "chief2", _helps, 3)  # done, and two days too late an answer
    as_(life, "chief2", _helps, 1)
    life.at("2026-11-12 10:00")
    as_(life, "chief2", _helps, 2, "2026-12-20")  # a new promise made after the old was broken
    assert said(life.figure("whistles_helped", town="T2")) == (
        ONE, Decimal(4),
        [
            "吹哨〔2026〕2号逾期 2 个工作日完成承诺事项", "吹哨〔2026〕3号逾期 2 个工作日回哨",
            "吹哨〔2026〕4号逾期 17 个工作日，月末仍未回哨",
        ],
    )  # fmt: skip
    assert life.figure("whistles_helped").denominator == 0  # the town that blew them


def test_help_that_is_not_needed_any_more_counts_for_nothing(life: MonthLife) -> None:
    blown(life)
    as_(life, "clerk", _names, 1, "北仓镇")
    as_(life, "clerk", _withdraws, 1)
    assert life.figure("whistles_helped", town="T2").denominator == 0


def _withdraws(work: Work, number: int) -> None:
    whistles.withdraw(work, whistles.called(work, str(number)), "已自行解决")


def test_talks_and_feigned_rectifications(life: MonthLife) -> None:
    case, other = life.handled(), life.handled(by="another")
    life.does("clerk", falsification.found, case, "照片不是该处")
    life.does("clerk", admonitions.call, other, Ground.BY_HAND, "整改不力")
    number = life.number(case)
    assert said(life.figure("falsified")) == (ONE, None, [f"案件 {number} 整改弄虚作假"])
    assert said(life.figure("admonitions")) == (
        Decimal(2), None, ["被约谈〔2026〕1号（整改弄虚作假）", "被约谈〔2026〕2号（河长办决定）"],
    )  # fmt: skip
    life.talks("clerk", admonitions.withdraw, 2, "已按期答复")
    assert life.figure("admonitions").numerator == 1
    life.at("2026-12-01 10:00")
    life.talks("clerk", admonitions.withdraw, 1, "已查清")
    assert life.figure("admonitions").numerator == 1


def a_month(life: MonthLife) -> None:
    """Something of everything."""
    ordered(life)
    inspected(life)
    bad = life.handled()
    life.rates(bad, Rating.NOT, "还有垃圾")
    feigned = life.handled(by="another")
    life.does("clerk", falsification.found, feigned, "照片不是该处")
    blown(life)
    as_(life, "clerk", _names, 1, "北仓镇")
    life.handled(by="third")
    life.at("2026-11-27 10:00")


def test_what_happens_after_the_month_changes_nothing_of_it(life: MonthLife) -> None:
    a_month(life)
    life.at("2026-12-01 00:00")
    before = life.figures(figures.SOURCES)
    life.at("2026-12-02 10:00")
    life.orders("chief", supervision.answer, 1, "正在清理", 1)
    as_(life, "chief2", _helps, 1)
    for case in range(1, 6):
        with life.desk.reading() as work:
            state = work.session.get_one(Case, case).state
        if state == "assigned" and case != 5:
            life.does("chief", cases.accept, case)
    life.proves(1)
    life.does("clerk", cases.verify, 1)
    life.does("clerk", cases.decline, 2, "不属于河道问题")
    as_(life, "clerk", _withdraws, 1)
    life.handled(by="fourth")
    inspected(life, Severity.URGENT)
    assert life.figures(figures.SOURCES) == before
    assert life.figures(figures.SOURCES, DECEMBER) != before


ROWS: list[tuple[Any, Any, dict[str, Any] | None, set[str]]] = [
    (Outcome, Outcome.what == What.FALSIFIED, None, {"falsified"}),
    (Outcome, Outcome.what == What.RATED, None, {"satisfaction"}),
    (Outcome, Outcome.what == What.RATED, {"value": Rating.SATISFIED.value}, {"satisfaction"}),
    (Outcome, Outcome.what == What.FOUND, None, {"inspection_findings"}),
    (Outcome, Outcome.what == What.FOUND, {"value": Severity.URGENT.value}, {"inspection_findings"}),
    (Outcome, Outcome.what == What.PASSED, None, {"verified_first_time", "reopened"}),
    (Outcome, Outcome.what == What.PASSED, {"what": What.SENT_BACK}, {"verified_first_time", "reopened"}),
    (Outcome, Outcome.what == What.REOPENED, None, {"reopened"}),
    (Admonition, Admonition.ground == Ground.FALSIFIED, None, {"admonitions"}),
    (Duty, Duty.kind == DutyKind.ANSWER_ORDER, None, {"orders_answered"}),
    (Duty, Duty.kind == DutyKind.ANSWER_WHISTLE, None, {"whistles_helped"}),
    (Duty, Duty.kind == DutyKind.RECTIFY, None, {"rectified_on_time"}),
    (Duty, Duty.kind == DutyKind.RECTIFY, {"ended_at": None, "end": None}, {"rectified_on_time"}),
    (
        Duty, (Duty.kind == DutyKind.ACCEPT) & (Duty.end == DutyEnd.KEPT), {"ended_at": Duty.due_at},
        {"first_answer_in_time"},
    ),
]  # fmt: skip
"""A table, which of its rows (the newest), what is changed in it (None: it goes), the figures that depend on it."""


class Undone(Exception):
    """Nothing of it is to stay."""


def test_change_or_delete_one_row_and_exactly_its_figures_change(life: MonthLife) -> None:
    a_month(life)
    for table, which, values, sources in ROWS:
        changed: set[str] = set()
        with pytest.raises(Undone):
            life.desk.do(_without, table, which, values, changed)
        assert changed == sources, (table, values, sources)


def _without(work: Work, table: Any, which: Any, values: dict[str, Any] | None, changed: set[str]) -> None:
    towns = figures.towns_of(work, NOVEMBER)
    before = figures.gather(work, NOVEMBER, list(figures.SOURCES), towns)
    row = work.session.scalar(select(table.id).where(which).order_by(table.id.desc()).limit(1))
    _unprotected(work)
    this = table.id == row
    work.session.execute(
        delete(table).where(this) if values is None else update(table).where(this).values(values)
    )
    after = figures.gather(work, NOVEMBER, list(figures.SOURCES), towns)
    changed |= {was.source for was, now in zip(before, after, strict=True) if was != now}
    raise Undone


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE outcome SET value = ''", "DELETE FROM outcome", "DELETE FROM duty",
        "UPDATE duty SET late_days = 0 WHERE ended_at IS NOT NULL",
    ],
)  # fmt: skip
def test_the_database_refuses_to_rewrite_what_figures_rest_on(life: MonthLife, deed: str) -> None:
    life.handled()
    with pytest.raises(DBAPIError, match="cannot be rewritten"), life.desk.engine.begin() as connection:
        connection.execute(text(deed))


def _unprotected(work: Work) -> None:
    """Past the triggers, as somebody with the database in hand would be; undone with the rest."""
    if work.connection.dialect.name == "postgresql":
        work.session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('duty', 'outcome')"
    for name in work.session.scalars(text(names)).all():
        work.session.execute(text(f"DROP TRIGGER {name}"))

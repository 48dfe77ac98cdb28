"""Two who do something with a month at once: drafted once, answered once, and nothing frozen has an open appeal."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

import config
from models.assessment import Appeal, AppealState, AssessmentState, MonthlyAssessment, PointsLost
from rules.refusal import Refusal
from services import appeals, assessment_check, assessments
from services.desk import Desk, Work
from tests.assessed_month import OCTOBER, Year, a_year
from tests.conftest import Clock
from tests.town_life import Life, china

TOWNS = {"王镇长": "天穆镇", "赵联络员": "天穆镇", "李镇长": "北仓镇"}
Years = Callable[[str], Year]


@pytest.fixture
def years(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Years:
    """October as two processes have it, each with its own desk and clock: “2026-11-05 23:59”."""
    first = a_year(make_desk, example, clock, tmp_path / "books")
    first.october()

    def at(time: str) -> Year:
        own = Clock(china(time))
        settings = example.model_copy(
            update={"assessment": example.assessment.model_copy(update={"rulebooks": str(first.folder)})}
        )
        desk = make_desk(settings)
        desk.clock = own
        return Year(desk, own, Life(desk, own, first.life.district), first.folder)

    return at


def at_once(*steps: Callable[[], Any]) -> list[Any]:
    """What each gives, or the Refusal it meets, all begun at the same moment."""
    ready = Barrier(len(steps))

    def one(step: Callable[[], Any]) -> Any:
        ready.wait(10)
        try:
            return step()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(one, steps))


def rows(year: Year, table: Any) -> list[Any]:
    with year.desk.reading() as work:
        return list(work.session.scalars(select(table).order_by(table.id)))


def holds(year: Year) -> bool:
    return year.desk.look(lambda work: assessment_check.verify(work, assessments.called(work, OCTOBER)).holds)


def test_drafted_by_two_at_once_it_is_one_draft(years: Years) -> None:
    both = [years("2026-11-01 06:00"), years("2026-11-01 06:00")]
    at_once(*(year.drafted for year in both for _ in range(2)))
    assert len(rows(both[0], MonthlyAssessment)) == 1
    assert len(rows(both[0], PointsLost)) == 3
    assert holds(both[0])


def test_an_appeal_of_the_last_moment_meets_the_approval_and_none_is_left_open_in_a_frozen_month(
    years: Years,
) -> None:
    late, next_day = years("2026-11-05 23:59"), years("2026-11-06 09:00")
    years("2026-11-02 09:00").told()

    def objects(name: str, item: str) -> Callable[[], Any]:
        return lambda: late.does(name, _objects, TOWNS[name], item)

    found = at_once(
        objects("王镇长", "on_time"), objects("李镇长", "sections"), objects("赵联络员", "sections"),
        lambda: next_day.does("郑科员", _approves),
    )  # fmt: skip
    row = next_day.row()
    open_ones = [appeal for appeal in rows(next_day, Appeal) if appeal.state is AppealState.OPEN]
    if row.state is AssessmentState.FROZEN:
        assert open_ones == []
        assert all("已经批准冻结" in str(answer) for answer in found[:3])
    else:
        assert "申诉没有答复" in str(found[3])
        assert open_ones
    assert holds(next_day)


def test_answered_by_two_at_once_an_appeal_has_one_answer(years: Years) -> None:
    years("2026-11-02 09:00").told()
    morning, others = years("2026-11-03 09:00"), years("2026-11-03 09:00")
    number = morning.appeals("王镇长", "天穆镇")
    found = at_once(
        lambda: morning.decides("周科员", number, True, points="7"),
        lambda: others.decides("郑科员", number, True, points="11"),
        lambda: others.drafted(),
    )
    refused = [str(answer) for answer in found[:2] if isinstance(answer, Refusal)]
    assert len(refused) == 1
    assert "号申诉已由" in refused[0]
    (appeal,) = rows(morning, Appeal)
    assert morning.line("天穆镇").score == 66 + appeal.returned
    assert holds(morning)


def _objects(work: Work, town: str, item: str) -> int:
    unit = appeals.own_town(work)
    assert unit is not None
    assert unit.name == town
    return appeals.file(work, assessments.called(work, OCTOBER), unit, item, "系上游来水").id


def _approves(work: Work) -> datetime | None:
    row = assessments.called(work, OCTOBER)
    assessments.approve(work, row)
    return row.approved_at

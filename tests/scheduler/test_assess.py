"""The morning's job: last month drafted, told on the first working day, its approval asked for; once, however often."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import config
from models.assessment import AssessmentState, MonthlyAssessment
from models.notification import Notification
from scheduler.assess import assess
from services.desk import Desk
from tests.assessed_month import BOOK, SHEET, Year, a_year
from tests.conftest import Clock
from tests.town_life import china


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    return a_year(make_desk, example, clock, tmp_path / "books")


def owed(year: Year, sentence: str) -> list[str]:
    with year.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [row.person.name for row in rows if row.person and row.sentence == sentence]


def run(year: Year, at: str) -> int:
    year.at(at)
    return assess(year.desk)


def test_october_from_the_first_of_november_to_its_approval(year: Year) -> None:
    year.october()
    assert run(year, "2026-10-31 06:00") == 0  # September: nothing had been recorded by then
    assert run(year, "2026-11-01 06:00") == 1  # drafted, on a Sunday
    assert run(year, "2026-11-01 06:00") == 0
    assert owed(year, "town_month_draft") == []
    assert run(year, "2026-11-02 06:00") == 1
    assert run(year, "2026-11-02 06:00") == 0
    assert len(owed(year, "town_month_draft")) == 4
    assert year.row().appeal_until == china("2026-11-06 00:00")
    assert run(year, "2026-11-05 06:00") == 0
    year.appeals("王镇长", "天穆镇")
    assert run(year, "2026-11-06 06:00") == 2
    assert run(year, "2026-11-07 06:00") == 0
    assert owed(year, "office_month_due") == ["周科员", "郑科员"]
    year.decides("周科员", 1, True)
    year.approves("郑科员")
    assert run(year, "2026-11-30 06:00") == 0
    assert year.row().state is AssessmentState.FROZEN


def test_after_an_outage_it_does_what_is_due_and_no_message_twice(year: Year) -> None:
    year.october()
    assert run(year, "2026-11-18 06:00") == 2
    assert run(year, "2026-11-18 06:01") == 0
    assert year.row().appeal_until == china("2026-11-24 00:00")


def test_what_was_handed_in_between_draft_and_telling_is_told(year: Year) -> None:
    year.october()
    run(year, "2026-11-01 06:00")
    year.at("2026-11-01 15:00")
    year.sheet(SHEET | {"北仓镇": "3"})
    assert run(year, "2026-11-02 06:00") == 1
    assert year.line("北仓镇").score == 30
    year.approves("周科员")


def test_months_that_an_outage_left_out_are_drafted_too_but_none_before_the_first_that_was_judged(
    year: Year,
) -> None:
    year.october()
    run(year, "2026-11-02 06:00")
    run(year, "2027-02-01 06:00")
    with year.desk.reading() as work:
        months = work.session.scalars(select(MonthlyAssessment.month).order_by(MonthlyAssessment.id))
        assert list(months) == ["2026-10", "2026-11", "2026-12", "2027-01"]


def test_an_installation_of_this_month_judges_no_month_before(year: Year) -> None:
    assert run(year, "2026-11-02 06:00") == 0
    with year.desk.reading() as work:
        assert list(work.session.scalars(select(MonthlyAssessment))) == []


def test_what_keeps_the_month_from_being_drafted_is_told_the_office_once_a_day(year: Year) -> None:
    year.october()
    (year.folder / "2026-01.toml").write_text(BOOK.replace("points = 60", "points = 61"), "utf-8")
    assert run(year, "2026-11-02 06:00") == 2
    assert run(year, "2026-11-02 07:00") == 0
    assert run(year, "2026-11-03 06:00") == 2
    with year.desk.reading() as work:
        told = [
            row.says["reason"] for row in work.session.scalars(select(Notification)) if "reason" in row.says
        ]
    assert any("考核办法 2026-01.toml 有 1 处要改" in why for why in told)
    (year.folder / "2026-01.toml").write_text(BOOK, "utf-8")
    assert run(year, "2026-11-03 08:00") == 2

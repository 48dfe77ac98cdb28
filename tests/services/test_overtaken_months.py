"""Messages of a month that could not leave at once (night, outage): what is not true any more is not told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import config
from models.notification import Notification
from services import assessment_notices, assessments, corrections, overtaken
from services.desk import Desk, Work
from services.overtaken_months import AGAIN, DONE, GIVEN_UP
from tests.assessed_month import OCTOBER, SHEET, Year, a_year
from tests.conftest import Clock


@pytest.fixture
def year(make_desk: Callable[..., Desk], example: config.Config, clock: Clock, tmp_path: Path) -> Year:
    year = a_year(make_desk, example, clock, tmp_path / "books")
    year.october()
    year.told()
    return year


def why(year: Year, sentence: str) -> list[str]:
    """Of the messages with this sentence, the oldest first: why each is not sent any more."""

    def found(work: Work) -> list[str]:
        rows = select(Notification).where(Notification.sentence == sentence).order_by(Notification.id)
        return [overtaken.why(work, row) for row in work.session.scalars(rows)]

    return list(dict.fromkeys(year.desk.look(found)))


def test_a_draft_told_anew_takes_the_place_of_the_one_that_waits(year: Year) -> None:
    assert why(year, "town_month_draft") == [""]
    year.at("2026-11-03 09:00")
    year.sheet(SHEET | {"北仓镇": "1"})
    year.drafted("周科员")
    assert why(year, "town_month_draft") == [AGAIN]
    year.at("2026-11-04 09:00")
    assert why(year, "town_month_again") == [""]


def test_an_appeal_that_was_answered_and_a_month_that_was_approved_are_not_asked_for(year: Year) -> None:
    number = year.appeals("王镇长", "天穆镇")
    year.at("2026-11-03 09:00")
    assert why(year, "office_appealed") == [""]
    year.decides("周科员", number, False)
    assert why(year, "office_appealed") == [DONE]
    year.at("2026-11-06 06:00")
    year.desk.do(_asks)
    year.approves("郑科员", "2026-11-06 09:00")
    assert why(year, "office_month_due") == [DONE]
    assert why(year, "town_month_draft") == [""]  # its points are what they were


def test_a_correction_that_was_given_up_is_not_told(year: Year) -> None:
    year.approves("郑科员")
    year.at("2026-11-12 09:00")
    year.sheet(SHEET | {"北仓镇": "1"})
    year.corrects("周科员")
    year.does("", lambda work: assessments.tell(work, assessments.called(work, OCTOBER)))
    year.does("周科员", corrections.drop, OCTOBER, "看错了")
    year.at("2026-11-12 11:00")
    assert why(year, "town_month_draft") == ["", GIVEN_UP]
    assert why(year, "town_month_dropped") == [""]


def _asks(work: Work) -> None:
    assessment_notices.tell_to_approve(work, assessments.called(work, OCTOBER), 0)

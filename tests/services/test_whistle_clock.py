"""What is urgent does not wait for helpers, also where it becomes so while a whistle is open."""

from typing import Any

import pytest
from sqlalchemy import select

from models.case import Case
from models.notification import Notification
from models.supervision import SupervisionOrder
from models.whistle import Whistle, WhistleEntry
from rules.deadlines import Severity
from scheduler.remind import remind
from services import cases, supervision, whistles
from services.desk import Desk
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life, china


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def the(life: Life, table: Any = Case) -> Any:
    with life.desk.reading() as work:
        return work.session.scalars(select(table).order_by(table.id)).one()


def entries(life: Life) -> list[str]:
    with life.desk.reading() as work:
        return list(work.session.scalars(select(WhistleEntry.what).order_by(WhistleEntry.id)))


def said(life: Life, sentence: str) -> list[str]:
    with life.desk.reading() as work:
        rows = work.session.scalars(select(Notification).order_by(Notification.id))
        return [row.person.name for row in rows if row.person and row.sentence == sentence]


def closes(life: Life, name: str = "chief") -> None:
    life.desk.do(_closes)


def _closes(work: Any) -> None:
    whistles.close(work, whistles.called(work, "1"), "已封堵", solved=True)


def test_a_case_that_becomes_urgent_waits_no_longer(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("clerk", supervision.issue, case, "领导批示")
    life.does("chief", whistles.blow, case, "请水务局关闸")
    assert the(life).is_paused
    life.at("2026-11-25 10:00")
    life.does("clerk", cases.change_severity, case, Severity.URGENT)
    after = the(life)
    assert (after.is_paused, after.rectify_by) == (False, china("2026-11-28 00:00"))  # two days from now
    assert the(life, SupervisionOrder).answer_by == china("2026-12-01 00:00")  # the 26th, and two days waited
    assert said(life, "town_whistle_urgent") == ["王镇长", "赵联络员"]
    assert entries(life) == ["blown", "clock_on"]
    assert the(life, Whistle).is_open
    life.at("2026-11-27 09:00")
    remind(life.desk)
    assert said(life, "town_on_the_day") == ["王镇长", "赵联络员"]
    closes(life)
    assert (the(life).rectify_by, the(life, Whistle).stood_still_for) == (china("2026-11-28 00:00"), 0)


def test_not_accepted_yet_it_has_the_hour_of_an_urgent_case(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", whistles.blow, case, "请水务局关闸")
    life.at("2026-11-28 22:00")  # Saturday night
    life.does("clerk", cases.change_severity, case, Severity.URGENT)
    assert the(life).accept_by == china("2026-11-28 23:00")
    life.at("2026-11-28 23:00")
    remind(life.desk)
    assert said(life, "town_overdue") == ["王镇长", "赵联络员"]


def test_urgent_no_more_it_waits_from_then_on(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens(Severity.URGENT)
    life.does("chief", cases.accept, case)
    life.does("chief", whistles.blow, case, "请水务局关闸")
    life.at("2026-11-24 10:00")
    life.does("clerk", cases.change_severity, case, Severity.ORDINARY)
    assert (the(life).is_paused, the(life).rectify_by) == (True, china("2026-12-01 00:00"))
    life.at("2026-11-26 10:00")
    closes(life)
    assert (the(life).rectify_by, the(life, Whistle).stood_still_for) == (china("2026-12-03 00:00"), 2)


def test_while_the_office_has_the_proof_it_becomes_urgent_too(life: Life) -> None:
    life.at("2026-11-23 10:00")
    case = life.opens()
    life.does("chief", cases.accept, case)
    life.does("chief", whistles.blow, case, "请水务局关闸")
    life.at("2026-11-24 10:00")
    life.proves(case)
    life.does("clerk", cases.change_severity, case, Severity.URGENT)
    life.does("clerk", cases.send_back, case, "仍有污水")
    assert (the(life).is_paused, the(life).rectify_by) == (False, china("2026-11-27 00:00"))

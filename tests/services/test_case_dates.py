"""A case's dates while it moves: what they are counted from, and what leaves them as they are."""

import pytest

from models.case import Case
from rules.deadlines import Severity
from services import cases, extensions
from services.desk import Desk
from tests.conftest import Clock
from tests.district import lay_out
from tests.town_life import Life, china


@pytest.fixture
def life(desk: Desk, clock: Clock) -> Life:
    return Life(desk, clock, lay_out(desk))


def the(life: Life, case_id: int) -> Case:
    with life.desk.reading() as work:
        return work.session.get_one(Case, case_id)


def accepted(life: Life) -> int:
    """A case accepted on Monday 23 November: until the end of the 30th."""
    life.at("2026-11-23 10:00")
    case_id = life.opens()
    life.does("chief", cases.accept, case_id)
    return case_id


def test_a_date_is_kept_with_what_it_is_counted_from(life: Life) -> None:
    case = the(life, accepted(life))
    assert (case.accept_from, case.accept_days) == (china("2026-11-23 10:00"), 1)
    assert (case.rectify_from, case.rectify_days) == (china("2026-11-23 10:00"), 5)
    assert (case.accept_by, case.rectify_by) == (china("2026-11-25 00:00"), china("2026-12-01 00:00"))


def test_an_urgent_acceptance_is_an_instant_that_no_calendar_moves(life: Life) -> None:
    life.at("2026-12-31 23:50")
    case = the(life, life.opens(Severity.URGENT))
    assert (case.accept_by, case.accept_days, case.provisional) == (china("2027-01-01 00:50"), None, False)


def test_what_has_become_graver_is_counted_from_now_and_stays_so_when_sent_back(life: Life) -> None:
    case_id = accepted(life)
    life.at("2026-11-27 10:00")
    life.does("clerk", cases.change_severity, case_id, Severity.URGENT)
    assert the(life, case_id).rectify_by == china("2026-12-02 00:00")
    life.proves(case_id)
    life.does("clerk", cases.send_back, case_id, "仍有垃圾")
    assert the(life, case_id).rectify_by == china("2026-12-02 00:00")


def test_what_has_become_lighter_keeps_its_beginning_and_the_days_that_were_granted(life: Life) -> None:
    case_id = accepted(life)
    life.does("clerk", cases.change_severity, case_id, Severity.COMPLEX)
    life.does("chief", extensions.ask, case_id, 2, "连日降雨")
    life.does("clerk", extensions.grant, case_id)
    life.at("2026-11-26 10:00")
    life.does("clerk", cases.change_severity, case_id, Severity.ORDINARY)
    case = the(life, case_id)
    assert (case.rectify_from, case.rectify_days) == (china("2026-11-23 10:00"), 7)
    assert case.rectify_by == china("2026-12-03 00:00")


def test_a_case_reopened_begins_anew_and_may_be_extended_again(life: Life) -> None:
    case_id = accepted(life)
    life.does("chief", extensions.ask, case_id, 5, "连日降雨")
    life.does("clerk", extensions.grant, case_id)
    life.proves(case_id)
    life.does("clerk", cases.verify, case_id)
    life.at("2026-12-01 10:00")
    life.does("clerk", cases.reopen, case_id, "现场仍有排水")
    case = the(life, case_id)
    assert (case.rectify_by, case.rectify_days) == (china("2026-12-09 00:00"), 5)
    life.does("chief", extensions.ask, case_id, 1, "连日降雨")


def test_a_date_taken_away_is_not_provisional(life: Life) -> None:
    life.at("2026-12-31 10:00")
    case_id = life.opens()
    assert the(life, case_id).due_is_provisional
    life.does("chief", cases.hand_back, case_id, "该河段属于北仓镇")
    case = the(life, case_id)
    assert (case.due_at, case.due_is_provisional, case.provisional) == (None, False, False)

"""Whistles: which moves are allowed, who is meant by a name, and how far a date moves that stood still."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import escalation
from rules.escalation import Ladder, Rung
from rules.refusal import Refusal
from rules.whistles import (
    Named,
    PartyKind,
    PartyMove,
    PartyState,
    WhistleMove,
    WhistleSettings,
    WhistleState,
    after_party,
    after_whistle,
    answer_by,
    name_by,
    names_in,
    recognised,
    stood_still,
)
from rules.workdays import CHINA, local_day
from services.almanac import official_calendar

CALENDAR = official_calendar()
SETTINGS = WhistleSettings()
TOWNS = {"天穆镇": 1, "北仓镇": 2}
DEPARTMENTS = {"区水务局", "区生态环境局"}
INSTANTS = st.integers(0, 600 * 24 * 60).map(
    lambda n: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize("ended", [WhistleState.CLOSED, WhistleState.WITHDRAWN])
@pytest.mark.parametrize("move", WhistleMove)
def test_nothing_is_done_to_a_whistle_that_is_over(ended: WhistleState, move: WhistleMove) -> None:
    with pytest.raises(Refusal, match="不能这样办理"):
        after_whistle(ended, move)


@pytest.mark.parametrize("ended", [PartyState.DONE, PartyState.RELEASED])
@pytest.mark.parametrize("move", PartyMove)
def test_nothing_is_asked_of_a_helper_who_is_done(ended: PartyState, move: PartyMove) -> None:
    with pytest.raises(Refusal, match="不能这样办理"):
        after_party(ended, move)


def test_a_second_answer_is_a_new_plan() -> None:
    assert after_party(PartyState.ANSWERED, PartyMove.ANSWER) is PartyState.ANSWERED


def test_the_office_names_within_one_working_day_and_helpers_answer_within_three() -> None:
    eve_of_national_day = china("2026-09-30 16:00")
    assert name_by(eve_of_national_day, SETTINGS, CALENDAR).at == china("2026-10-09 00:00")
    assert answer_by(eve_of_national_day, SETTINGS, CALENDAR).at == china(
        "2026-10-11 00:00"
    )  # 10-10 is made up


@pytest.mark.parametrize(
    ("blown", "since", "until", "days"),
    [
        ("2026-11-24 10:00", "2026-11-23 10:00", "2026-11-24 18:00", 0),  # over on the day itself
        ("2026-11-24 10:00", "2026-11-23 10:00", "2026-11-26 09:00", 2),
        ("2026-11-27 10:00", "2026-11-23 10:00", "2026-11-29 09:00", 0),  # a weekend
        (
            "2026-09-29 10:00",
            "2026-09-28 10:00",
            "2026-10-09 09:00",
            3,
        ),  # over National Day: 9-30, 10-8, 10-9
        ("2026-11-24 10:00", "2026-11-26 10:00", "2026-11-30 09:00", 2),  # the date began while it was open
    ],
)
def test_a_date_moves_by_the_working_days_it_stood_still(
    blown: str, since: str, until: str, days: int
) -> None:
    assert stood_still(china(blown), china(since), china(until), CALENDAR) == days


@given(INSTANTS, st.integers(0, 40), st.integers(0, 40), st.integers(1, 20))
def test_as_many_working_days_are_left_after_as_before(
    begun: datetime, to_blow: int, open_: int, days: int
) -> None:
    blown = begun + timedelta(days=to_blow)
    ended = blown + timedelta(days=open_)
    due = CALENDAR.after(local_day(begun), days).on
    moved = CALENDAR.after(local_day(begun), days + stood_still(blown, begun, ended, CALENDAR)).on
    left_before = CALENDAR.count(local_day(blown), due)
    if local_day(blown) < due:
        assert CALENDAR.count(local_day(ended), moved) == left_before
    else:  # it was late already, and is as late as it was
        assert CALENDAR.count(moved, local_day(ended)) == CALENDAR.count(due, local_day(blown))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("区水务局、天穆镇", ["区水务局", "天穆镇"]),
        ("牵头 区水务局，协助 天穆镇 上游武清区河长办", ["区水务局", "天穆镇", "上游武清区河长办"]),
        ("区水务局牵头，天穆镇、天穆镇配合。", ["区水务局", "天穆镇"]),
        ("由区水务局牵头", ["区水务局"]),
        (" 。", []),
    ],
)
def test_names_as_people_write_them(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_names(text: str) -> None:
    assert all(name and name.strip() == name for name in names_in(text))


def test_towns_departments_and_neighbours_are_recognised() -> None:
    assert recognised(["水务局", "区水务局", "天穆镇", "上游武清区河长办"], TOWNS, DEPARTMENTS) == [
        Named(PartyKind.DEPARTMENT, "区水务局"),
        Named(PartyKind.TOWN, "天穆镇", 1),
        Named(PartyKind.NEIGHBOUR, "上游武清区河长办"),
    ]


@pytest.mark.parametrize("name", ["水雾局", "武清区河长办", "上游"])
def test_a_name_nobody_knows_is_named_and_not_guessed(name: str) -> None:
    with pytest.raises(Refusal, match=f"没有认出“{name}”"):
        recognised(["区水务局", name], TOWNS, DEPARTMENTS)


def test_what_is_owed_is_reminded_of_on_its_day_and_once_after() -> None:
    due = china("2026-11-27 00:00")  # 11-26 at 24:00
    rungs = [
        (r, f"{at.astimezone(CHINA):%m-%d %H:%M}") for r, at in escalation.of_help(due, Ladder(), CALENDAR)
    ]
    assert rungs == [(Rung.ON_THE_DAY, "11-26 09:00"), (Rung.OVERDUE, "11-27 09:00")]
    assert [r for r, _ in escalation.of_help(due, Ladder(), CALENDAR, before=True)] == [
        Rung.DAY_BEFORE, Rung.ON_THE_DAY, Rung.OVERDUE,
    ]  # fmt: skip

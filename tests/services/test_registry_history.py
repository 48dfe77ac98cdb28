"""Offices through time: who was chief on a past day stays answerable."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.person import Appointment, Person
from rules.roles import Role
from services import registry
from services.desk import Desk
from services.sheets import WorkbookRefused
from tests.conftest import Clock
from tests.services.registry_fixtures import (
    desk,
    imported,
    of_people,
    on,
    person,
    spans,
    who_was,
)

__all__ = ["desk"]
TODAY = date(2026, 11, 23)
VILLAGE = Role.VILLAGE_CHIEF


def test_who_was_chief_on_a_past_day(desk: Desk, clock: Clock) -> None:
    imported(desk, of_people(person("王一")))
    on(clock, date(2026, 12, 10))
    imported(desk, of_people(person("赵六")))
    assert who_was(desk, date(2026, 11, 30)) == ["王一"]
    assert who_was(desk, date(2026, 12, 9)) == ["王一"]
    assert who_was(desk, date(2026, 12, 10)) == ["赵六"]
    assert spans(desk, "王一") == [(None, date(2026, 12, 9))]
    assert not imported(desk, of_people(person("赵六")))


def test_a_workbook_may_tell_the_history_itself(desk: Desk) -> None:
    content = of_people(
        person("王一", since="2019-01-01", until="2024-02-29"),
        person("赵六", since="2024-03-01"),
        person("孙七", since="2026-12-01"),
    )
    imported(desk, content)
    assert who_was(desk, date(2018, 12, 31)) == []
    assert who_was(desk, date(2024, 2, 29)) == ["王一"]
    assert who_was(desk, TODAY) == ["赵六"]
    assert who_was(desk, date(2026, 12, 1)) == ["赵六", "孙七"]
    assert not imported(desk, content)


def test_somebody_dropped_on_the_first_day_was_never_in_office(desk: Desk, clock: Clock) -> None:
    imported(desk, of_people(person("王一")))
    on(clock, date(2026, 12, 1))
    imported(desk, of_people(person("王一"), person("赵六")))
    imported(desk, of_people(person("王一")))
    assert spans(desk, "赵六") == [(date(2026, 12, 1), date(2026, 11, 30))]
    assert who_was(desk, date(2026, 12, 1)) == ["王一"]
    assert not imported(desk, desk.look(registry.export))


def test_somebody_dropped_by_mistake_goes_on(desk: Desk) -> None:
    imported(desk, of_people(person("王一", since="2020-01-01"), person("赵六", town="T2")))
    imported(desk, of_people(person("赵六", town="T2")))
    assert who_was(desk, TODAY) == []
    imported(desk, of_people(person("王一", since="2020-01-01"), person("赵六", town="T2")))
    assert spans(desk, "王一") == [(date(2020, 1, 1), None)]


def test_somebody_who_comes_back_was_away(desk: Desk, clock: Clock) -> None:
    both = of_people(person("王一", since="2020-01-01"), person("赵六", town="T2"))
    imported(desk, both)
    on(clock, date(2026, 12, 1))
    imported(desk, of_people(person("赵六", town="T2")))
    on(clock, date(2027, 3, 1))
    imported(desk, both)
    assert spans(desk, "王一") == [(date(2020, 1, 1), date(2026, 11, 30)), (date(2027, 3, 1), None)]
    assert who_was(desk, date(2027, 1, 15)) == []
    assert not imported(desk, both)


def test_another_reach_does_not_rewrite_the_past(desk: Desk, clock: Clock) -> None:
    before = person("李二", "村级河湖长", reaches="R1", since="2020-01-01")
    after = person("李二", "村级河湖长", reaches="R1、R2", since="2020-01-01")
    imported(desk, of_people(before))
    on(clock, date(2026, 12, 1))
    imported(desk, of_people(after))
    assert spans(desk, "李二") == [(date(2020, 1, 1), date(2026, 11, 30)), (date(2026, 12, 1), None)]
    with desk.reading() as work:
        held = registry.who_was(work, VILLAGE, 1, date(2026, 11, 1)) or []
        assert [[reach.code for reach in one.reaches] for one in held] == [["R1"]]
    assert not imported(desk, of_people(after))
    assert not imported(desk, desk.look(registry.export))


def test_a_beginning_filled_in_later_is_taken_over(desk: Desk) -> None:
    imported(desk, of_people(person("王一")))
    imported(desk, of_people(person("王一", since="2021-05-01")))
    assert spans(desk, "王一") == [(date(2021, 5, 1), None)]


def test_a_later_beginning_loses_no_day(desk: Desk, clock: Clock) -> None:
    imported(desk, of_people(person("王一", since="2021-05-01")))
    on(clock, date(2026, 12, 20))
    again = of_people(person("王一", since="2026-12-10"))
    imported(desk, again)
    assert spans(desk, "王一") == [(date(2021, 5, 1), date(2026, 12, 9)), (date(2026, 12, 10), None)]
    assert not imported(desk, again)


def test_an_earlier_beginning_is_a_correction(desk: Desk) -> None:
    imported(desk, of_people(person("王一", since="2021-05-01")))
    imported(desk, of_people(person("王一", since="2020-05-01")))
    assert spans(desk, "王一") == [(date(2020, 5, 1), None)]


def test_a_beginning_to_come_ends_what_is_now(desk: Desk) -> None:
    imported(desk, of_people(person("王一", since="2021-05-01")))
    later = of_people(person("王一", since="2027-01-01"))
    imported(desk, later)
    assert spans(desk, "王一") == [(date(2021, 5, 1), date(2026, 11, 22)), (date(2027, 1, 1), None)]
    assert not imported(desk, later)


def test_an_end_may_be_written_down_and_taken_back(desk: Desk) -> None:
    imported(desk, of_people(person("王一")))
    imported(desk, of_people(person("王一", until="2026-08-31")))
    assert who_was(desk, date(2026, 9, 1)) == []
    imported(desk, of_people(person("王一", since=None, until="2026-12-31")))
    assert who_was(desk, date(2026, 12, 31)) == ["王一"]
    assert who_was(desk, date(2026, 9, 1)) == []


def test_a_title_is_corrected_in_place(desk: Desk) -> None:
    imported(desk, of_people(person("王一", title="镇长")))
    found = imported(desk, of_people(person("王一", title="党委书记")))
    assert [str(change) for change in found.changes] == [
        "修改“人员”王一 镇级河湖长 天穆镇（职务：镇长 → 党委书记）"
    ]


def village_chiefs(
    days: st.SearchStrategy[str | None],
) -> st.SearchStrategy[list[tuple[int, list[list[Any]]]]]:
    """A few imports: how many days later, and which rows."""
    rows = st.builds(
        lambda name, reaches, since, until: person(name, "村级河湖长", reaches=reaches, since=since, until=until),
        st.sampled_from(["甲", "乙"]), st.sampled_from(["R1", "R2", "R1、R2"]), days, days,
    )  # fmt: skip
    one = st.tuples(st.integers(0, 40), st.lists(rows, min_size=1, max_size=4))
    return st.lists(one, min_size=1, max_size=4)


SMALL = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SOME_DAYS = st.sampled_from([None, "2024-01-01", "2026-11-22", "2026-11-23", "2026-12-05", "2027-02-01"])


def village(reaches: str, since: str | None = None, until: str | None = None) -> list[Any]:
    """A village chief's row."""
    return person("甲", "村级河湖长", reaches=reaches, since=since, until=until)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@SMALL
@given(village_chiefs(SOME_DAYS))
@example([(0, [village("R1"), village("R1", until="2026-11-22")]), (0, [village("R2")])])
@example([(0, [village("R1", until="2026-12-05")]), (0, [village("R1", since="2026-12-05")])])
@example(
    [
        (0, [village("R1")]),
        (0, [village("R1"), village("R1", until="2026-11-23"), village("R1", "2024-01-01", "2026-11-23")]),
    ]
)
@example(
    [
        (0, [village("R1、R2")]),
        (0, [village("R1", "2026-11-22"), village("R1、R2", "2026-11-23")]),
    ]
)
def test_whatever_is_imported_a_second_time_changes_nothing(
    desk: Desk, clock: Clock, imports: list[tuple[int, list[list[Any]]]]
) -> None:
    desk.do(_empty)
    day = TODAY
    for later, rows in imports:
        day += timedelta(days=later)
        on(clock, day)
        try:
            imported(desk, of_people(*rows))
        except WorkbookRefused:
            continue
        assert not imported(desk, of_people(*rows))
        assert not imported(desk, desk.look(registry.export))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@SMALL
@given(village_chiefs(st.none()))
def test_without_dates_an_import_never_changes_the_past(
    desk: Desk, clock: Clock, imports: list[tuple[int, list[list[Any]]]]
) -> None:
    desk.do(_empty)
    day = TODAY
    for later, rows in imports:
        day += timedelta(days=later)
        on(clock, day)
        before = _past(desk, day)
        try:
            is_first = not before.pop("any")
            imported(desk, of_people(*rows))
        except WorkbookRefused:
            continue
        after = _past(desk, day)
        after.pop("any")
        assert is_first or after == before


def _past(desk: Desk, today: date) -> dict[Any, Any]:
    """Who looked after which reach on each day before today, as the registry has it."""
    days = [TODAY - timedelta(days=400), *(today - timedelta(days=n) for n in range(1, 60))]
    with desk.reading() as work:
        held = work.session.scalars(select(Appointment)).all()
        return {"any": bool(held)} | {
            day: {
                (one.person.name, reach.code)
                for one in held
                for reach in one.reaches
                if (one.since or date.min) <= day <= (one.until or date.max)
            }
            for day in days
        }


def _empty(work: Any) -> None:
    for table in (Appointment, Person):
        for gone in work.session.scalars(select(table)):
            work.session.delete(gone)
        work.session.flush()

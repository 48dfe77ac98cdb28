"""Offices through time, who is who, and WeChat bound at import."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.follower import Follower
from models.person import Appointment, Person
from models.registry import Town
from rules.roles import Role
from services import registry
from services.desk import Desk
from services.sheets import WorkbookRefused
from services.workbook import read_workbook
from tests.conftest import Clock
from tests.services.registry_fixtures import BASIS, count, desk, imported, version, workbook

__all__ = ["desk"]
TODAY = date(2026, 11, 23)
CHIEF, VILLAGE = Role.TOWN_CHIEF, Role.VILLAGE_CHIEF


def on(clock: Clock, day: date) -> None:
    """Ten in the morning of that day in China."""
    clock.set(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC))


def row(name: str, role: str = "镇级河湖长", town: str | None = "T1", **other: Any) -> list[Any]:
    """A row of 人员."""
    columns = ("phone", "title", "role", "town", "reaches", "department", "since", "until", "openid")
    return [name, *({"role": role, "town": town, **other}.get(column) for column in columns)]


def people(*rows: list[Any]) -> bytes:
    return workbook(人员=rows)


def who(desk: Desk, day: date, role: Role = CHIEF, town: str = "T1") -> list[str]:
    with desk.reading() as work:
        town_id = work.session.scalars(select(Town.id).where(Town.code == town)).one()
        return [held.person.name for held in registry.who_was(work, role, town_id, day)]


def spans(desk: Desk, name: str) -> list[tuple[date | None, date | None]]:
    with desk.reading() as work:
        found = (
            select(Appointment).join(Appointment.person).where(Person.name == name).order_by(Appointment.id)
        )
        return [(held.since, held.until) for held in work.session.scalars(found)]


def test_who_was_chief_on_a_past_day(desk: Desk, clock: Clock) -> None:
    imported(desk, people(row("王一")))
    on(clock, date(2026, 12, 10))
    imported(desk, people(row("赵六")))
    assert who(desk, date(2026, 11, 30)) == ["王一"]
    assert who(desk, date(2026, 12, 9)) == ["王一"]
    assert who(desk, date(2026, 12, 10)) == ["赵六"]
    assert spans(desk, "王一") == [(None, date(2026, 12, 9))]
    assert not imported(desk, people(row("赵六")))


def test_a_workbook_may_tell_the_history_itself(desk: Desk) -> None:
    content = people(
        row("王一", since="2019-01-01", until="2024-02-29"),
        row("赵六", since="2024-03-01"),
        row("孙七", since="2026-12-01"),
    )
    imported(desk, content)
    assert who(desk, date(2018, 12, 31)) == []
    assert who(desk, date(2024, 2, 29)) == ["王一"]
    assert who(desk, TODAY) == ["赵六"]
    assert who(desk, date(2026, 12, 1)) == ["赵六", "孙七"]
    assert not imported(desk, content)


def test_somebody_dropped_on_the_first_day_was_never_in_office(desk: Desk, clock: Clock) -> None:
    imported(desk, people(row("王一")))
    on(clock, date(2026, 12, 1))
    imported(desk, people(row("王一"), row("赵六")))
    imported(desk, people(row("王一")))
    assert spans(desk, "赵六") == [(date(2026, 12, 1), date(2026, 11, 30))]
    assert who(desk, date(2026, 12, 1)) == ["王一"]
    assert not imported(desk, desk.look(registry.export))


def test_somebody_dropped_by_mistake_goes_on(desk: Desk) -> None:
    imported(desk, people(row("王一", since="2020-01-01"), row("赵六", town="T2")))
    imported(desk, people(row("赵六", town="T2")))
    assert who(desk, TODAY) == []
    imported(desk, people(row("王一", since="2020-01-01"), row("赵六", town="T2")))
    assert spans(desk, "王一") == [(date(2020, 1, 1), None)]


def test_somebody_who_comes_back_was_away(desk: Desk, clock: Clock) -> None:
    both = people(row("王一", since="2020-01-01"), row("赵六", town="T2"))
    imported(desk, both)
    on(clock, date(2026, 12, 1))
    imported(desk, people(row("赵六", town="T2")))
    on(clock, date(2027, 3, 1))
    imported(desk, both)
    assert spans(desk, "王一") == [(date(2020, 1, 1), date(2026, 11, 30)), (date(2027, 3, 1), None)]
    assert who(desk, date(2027, 1, 15)) == []
    assert not imported(desk, both)


def test_another_reach_does_not_rewrite_the_past(desk: Desk, clock: Clock) -> None:
    before = row("李二", "村级河湖长", reaches="R1", since="2020-01-01")
    after = row("李二", "村级河湖长", reaches="R1、R2", since="2020-01-01")
    imported(desk, people(before))
    on(clock, date(2026, 12, 1))
    imported(desk, people(after))
    assert spans(desk, "李二") == [(date(2020, 1, 1), date(2026, 11, 30)), (date(2026, 12, 1), None)]
    with desk.reading() as work:
        held = registry.who_was(work, VILLAGE, 1, date(2026, 11, 1)) or []
        assert [[reach.code for reach in one.reaches] for one in held] == [["R1"]]
    assert not imported(desk, people(after))
    assert not imported(desk, desk.look(registry.export))


def test_a_beginning_filled_in_later_is_taken_over(desk: Desk) -> None:
    imported(desk, people(row("王一")))
    imported(desk, people(row("王一", since="2021-05-01")))
    assert spans(desk, "王一") == [(date(2021, 5, 1), None)]


def test_a_later_beginning_loses_no_day(desk: Desk, clock: Clock) -> None:
    imported(desk, people(row("王一", since="2021-05-01")))
    on(clock, date(2026, 12, 20))
    again = people(row("王一", since="2026-12-10"))
    imported(desk, again)
    assert spans(desk, "王一") == [(date(2021, 5, 1), date(2026, 12, 9)), (date(2026, 12, 10), None)]
    assert not imported(desk, again)


def test_an_earlier_beginning_is_a_correction(desk: Desk) -> None:
    imported(desk, people(row("王一", since="2021-05-01")))
    imported(desk, people(row("王一", since="2020-05-01")))
    assert spans(desk, "王一") == [(date(2020, 5, 1), None)]


def test_a_beginning_to_come_ends_what_is_now(desk: Desk) -> None:
    imported(desk, people(row("王一", since="2021-05-01")))
    later = people(row("王一", since="2027-01-01"))
    imported(desk, later)
    assert spans(desk, "王一") == [(date(2021, 5, 1), date(2026, 11, 22)), (date(2027, 1, 1), None)]
    assert not imported(desk, later)


def test_an_end_may_be_written_down_and_taken_back(desk: Desk) -> None:
    imported(desk, people(row("王一")))
    imported(desk, people(row("王一", until="2026-08-31")))
    assert who(desk, date(2026, 9, 1)) == []
    imported(desk, people(row("王一", since=None, until="2026-12-31")))
    assert who(desk, date(2026, 12, 31)) == ["王一"]
    assert who(desk, date(2026, 9, 1)) == []


def test_a_title_is_corrected_in_place(desk: Desk) -> None:
    imported(desk, people(row("王一", title="镇长")))
    found = imported(desk, people(row("王一", title="党委书记")))
    assert [str(change) for change in found.changes] == [
        "修改“人员”王一 镇级河湖长 天穆镇（职务：镇长 → 党委书记）"
    ]


def test_one_person_in_several_offices_and_towns(desk: Desk) -> None:
    content = people(
        row("王一", phone="13800000001", town="T1、T2"),
        row("王一", "河长办", None, phone="13800000001"),
        row("王一", "成员单位", "T2"),
    )
    imported(desk, content)
    with desk.reading() as work:
        assert (count(work, Person), count(work, Appointment)) == (1, 4)
    assert who(desk, TODAY, town="T2") == ["王一"]
    assert not imported(desk, content)


def test_namesakes_are_told_apart_by_telephone_and_place(desk: Desk) -> None:
    content = people(
        row("张伟", phone="13800000001"), row("张伟", phone="13800000002"), row("张伟", town="T2"),
        row("张伟", "河长办", None, department="区水务局"),
    )  # fmt: skip
    imported(desk, content)
    with desk.reading() as work:
        assert count(work, Person) == 4
    assert not imported(desk, content)


def test_a_new_telephone_is_the_same_person(desk: Desk) -> None:
    imported(desk, people(row("王一", phone="13800000001")))
    found = imported(desk, people(row("王一", phone="13900000009")))
    assert [str(change) for change in found.changes] == [
        "修改“人员”王一（手机号：138****0001 → 139****0009）"
    ]
    with desk.reading() as work:
        assert work.session.scalars(select(Person.phone)).all() == ["13900000009"]


def test_who_takes_over_a_telephone_is_somebody_else(desk: Desk, clock: Clock) -> None:
    imported(desk, people(row("王一", phone="13800000001", openid="openid-of-wang")))
    on(clock, date(2026, 12, 1))
    imported(desk, people(row("赵六", phone="13800000001")))
    assert who(desk, TODAY) == ["王一"]
    with desk.reading() as work:
        bound = work.session.scalars(select(Follower)).one()
        assert bound.person is not None
        assert bound.person.name == "王一"


def test_a_shared_telephone_is_mentioned(desk: Desk) -> None:
    found = imported(desk, people(row("王一", phone="13800000001"), row("赵六", phone="13800000001")))
    assert found.notes == ("手机号 13800000001 由 王一、赵六 共用；如果是同一人，请把姓名写成一样。",)


def test_an_openid_is_bound_at_import(desk: Desk) -> None:
    content = people(row("王一", openid="openid-of-wang"))
    imported(desk, content)
    assert not imported(desk, content)
    assert not imported(desk, people(row("王一")))
    with desk.reading() as work:
        bound = work.session.scalars(select(Follower)).one()
        assert (bound.openid, bound.following, bound.met_at) == ("openid-of-wang", True, work.now)
        assert bound.person is not None
        assert bound.person.name == "王一"


def test_a_follower_who_is_known_already_is_bound(desk: Desk) -> None:
    desk.do(
        lambda work: work.session.add(
            Follower(openid="openid-of-wang", pseudonym="p", met_at=work.now, following=True, window_left=0)
        )
    )
    imported(desk, people(row("王一", openid="openid-of-wang")))
    with desk.reading() as work:
        assert count(work, Follower) == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row("赵六", openid="openid-of-wang")], "这个微信已绑定王一"),
        ([row("王一", openid="openid-of-other")], "王一已绑定另一个微信"),
        ([row("王一", openid="openid-1"), row("王一", town="T2", phone="13800000001", openid="openid-2"),
          row("王一", "河长办", None, phone="13800000001", openid="openid-1")], "两个不同的 openid"),
    ],
)  # fmt: skip
def test_nobody_is_unbound_silently(desk: Desk, rows: list[list[Any]], reason: str) -> None:
    imported(desk, people(row("王一", openid="openid-of-wang")))
    with pytest.raises(WorkbookRefused, match=reason):
        imported(desk, people(*rows))
    assert version(desk) == 1


def test_openids_are_exported_only_when_asked_for(desk: Desk) -> None:
    imported(desk, people(row("王一", openid="openid-of-wang")))
    for asked, expected in ((False, ""), (True, "openid-of-wang")):
        exported = read_workbook(desk.look(registry.export, with_openid=asked)).people
        assert exported is not None
        assert [one.openid for one in exported] == [expected]


def test_the_towns_of_a_village_chief_are_those_of_the_reaches(desk: Desk) -> None:
    imported(desk, people(row("李二", "村级河湖长", None, reaches="R2")))
    assert who(desk, TODAY, VILLAGE, "T2") == ["李二"]
    with pytest.raises(WorkbookRefused, match="分属几个镇街"):
        imported(desk, people(row("李二", "村级河湖长", None, reaches="R1、R2")))


def village_chiefs(days: st.SearchStrategy[str | None]) -> st.SearchStrategy[list[tuple[int, list[list[Any]]]]]:
    """A few imports: how many days later, and which rows."""
    rows = st.builds(
        lambda name, reaches, since, until: row(name, "村级河湖长", reaches=reaches, since=since, until=until),
        st.sampled_from(["甲", "乙"]), st.sampled_from(["R1", "R2", "R1、R2"]), days, days,
    )  # fmt: skip
    one = st.tuples(st.integers(0, 40), st.lists(rows, min_size=1, max_size=4))
    return st.lists(one, min_size=1, max_size=4)


SMALL = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SOME_DAYS = st.sampled_from([None, "2024-01-01", "2026-11-22", "2026-11-23", "2026-12-05", "2027-02-01"])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@SMALL
@given(village_chiefs(SOME_DAYS))
def test_whatever_is_imported_a_second_time_changes_nothing(
    desk: Desk, clock: Clock, imports: list[tuple[int, list[list[Any]]]]
) -> None:
    desk.do(_empty)
    day = TODAY
    for later, rows in imports:
        day += timedelta(days=later)
        on(clock, day)
        try:
            imported(desk, people(*rows))
        except WorkbookRefused:
            continue
        assert not imported(desk, people(*rows))
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
            imported(desk, people(*rows))
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

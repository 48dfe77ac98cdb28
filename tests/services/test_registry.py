"""Taking a workbook over: what changes, what stays, who was chief on a past day."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.case import Case
from models.follower import Follower
from models.person import Appointment, Person
from models.registry import NoticeBoard, Reach, RegistryVersion, Town, WaterBody
from models.registry_import import RegistryImport
from rules.coordinates import Position
from rules.deadlines import Severity
from rules.lifecycle import State
from rules.roles import Role
from rules.routing import Found, RoutingSettings
from services import registry
from services.desk import Desk, Work
from services.registry_changes import Act
from services.sheets import WorkbookRefused
from services.workbook import read_workbook
from tests.conftest import Clock
from tests.services.registry_fixtures import BASIS, count, desk, imported, version, workbook

__all__ = ["desk"]
TABLES = (Town, WaterBody, Reach, NoticeBoard, Person, Appointment, Follower)


def on(clock: Clock, day: date) -> None:
    """Ten in the morning of that day in China."""
    clock.set(datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC))


def refused(desk: Desk, content: bytes) -> list[str]:
    with pytest.raises(WorkbookRefused) as refusal:
        imported(desk, content)
    return [str(fault) for fault in refusal.value.faults]


def said(desk: Desk, content: bytes) -> list[str]:
    return [str(change) for change in imported(desk, content).changes]


def without(sheet: str, code: str) -> bytes:
    rows = {name: [row for row in rows if row[0] != code] for name, rows in BASIS.items() if name == sheet}
    return workbook({**BASIS, **rows})


def test_everything_is_there_after_the_import(desk: Desk) -> None:
    found = imported(desk, workbook())
    assert {change.act for change in found.changes} == {Act.ADDED}
    with desk.reading() as work:
        assert [count(work, table) for table in TABLES] == [2, 1, 2, 2, 3, 3, 0]
        reach = work.session.scalars(select(Reach).where(Reach.code == "R2")).one()
        assert (reach.town.name, reach.water_body.name, reach.target) == ("北仓镇", "北运河", "IV")
        village = work.session.scalars(
            select(Appointment).where(Appointment.role == Role.VILLAGE_CHIEF)
        ).one()
        assert village.town is not None
        assert (village.town.code, [r.code for r in village.reaches], village.since) == ("T1", ["R1"], None)


def test_a_second_import_changes_nothing(desk: Desk) -> None:
    imported(desk, workbook())
    assert not imported(desk, workbook())
    assert not desk.look(registry.differences, read_workbook(workbook()))
    assert version(desk) == 1
    with desk.reading() as work:
        assert count(work, RegistryImport) == 1


def test_checking_writes_nothing(desk: Desk) -> None:
    found = desk.do(registry.differences, read_workbook(workbook()))
    assert len(found.changes) == 10
    with desk.reading() as work:
        assert [count(work, table) for table in TABLES] == [0] * 7
        assert count(work, RegistryVersion) == 0


def test_a_check_says_just_what_the_import_does(desk: Desk) -> None:
    imported(desk, workbook())
    sheets = read_workbook(without("公示牌", "B2"))
    expected = [str(change) for change in desk.look(registry.differences, sheets).changes]
    assert expected == ["结束“公示牌”B2（停用：空 → 2026-11-23）"]
    assert [str(change) for change in desk.do(registry.import_registry, sheets).changes] == expected


def test_what_is_exported_imports_without_a_difference(desk: Desk, clock: Clock) -> None:
    imported(desk, workbook())
    on(clock, date(2026, 12, 1))
    imported(desk, without("人员", "王一"))
    imported(desk, without("公示牌", "B2"))
    content = desk.look(registry.export)
    assert not imported(desk, content)
    assert desk.look(registry.export) == content


def test_the_atlas_of_every_desk_is_renewed(desk: Desk, clock: Clock) -> None:
    imported(desk, workbook())
    place, settings = Position(117.1251, 39.23), RoutingSettings()
    with desk.reading() as work:
        before = work.atlas.routing.route(place, settings)
        assert isinstance(before, Found)
    moved = [[*row[:2], "T1", *row[3:]] if row[0] == "R2" else row for row in BASIS["河段"]]
    assert said(desk, workbook(河段=moved)) == [
        "修改“河段”R2 北运河北仓镇段（镇街编码：T2 北仓镇 → T1 天穆镇）"
    ]
    assert version(desk) == 2
    with desk.reading() as work:
        after = work.atlas.routing.route(place, settings)
        assert isinstance(after, Found)
        assert after.town != before.town


def test_an_absent_reach_is_retired_and_revived(desk: Desk) -> None:
    imported(desk, workbook())
    less = workbook(
        河段=[r for r in BASIS["河段"] if r[0] != "R2"], 公示牌=[b for b in BASIS["公示牌"] if b[0] != "B2"]
    )
    assert [c.act for c in imported(desk, less).changes] == [Act.ENDED, Act.ENDED]
    with desk.reading() as work:
        assert count(work, Reach) == 2
        assert work.session.scalars(select(Reach.retired_on).where(Reach.code == "R2")).one() == date(
            2026, 11, 23
        )
    assert [c.act for c in imported(desk, workbook()).changes] == [Act.REVIVED, Act.REVIVED]


def test_an_absent_town_ends_yesterday_and_is_revived(desk: Desk) -> None:
    imported(desk, workbook())
    less = workbook(镇街=BASIS["镇街"][:1], 河段=BASIS["河段"][:1], 公示牌=BASIS["公示牌"][:1])
    imported(desk, less)
    with desk.reading() as work:
        assert work.session.scalars(select(Town.until).where(Town.code == "T2")).one() == date(2026, 11, 22)
    assert not imported(desk, less)
    assert Act.REVIVED in {c.act for c in imported(desk, workbook()).changes}


def test_sheets_that_are_absent_or_empty_are_left_as_they_are(desk: Desk) -> None:
    imported(desk, workbook())
    assert not imported(desk, workbook({"镇街": BASIS["镇街"]}, 河段=[], 人员=[]))


def test_codes_of_absent_sheets_are_looked_up(desk: Desk) -> None:
    imported(desk, workbook())
    person = ["赵六", None, None, "镇级河湖长", "T9", "R9", None, None, None, None]
    assert refused(desk, workbook({}, 人员=[person])) == [
        "“人员”第 2 行“镇街编码”：“镇街”表里没有编码 T9",
        "“人员”第 2 行“河段编码”：“河段”表里没有编码 R9",
    ]
    fine = ["赵六", None, None, "镇级河湖长", "T2", None, None, None, None, None]
    assert Act.ADDED in {c.act for c in imported(desk, workbook({}, 人员=[*BASIS["人员"], fine])).changes}


def test_what_is_still_needed_cannot_be_dropped(desk: Desk) -> None:
    imported(desk, workbook())
    faults = refused(desk, workbook({}, 镇街=BASIS["镇街"][:1]))
    assert faults == [
        "“镇街”“编码”：表里没有了 T2 北仓镇，但现有的河段 R2 北运河北仓镇段还属于它；"
        "请一并改正“镇街”或提供相应的表"
    ]


def test_all_or_nothing(desk: Desk) -> None:
    imported(desk, workbook())
    wrong = workbook(镇街=[["T1", "改名镇", "镇", None, None], ["T2", "北仓镇", "乡", None, None]])
    assert refused(desk, wrong)
    with desk.reading() as work:
        assert work.session.scalars(select(Town.name).where(Town.code == "T1")).one() == "天穆镇"


def test_open_cases_are_mentioned_when_their_reach_changes_hands(desk: Desk) -> None:
    imported(desk, workbook())

    def open_a_case(work: Work) -> None:
        reach = work.session.scalars(select(Reach).where(Reach.code == "R2")).one()
        work.session.add(
            Case(
                year=2026, serial=1, number="2026-1", kind="其他", severity=Severity.ORDINARY,
                state=State.ASSIGNED, reach_id=reach.id, town_id=reach.town_id, opened_at=work.now,
            )
        )  # fmt: skip

    desk.do(open_a_case)
    moved = [[*row[:2], "T1", *row[3:]] if row[0] == "R2" else row for row in BASIS["河段"]]
    notes = imported(desk, workbook(河段=moved)).notes
    assert notes == ("河段 R2 改由天穆镇负责，那里有 1 件未办结的问题单，请河长办确认由谁继续办理。",)


def test_a_large_registry_takes_seconds(desk: Desk) -> None:
    towns = [[f"T{n}", f"镇{n}", "镇", None, None] for n in range(300)]
    reaches = [
        [f"R{n}", "W1", f"T{n % 300}", None, f"段{n}", None, None, None, 1, "IV",
         f"LINESTRING (117.{n:05d} 39.1, 117.{n:05d} 39.2)"]
        for n in range(3_000)
    ]  # fmt: skip
    people = [
        [f"人{n}", f"138{n:08d}", None, "镇级河湖长", f"T{n % 300}", None, None, None, None, None]
        for n in range(1_000)
    ]
    content = workbook(镇街=towns, 河段=reaches, 人员=people, 公示牌=None)
    assert len(imported(desk, content).changes) == 300 + 1 + 3_000 + 1_000
    assert not imported(desk, content)

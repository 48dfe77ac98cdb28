"""Who is who in the workbook, and WeChat bound at import."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from models.follower import Follower
from models.person import Appointment, Person
from rules.roles import Role
from services import registry
from services.desk import Desk
from services.sheets import WorkbookRefused
from services.workbook import read_workbook
from tests.conftest import Clock
from tests.services.registry_fixtures import (
    count,
    desk,
    imported,
    of_people,
    on,
    person,
    version,
    who_was,
)

__all__ = ["desk"]
TODAY = date(2026, 11, 23)
VILLAGE = Role.VILLAGE_CHIEF


def test_one_person_in_several_offices_and_towns(desk: Desk) -> None:
    content = of_people(
        person("王一", phone="13800000001", town="T1、T2"),
        person("王一", "河长办", None, phone="13800000001"),
        person("王一", "成员单位", "T2"),
    )
    imported(desk, content)
    with desk.reading() as work:
        assert (count(work, Person), count(work, Appointment)) == (1, 4)
    assert who_was(desk, TODAY, town="T2") == ["王一"]
    assert not imported(desk, content)


def test_namesakes_are_told_apart_by_telephone_and_place(desk: Desk) -> None:
    content = of_people(
        person("张伟", phone="13800000001"), person("张伟", phone="13800000002"), person("张伟", town="T2"),
        person("张伟", "河长办", None, department="区水务局"),
    )  # fmt: skip
    imported(desk, content)
    with desk.reading() as work:
        assert count(work, Person) == 4
    assert not imported(desk, content)


def test_a_new_telephone_is_the_same_person(desk: Desk) -> None:
    imported(desk, of_people(person("王一", phone="13800000001")))
    found = imported(desk, of_people(person("王一", phone="13900000009")))
    assert [str(change) for change in found.changes] == [
        "修改“人员”王一（手机号：138****0001 → 139****0009）"
    ]
    with desk.reading() as work:
        assert work.session.scalars(select(Person.phone)).all() == ["13900000009"]


def test_who_takes_over_a_telephone_is_somebody_else(desk: Desk, clock: Clock) -> None:
    imported(desk, of_people(person("王一", phone="13800000001", openid="openid-of-wang")))
    on(clock, date(2026, 12, 1))
    imported(desk, of_people(person("赵六", phone="13800000001")))
    assert who_was(desk, TODAY) == ["王一"]
    with desk.reading() as work:
        bound = work.session.scalars(select(Follower)).one()
        assert bound.person is not None
        assert bound.person.name == "王一"


def test_a_shared_telephone_is_mentioned(desk: Desk) -> None:
    found = imported(
        desk, of_people(person("王一", phone="13800000001"), person("赵六", phone="13800000001"))
    )
    assert found.notes == ("手机号 13800000001 由 王一、赵六 共用；如果是同一人，请把姓名写成一样。",)


def test_an_openid_is_bound_at_import(desk: Desk) -> None:
    content = of_people(person("王一", openid="openid-of-wang"))
    imported(desk, content)
    assert not imported(desk, content)
    assert not imported(desk, of_people(person("王一")))
    with desk.reading() as work:
        bound = work.session.scalars(select(Follower)).one()
        assert (bound.openid, bound.following, bound.met_at) == ("openid-of-wang", True, work.now)
        assert bound.person is not None
        assert bound.person.name == "王一"


def test_a_follower_who_is_known_already_is_bound(desk: Desk) -> None:
    desk.do(
        lambda work: work.session.add(
            Follower(openid="openid-of-wang", pseudonym="p", met_at=work.now, following=True)
        )
    )
    imported(desk, of_people(person("王一", openid="openid-of-wang")))
    with desk.reading() as work:
        assert count(work, Follower) == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([person("赵六", openid="openid-of-wang")], "这个微信已绑定王一"),
        ([person("王一", openid="openid-of-other")], "王一已绑定另一个微信"),
        ([person("王一", openid="openid-1"), person("王一", town="T2", phone="13800000001", openid="openid-2"),
          person("王一", "河长办", None, phone="13800000001", openid="openid-1")], "两个不同的 openid"),
    ],
)  # fmt: skip
def test_nobody_is_unbound_silently(desk: Desk, rows: list[list[Any]], reason: str) -> None:
    imported(desk, of_people(person("王一", openid="openid-of-wang")))
    with pytest.raises(WorkbookRefused, match=reason):
        imported(desk, of_people(*rows))
    assert version(desk) == 1


def test_openids_are_exported_only_when_asked_for(desk: Desk) -> None:
    imported(desk, of_people(person("王一", openid="openid-of-wang")))
    for asked, expected in ((False, ""), (True, "openid-of-wang")):
        exported = read_workbook(desk.look(registry.export, with_openid=asked)).people
        assert exported is not None
        assert [one.openid for one in exported] == [expected]


def test_the_towns_of_a_village_chief_are_those_of_the_reaches(desk: Desk) -> None:
    imported(desk, of_people(person("李二", "村级河湖长", None, reaches="R2")))
    assert who_was(desk, TODAY, VILLAGE, "T2") == ["李二"]
    with pytest.raises(WorkbookRefused, match="分属几个镇街"):
        imported(desk, of_people(person("李二", "村级河湖长", None, reaches="R1、R2")))

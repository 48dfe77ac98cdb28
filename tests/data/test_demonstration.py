"""The demonstration district: real units and villages, courses that route, people who say that they are invented."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.demonstration import build, people
from data.demonstration.drawing import courses, stretches
from data.demonstration.towns import UNITS, VILLAGES, villages_of
from data.demonstration.waters import Sides
from rules.coordinates import Position, gcj02_to_wgs84
from rules.roles import Role
from rules.routing import (
    Bank,
    Found,
    Offered,
    OutsideDistrict,
    ReachShape,
    Route,
    Routing,
    RoutingSettings,
    WhichTown,
)
from services import registry
from services.desk import Desk
from services.sheets import RegistrySheets
from services.workbook import read_workbook
from tests.services.registry_fixtures import desk, version

__all__ = ["desk"]
FOLDER = Path(build.__file__).parent


@pytest.fixture(scope="module")
def sheets() -> RegistrySheets:
    return read_workbook(FOLDER / "registry.xlsx")


@pytest.fixture(scope="module")
def routing(sheets: RegistrySheets) -> Routing:
    towns = {town.code: n for n, town in enumerate(sheets.towns or ())}
    bodies = {body.code: n for n, body in enumerate(sheets.water_bodies or ())}
    return Routing(
        [
            ReachShape(n, towns[reach.town], bodies[reach.water_body], reach.bank, reach.wkt)
            for n, reach in enumerate(sheets.reaches or ())
        ]
    )


def test_there_are_18_units_one_of_them_since_2021() -> None:
    kinds = [unit.kind for unit in UNITS]
    assert (kinds.count("镇"), kinds.count("街道"), kinds.count("开发区")) == (9, 8, 1)
    assert [f"{unit.name} {unit.since}" for unit in UNITS if unit.since] == ["双环邨街道 2021-02-07"]


def test_there_are_113_villages() -> None:
    counts = {town: len(villages_of(town)) for town in VILLAGES}
    assert list(counts.values()) == [12, 13, 15, 21, 6, 5, 31, 10]


def test_what_is_checked_in_is_what_is_built(sheets: RegistrySheets) -> None:
    assert build.workbook() == build.workbook()
    assert read_workbook(build.workbook()) == sheets
    assert json.loads((FOLDER / "people.json").read_text("utf-8")) == build.page()


def test_it_imports_without_fault_and_without_a_second_change(desk: Desk, sheets: RegistrySheets) -> None:
    found = desk.do(registry.import_registry, sheets)
    assert found.notes == ()
    assert not desk.do(registry.import_registry, sheets)
    assert version(desk) == 1


def test_reaches_name_villages_of_their_town(sheets: RegistrySheets) -> None:
    names = {unit.code: unit.name for unit in UNITS}
    for reach in sheets.reaches or ():
        assert set(reach.villages) <= set(villages_of(names[reach.town]))
    written = {village for drawn in stretches() for village in drawn.stretch.villages}
    assert written == {village for reach in sheets.reaches or () for village in reach.villages}


def test_every_reach_answers_for_its_own_bank(sheets: RegistrySheets, routing: Routing) -> None:
    drawn = [stretch for stretch in stretches() for _ in stretch.stretch.towns]
    for n, (stretch, reach) in enumerate(zip(drawn, sheets.reaches or (), strict=True)):
        for share in (0.1, 0.5, 0.9):
            metres = -20 if reach.bank is Bank.RIGHT else 20
            route = routing.route(Position(*stretch.beside(share, metres)), RoutingSettings())
            if stretch.sides is Sides.SHARED:
                assert isinstance(route, WhichTown)
                assert n in {choice.reach for choice in route.choices}
            else:
                assert isinstance(route, Found), (reach.name, share, route)
                assert route.reach == n


def test_tributaries_join(sheets: RegistrySheets) -> None:
    whole = courses()
    for drawn in stretches():
        water = drawn.water
        for end, other in ((0, water.starts_at), (-1, water.ends_at)):
            if other:
                x, y = whole[water.name].coords[end]
                assert whole[other].distance(whole[water.name]) < 2e-6, (water.name, other, x, y)


def test_everything_lies_in_the_district(sheets: RegistrySheets) -> None:
    for course in courses().values():
        west, south, east, north = course.bounds
        assert 116.98 <= west <= east <= 117.45
        assert 39.15 <= south <= north <= 39.36
    assert all(board.longitude and board.latitude for board in sheets.boards or ())
    assert {board.state for board in sheets.boards or ()} == {"完好", "破损", "缺失"}


def test_everybody_is_invented_and_says_so(sheets: RegistrySheets) -> None:
    everybody = sheets.people or ()
    assert all(one.title.endswith("（演示）") and one.phone.startswith("1380000") for one in everybody)
    assert len({one.name for one in everybody}) == len(everybody)
    roles = [one.role for one in everybody]
    assert (roles.count(Role.CIVILIAN_CHIEF), roles.count(Role.VOLUNTEER)) == (37, 51)
    assert (roles.count(Role.OFFICE), roles.count(Role.DEPARTMENT)) == (3, 3)


def test_one_post_is_vacant_and_nobody_there_is_bound(sheets: RegistrySheets) -> None:
    everybody = sheets.people or ()
    led = {code for one in everybody if one.role is Role.TOWN_CHIEF for code in one.towns}
    assert [unit.name for unit in UNITS if unit.code not in led] == [people.VACANT]
    code = next(unit.code for unit in UNITS if unit.name == people.VACANT)
    assert not [one for one in everybody if code in one.towns and one.openid]


def test_the_actors_are_bound_and_the_residents_are_not_known(sheets: RegistrySheets) -> None:
    bound = {one.openid: one.name for one in sheets.people or () if one.openid}
    for actor in people.ACTORS:
        assert len(actor.openid) == 28
        assert (bound.get(actor.openid) == actor.name) is actor.is_registered


PLACES: list[dict[str, Any]] = build.places()


@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
@pytest.mark.parametrize("place", PLACES, ids=[place["key"] for place in PLACES])
def test_the_ready_places_do_what_they_say(
    sheets: RegistrySheets, routing: Routing, place: dict[str, Any], datum: str
) -> None:
    position = Position(*place["wgs84"]) if datum == "wgs84" else gcj02_to_wgs84(*place["gcj02"])
    route = routing.route(position, RoutingSettings())
    towns = [unit.name for unit in UNITS]
    expected = {
        "tianmu": (Found, {"天穆镇"}), "bank": (Found, {"果园新村街道"}), "vacant": (Found, {people.VACANT}),
        "boundary": (WhichTown, {"青光镇", "双口镇"}), "far": (Offered, {"双街镇"}), "outside": (OutsideDistrict, set()),
    }  # fmt: skip
    assert (type(route), {towns[n] for n in _towns(route)}) == expected[place["key"]]


def test_the_readme_gives_the_same_places() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    for place in PLACES:
        line = next(line for line in readme.splitlines() if line.startswith(f"| `{place['key']}` |"))
        for datum in ("wgs84", "gcj02"):
            assert "{:.6f}, {:.6f}".format(*place[datum]) in line


def _towns(route: Route) -> list[int]:
    match route:
        case Found():
            return [route.town]
        case WhichTown():
            return [choice.town for choice in route.choices]
        case Offered():
            return [candidate.town for candidate in route.candidates]
        case _:
            return []

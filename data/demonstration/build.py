"""Build the demonstration district: `python -m data.demonstration.build` writes registry.xlsx and people.json.

Towns, villages and water bodies carry their real names; geometry is invented (示意), people are invented (虚构).
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from shapely.geometry import LineString

from data.demonstration import people
from data.demonstration.drawing import Drawn, courses, kilometres, stretches
from data.demonstration.people import ACTORS, INVENTED, VACANT, Actor
from data.demonstration.towns import UNITS, villages_of
from data.demonstration.waters import WATERS, Sides
from rules.coordinates import wgs84_to_gcj02
from rules.roles import Role
from rules.routing import Bank
from services.boards import scene_of
from services.courses import canonical
from services.sheets import BoardRow, PersonRow, ReachRow, RegistrySheets, TownRow, WaterBodyRow
from services.workbook_writing import write_workbook

FOLDER = Path(__file__).parent
MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)
SINCE = date(2026, 1, 1)
NOTES = (
    "演示数据：几何为示意，人员为虚构。镇街、村、河名为真实名称，走向、长度、分段、水质目标与公示牌均为演示而编。",
    f"{VACANT}的镇级河湖长一职特意空缺，用来演示“岗位空缺转河长办”。",
)
DAMAGED, MISSING = 13, 29
"""Every so manieth board is damaged, missing."""


def main() -> None:
    """Write both files beside this one."""
    (FOLDER / "registry.xlsx").write_bytes(workbook())
    written = json.dumps(page(), ensure_ascii=False, indent=1)
    (FOLDER / "people.json").write_text(written + "\n", "utf-8")


def workbook() -> bytes:
    """The demonstration's workbook, the same bytes every time."""
    return write_workbook(sheets(), MADE_AT, notes=NOTES)


def sheets() -> RegistrySheets:
    """The demonstration's registry as rows."""
    reaches = _reaches()
    return RegistrySheets(
        towns=tuple(TownRow(n, u.code, u.name, u.kind, u.since, None) for n, u in enumerate(UNITS, 2)),
        water_bodies=_water_bodies(),
        reaches=tuple(reaches),
        people=tuple(_people(reaches)),
        boards=tuple(_boards()),
    )


def page() -> dict[str, Any]:
    """What the stand-in's page shows: whom one can be, the map, the boards to scan, places to try."""
    rows = sheets()
    names = {reach.code: reach.name for reach in rows.reaches or ()}
    return {
        "note": "几何为示意，人员为虚构",
        "people": [
            {
                "key": a.key,
                "name": a.name,
                "openid": a.openid,
                "role": a.role,
                "note": a.note,
                "hint": list(a.hint),
            }
            for a in ACTORS
        ],
        "map": {
            "bounds": [116.97, 39.14, 117.46, 39.37],
            "lines": [{"name": name, "points": _points(course)} for name, course in courses().items()],
            "towns": [{"name": unit.name, "lon": unit.longitude, "lat": unit.latitude} for unit in UNITS],
        },
        "boards": [
            {"code": board.code, "scene": scene_of(board.code), "name": f"{names[board.reach]}公示牌"}
            for board in rows.boards or ()
        ],
        "places": places(),
        "templates": TEMPLATES,
    }


FIELDS = {
    "character_string1": "案件号",
    "thing2": "地点",
    "thing3": "问题",
    "time4": "期限",
    "thing5": "备注",
}
TEMPLATES = [
    {"id": f"DemoTemplate{name:0<31}", "title": title, "kind": "template", "fields": FIELDS}
    for name, title in (
        ("CaseAssigned", "河湖问题交办通知"),
        ("CaseReturned", "河湖问题待分派通知"),
        ("CaseProof", "河湖问题待复核通知"),
    )
]
"""The account's templates, as config.toml beside this file uses them; other notices go by customer service."""


def places() -> list[dict[str, Any]]:
    """Positions ready for the stories; `gcj02` is what WeChat would send."""
    found: dict[tuple[str, str], Drawn] = {}
    for drawn in stretches():
        found.setdefault((drawn.water.name, drawn.stretch.towns[0]), drawn)
    ready = (
        ("tianmu", "北运河天穆镇段，岸边 40 米", found[("北运河", "天穆镇")].beside(0.4, 40)),
        (
            "bank",
            "北运河左岸（果园新村街道），对岸是北仓镇",
            found[("北运河", "果园新村街道")].beside(0.5, 30),
        ),
        ("boundary", "子牙河，青光镇与双口镇交界：会问是哪个镇", found[("子牙河", "青光镇")].beside(0.5, 20)),
        ("vacant", f"新引河{VACANT}段：镇级河湖长空缺，转河长办", found[("新引河", VACANT)].beside(0.5, 25)),
        ("far", "离北运河双街镇段 500 米：列出附近河段供选", found[("北运河", "双街镇")].beside(0.5, 500)),
        ("outside", "区外（天津站附近）：告知应打的电话", (117.2102, 39.1352)),
    )
    return [_place(key, name, *position) for key, name, position in ready]


def _place(key: str, name: str, longitude: float, latitude: float) -> dict[str, Any]:
    shown = wgs84_to_gcj02(longitude, latitude)
    return {
        "key": key,
        "name": name,
        "wgs84": [longitude, latitude],
        "gcj02": [round(degrees, 6) for degrees in shown],
    }


def _points(course: Any) -> list[list[float]]:
    line = course if isinstance(course, LineString) else course.exterior
    return [[round(x, 5), round(y, 5)] for x, y in line.simplify(0.0003).coords]


def _water_bodies() -> tuple[WaterBodyRow, ...]:
    drawn = courses()
    return tuple(
        WaterBodyRow(
            n,
            w.code,
            w.name,
            w.kind,
            w.level,
            Decimal(str(kilometres(drawn[w.name]))).quantize(Decimal("0.001")),
        )
        for n, w in enumerate(WATERS, 2)
    )


def _reaches() -> list[ReachRow]:
    rows: list[ReachRow] = []
    numbers: dict[str, int] = {}
    for drawn in stretches():
        for town, bank in zip(drawn.stretch.towns, _banks(drawn), strict=True):
            number = numbers[drawn.water.code] = numbers.get(drawn.water.code, 0) + 1
            rows.append(_reach(drawn, town, bank, f"{drawn.water.code}-{number:02d}", len(rows) + 2))
    return rows


def _banks(drawn: Drawn) -> tuple[Bank, ...]:
    match drawn.sides:
        case Sides.BOTH:
            return (Bank.BOTH,)
        case Sides.BANKS:
            return (Bank.LEFT, Bank.RIGHT)
        case Sides.SHARED:
            return (Bank.BOTH, Bank.BOTH)


def _reach(drawn: Drawn, town: str, bank: Bank, code: str, row: int) -> ReachRow:
    stretch = drawn.stretch
    side = {Bank.BOTH: "", Bank.LEFT: "左岸", Bank.RIGHT: "右岸"}[bank]
    name = (
        drawn.water.name if drawn.water.is_area else f"{drawn.water.name}{town}{side}{stretch.part or '段'}"
    )
    return ReachRow(
        row,
        code,
        drawn.water.code,
        _code(town),
        tuple(village for village in stretch.villages if village in villages_of(town)),
        name,
        bank,
        stretch.start,
        stretch.end,
        Decimal(str(kilometres(drawn.shape))).quantize(Decimal("0.001")),
        drawn.water.target,
        canonical(drawn.shape),
    )


def _code(town: str) -> str:
    return next(unit.code for unit in UNITS if unit.name == town)


class _Roll:
    """The sheet of people, filled one office at a time; names and telephones are invented in order."""

    def __init__(self) -> None:
        self.rows: list[PersonRow] = []
        self._taken = {actor.name for actor in ACTORS}
        self._invented = (
            surname + people.GIVEN[(n + turn) % len(people.GIVEN)]
            for turn in range(len(people.GIVEN))
            for n, surname in enumerate(people.SURNAMES)
        )
        self._telephone = 0

    def add(self, title: str, role: Role, actor: Actor | None = None, **held: Any) -> None:
        """Put somebody into office: this actor, or somebody new."""
        self._telephone += 1
        name = actor.name if actor else next(n for n in self._invented if n not in self._taken)
        self._taken.add(name)
        self.rows.append(
            PersonRow(
                row=len(self.rows) + 2,
                name=name,
                phone=f"1380000{self._telephone:04d}",
                title=title + INVENTED,
                role=role,
                towns=held.get("towns", ()),
                reaches=held.get("reaches", ()),
                department=held.get("department", ""),
                since=SINCE,
                until=None,
                openid=actor.openid if actor else "",
            )
        )


def _people(reaches: list[ReachRow]) -> list[PersonRow]:
    roll = _Roll()
    roll.add("区委书记", Role.GENERAL_CHIEF)
    roll.add("区长", Role.GENERAL_CHIEF)
    codes = {water.name: water.code for water in WATERS}
    for waters in people.DISTRICT_CHIEFS:
        bodies = {codes[name] for name in waters}
        theirs = tuple(reach.code for reach in reaches if reach.water_body in bodies)
        roll.add("副区长", Role.DISTRICT_CHIEF, reaches=theirs)
    for unit in UNITS:
        if unit.name != VACANT:
            roll.add(
                f"{unit.name}河湖长", Role.TOWN_CHIEF, _actor("镇级河湖长", unit.name), towns=(unit.code,)
            )
        roll.add(
            f"{unit.name}河湖长制联络员",
            Role.TOWN_LIAISON,
            _actor("镇街联络员", unit.name),
            towns=(unit.code,),
        )
    _add_village_chiefs(roll, reaches)
    for actor in (*(a for a in ACTORS if a.role == "河长办"), None):
        roll.add("区河（湖）长办公室科员", Role.OFFICE, actor, department="区河（湖）长办公室")
    for department in people.DEPARTMENTS:
        roll.add("河湖长制联系人", Role.DEPARTMENT, department=department)
    for number in range(people.CIVILIAN_CHIEFS):
        roll.add("民间河湖长", Role.CIVILIAN_CHIEF, None if number else _actor("民间河湖长"))
    for number in range(people.VOLUNTEERS):
        roll.add("社会义务监督员", Role.VOLUNTEER, None if number else _actor("社会义务监督员"))
    return roll.rows


def _add_village_chiefs(roll: _Roll, reaches: list[ReachRow]) -> None:
    villages: dict[tuple[str, str], list[str]] = {}
    for reach in reaches:
        for village in reach.villages:
            villages.setdefault((reach.town, village), []).append(reach.code)
    for (town, village), theirs in villages.items():
        actor = next((a for a in ACTORS if a.village == village), None)
        roll.add(f"{village}河湖长", Role.VILLAGE_CHIEF, actor, towns=(town,), reaches=tuple(theirs))


def _actor(role: str, unit: str = "") -> Actor | None:
    return next((a for a in ACTORS if (a.role, a.unit) == (role, unit) and a.is_registered), None)


def _boards() -> list[BoardRow]:
    rows: list[BoardRow] = []
    for drawn, reach in _drawn_reaches():
        for share in (0.25, 0.75) if kilometres(drawn.shape) > 5 else (0.5,):
            metres = -15.0 if reach.bank is Bank.RIGHT else 15.0
            longitude, latitude = drawn.beside(share, metres)
            number = len(rows) + 1
            state = "缺失" if number % MISSING == 0 else "破损" if number % DAMAGED == 0 else "完好"
            rows.append(BoardRow(number + 1, f"BC-{number:03d}", reach.code, longitude, latitude, state))
    return rows


def _drawn_reaches() -> list[tuple[Drawn, ReachRow]]:
    drawn = [stretch for stretch in stretches() for _ in stretch.stretch.towns]
    return list(zip(drawn, _reaches(), strict=True))


if __name__ == "__main__":
    main()

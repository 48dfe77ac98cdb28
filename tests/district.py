"""A small invented district for tests: one river, three towns, the people who answer for them."""

from dataclasses import dataclass, field
from datetime import date

from models.follower import Follower
from models.person import Appointment, Person
from models.registry import NoticeBoard, Reach, RegistryVersion, Town, WaterBody
from rules.coordinates import Position, wgs84_to_gcj02
from rules.roles import Role
from rules.routing import Bank
from services import people
from services.desk import Desk, Work

RIVER_LATITUDE = 39.2
WEST, BORDER, EAST, FAR_EAST = 117.10, 117.12, 117.14, 117.16
METRES_PER_DEGREE = 111_000


@dataclass
class District:
    """Ids of what was made, by plain names."""

    towns: dict[str, int] = field(default_factory=dict)
    reaches: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)


def gcj(longitude: float, latitude: float) -> tuple[float, float]:
    """(longitude, latitude) in GCJ-02 of a WGS-84 place, as WeChat would send it."""
    return wgs84_to_gcj02(longitude, latitude)


def north_of_the_river(metres: float, longitude: float = 117.11) -> Position:
    """A place so many metres north of the river (which runs due east)."""
    return Position(longitude, RIVER_LATITUDE + metres / METRES_PER_DEGREE)


def lay_out(desk: Desk) -> District:
    """Write the district down."""
    district = District()
    desk.do(_lay_out, district)
    return district


def _lay_out(work: Work, district: District) -> None:
    session = work.session
    session.add(RegistryVersion(id=1, version=1))
    towns = {
        name: Town(code=code, name=name, kind="镇", since=None, until=None, position=n)
        for n, (code, name) in enumerate(
            (("T1", "天穆镇"), ("T2", "北仓镇"), ("T3", "双街镇"), ("T4", "小淀镇"))
        )
    }
    river = WaterBody(code="R1", name="北运河", kind="河道", level="区管")
    session.add_all([*towns.values(), river])
    session.flush()
    spans = {"天穆镇": (WEST, BORDER), "北仓镇": (BORDER, EAST), "双街镇": (EAST, FAR_EAST)}
    reaches = {
        name: Reach(
            code=f"D{n}", water_body_id=river.id, town_id=towns[name].id, villages=f"{name[:2]}村",
            name=f"北运河{name}段", bank=Bank.BOTH, start="", end="", target="III",
            wkt=f"LINESTRING({west} {RIVER_LATITUDE}, {east} {RIVER_LATITUDE})",
        )
        for n, (name, (west, east)) in enumerate(spans.items(), 1)
    }  # fmt: skip
    session.add_all(reaches.values())
    session.flush()
    session.add(
        NoticeBoard(
            code="BY-01",
            reach_id=reaches["天穆镇"].id,
            longitude=117.105,
            latitude=RIVER_LATITUDE,
            state="完好",
        )
    )
    district.towns = {name: town.id for name, town in towns.items()}
    district.reaches = {name: reach.id for name, reach in reaches.items()}
    offices = (
        ("chief", "王镇长", Role.TOWN_CHIEF, "天穆镇", ()),
        ("liaison", "赵联络员", Role.TOWN_LIAISON, "天穆镇", ()),
        ("village", "孙村长", Role.VILLAGE_CHIEF, "天穆镇", ("天穆镇",)),
        ("chief2", "李镇长", Role.TOWN_CHIEF, "北仓镇", ()),
        ("chief4", "吴镇长", Role.TOWN_CHIEF, "小淀镇", ()),
        ("clerk", "周科员", Role.OFFICE, None, ()),
        ("clerk2", "郑科员", Role.OFFICE, None, ()),
        ("volunteer", "冯监督员", Role.VOLUNTEER, None, ()),
        ("general", "总河长", Role.GENERAL_CHIEF, None, ()),
    )
    for key, name, role, town, own in offices:
        person = Person(name=name, phone="", pseudonym=people.new_pseudonym(work))
        appointment = Appointment(
            person=person,
            role=role,
            town_id=towns[town].id if town else None,
            since=date(2024, 1, 1),
            until=None,
        )
        appointment.reaches = [reaches[reach] for reach in own]
        session.add(appointment)
        session.flush()
        district.people[key] = person.id
        session.add(
            Follower(
                openid=f"o-{key}", pseudonym=people.new_pseudonym(work), person_id=person.id, following=True,
                met_at=work.now, informed_at=work.now,
            )
        )  # fmt: skip

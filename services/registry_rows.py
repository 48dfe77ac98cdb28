"""The registry as the rows of its workbook, so that what is given out can be taken over again unchanged."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from models.follower import Follower
from models.person import Appointment
from models.registry import NoticeBoard, Reach, Town, WaterBody
from services.desk import Work
from services.sheets import BoardRow, PersonRow, ReachRow, RegistrySheets, TownRow, WaterBodyRow


def current_sheets(work: Work, *, with_openid: bool = False) -> RegistrySheets:
    """All towns (past ones with their last day), places in use, and every appointment there was."""
    return RegistrySheets(
        towns=_towns(work),
        water_bodies=_water_bodies(work),
        reaches=_reaches(work),
        people=_people(work, with_openid),
        boards=_boards(work),
    )


def _towns(work: Work) -> tuple[TownRow, ...]:
    towns = work.session.scalars(select(Town).order_by(Town.position, Town.id))
    return tuple(TownRow(n, t.code, t.name, t.kind, t.since, t.until) for n, t in enumerate(towns, 2))


def _water_bodies(work: Work) -> tuple[WaterBodyRow, ...]:
    bodies = work.session.scalars(
        select(WaterBody).where(WaterBody.retired_on.is_(None)).order_by(WaterBody.id)
    )
    return tuple(
        WaterBodyRow(n, b.code, b.name, b.kind, b.level, b.length_km) for n, b in enumerate(bodies, 2)
    )


def _reaches(work: Work) -> tuple[ReachRow, ...]:
    reaches = work.session.scalars(select(Reach).where(Reach.retired_on.is_(None)).order_by(Reach.id))
    return tuple(
        ReachRow(
            row=n,
            code=r.code,
            water_body=r.water_body.code,
            town=r.town.code,
            villages=tuple(village for village in r.villages.split("、") if village),
            name=r.name,
            bank=r.bank,
            start=r.start,
            end=r.end,
            length_km=r.length_km,
            target=r.target,
            wkt=r.wkt,
        )
        for n, r in enumerate(reaches, 2)
    )


def _people(work: Work, with_openid: bool) -> tuple[PersonRow, ...]:
    openids: dict[int | None, str] = {}
    if with_openid:
        bound = select(Follower).where(Follower.person_id.is_not(None), Follower.openid.is_not(None))
        openids = {follower.person_id: follower.openid or "" for follower in work.session.scalars(bound)}
    appointments = work.session.scalars(
        select(Appointment)
        .order_by(Appointment.id)
        .options(joinedload(Appointment.town), selectinload(Appointment.reaches))
    )
    held = _told_once(a for a in appointments if a.since is None or a.until is None or a.since <= a.until)
    return tuple(
        PersonRow(
            row=n,
            name=a.person.name,
            phone=a.person.phone,
            title=a.title,
            role=a.role,
            towns=(a.town.code,) if a.town else (),
            reaches=tuple(sorted(reach.code for reach in a.reaches)),
            department=a.department,
            since=a.since,
            until=a.until,
            openid=openids.get(a.person_id, ""),
        )
        for n, a in enumerate(held, 2)
    )


def _told_once(appointments: Iterable[Appointment]) -> list[Appointment]:
    """Terms that have become the same to the day (one was open when the other was told of as ended) are one row:
    a workbook with both would be refused."""
    terms = {
        (
            a.person_id, a.role, a.town_id, a.department, frozenset(reach.id for reach in a.reaches),
            a.since, a.until,
        ): a
        for a in reversed(list(appointments))
    }  # fmt: skip
    return sorted(terms.values(), key=lambda a: a.id)


def _boards(work: Work) -> tuple[BoardRow, ...]:
    boards = work.session.scalars(
        select(NoticeBoard)
        .where(NoticeBoard.retired_on.is_(None))
        .options(joinedload(NoticeBoard.reach))
        .order_by(NoticeBoard.id)
    )
    return tuple(
        BoardRow(n, b.code, b.reach.code, b.longitude, b.latitude, b.state) for n, b in enumerate(boards, 2)
    )

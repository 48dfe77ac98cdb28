"""Who can be named to help on a whistle, who answers for whom, and in what capacity somebody speaks on it."""

from collections.abc import Sequence

from sqlalchemy import select

from models.person import Appointment, Person, in_office
from models.registry import towns_in_force
from models.whistle import Whistle, WhistleParty
from rules.refusal import Refusal
from rules.roles import Role
from rules.whistles import Named, PartyKind, recognised
from services import people
from services.desk import Work
from services.people import Who

LEADERS = (Role.TOWN_CHIEF, Role.TOWN_LIAISON)
THE_OFFICE = "河长办"


def named(work: Work, names: Sequence[str]) -> list[Named]:
    """The departments, towns and neighbours of these names; a Refusal names those nobody knows."""
    towns = {town.name: town.id for town in work.session.scalars(towns_in_force(work.today))}
    return recognised(names, towns, departments(work))


def departments(work: Work) -> set[str]:
    """Those of the settings and those for whom the registry has somebody in office."""
    held = in_office(work.today).where(Appointment.role == Role.DEPARTMENT, Appointment.department != "")
    return {a.department for a in work.session.scalars(held)} | set(work.rulebook.whistles.departments)


def people_of(work: Work, party: WhistleParty) -> list[Person]:
    """Who is written to for it: nobody outside the district, and nobody where none is bound."""
    if party.town_id is not None:
        return people.leaders(work, party.town_id)
    return people.department(work, party.name) if party.kind is PartyKind.DEPARTMENT else []


def towns_led(who: Who) -> set[int]:
    """The towns this person leads or is liaison of today."""
    return {a.town_id for a in who.appointments if a.role in LEADERS and a.town_id is not None}


def departments_of(who: Who) -> set[str]:
    """The departments this person speaks for today."""
    return {a.department for a in who.appointments if a.role is Role.DEPARTMENT and a.department}


def speaks_for(who: Who, party: WhistleParty) -> bool:
    """Whether this person answers for this helper."""
    if party.kind is PartyKind.TOWN:
        return party.town_id in towns_led(who)
    return party.kind is PartyKind.DEPARTMENT and party.name in departments_of(who)


def is_of_the_town(work: Work, whistle: Whistle) -> bool:
    """Whether the speaker leads the town that blew it, or that has the case."""
    who = work.who
    town_id = whistle.case.town_id if whistle.case is not None else whistle.town_id
    return who is not None and town_id is not None and town_id in towns_led(who)


def may_see(work: Work, whistle: Whistle) -> bool:
    """The Office, the town, and everybody who was named to help."""
    who = work.who
    if who is None or who.is_office or is_of_the_town(work, whistle):
        return True
    return any(speaks_for(who, party) for party in whistle.parties)


def meant(work: Work, whistle: Whistle, words: str) -> tuple[WhistleParty, str]:
    """For which helper somebody speaks, and the words without its name; the Office (and who speaks for several)
    names it first."""
    who = work.who
    for_all = who is None or who.is_office
    mine = [p for p in whistle.parties if for_all or (who is not None and speaks_for(who, p))]
    if not mine:
        raise Refusal(
            "这个吹哨还没有指派协助单位。" if for_all else "您的单位不在这个吹哨的牵头、协助单位之中。"
        )
    for party in mine:
        rest = words.strip().removeprefix(party.name)
        if rest != words.strip():
            return party, rest.strip(" ，,：:。、")
    if len(mine) == 1 and not for_all:
        return mine[0], words.strip()
    raise Refusal(f"请写明是哪个单位：{'、'.join(party.name for party in mine)}。")


def people_of_the_town(work: Work, whistle: Whistle) -> list[Person]:
    """Who leads the town that blew it, or whose case it is."""
    town_id = whistle.case.town_id if whistle.case is not None else whistle.town_id
    return people.leaders(work, town_id) if town_id is not None else []


def seen_by_speaker(work: Work, whistles: Sequence[Whistle]) -> list[Whistle]:
    """Those of these whistles that concern the speaker."""
    return [whistle for whistle in whistles if may_see(work, whistle)]


def party_called(work: Work, whistle: Whistle, name: str) -> WhistleParty:
    """The helper of this name on this whistle."""
    found = work.session.scalar(
        select(WhistleParty).where(WhistleParty.whistle_id == whistle.id, WhistleParty.name == name)
    )
    if found is None:
        names = "、".join(party.name for party in whistle.parties) or "（还没有指派）"
        raise Refusal(f"“{name}”不在这个吹哨的单位之中：{names}")
    return found

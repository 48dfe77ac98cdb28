"""The people of the registry: whom the workbook's rows mean, and through which WeChat they are bound."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.follower import Follower, by_openid
from models.person import Appointment, Person
from services.people import new_pseudonym
from services.registry_changes import Act, Change, Draft
from services.registry_offices import plan_offices
from services.sheets import PEOPLE, Fault, PersonRow


@dataclass
class Named:
    """One person of the workbook: all rows that mean the same human being."""

    name: str
    phone: str
    rows: list[PersonRow] = field(default_factory=list)

    @property
    def places(self) -> set[str]:
        """Towns and departments, by which two people of one name are told apart."""
        return {place for row in self.rows for place in _places(row.towns, row.department)}

    @property
    def openids(self) -> list[str]:
        """The openids given for this person: one, or none."""
        return sorted({row.openid for row in self.rows if row.openid})

    def __str__(self) -> str:
        return self.name


def plan_people(draft: Draft) -> None:
    """Work out the sheet of people: who is new, who holds which office, who is bound."""
    if draft.sheets.people is None:
        return
    stored = _stored(draft)
    bound = _followers(draft)
    offices: list[tuple[Person, list[PersonRow]]] = []
    unnamed = dict(stored)
    named = people_of(draft.sheets.people)
    meant = _recognise(named, unnamed, bound)
    for someone in named:
        person = meant.get(id(someone))
        if person is None:  # written with the office, of which every row has one
            person = Person(name=someone.name, phone=someone.phone, pseudonym=new_pseudonym(draft.work))
        elif someone.phone:
            draft.change(PEOPLE, str(someone), person, {"phone": ("手机号", someone.phone)}, Act.CHANGED)
        _plan_binding(draft, someone, person, bound)
        offices.append((person, someone.rows))
    plan_offices(draft, offices, [a for person in stored.values() for a in person.appointments])
    _note_shared_phones(draft, named)


def people_of(rows: Iterable[PersonRow]) -> list[Named]:
    """The rows by person: the same name and telephone, or the same name and place where one has none."""
    by_phone: dict[tuple[str, str], Named] = {}
    for row in rows:
        if row.phone:
            by_phone.setdefault((row.name, row.phone), Named(row.name, row.phone)).rows.append(row)
    people = list(by_phone.values())
    for row in rows:
        if not row.phone:
            _add_without_phone(people, row)
    return sorted(people, key=lambda someone: someone.rows[0].row)


def _add_without_phone(people: list[Named], row: PersonRow) -> None:
    places = _places(row.towns, row.department)
    same = [p for p in people if p.name == row.name and (p.places & places or row.openid in p.openids)]
    if len(same) == 1:
        same[0].rows.append(row)
    else:
        people.append(Named(row.name, "", [row]))


def _places(towns: Iterable[str], department: str) -> set[str]:
    return set(towns) | {f"部门 {department}"} if department else set(towns) or {""}


def _stored(draft: Draft) -> dict[int, Person]:
    loading = selectinload(Person.appointments)
    people = draft.work.session.scalars(
        select(Person)
        .order_by(Person.id)
        .options(loading.joinedload(Appointment.town), loading.selectinload(Appointment.reaches))
    )
    return {person.id: person for person in people}


def _followers(draft: Draft) -> dict[str, Follower]:
    rows = draft.work.session.scalars(select(Follower).where(Follower.person_id.is_not(None)))
    return {follower.openid: follower for follower in rows if follower.openid}


def _recognise(
    named: list[Named], unnamed: dict[int, Person], bound: dict[str, Follower]
) -> dict[int, Person]:
    """Which stored person each person of the workbook is: by openid, by telephone, by name and place."""
    found: dict[int, Person] = {}

    def settle(someone: Named, person: Person | None) -> None:
        if person is not None and person.name == someone.name and unnamed.pop(person.id, None) is not None:
            found[id(someone)] = person

    for someone in named:
        for openid in someone.openids:
            if openid in bound and id(someone) not in found:
                settle(someone, bound[openid].person)
    by_phone = {(person.name, person.phone): person for person in reversed(unnamed.values()) if person.phone}
    for someone in named:
        if id(someone) not in found:
            settle(someone, by_phone.get((someone.name, someone.phone)))
    by_name: dict[str, list[Person]] = {}
    for person in unnamed.values():
        by_name.setdefault(person.name, []).append(person)
    for someone in named:
        if id(someone) not in found:
            same = [
                p for p in by_name.get(someone.name, ()) if p.id in unnamed and someone.places & _served(p)
            ]
            settle(someone, same[0] if len(same) == 1 else None)
    return found


def _served(person: Person) -> set[str]:
    places: set[str] = set()
    for held in person.appointments:
        places |= _places([held.town.code] if held.town else [], held.department)
    return places


def _plan_binding(draft: Draft, someone: Named, person: Person, bound: dict[str, Follower]) -> None:
    """Bind the openid that is filled in; nobody else is unbound by it, an empty one unbinds nobody."""
    if not someone.openids:
        return
    row = next(row for row in someone.rows if row.openid)
    if len(someone.openids) > 1:
        draft.faults.append(Fault(PEOPLE, row.row, "openid", f"{someone.name}有两个不同的 openid"))
        return
    openid = someone.openids[0]
    holder = bound.get(openid)
    if holder is not None and holder.person is not person:
        other = holder.person.name if holder.person else ""
        why = (
            f"这个微信已绑定{other}，请先解除原来的绑定"
            if other != person.name
            else "这个微信已绑定另一位同名的人"
        )
        draft.faults.append(Fault(PEOPLE, row.row, "openid", why))
    elif holder is None and person.id is not None and any(f.person_id == person.id for f in bound.values()):
        why = f"{person.name}已绑定另一个微信，请先解除原来的绑定，或把这一格留空"
        draft.faults.append(Fault(PEOPLE, row.row, "openid", why))
    elif holder is None:
        change = Change(PEOPLE, Act.CHANGED, str(someone), "绑定微信", lambda: _bind(draft, person, openid))
        draft.changes.append(change)


def _bind(draft: Draft, person: Person, openid: str) -> None:
    work = draft.work
    follower = work.session.scalar(by_openid(openid))
    if follower is None:
        follower = Follower(openid=openid, pseudonym=new_pseudonym(work), met_at=work.now, following=True)
        work.session.add(follower)
    follower.person = person


def _note_shared_phones(draft: Draft, named: list[Named]) -> None:
    holders: dict[str, list[str]] = {}
    for someone in named:
        if someone.phone:
            holders.setdefault(someone.phone, []).append(someone.name)
    for phone, names in holders.items():
        if len(names) > 1:
            draft.notes.append(f"手机号 {phone} 由 {'、'.join(names)} 共用；如果是同一人，请把姓名写成一样。")

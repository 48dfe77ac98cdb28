"""Offices held (任职): a workbook says who holds them now; what was before is kept, never overwritten.

An office is ended by a day, not deleted. A change of reaches, or a later beginning, ends the old appointment
and begins a new one, so that “who was responsible on that day” has the same answer for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, select

from models.person import Appointment, Person
from models.registry import Reach, Town
from models.registry_import import first_import
from rules.roles import ROLE_NAMES, Role
from rules.workdays import local_day
from services.registry_changes import Act, Change, Draft
from services.sheets import PEOPLE, Fault, PersonRow

Office = tuple[int, Role, str, str]
"""Person, role, town's code, department."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """What one row of the workbook says of one person's office in one town."""

    row: PersonRow
    person: Person
    town: Town | None
    reaches: tuple[Reach, ...]

    @property
    def office(self) -> Office:
        """What is held, whatever the reaches and days."""
        return (id(self.person), self.row.role, self.town.code if self.town else "", self.row.department)


def plan_offices(
    draft: Draft, people: Iterable[tuple[Person, list[PersonRow]]], stored: Iterable[Appointment]
) -> None:
    """Compare the offices of the workbook with those that are stored."""
    wanted: dict[Office, list[Wanted]] = {}
    for person, rows in people:
        for row in rows:
            for one in _per_town(draft, person, row):
                wanted.setdefault(one.office, []).append(one)
    held: dict[Office, list[Appointment]] = {}
    for appointment in stored:
        town = appointment.town.code if appointment.town else ""
        office = (id(appointment.person), appointment.role, town, appointment.department)
        held.setdefault(office, []).append(appointment)
    is_first = not draft.work.session.scalar(select(exists().select_from(Appointment)))
    since = draft.work.session.scalar(first_import())
    known_from = None if since is None else local_day(since)
    for office in dict.fromkeys([*wanted, *held]):
        _Comparison(draft, held.get(office, []), is_first, known_from).run(wanted.get(office, []))


def _per_town(draft: Draft, person: Person, row: PersonRow) -> list[Wanted]:
    reaches = tuple(draft.reaches[code] for code in row.reaches)
    towns = [draft.towns[code] for code in row.towns]
    if not towns and row.role == Role.VILLAGE_CHIEF:
        towns = list({draft.town_of(reach).code: draft.town_of(reach) for reach in reaches}.values())
        if len(towns) > 1:
            draft.faults.append(Fault(PEOPLE, row.row, "镇街编码", "所填河段分属几个镇街，请填镇街编码"))
    if len(towns) <= 1:
        return [Wanted(row, person, towns[0] if towns else None, reaches)]
    return [
        Wanted(row, person, town, tuple(r for r in reaches if draft.town_of(r) is town)) for town in towns
    ]


class _Comparison:
    """One person's office in one town: its stored appointments against the workbook's rows."""

    def __init__(
        self, draft: Draft, stored: list[Appointment], is_first: bool, known_from: date | None
    ) -> None:
        self.draft = draft
        self.today = draft.work.today
        self.stored = stored
        self.left = list(stored)
        self.days = {id(held): (held.since, held.until) for held in stored}
        """The days of what is stored, as they will be once the changes found so far are applied."""
        self.terms: set[tuple[object, ...]] = set()
        """Reaches and days of the terms there will be: two rows may come to mean the same one."""
        self.is_first = is_first
        self.known_from = known_from

    def run(self, wanted: list[Wanted]) -> None:
        """Match rows with appointments, the surest first; then begin what is new and end what is absent."""
        for match in (self._the_same, self._of_the_past, self._going_on):
            wanted = [one for one in wanted if not match(one)]
        for one in wanted:
            since = self._first_day(one)
            if (*_codes(one.reaches), since, one.row.until) not in self.terms:
                self._begin(one, since)
        for appointment in self.left:
            if not self._is_over(appointment, self.today):
                self._end(appointment, self.today - DAY)

    def _the_same(self, one: Wanted) -> bool:
        for held in self._with_reaches(one):
            if (held.since, held.until) == (one.row.since, one.row.until) and one.row.since is not None:
                return self._take(held, one, held.since, held.until)
        return False

    def _of_the_past(self, one: Wanted) -> bool:
        if one.row.until is None or one.row.until >= self.today:
            return False
        for held in self._with_reaches(one):
            same_start = one.row.since is not None and held.since == one.row.since
            if same_start or (one.row.since is None and held.until == one.row.until):
                return self._take(held, one, held.since, one.row.until)
        for held in self._with_reaches(one):
            if one.row.since is None and not self._is_over(held, self.today):
                return self._take(held, one, held.since, one.row.until)
        return False

    def _going_on(self, one: Wanted) -> bool:
        """Take an appointment in force, or one ended only yesterday, which then simply goes on."""
        if one.row.until is not None and one.row.until < self.today:
            return False
        candidates = [held for held in self._with_reaches(one) if not self._is_over(held, self.today - DAY)]
        candidates.sort(key=lambda held: (held.since != one.row.since, self._is_over(held, self.today)))
        for held in candidates:
            since = one.row.since
            if since is None or since == held.since:
                return self._take(held, one, held.since, self._new_end(one, held))
            if self._is_over(held, self.today) or since > self.today:
                continue
            if self._begins_later(since, held):
                self.left.remove(held)
                self._end(held, since - DAY)
                self._begin(one, since)
                return True
            kept = held.since if self._was_held(since, besides=held) else since
            return self._take(held, one, kept, self._new_end(one, held))
        return False

    def _begins_later(self, since: date, held: Appointment) -> bool:
        """Whether the row's beginning would cut off days of which the registry knows that the office was held."""
        if held.since is None:
            return self.known_from is None or since > self.known_from
        return since > held.since

    def _new_end(self, one: Wanted, held: Appointment) -> date | None:
        has_column = self.draft.sheets.has(PEOPLE, "任职止")
        if one.row.until is None and not has_column and not self._is_over(held, self.today):
            return held.until
        return one.row.until

    def _take(self, held: Appointment, one: Wanted, since: date | None, until: date | None) -> bool:
        self.left.remove(held)
        self.terms.add((*_codes(one.reaches), since, until))
        self.days[id(held)] = since, until
        was_over, is_over = self._is_over(held, self.today), until is not None and until < self.today
        act = (
            Act.REVIVED
            if was_over and not is_over
            else Act.ENDED
            if is_over and not was_over
            else Act.CHANGED
        )
        title = one.row.title if self.draft.sheets.has(PEOPLE, "职务") else held.title
        values = {"title": ("职务", title), "since": ("任职起", since), "until": ("任职止", until)}
        self.draft.change(PEOPLE, _office_in_words(held.person, held.role, held.town), held, values, act)
        return True

    def _first_day(self, one: Wanted) -> date | None:
        """A new appointment's first day: what the row says, unless it would rewrite the days before today."""
        since = one.row.since
        if one.row.until is not None and one.row.until < self.today:
            return since
        if since is None:
            return None if self.is_first else self.today
        return self.today if since < self.today and self._was_held(since) else since

    def _begin(self, one: Wanted, since: date | None) -> None:
        row = one.row
        self.terms.add((*_codes(one.reaches), since, row.until))
        appointment = Appointment(
            role=row.role,
            title=row.title,
            department=row.department,
            town=one.town,
            since=since,
            until=row.until,
            reaches=list(one.reaches),
        )

        def apply() -> None:
            appointment.person = one.person
            self.draft.work.session.add(appointment)

        details = "、".join(
            word
            for word in (
                f"自 {since.isoformat()}" if since else "",
                f"至 {row.until.isoformat()}" if row.until else "",
                f"河段 {'、'.join(reach.code for reach in one.reaches)}" if one.reaches else "",
            )
            if word
        )
        self.draft.changes.append(
            Change(PEOPLE, Act.ADDED, _office_in_words(one.person, row.role, one.town), details, apply)
        )

    def _end(self, held: Appointment, last_day: date) -> None:
        subject = _office_in_words(held.person, held.role, held.town)
        self.days[id(held)] = held.since, last_day
        self.draft.change(PEOPLE, subject, held, {"until": ("任职止", last_day)}, Act.ENDED)

    def _with_reaches(self, one: Wanted) -> list[Appointment]:
        codes = {reach.code for reach in one.reaches}
        return [held for held in self.left if {reach.code for reach in held.reaches} == codes]

    def _was_held(self, day: date, besides: Appointment | None = None) -> bool:
        """Whether the registry knows, with what this workbook corrects, that the office was held on that day."""
        spans = [self.days[id(held)] for held in self.stored if held is not besides]
        return any((since or date.min) <= day <= (until or self.today) for since, until in spans)

    @staticmethod
    def _is_over(held: Appointment, today: date) -> bool:
        return held.until is not None and held.until < today


def _codes(reaches: Iterable[Reach]) -> list[str]:
    return sorted(reach.code for reach in reaches)


def _office_in_words(person: Person, role: Role, town: Town | None) -> str:
    return f"{person.name} {ROLE_NAMES[role]}" + (f" {town.name}" if town else "")

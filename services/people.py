"""Who is speaking, which offices they hold today, and who else must be told."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, select
from sqlalchemy.orm import selectinload

from models.case import Case
from models.conversation import Conversation
from models.follower import Follower, ShortNumber, bound_to
from models.person import Appointment, Person, in_office
from models.publication import RankingSubscriber
from models.registry import Reach
from models.report import Callback, Report, Satisfaction
from rules.lifecycle import OPEN, Party, State
from rules.privacy import without_telephone
from rules.roles import ROLE_NAMES, TOWN_ROLES, Role
from services import evidence
from services.desk import Work
from services.standing import Standing


class Who:
    """The follower who is speaking, with the offices held today."""

    def __init__(
        self, work: Work, follower_id: int, person: Person | None, appointments: Sequence[Appointment]
    ) -> None:
        self._work = work
        self.follower_id = follower_id
        self.person = person
        self.appointments = appointments

    @cached_property
    def follower(self) -> Follower:
        """The row itself, read when it is first needed."""
        return self._work.session.get_one(Follower, self.follower_id)

    @property
    def name(self) -> str:
        return self.person.name if self.person else ""

    @property
    def pseudonym(self) -> str:
        return self.person.pseudonym if self.person else self.follower.pseudonym

    def holds(self, *roles: Role) -> bool:
        """Whether any of these offices is held today."""
        return any(a.role in roles for a in self.appointments)

    @property
    def is_office(self) -> bool:
        return self.holds(Role.OFFICE)

    @property
    def is_town(self) -> bool:
        return self.holds(*TOWN_ROLES)

    def answers_for(self, case: Case) -> bool:
        """Town chief and liaison for their town, a village chief for the own reaches; nobody of the town
        while the case waits for the Office to name one."""
        return case.state is not State.TRIAGE and any(
            _covers(a, case.town_id, case.reach_id) for a in self.appointments
        )

    def leads(self, case: Case) -> bool:
        """Whether this person is chief or liaison of the case's town: not a village chief."""
        return self.answers_for(case) and any(
            a.role in (Role.TOWN_CHIEF, Role.TOWN_LIAISON) and a.town_id == case.town_id
            for a in self.appointments
        )

    def parties(self, case: Case) -> frozenset[Party]:
        """In which capacities this person may act on the case."""
        return frozenset(
            party
            for party, is_so in ((Party.OFFICE, self.is_office), (Party.TOWN, self.answers_for(case)))
            if is_so
        )


def _covers(appointment: Appointment, town_id: int | None, reach_id: int | None) -> bool:
    if appointment.role in (Role.TOWN_CHIEF, Role.TOWN_LIAISON):
        return town_id is not None and appointment.town_id == town_id
    if appointment.role is Role.VILLAGE_CHIEF:
        return any(reach.id == reach_id and reach.town_id == town_id for reach in appointment.reaches)
    return False


def new_pseudonym(work: Work) -> str:
    """Twelve random hexadecimal digits that stand for somebody in the audit chain."""
    return f"{work.random.getrandbits(48):012x}"


def recognise(work: Work, standing: Standing) -> Who:
    """The person who stands there, with the offices held today: from now on `work.who`."""
    work.who = who_is(work, standing.follower_id, standing.person_id)
    return work.who


def who_is(work: Work, follower_id: int, person_id: int | None) -> Who:
    """This follower, bound to this person of the registry."""
    person = work.session.get_one(Person, person_id) if person_id is not None else None
    return Who(work, follower_id, person, offices_of(work, person_id))


def offices_of(work: Work, person_id: int | None) -> Sequence[Appointment]:
    """What this person of the registry holds today."""
    if person_id is None:
        return ()
    held = in_office(work.today).where(Appointment.person_id == person_id)
    return tuple(work.session.scalars(held.options(selectinload(Appointment.reaches))))


def may_be_written_to(work: Work, follower: Follower) -> bool:
    """Whether the customer-service window is open as far as we know; of somebody who was bound by the
    registry and has not spoken to us yet we know nothing, and the platform is asked."""
    return follower.window_until is None or follower.window_until > work.now


def office(work: Work) -> list[Person]:
    """The clerks of the River Chief Office who can be reached."""
    return _bound(_held(work, _OFFICE))


def town_people(work: Work, case: Case) -> list[Person]:
    """Town chief, liaison and the reach's village chiefs who hold office today and can be reached."""
    if case.town_id is None:
        return []
    return _bound(_held(work, _IN_TOWN, town=case.town_id, reach=case.reach_id))


def leaders(work: Work, town_id: int) -> list[Person]:
    """Town chief and liaison of this town who hold office today and can be reached."""
    return _bound(_held(work, _LEADERS, town=town_id))


def department(work: Work, name: str) -> list[Person]:
    """Who speaks for this member department (成员单位) today and can be reached."""
    return _bound(_held(work, _DEPARTMENT, name=name))


def district_chiefs(work: Work, case: Case) -> list[Person]:
    """The district chiefs (区级河湖长) over the case's reach, else over its water body, else those to whom the
    registry gives no reach; only those who can be reached."""
    chiefs = _held(work, _DISTRICT_CHIEFS)
    body = case.reach.water_body_id if case.reach else None
    over_reach = [(a, read) for a, read in chiefs if any(reach.id == case.reach_id for reach in a.reaches)]
    over_body = [(a, read) for a, read in chiefs if any(reach.water_body_id == body for reach in a.reaches)]
    over_all = [(a, read) for a, read in chiefs if not a.reaches]
    return _bound(over_reach or over_body or over_all)


def somebody_answers(work: Work, case: Case) -> bool:
    """Whether the town has a chief or liaison who is bound and so will read what is assigned."""
    return case.town_id is not None and bool(leaders(work, case.town_id))


def nobody_there(work: Work, case: Case) -> str:
    """Why nobody in the case's town would take it on (岗位空缺, 无人绑定), or nothing."""
    return leaders_or_why(work, case.town_id)[1]


def leaders_or_why(work: Work, town_id: int | None) -> tuple[list[Person], str]:
    """Town chief and liaison who can be reached; and why nobody in the town would take a case on (岗位空缺,
    无人绑定), or nothing."""
    held = _held(work, _LEADERS, town=town_id) if town_id is not None else ()
    told = _bound(held)
    if not any(appointment.role is Role.TOWN_CHIEF for appointment, _ in held):
        return told, "镇级河湖长岗位空缺"
    return told, "" if told else "镇街尚无人绑定微信"


_today: Any = bindparam("today")
_town = Appointment.town_id == bindparam("town")
_READ = exists().where(
    Follower.person_id == Appointment.person_id, Follower.openid.is_not(None), Follower.following
)
"""Whether whoever holds the appointment is bound and follows us: can be reached."""
_ANY = in_office(_today).add_columns(_READ)
_OFFICE = _ANY.where(Appointment.role == Role.OFFICE)
_LEADERS = _ANY.where(_town, Appointment.role.in_((Role.TOWN_CHIEF, Role.TOWN_LIAISON)))
_IN_TOWN = _ANY.where(
    and_(_town, Appointment.role.in_((Role.TOWN_CHIEF, Role.TOWN_LIAISON)))
    | and_(
        Appointment.role == Role.VILLAGE_CHIEF,
        Appointment.reaches.any(and_(Reach.id == bindparam("reach"), Reach.town_id == bindparam("town"))),
    )
)
_DEPARTMENT = _ANY.where(Appointment.role == Role.DEPARTMENT, Appointment.department == bindparam("name"))
_DISTRICT_CHIEFS = _ANY.where(Appointment.role == Role.DISTRICT_CHIEF).options(
    selectinload(Appointment.reaches)
)


def _held(
    work: Work, appointments: Select[Appointment, bool], **whose: Any
) -> Sequence[Row[Appointment, bool]]:
    """These appointments in force today, each with whether its holder can be reached."""
    return work.session.execute(appointments, {"today": work.today, **whose}).all()


def _bound(held: Iterable[tuple[Appointment, bool]]) -> list[Person]:
    """Those who can be reached, each once."""
    unique = {appointment.person_id: appointment.person for appointment, read in held if read}
    return [person for _, person in sorted(unique.items())]


def follower_of(work: Work, person: Person) -> Follower | None:
    """The WeChat account a person of the registry is bound to."""
    return work.session.scalar(bound_to(person.id))


def name_behind(work: Work, pseudonym: str) -> str:
    """The registry's name behind a pseudonym of the audit chain; empty for reporters, who have none."""
    return work.session.scalar(select(Person.name).where(Person.pseudonym == pseudonym)) or ""


def unfollow(work: Work, who: Who) -> None:
    """Erase what is kept of somebody who unsubscribes: openid, telephone, voice and draft go; cases live on.

    A chief or clerk is unbound; the appointment stays, and the Office sees their open cases.
    Source: the platform's rule for the event `unsubscribe`.
    """
    follower = who.follower
    reports = list(work.session.scalars(select(Report.id).where(Report.reporter_id == follower.id)))
    for callback in work.session.scalars(select(Callback).where(Callback.report_id.in_(reports))):
        work.session.delete(callback)
    evidence.erase_voices(work, reports)
    for asked in work.session.scalars(select(Satisfaction).where(Satisfaction.report_id.in_(reports))):
        asked.reason = without_telephone(asked.reason)
    conversation = work.session.get(Conversation, follower.id)
    if conversation is not None:
        work.session.delete(conversation)
    for number in work.session.scalars(select(ShortNumber).where(ShortNumber.follower_id == follower.id)):
        work.session.delete(number)
    subscribed = work.session.get(RankingSubscriber, follower.id)
    if subscribed is not None:
        work.session.delete(subscribed)
    follower.openid = None
    follower.person_id = None
    follower.following = False
    work.session.flush()
    _mark_orphans(work, who)


def _mark_orphans(work: Work, who: Who) -> None:
    """Open cases that nobody in their town reads any more are shown to the Office."""
    towns = {a.town_id for a in who.appointments if a.role in TOWN_ROLES and a.town_id}
    for case in work.session.scalars(select(Case).where(Case.town_id.in_(towns), Case.state.in_(OPEN))):
        if not somebody_answers(work, case):
            case.mark(f"{who_left(who)}已取消关注，该单位无人能收到消息")


def who_left(who: Who) -> str:
    """By what the Office knows them."""
    return "、".join(sorted({ROLE_NAMES[a.role] for a in who.appointments})) or "负责人"

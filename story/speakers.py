"""Who speaks in an invented year: people of the registry, bound or not."""

from sqlalchemy import select

from models.person import Appointment, Person
from rules.roles import Role
from services import people
from services.desk import Work

OFFICE = PREPARER, APPROVER = ("周文渊", "吴静波")
"""Two of the Office (演示人员，虚构): one prepares the month, the other approves it."""


def speak_as(work: Work, name: str) -> None:
    """From now on this person of the registry speaks."""
    found = work.session.scalars(select(Person).where(Person.name == name).order_by(Person.id)).first()
    assert found is not None, f"nobody is called {name}"
    _speak(work, found)


def _speak(work: Work, person: Person) -> None:
    follower = people.follower_of(work, person)
    work.who = people.who_is(work, follower.id if follower else 0, person.id)


def speak_for(work: Work, town_id: int) -> None:
    """From now on whoever leads this town speaks: its chief, or where the post is vacant its liaison."""
    held = select(Appointment).where(
        Appointment.town_id == town_id, Appointment.role.in_((Role.TOWN_CHIEF, Role.TOWN_LIAISON))
    )
    found = sorted(work.session.scalars(held), key=lambda one: (one.role is not Role.TOWN_CHIEF, one.id))
    _speak(work, found[0].person)

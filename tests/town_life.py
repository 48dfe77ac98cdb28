"""A case of 天穆镇 and what its town and the Office do with it, for tests of what follows by itself."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from models.admonition import Admonition, Referral
from models.case import Case
from models.follower import Follower
from models.person import Appointment, Person
from models.registry import Reach, Town
from models.supervision import SupervisionOrder
from rules.deadlines import Severity
from rules.kinds import Kind
from rules.roles import Role
from rules.workdays import CHINA
from services import cases, people
from services.desk import Desk, Work
from tests.conftest import Clock
from tests.district import District

LITTER = Kind("岸线垃圾", Severity.ORDINARY, ())


def china(text: str) -> datetime:
    """“2026-11-26 09:00” in China time."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@dataclass
class Life:
    """A desk, its clock and the district, and who does what there."""

    desk: Desk
    clock: Clock
    district: District

    def at(self, text: str) -> None:
        self.clock.set(china(text))

    def opens(self, severity: Severity = Severity.ORDINARY, ladder: str = "", town: str = "天穆镇") -> int:
        """A case that is with the town from now on; its id."""
        return self.desk.do(_opens, self.district, severity, ladder, town)

    def does(self, name: str, step: Any, case_id: int, *args: Any, **kwargs: Any) -> Any:
        """What `name` (chief, clerk …) does with the case."""
        return self.desk.do(_as, name, step, Case, case_id, args, kwargs)

    def orders(self, name: str, step: Any, serial: int, *args: Any, **kwargs: Any) -> Any:
        """What `name` does with the order of this number."""
        return self.desk.do(_as, name, step, SupervisionOrder, serial, args, kwargs)

    def talks(self, name: str, step: Any, serial: int, *args: Any, **kwargs: Any) -> Any:
        """What `name` does with the talk of this number."""
        return self.desk.do(_as, name, step, Admonition, serial, args, kwargs)

    def refers(self, name: str, step: Any, serial: int, *args: Any, **kwargs: Any) -> Any:
        """What `name` does with the referral of this number."""
        return self.desk.do(_as, name, step, Referral, serial, args, kwargs)

    def proves(self, case_id: int) -> None:
        """The chief hands in a proof whose photos arrive at once."""
        self.does("chief", cases.prove, case_id, "清理完毕", 1)
        self.desk.do(_proof_received, case_id)

    def appoints(self, name: str, role: Role, town: str | None = None) -> None:
        """Somebody new is bound and takes an office."""
        self.desk.do(_appoints, self.district, name, role, town)

    def leaves(self, name: str) -> None:
        """Somebody's offices end yesterday."""
        self.desk.do(_leaves, name)


def _opens(work: Work, district: District, severity: Severity, ladder: str, town: str) -> int:
    kind = Kind(LITTER.name, severity, ())
    case = cases.open_case(
        work, kind, reach_id=district.reaches.get(town), town_id=None, place="北运河天穆桥东侧",
        longitude=117.11, latitude=39.2, ladder=ladder,
    )  # fmt: skip
    cases.dispatch(work, case, district.towns[town], "测试")
    return case.id


def _as(work: Work, name: str, step: Any, table: Any, row_id: int, args: Any, kwargs: Any) -> Any:
    follower = work.session.scalars(select(Follower).where(Follower.openid == f"o-{name}")).one()
    work.who = people.who_is(work, follower.id, follower.person_id)
    return step(work, work.session.get_one(table, row_id), *args, **kwargs)


def _proof_received(work: Work, case_id: int) -> None:
    cases.proof_received(work, work.session.get_one(Case, case_id), "")


def _appoints(work: Work, district: District, name: str, role: Role, town: str | None) -> None:
    person = Person(name=name, phone="", pseudonym=people.new_pseudonym(work))
    held = Appointment(
        person=person, role=role, since=date(2024, 1, 1), until=None,
        town=work.session.get_one(Town, district.towns[town]) if town else None,
    )  # fmt: skip
    if role is Role.DISTRICT_CHIEF:
        held.reaches = list(work.session.scalars(select(Reach)))
    work.session.add(held)
    work.session.flush()
    work.session.add(
        Follower(
            openid=f"o-{name}", pseudonym=people.new_pseudonym(work), person_id=person.id, following=True,
            met_at=work.now, informed_at=work.now,
        )
    )  # fmt: skip


def _leaves(work: Work, name: str) -> None:
    follower = work.session.scalars(select(Follower).where(Follower.openid == f"o-{name}")).one()
    for held in work.session.scalars(select(Appointment).where(Appointment.person_id == follower.person_id)):
        held.until = date.fromordinal(work.today.toordinal() - 1)

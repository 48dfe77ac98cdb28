"""The cases of an invented year lived through the real services."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from models.follower import Follower
from models.registry import Reach, Town, reaches_in_force, towns_in_force
from rules.kinds import Kind
from rules.lifecycle import State
from rules.workdays import CHINA
from services import people, reports
from services.desk import Desk, Work
from services.reports import Submission, Whereabouts
from story.case_deeds import STEPS
from story.invented_year import CasePlan, Deed, Spot, Verb
from story.speakers import PREPARER, speak_as


@dataclass
class LivedCases:
    """Does what the plans say at the time the clock shows; `ids` are the cases that were opened, by their plans."""

    desk: Desk
    ids: dict[int, int] = field(default_factory=dict)
    _with_office: set[int] = field(default_factory=set)

    def does(self, number: int, case: CasePlan, deed: Deed) -> None:
        """One deed of one case; a refusal is a mistake of the story."""
        if deed.verb is Verb.OPENS:
            self.ids[number], waits = self.desk.do(_open, case)
            if waits:
                self._with_office.add(number)
        elif deed.verb is not Verb.GIVEN or number in self._with_office:
            self.desk.do(STEPS[deed.verb], self.ids[number], deed)


def spots_of(work: Work, until: datetime) -> list[Spot]:
    """Every reach, and every unit that has none, as the registry knows them by then."""
    day = until.astimezone(CHINA).date()
    reaches = list(work.session.scalars(reaches_in_force(day)))
    found = [Spot(reach.town.code, reach.code, reach.name, reach.town.since) for reach in reaches]
    without = {spot.unit for spot in found}
    rest = (town for town in work.session.scalars(towns_in_force(day)) if town.code not in without)
    found += [Spot(town.code, "", f"{town.name}辖区", town.since) for town in rest]
    return sorted(found, key=lambda spot: (spot.unit, spot.reach))


def _open(work: Work, plan: CasePlan) -> tuple[int, bool]:
    """The case, and whether it waits for the Office to name a town."""
    town = work.session.scalars(select(Town).where(Town.code == plan.spot.unit)).one()
    reach = work.session.scalar(select(Reach).where(Reach.code == plan.spot.reach))
    kind = Kind(plan.kind.name, plan.kind.severity, ())
    words = f"{plan.spot.name}有{plan.kind.name}"
    where = Whereabouts(reach.id if reach else None, town.id, plan.spot.name, routed_by="选择河段")
    if plan.source is None:
        follower = _resident(work, plan.resident)
        work.who = people.who_is(work, follower.id, None)
    else:
        speak_as(work, PREPARER)
    report = reports.submit(work, Submission(where, kind, words, [], handed_down=plan.source))
    return report.case_id, report.case.state is State.TRIAGE


def _resident(work: Work, number: int) -> Follower:
    openid = f"oInvented{number:04d}".ljust(28, "0")
    found = work.session.scalar(select(Follower).where(Follower.openid == openid))
    if found is None:
        found = Follower(
            openid=openid, pseudonym=people.new_pseudonym(work), following=True, met_at=work.now,
            informed_at=work.now,
        )  # fmt: skip
        work.session.add(found)
        work.session.flush()
    return found

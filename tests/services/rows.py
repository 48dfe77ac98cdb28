"""The few rows that evidence hangs on."""

from dataclasses import dataclass
from datetime import timedelta

from models.case import Case
from models.follower import Follower
from models.registry import Town
from models.report import Report, Source
from rules.deadlines import Severity
from rules.lifecycle import State
from services.desk import Work


@dataclass(frozen=True)
class Reported:
    """A case with one report."""

    case_id: int
    report_id: int
    reporter: str
    """The reporter's pseudonym."""


def a_reported_case(
    work: Work, serial: int = 1, state: State = State.ACCEPTED, words: str = "河面有黑水"
) -> Reported:
    """A case of a town that somebody reported."""
    town = Town(code=f"T{serial}", name="天穆镇", kind="镇", position=serial)
    follower = Follower(openid=f"o{serial}", pseudonym=f"{serial:012x}", met_at=work.now)
    work.session.add_all([town, follower])
    work.session.flush()
    case = Case(
        year=2026, serial=serial, number=f"HC-2026-{serial:04}", kind="污水直排", severity=Severity.ORDINARY,
        state=state, town_id=town.id, longitude=117.1, latitude=39.2, place="北运河天穆桥东侧",
        opened_at=work.now, assigned_at=work.now, accepted_at=work.now,
        rectify_by=work.now + timedelta(days=5), moves=3,
    )  # fmt: skip
    work.session.add(case)
    work.session.flush()
    report = another_report(work, case.id, follower, f"TICKET{serial:04}", words)
    return Reported(case.id, report.id, follower.pseudonym)


def another_report(
    work: Work, case_id: int, follower: Follower, ticket: str, words: str, source: Source = Source.RESIDENT
) -> Report:
    """What one more person said of this case."""
    report = Report(
        ticket=ticket, reporter_id=follower.id, source=source, kind="污水直排", words=words,
        place="北运河天穆桥东侧", submitted_at=work.now, case_id=case_id,
    )  # fmt: skip
    work.session.add(report)
    work.session.flush()
    return report

"""Beginning and ending what a town has to do by a date; nothing of a duty changes in between or afterwards."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.handling import Duty, DutyEnd, DutyKind
from rules.workdays import local_day
from services.work import Work

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Wanted:
    """What a town has to do now, and by when."""

    kind: DutyKind
    town_id: int
    due_at: datetime


def stands(found: Duty | None, wanted: Wanted | None) -> bool:
    """Whether what is wanted is what stands already."""
    return (
        found is not None
        and wanted is not None
        and (found.kind, found.town_id, found.due_at) == (wanted.kind, wanted.town_id, wanted.due_at)
    )


def begin(
    work: Work, wanted: Wanted, case_id: int | None, *, for_reporter: bool = False,
    order_id: int | None = None, party_id: int | None = None,
) -> None:  # fmt: skip
    """From now on this is to be done by its date."""
    work.session.add(
        Duty(
            kind=wanted.kind, town_id=wanted.town_id, case_id=case_id, order_id=order_id, party_id=party_id,
            for_reporter=for_reporter, begun_at=work.now, due_at=wanted.due_at,
            counts_at=max(wanted.due_at - _INSTANT, work.now), ended_at=None, end=None, late_days=None,
        )
    )  # fmt: skip
    work.session.flush()


def end(work: Work, duty: Duty, how: DutyEnd) -> None:
    """The date does not stand any more."""
    duty.ended_at, duty.end = work.now, how
    if work.now >= duty.due_at:
        duty.late_days = late_days(work, duty.due_at, work.now)
    work.session.flush()


def late_days(work: Work, due_at: datetime, at: datetime) -> int:
    """Working days from a date to a later instant; 0 where it is late by less than one."""
    return work.calendar.count(last_day(due_at), local_day(at))


def last_day(due_at: datetime) -> date:
    """The last day on which it was in time, in China."""
    return local_day(due_at - _INSTANT)

"""Counting a month: what each town had to do by a date in it, what it missed, and what came of its cases.

Every select looks only at what had happened before the month was over, and takes its rows by the month's own
instants from an index: what came in the years before or comes afterwards is not read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from models.case import Case
from models.handling import NOT_OURS, Duty, DutyEnd, DutyKind, Outcome, What
from rules.months import Month
from services.work import Work

OF_CASES = (DutyKind.ACCEPT, DutyKind.RECTIFY)
GONE, BACK = aliased(Outcome), aliased(Outcome)
"""A case declined or withdrawn, and restored afterwards."""


@dataclass(frozen=True)
class Count:
    """Of so many things of a town, so many count against it."""

    all: int
    against: int


def missed() -> ColumnElement[bool]:
    """The date passed before it was done."""
    return or_(Duty.ended_at.is_(None), Duty.ended_at >= Duty.due_at)


def judged(month: Month) -> ColumnElement[bool]:
    """The date lay in the month, and was either kept or missed by what was known when the month was over.

    Not judged: a date that another took the place of, or that stood still or was another's before it passed.
    """
    kept = and_(Duty.end == DutyEnd.KEPT, Duty.ended_at < Duty.due_at)
    return and_(
        Duty.counts_at >= month.begins, Duty.counts_at < month.ends, or_(kept, and_(missed(), _stands(month)))
    )


def _stands(month: Month) -> ColumnElement[bool]:
    return or_(Duty.end.is_(None), Duty.end != DutyEnd.MOVED, Duty.ended_at >= month.ends)


def ours(case_id: Any, month: Month) -> ColumnElement[bool]:
    """The case was not declined or withdrawn by the end of the month."""
    gone, back = GONE, BACK
    restored = exists().where(
        back.case_id == gone.case_id, back.what == What.RESTORED, back.id > gone.id, back.at < month.ends
    )
    return ~exists().where(gone.case_id == case_id, gone.what.in_(NOT_OURS), gone.at < month.ends, ~restored)


def rectification(month: Month) -> ColumnElement[bool]:
    """Rectifications due in the month; and cases not even accepted by its end, though they should have been."""
    unaccepted = or_(Duty.ended_at.is_(None), Duty.ended_at >= month.ends)
    return and_(
        Duty.kind.in_(OF_CASES), judged(month), or_(Duty.kind == DutyKind.RECTIFY, unaccepted),
        ours(Duty.case_id, month),
    )  # fmt: skip


def first_answer(month: Month) -> ColumnElement[bool]:
    """Acceptances due in the month of cases for which somebody who reported them waited."""
    return and_(Duty.kind == DutyKind.ACCEPT, Duty.for_reporter, judged(month), ours(Duty.case_id, month))


def of_duties(work: Work, which: ColumnElement[bool], subject: Any) -> dict[int, Count]:
    """By town: how many subjects (cases, orders, helpers) are judged, and how many missed a date."""
    flag = case((missed(), 1), else_=0)
    each = select(Duty.town_id, func.max(flag).label("against")).where(which)
    return _by_town(work, each.group_by(Duty.town_id, subject).subquery())


def of_outcomes(
    work: Work, month: Month, whats: Collection[What], against: ColumnElement[bool], *, first: bool = False,
    each: Any = Outcome.case_id,
) -> dict[int, Count]:  # fmt: skip
    """By town: how many cases such a thing came of in the month, and of how many what counts against it."""
    flag = case((against, 1), else_=0)
    found = select(Outcome.town_id, func.max(flag).label("against")).where(came(month, whats, first=first))
    return _by_town(work, found.group_by(Outcome.town_id, each).subquery())


def came(month: Month, whats: Collection[What], *, first: bool = False) -> ColumnElement[bool]:
    """Such outcomes within the month, of cases that are ours; `first`: only first verdicts."""
    found = [
        Outcome.what.in_(whats), Outcome.at >= month.begins, Outcome.at < month.ends, Outcome.town_id.is_not(None),
        ours(Outcome.case_id, month),
    ]  # fmt: skip
    return and_(*found, Outcome.first) if first else and_(*found)


def _by_town(work: Work, each: Any) -> dict[int, Count]:
    rows = work.session.execute(
        select(each.c.town_id, func.count(), func.sum(each.c.against)).group_by(each.c.town_id)
    )
    return {town: Count(many, int(against)) for town, many, against in rows}


def missed_duties(work: Work, which: ColumnElement[bool]) -> Sequence[Any]:
    """The duties that were missed: what was owed, its town, case, order and helper, the date and the end."""
    rows = (
        select(
            Duty.kind, Duty.town_id, Case.number, Duty.order_id, Duty.party_id, Duty.due_at, Duty.ended_at,
            Duty.late_days,
        )
        .outerjoin(Case, Case.id == Duty.case_id)
        .where(which, missed())
        .order_by(Duty.case_id, Duty.id)
    )  # fmt: skip
    return work.session.execute(rows).all()


def across(work: Work, month: Month) -> dict[tuple[int, str], datetime]:
    """Cases due before the month and not done when it began, by town and number: the first date that passed so."""
    found: dict[tuple[int, str], datetime] = {}
    for which in (Duty.ended_at.is_(None), and_(Duty.late_days.is_not(None), Duty.ended_at >= month.begins)):
        for kind, town, number, due_at in work.session.execute(still_owed(month, which)):
            if kind in OF_CASES:  # not asked of the database, which would look through the years for it
                found[town, number] = min(due_at, found.get((town, number), due_at))
    return found


def still_owed(month: Month, which: ColumnElement[bool]) -> Any:
    """Duties of a date before the month that were not done when it began; `which`: those open, or ended since."""
    return (
        select(Duty.kind, Duty.town_id, Case.number, Duty.due_at)
        .join(Case, Case.id == Duty.case_id)
        .where(which, Duty.counts_at < month.begins, _stands(month), ours(Duty.case_id, month))
        .order_by(Case.id, Duty.id)
    )


def in_hand(work: Work, month: Month) -> set[int]:
    """Towns that had a case with a date in the month."""
    which = and_(Duty.kind.in_(OF_CASES), judged(month), ours(Duty.case_id, month))
    return set(work.session.scalars(select(Duty.town_id).where(which).distinct()))


def as_of(month: Month, ended_at: datetime | None) -> datetime | None:
    """When it was done, by what was known at the month's end."""
    return None if ended_at is None or ended_at >= month.ends else ended_at

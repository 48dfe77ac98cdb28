"""Counting a month's problems as they stood at a moment: what was decided about a case afterwards is undone first.

By when a case was opened, without those declined or withdrawn by then; and what towns owed past its date just then.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, or_, select

from models.case import Case, CaseEvent
from models.handling import Duty
from models.registry import Town
from rules.lifecycle import Move, State
from rules.months import Month
from services.desk import Work
from services.figure_counts import OF_CASES

NO_PROBLEM = (State.DECLINED, State.WITHDRAWN)
MOVES = frozenset(move.value for move in Move)


@dataclass(frozen=True)
class Counts:
    """Numbers by kind, and by the town's id: None, with no town yet."""

    by_kind: Counter[str]
    by_town: Counter[int | None]
    late: Counter[int | None]


@dataclass(frozen=True)
class _Problem:
    """What a case is counted by."""

    kind: str
    town_id: int | None
    state: State


def counted(work: Work, month: Month, at: datetime) -> Counts:
    """The month's problems as they stood at this moment, now or earlier."""
    found = _as_they_are(work, month)
    for is_now, was in _changed_since(work, month, at):
        found[is_now] -= 1
        found[was] += 1
    kinds: Counter[str] = Counter()
    towns: Counter[int | None] = Counter()
    for problem, many in found.items():
        if problem.state not in NO_PROBLEM:
            kinds[problem.kind] += many
            towns[problem.town_id] += many
    return Counts(+kinds, +towns, _late(work, at))


def _as_they_are(work: Work, month: Month) -> Counter[_Problem]:
    rows = work.session.execute(
        select(Case.kind, Case.town_id, Case.state, func.count())
        .where(Case.opened_at >= month.begins, Case.opened_at < month.ends)
        .group_by(Case.kind, Case.town_id, Case.state)
    )
    return Counter({_Problem(kind, town, state): many for kind, town, state, many in rows})


def _changed_since(work: Work, month: Month, at: datetime) -> Iterable[tuple[_Problem, _Problem]]:
    """Cases of which something was decided after that moment: as they are, and as they were."""
    later = (
        select(Case, CaseEvent)
        .join(CaseEvent, CaseEvent.case_id == Case.id)
        .where(Case.opened_at >= month.begins, Case.opened_at < month.ends, CaseEvent.at > at)
        .order_by(CaseEvent.case_id, CaseEvent.sequence.desc())
    )
    now: dict[int, _Problem] = {}
    was: dict[int, _Problem] = {}
    codes = {code: number for number, code in work.session.execute(select(Town.id, Town.code))}
    for case, event in work.session.execute(later):
        now.setdefault(case.id, _Problem(case.kind, case.town_id, case.state))
        was[case.id] = _before(was.get(case.id, now[case.id]), event, codes)
    return [(now[number], was[number]) for number in now]


def _before(problem: _Problem, event: CaseEvent, codes: dict[str, int]) -> _Problem:
    """A problem as it was before this event."""
    if event.what == "kind":
        return replace(problem, kind=event.before)
    if event.what not in MOVES or not event.before:
        return problem
    came_from = event.details.get("from")
    town = problem.town_id if came_from is None else codes.get(came_from)
    return replace(problem, state=State(event.before), town_id=town)


def _late(work: Work, at: datetime) -> Counter[int | None]:
    """What towns owed past its date at that moment: acceptances and rectifications, not what waits for the Office
    or stands still."""
    owed = select(Duty.town_id, func.count()).where(
        Duty.kind.in_(OF_CASES), Duty.counts_at <= at, Duty.due_at <= at,
        or_(Duty.ended_at.is_(None), Duty.late_days.is_not(None) & (Duty.ended_at > at)),
    )  # fmt: skip
    rows = work.session.execute(owed.group_by(Duty.town_id))
    return Counter(dict(rows.all()))

"""The sources of figures (指标来源) that the county's own cases give: each counts a month, town by town."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select

from models.case import Case
from models.handling import Duty, DutyKind, Outcome, What
from models.report import Rating
from rules import figure_words as words
from rules.figures import Cause
from rules.lifecycle import Party
from rules.months import Month
from services import duties
from services import figure_counts as counts
from services.figure_counts import Count
from services.work import Work

NOTHING = Decimal(0)


@dataclass
class Counted:
    """What a source says of all towns, by their ids."""

    basis: str
    """How it was counted."""
    numerators: dict[int, Decimal] = field(default_factory=dict)
    denominators: dict[int, Decimal | None] = field(default_factory=dict)
    causes: dict[int, list[Cause]] = field(default_factory=dict)
    otherwise: Decimal | None = NOTHING
    """The denominator of a town that is not in `denominators`: 0, nothing to be judged by; None, a plain figure."""


Source = Callable[[Work, Month, Sequence[int]], Counted]


def share(basis: str, found: Mapping[int, Count], causes: dict[int, list[Cause]]) -> Counted:
    """Good ones among all."""
    return Counted(
        basis,
        {town: Decimal(count.all - count.against) for town, count in found.items()},
        {town: Decimal(count.all) for town, count in found.items()},
        causes,
    )


def rectified_on_time(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Of the cases due in the month, those that were proved in time."""
    which = counts.rectification(month)
    return share(
        "本月到期应办结的案件中按期提交整改证明的件数",
        counts.of_duties(work, which, Duty.case_id),
        _late(work, month, counts.missed_duties(work, which), _rectified),
    )


def first_answer_in_time(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Of the reported cases to be accepted in the month, those whose reporter heard in time."""
    which = counts.first_answer(month)
    return share(
        "本月应首次答复群众的案件中按期受理答复的件数",
        counts.of_duties(work, which, Duty.case_id),
        _late(work, month, counts.missed_duties(work, which), _accepted),
    )


def overdue_across_months(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Cases overdue when the month began, each counted twice; a town without any case in hand is not judged."""
    counted = Counted("上月已到期、月初仍未办结的案件，每件按两件计", causes={})
    for (town, number), due_at in counts.across(work, month).items():
        cause = Cause(f"case:{number}", words.across_months(number, due_at), words.ACROSS_MONTHS_WEIGHT)
        counted.causes.setdefault(town, []).append(cause)
    counted.numerators = {town: _weight(causes) for town, causes in counted.causes.items()}
    counted.denominators = dict.fromkeys(counts.in_hand(work, month) | set(counted.causes))
    return counted


def verified_first_time(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Of the rectifications first judged in the month, those that passed."""
    whats, failed = (What.PASSED, What.SENT_BACK), Outcome.what == What.SENT_BACK
    rows = _outcomes(work, and_(counts.came(month, whats, first=True), failed))
    return share(
        "本月首次复核的案件中一次通过的件数",
        counts.of_outcomes(work, month, whats, failed, first=True),
        _once((town, Cause(f"case:{number}", words.failed_at_first(number))) for town, number, _ in rows),
    )


def reopened(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Of the cases that were closed or reopened in the month, those that were reopened: fewer is better."""
    whats, again = (What.PASSED, What.REOPENED), Outcome.what == What.REOPENED
    found = counts.of_outcomes(work, month, whats, again)
    rows = _outcomes(work, and_(counts.came(month, [What.REOPENED]), again))
    return Counted(
        "本月办结或重开的案件中被重开的件数",
        {town: Decimal(count.against) for town, count in found.items()},
        {town: Decimal(count.all) for town, count in found.items()},
        _once(
            (town, Cause(f"case:{number}", words.reopened(number, by == Party.REPORTER)))
            for town, number, by in rows
        ),
    )


def satisfaction(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Of the ratings given in the month, those that were not 不满意."""
    against = Outcome.value == Rating.NOT.value
    found = counts.of_outcomes(work, month, [What.RATED], against, each=Outcome.id)
    rows: dict[tuple[int, str], int] = {}
    for town, number, _ in _outcomes(work, and_(counts.came(month, [What.RATED]), against)):
        rows[town, number] = rows.get((town, number), 0) + 1
    causes: dict[int, list[Cause]] = {}
    for (town, number), many in rows.items():
        cause = Cause(f"case:{number}", words.not_satisfied(number, many), Decimal(many))
        causes.setdefault(town, []).append(cause)
    return share("本月收到的群众评价中满意和基本满意的件数", found, causes)


def falsified(work: Work, month: Month, towns: Sequence[int]) -> Counted:
    """Rectifications found in the month to be feigned."""
    when = and_(Outcome.what == What.FALSIFIED, Outcome.at >= month.begins, Outcome.at < month.ends)
    causes = _once(
        (town, Cause(f"case:{number}", words.falsified(number))) for town, number, _ in _outcomes(work, when)
    )
    return plain("本月查实整改弄虚作假的案件数", causes)


def plain(basis: str, causes: dict[int, list[Cause]]) -> Counted:
    """So many, each as heavy as it is; a town without any has 0, and is judged."""
    return Counted(
        basis, {town: _weight(listed) for town, listed in causes.items()}, {}, causes, otherwise=None
    )


def late_days(work: Work, month: Month, due_at: datetime, ended_at: datetime | None, kept: int | None) -> int:
    """Working days late, by what was known at the month's end."""
    if counts.as_of(month, ended_at) is not None and kept is not None:
        return kept
    return work.calendar.count(duties.last_day(due_at), month.last_day)


def _rectified(row: Any, days: int, *, done: bool) -> str:
    return words.rectified_late(row.number, days, accepted=row.kind is DutyKind.RECTIFY, done=done)


def _accepted(row: Any, days: int, *, done: bool) -> str:
    return words.accepted_late(row.number, days, done=done)


def _late(work: Work, month: Month, rows: Iterable[Any], say: Callable[..., str]) -> dict[int, list[Cause]]:
    """A cause for each case that was late; of several dates it missed, the last."""
    found: dict[tuple[int, str], Cause] = {}
    for row in rows:
        done = counts.as_of(month, row.ended_at) is not None
        days = late_days(work, month, row.due_at, row.ended_at, row.late_days)
        found[row.town_id, row.number] = Cause(f"case:{row.number}", say(row, days, done=done))
    causes: dict[int, list[Cause]] = {}
    for (town, _), cause in found.items():
        causes.setdefault(town, []).append(cause)
    return causes


def _outcomes(work: Work, which: Any) -> Sequence[Any]:
    """Town, case number and value of these outcomes."""
    rows = select(Outcome.town_id, Case.number, Outcome.value).join(Case, Case.id == Outcome.case_id)
    return work.session.execute(rows.where(which).order_by(Outcome.id)).all()


def _once(rows: Iterable[tuple[int, Cause]]) -> dict[int, list[Cause]]:
    """Each row's cause once."""
    causes: dict[int, dict[str, Cause]] = {}
    for town, cause in rows:
        causes.setdefault(town, {}).setdefault(cause.key, cause)
    return {town: list(found.values()) for town, found in causes.items()}


def _weight(causes: Iterable[Cause]) -> Decimal:
    return sum((cause.weight for cause in causes), Decimal(0))

"""The ladder of supervision (提示、催办、督办、约谈、移送): which rung a promise has reached, when the next comes.

Source: the districts' practice of 催办–督办–约谈–移送 as in docs/rules.md; the days are the district's settings.
Nobody is chased on a rest day or outside the hours, urgent cases excepted; of the rungs that passed while
nobody climbed (an outage, a delay granted) only the newest is taken.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from rules.messages import MessageHours, may_leave_at
from rules.workdays import CHINA, WorkCalendar, local_day

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


class Rung(StrEnum):
    """A step of the ladder, in the order they are climbed (RUNG_NAMES gives the Chinese)."""

    HALF_TIME = "half_time"
    DAY_BEFORE = "day_before"
    ON_THE_DAY = "on_the_day"
    OVERDUE = "overdue"
    ORDER = "order"
    AGAIN = "again"
    """Another order: the last one was settled (its answer accepted, or taken back), but the matter still stands."""
    ADMONITION = "admonition"
    REFERRAL = "referral"


RUNG_NAMES = {
    Rung.HALF_TIME: "期限过半提示",
    Rung.DAY_BEFORE: "到期前提示",
    Rung.ON_THE_DAY: "到期当日提示",
    Rung.OVERDUE: "逾期催办",
    Rung.ORDER: "下发督办单",
    Rung.AGAIN: "再次下发督办单",
    Rung.ADMONITION: "约谈",
    Rung.REFERRAL: "移送",
}

BEFORE_IT_IS_DUE = frozenset({Rung.HALF_TIME, Rung.DAY_BEFORE, Rung.ON_THE_DAY})
"""Pointless once the date has passed."""

_ORDER = {rung: place for place, rung in enumerate(Rung)}


@dataclass(frozen=True)
class Ladder:
    """The district's numbers: working days unless said otherwise; 0 leaves a rung out where 0 is allowed."""

    at: int = 9 * 60
    """When somebody is chased, in minutes of the day in China."""
    half_time_percent: int = 50
    before_days: int = 1
    on_the_day: bool = True
    overdue_days: int = 1
    order_days: int = 3
    answer_days: int = 3
    """From an order to its answer; at least 1."""
    admonition_days: int = 5
    """From an order, or from the day its answer was sent back, to the talk."""
    again_days: int = 10
    """From an accepted answer, or an order taken back by hand, to the next order, where the matter still stands."""
    orders_per_quarter: int = 2
    """So many orders to one town in one quarter lead to a talk by themselves."""
    talk_days: int = 5
    """Until when the Office fixes the day of a talk that was called."""
    referral_days: int = 5
    """From the day undertakings were due to the referral."""
    urgent_overdue_minutes: int = 0
    """Of a promise reckoned in minutes: from its instant to the reminder."""
    urgent_order_minutes: int = 1440


@dataclass(frozen=True)
class Promise:
    """Something promised by a date: aware instants; `whole_days` where the date ends at 24:00."""

    started_at: datetime
    due_at: datetime
    whole_days: bool = True
    late_from: datetime | None = None
    """From when the town is late, where that is after `due_at`: its proof came in time and was sent back later."""


@dataclass(frozen=True)
class Step:
    """What is to be done now, and the instant (UTC) at which anything may next become due; None: nothing."""

    rung: Rung | None
    next_at: datetime | None


Rungs = Sequence[tuple[Rung, datetime]]
"""Rungs with the instants (UTC) from which they stand."""


def of_promise(
    promise: Promise, ladder: Ladder, calendar: WorkCalendar, order_settled_at: datetime | None = None
) -> Rungs:
    """The rungs of a case's date. `order_settled_at`: when the answer to its last order was accepted, or the Office
    took that order back."""
    if not promise.whole_days:
        return _of_instant(promise, ladder)
    due = local_day(promise.due_at - _INSTANT)
    begun = local_day(promise.started_at)
    late = due if promise.late_from is None else max(due, local_day(promise.late_from))
    days = calendar.count(begun, due)
    half = calendar.after(begun, days * ladder.half_time_percent // 100 + 1).on
    standing = [
        (Rung.HALF_TIME, half, 0 < ladder.half_time_percent < 100),
        (Rung.DAY_BEFORE, _back(calendar, due, ladder.before_days), ladder.before_days > 0),
        (Rung.ON_THE_DAY, due, ladder.on_the_day),
        (Rung.OVERDUE, calendar.after(late, ladder.overdue_days).on, ladder.overdue_days > 0),
    ]
    order = calendar.after(late, ladder.order_days).on
    if order_settled_at is None:
        standing.append((Rung.ORDER, order, ladder.order_days > 0))
    else:
        again = calendar.after(local_day(order_settled_at), ladder.again_days).on
        standing.append((Rung.AGAIN, max(order, again), ladder.again_days > 0))
    # on the day something began nobody is chased for it
    return _of_days([(rung, day) for rung, day, wanted in standing if wanted and day > begun], ladder)


def _of_instant(promise: Promise, ladder: Ladder) -> Rungs:
    span = promise.due_at - promise.started_at
    half = promise.started_at + span * ladder.half_time_percent / 100
    found = [
        (Rung.HALF_TIME, half, 0 < ladder.half_time_percent < 100 and half < promise.due_at),
        (Rung.OVERDUE, promise.due_at + timedelta(minutes=ladder.urgent_overdue_minutes), True),
        (
            Rung.ORDER,
            promise.due_at + timedelta(minutes=ladder.urgent_order_minutes),
            ladder.urgent_order_minutes > 0,
        ),
    ]
    return [(rung, at.astimezone(UTC)) for rung, at, wanted in found if wanted]


def of_order(asked_at: datetime, answer_by: datetime, ladder: Ladder, calendar: WorkCalendar) -> Rungs:
    """The rungs of an order that waits for its answer since `asked_at` (issued, or the last answer sent back)."""
    due, asked = local_day(answer_by - _INSTANT), local_day(asked_at)
    standing = [(Rung.ON_THE_DAY, due)] if ladder.on_the_day else []
    if ladder.overdue_days > 0:
        standing.append((Rung.OVERDUE, calendar.after(due, ladder.overdue_days).on))
    if ladder.admonition_days > 0:
        day = max(calendar.after(asked, ladder.admonition_days).on, calendar.after(due, 1).on)
        standing.append((Rung.ADMONITION, day))
    return _of_days(standing, ladder)


def of_talk(called_at: datetime, ladder: Ladder, calendar: WorkCalendar) -> Rungs:
    """The rungs of a talk that was called and has no day yet."""
    return _of_days([(Rung.OVERDUE, calendar.after(local_day(called_at), ladder.talk_days).on)], ladder)


IN_TIME = timedelta(hours=1)
"""A reminder on the day of a meeting must leave people this long to come."""
EVENING = timedelta(hours=17)


def of_meeting(at: datetime, ladder: Ladder, calendar: WorkCalendar, hours: MessageHours) -> Rungs:
    """The rungs of a talk whose day is set: on the day, and where minutes are missing the working day after; of one
    too early for a reminder on its day, in the evening of the working day before it, within the hours."""
    day = local_day(at)
    missing = (Rung.OVERDUE, _at(calendar.after(day, 1).on, ladder.at))
    if at - _at(day, ladder.at) >= IN_TIME:
        return [(Rung.ON_THE_DAY, _at(day, ladder.at)), missing]
    evening = _at(_back(calendar, day, 1), 0) + min(EVENING, timedelta(minutes=hours.until) - IN_TIME)
    return [(Rung.DAY_BEFORE, evening), missing]


def of_undertakings(due_at: datetime, ladder: Ladder, calendar: WorkCalendar) -> Rungs:
    """The rungs of what a town undertook in a talk."""
    due = local_day(due_at - _INSTANT)
    standing = [(Rung.DAY_BEFORE, _back(calendar, due, ladder.before_days))] if ladder.before_days > 0 else []
    standing += [(Rung.ON_THE_DAY, due)] if ladder.on_the_day else []
    standing += (
        [(Rung.OVERDUE, calendar.after(due, ladder.overdue_days).on)] if ladder.overdue_days > 0 else []
    )
    standing += (
        [(Rung.REFERRAL, calendar.after(due, ladder.referral_days).on)] if ladder.referral_days > 0 else []
    )
    return _of_days(standing, ladder)


def of_help(
    due_at: datetime, ladder: Ladder, calendar: WorkCalendar,
    *, before: bool = False, order_days: int = 0, order_settled_at: datetime | None = None,
) -> Rungs:  # fmt: skip
    """The rungs of what somebody owes a whistle (吹哨): a lead named, an answer; `before`: also what was promised,
    of which one is reminded before its day. `order_days`: after so many working days it is ordered (督办单);
    `order_settled_at`: when the answer to the last order was accepted, or the Office took that order back."""
    due = local_day(due_at - _INSTANT)
    standing = (
        [(Rung.DAY_BEFORE, _back(calendar, due, ladder.before_days))] if before and ladder.before_days else []
    )
    standing += [(Rung.ON_THE_DAY, due)] if ladder.on_the_day else []
    standing += [(Rung.OVERDUE, calendar.after(due, ladder.overdue_days or 1).on)]
    order = calendar.after(due, order_days).on
    if order_days and order_settled_at is None:
        standing.append((Rung.ORDER, order))
    elif order_days and order_settled_at is not None and ladder.again_days:
        again = calendar.after(local_day(order_settled_at), ladder.again_days).on
        standing.append((Rung.AGAIN, max(order, again)))
    return _of_days(standing, ladder)


def step(
    rungs: Rungs,
    sent: Rung | None,
    due_at: datetime,
    now: datetime,
    *,
    ladder: Ladder,
    hours: MessageHours,
    calendar: WorkCalendar,
    urgent: bool = False,
    held_until: datetime | None = None,
    without: Collection[Rung] = (),
) -> Step:
    """The newest rung that stands at `now`, is above `sent` and still matters; and when to look again.

    Outside the hours nothing is done but to name the next moment inside them. `held_until`: the Office has
    granted a delay; `without`: rungs that somebody else climbs.
    """
    floor = -1 if sent is None else _ORDER[sent]
    above = [(rung, at) for rung, at in rungs if rung not in without and _ORDER[rung] > floor]
    wake = max(now, held_until) if held_until is not None else now
    open_at = _chasing_from(wake, urgent, ladder, hours, calendar)
    standing = [rung for rung, at in above if at <= now and (now < due_at or rung not in BEFORE_IT_IS_DUE)]
    if standing and open_at <= now:
        newest = max(standing, key=_ORDER.__getitem__)
        later = [at for rung, at in above if at > now and _ORDER[rung] > _ORDER[newest]]
        return Step(newest, _chasing_from(min(later), urgent, ladder, hours, calendar) if later else None)
    if standing:
        return Step(None, open_at)
    later = [at for _, at in above if at > now]
    return Step(
        None, max(open_at, _chasing_from(min(later), urgent, ladder, hours, calendar)) if later else None
    )


def again(
    due_at: datetime, every: int, now: datetime,
    *, ladder: Ladder, hours: MessageHours, calendar: WorkCalendar, urgent: bool = False,
) -> datetime:  # fmt: skip
    """When next to remind of what was due and still hangs: every so many working days from the first one after it."""
    day = calendar.after(local_day(due_at - _INSTANT), 1).on
    while _at(day, ladder.at) <= now:
        day = calendar.after(day, every).on
    return _chasing_from(_at(day, ladder.at), urgent, ladder, hours, calendar)


def _chasing_from(
    at: datetime, urgent: bool, ladder: Ladder, hours: MessageHours, calendar: WorkCalendar
) -> datetime:
    """The first instant from `at` on at which somebody may be chased: not before the ladder's own hour, so that
    what was late and what becomes due that morning are one message."""
    narrowed = replace(hours, from_=max(hours.from_, ladder.at), rest_days=False)
    return may_leave_at(at, urgent, narrowed, calendar)


def _of_days(days: Sequence[tuple[Rung, date]], ladder: Ladder) -> Rungs:
    """The days as instants; of rungs that stand on one day, or in the wrong order, the highest holds."""
    found = []
    for place, (rung, day) in enumerate(days):
        if all(day < later for _, later in days[place + 1 :]):
            found.append((rung, _at(day, ladder.at)))
    return found


def _back(calendar: WorkCalendar, day: date, n: int) -> date:
    """The n-th working day before `day`."""
    while n:
        day -= _DAY
        n -= calendar.is_workday(day)
    return day


def _at(day: date, minutes: int) -> datetime:
    return (datetime.combine(day, time(), CHINA) + timedelta(minutes=minutes)).astimezone(UTC)


def quarter_of(day: date) -> tuple[date, date]:
    """The first day of the calendar quarter `day` lies in, and of the one after."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    after = date(day.year + 1, 1, 1) if first.month == 10 else date(day.year, first.month + 3, 1)
    return first, after

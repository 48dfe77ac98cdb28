"""One morning digest (汇总) of what the day's limit held back: the newest state, the most pressing first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from models.case import Case
from models.follower import Follower
from models.notification import Delivery, Notice, Notification, held_for_digest
from models.person import Person
from rules import messages
from rules.lifecycle import State
from rules.workdays import local_day
from services import daily_limit, overtaken, people, short_numbers
from services.case_notices import facts
from services.desk import Work
from services.notifications import let_go, owe

MOST_LINES = 50
"""More never fit into one message; how many there are besides is kept as a number."""
ACTS = {
    "town": frozenset({State.ASSIGNED, State.ACCEPTED}),
    "office": frozenset({State.TRIAGE, State.VERIFYING}),
}
"""In which states whose deed a case waits for."""
ASKS_REPORTER = frozenset({"reporter_question", "reporter_photo_missing"})
"""Each has its own line beside the newest state; no longer asked once the case has ended."""
SETTLES = frozenset(
    {
        "town_order_accepted", "town_order_withdrawn", "town_order_copy", "town_talk_withdrawn", "town_talk_dropped",
        "office_order",
    }
)  # fmt: skip
"""About an order or a talk, and nothing is to be done about it."""
OWN_LINES = ("talk", "order", "referral", "extension")
"""What has a line of its own beside the newest of its case: its time and place must not vanish behind that."""
EMPTY, TOLD = "汇总前各项都已有新进展", "此后的进展已另行告知"


@dataclass(frozen=True)
class Line:
    """What one line of the digest tells, with all messages that it stands for."""

    rank: tuple[Any, ...]
    row: Notification
    says: dict[str, Any]
    asks: bool
    subject: tuple[Any, ...]


def persons_held(now: datetime) -> Select[Person]:
    """Staff for whom a digest is due."""
    held = held_for_digest(now).with_only_columns(Notification.person_id)
    return select(Person).where(Person.id.in_(held)).order_by(Person.id)


def reporters_held(now: datetime) -> Select[Follower]:
    """Reporters for whom a digest is due."""
    held = held_for_digest(now).with_only_columns(Notification.follower_id)
    return select(Follower).where(Follower.id.in_(held)).order_by(Follower.id)


def gather(work: Work, reader: Person | Follower) -> None:
    """Owe this reader one digest of what was held back until today; one that has not left yet takes it in."""
    to = daily_limit.locked(work, reader)
    unsent = _unsent(work, to)
    if unsent is None:
        _begin(work, reader, to)
    elif unsent.leased_until is None or unsent.leased_until <= work.now:
        renew(work, unsent)


def _begin(work: Work, reader: Person | Follower, to: ColumnElement[bool]) -> None:
    rows = _held(work, to)
    lines = _lines(work, rows)
    if not lines:
        return
    leaves = messages.may_leave_at(work.now, False, work.rulebook.hours, work.calendar)
    key = f"digest:{local_day(leaves)}"
    if isinstance(reader, Person):
        digest = owe(work, Notice.DIGEST, "staff_digest", key, person=reader)
    else:
        digest = owe(work, Notice.DIGEST, "reporter_digest", key, follower=reader)
    if digest is not None:  # else today's has left already: these wait for the next
        _write(work.session.get_one(Notification, digest), lines, rows)


def renew(work: Work, digest: Notification) -> bool:
    """Tell in it how things stand now, with what was held back since; False where nothing remains to be told."""
    reader = digest.person or digest.follower
    if reader is None:
        return True
    rows = [*told_by(work, digest), *_held(work, daily_limit.locked(work, reader))]
    lines = _lines(work, rows)
    _write(digest, lines, rows)
    if not lines:
        let_go(work, digest, EMPTY)
    return bool(lines)


def told_by(work: Work, row: Notification) -> list[Notification]:
    """The messages that a digest tells, in the order in which they were owed; any other tells itself."""
    if row.sentence not in daily_limit.DIGESTS:
        return [row]
    gathered = select(Notification).where(
        Notification.digest_id == row.id, Notification.delivery == Delivery.GATHERED
    )
    return list(work.session.scalars(gathered.order_by(Notification.id)))


def _unsent(work: Work, to: ColumnElement[bool]) -> Notification | None:
    owed = select(Notification).where(
        to, Notification.delivery == Delivery.OWED, Notification.sentence.in_(daily_limit.DIGESTS)
    )
    return work.session.scalar(owed.order_by(Notification.id.desc()).limit(1).with_for_update())


def _held(work: Work, to: ColumnElement[bool]) -> list[Notification]:
    return list(work.session.scalars(held_for_digest(work.now).where(to).order_by(Notification.id)))


def _write(digest: Notification, lines: list[Line], rows: Iterable[Notification]) -> None:
    for row in rows:
        if row.delivery is not Delivery.POINTLESS:
            row.delivery, row.digest_id = Delivery.GATHERED, digest.id
    digest.says = {
        "state": "待办",
        "todo": sum(line.asks for line in lines),
        "count": len(lines),
        "lines": [line.says for line in lines[:MOST_LINES]],
    }


def _lines(work: Work, rows: Iterable[Notification]) -> list[Line]:
    """One line for each case (of a reporter: each report), the most pressing first; what is not true any more
    is settled as such."""
    lines: dict[tuple[Any, ...], Line] = {}
    for row in rows:
        case = work.session.get_one(Case, row.case_id) if row.case_id is not None else None
        why = _why_not(work, row, case)
        if why:
            let_go(work, row, why)
            continue
        line = _of_staff(work, row, case) if row.person_id is not None else _of_reporter(row)
        other = lines.get(line.subject)
        if other is None or line.rank[:2] <= other.rank[:2]:  # of two that press alike, the newer
            lines[line.subject] = line
    return sorted(lines.values(), key=lambda line: line.rank)


def _why_not(work: Work, row: Notification, case: Case | None) -> str:
    """Why this need not be told this morning, or nothing."""
    why = overtaken.why(work, row)
    if why or case is None:
        return why
    if row.follower_id is not None:
        if row.sentence in ASKS_REPORTER:
            return "" if case.is_open else overtaken.MOVED
        return TOLD if _was_told_since(work, row) else ""
    moved = row.says.get("moves", case.moves) != case.moves
    asked = row.sentence in overtaken.DEEDS or row.sentence in overtaken.ASKS
    return overtaken.MOVED if moved and (asked or not case.is_open) else ""


def _was_told_since(work: Work, row: Notification) -> bool:
    """Whether a later message about the same report has left by itself, or is about to."""
    later = select(Notification).where(
        Notification.follower_id == row.follower_id,
        Notification.case_id == row.case_id,
        Notification.id > row.id,
        Notification.delivery.in_((Delivery.OWED, Delivery.SENT)),
    )
    return any(
        each.says.get("report") == row.says.get("report") and each.sentence not in ASKS_REPORTER
        for each in work.session.scalars(later)
    )


def _of_staff(work: Work, row: Notification, case: Case | None) -> Line:
    """Orders and talks first, then what the reader must do by its date, then news."""
    kept = {name: value for name, value in row.says.items() if name not in ("words", "lines")}
    says = {**kept, "sentence": row.sentence}
    if "whistle" in says:  # its newest, beside whatever there is of its case
        asked = "until" in says
        its = ("whistle", says["whistle"], says.get("order", ""))  # an order has a line of its own
        return Line((0, 1, "" if asked else "9", row.id), row, says, asked, its)
    if case is None or row.person is None:
        return Line((2, 0, "", row.id), row, says, False, ("", row.id))
    party = row.sentence.partition("_")[0]
    asks = row.sentence in overtaken.WISHES or _must_act(work, row.person, case, party)
    short = short_numbers.of_people(work, [row.person], case).get(row.person.id, 0)
    late = asks and case.is_late(work.now)
    says |= facts(work, case) | {
        "number": case.number, "short": short, "standing": case.state.value, "asks": asks, "late": late,
    }  # fmt: skip
    ordered = row.notice is Notice.ORDER or row.sentence in overtaken.OF_ORDERS
    group = 0 if ordered else 1 if asks else 2
    due = case.due_at.isoformat() if asks and case.due_at else "9"
    todo = asks or (ordered and row.sentence not in SETTLES)
    subject = (party, case.id, *((name, says[name]) for name in OWN_LINES if name in says))
    return Line((group, 0 if late else 1, due, short), row, says, todo, subject)


def _must_act(work: Work, person: Person, case: Case, party: str) -> bool:
    """Whether the case now waits for a deed of this person."""
    who = people.who_is(work, 0, person.id)
    mine = who.is_office if party == "office" else who.answers_for(case)
    return mine and not case.is_paused and case.state in ACTS.get(party, ())


def _of_reporter(row: Notification) -> Line:
    """What they are asked first, then how their reports stand."""
    asks = row.sentence in ASKS_REPORTER
    group = 0 if asks else 1 if row.sentence == "reporter_closed" else 2
    subject = (row.says.get("report"), row.sentence if asks else "")
    says = {**row.says, "sentence": row.sentence}
    # the newest state of a report replaces the older, whatever it asks: so it is no part of the first two
    return Line((0, 0, group, row.id), row, says, asks, subject)

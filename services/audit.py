"""The audit chain: one per case, each event carrying the digest of the one before."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case, CaseEvent, events_of
from rules.lifecycle import Party
from services.desk import Work


def record(
    work: Work,
    case: Case,
    what: str,
    party: Party,
    *,
    before: str = "",
    reason: str = "",
    actor: str = "",
    details: dict[str, Any] | None = None,
) -> CaseEvent:
    """Append one event to the case's chain; the actor is whoever is speaking, as a pseudonym.

    What is new beside it (an order, a request) has its id from then on: people are about to be told of it.
    """
    if not actor:
        actor = work.who.pseudonym if work.who and party is not Party.SYSTEM else party.value
    case.events_count = (case.events_count or 0) + 1
    event = CaseEvent(
        case_id=case.id,
        sequence=case.events_count,
        at=work.now,
        what=what,
        party=party,
        actor=actor,
        before=before,
        after=case.state.value,
        reason=reason,
        details=details or {},
        previous=case.head or "",
    )
    event.digest = digest_of(case.number, event)
    case.head = event.digest
    news = any(not isinstance(row, CaseEvent) for row in work.session.new)
    work.session.add(event)
    if news:
        work.session.flush()
    return event


def digest_of(number: str, event: CaseEvent) -> str:
    """SHA-256 over the event's content, its place in the chain and the previous digest."""
    content = [
        number, event.sequence, event.at.astimezone(UTC).isoformat(timespec="microseconds"), event.what,
        event.party.value, event.actor, event.before, event.after, event.reason, event.details, event.previous,
    ]  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


BROKEN = "AuditBroken"
"""By this name a chain that does not hold counts as an error of the job that found it."""


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold."""

    number: str
    sequence: int
    why: str


def verify(session: Session) -> Iterator[tuple[str, Break | None]]:
    """Every case's number with the first break of its chain, or None where it holds."""
    for case in session.scalars(select(Case).order_by(Case.id).execution_options(yield_per=500)):
        yield case.number, _first_break(session, case)


def _first_break(session: Session, case: Case) -> Break | None:
    previous, expected = "", 0
    for event in session.scalars(events_of(case.id)):
        expected += 1
        if event.sequence != expected:
            return Break(case.number, expected, "缺少这一条记录")
        if event.previous != previous:
            return Break(case.number, event.sequence, "与上一条记录接不上")
        if event.digest != digest_of(case.number, event):
            return Break(case.number, event.sequence, "内容被改动")
        previous = event.digest
    if expected != case.events_count:
        return Break(case.number, expected + 1, f"应有 {case.events_count} 条记录，只有 {expected} 条")
    if previous != case.head:
        return Break(case.number, expected, "末条记录与案件登记的不符")
    return None

"""Nightly: what need not be kept any more goes, and the audit chains are verified."""

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete
from sqlalchemy.orm import InstrumentedAttribute

from models.conversation import Inbound, answered_before
from models.delivery_word import DeliveryWord, words_before
from models.invitation_attempt import InvitationAttempt, attempts_before
from models.notification import Notice
from services import audit, failures, notifications, people
from services.desk import Desk, Work
from services.photo_store import PhotoStore

log = logging.getLogger("heshao.tidy")

BATCH = 1000
"""Rows deleted in one transaction: nobody waits long behind it."""
A_DAY = timedelta(days=1)
"""Wrong invitation codes count for an hour, and no photograph is written for a day."""


def tidy(desk: Desk, store: PhotoStore) -> int:
    """Remove what need not be kept; how many things that were. Chains that do not hold are told to the Office
    and count as errors of this run."""
    now = desk.clock()
    done = sum(
        _forget(desk, key, old)
        for key, old in (
            (Inbound.key, answered_before(now - desk.rulebook.keep_replies)),
            (DeliveryWord.platform_id, words_before(now - notifications.GIVE_UP)),
            (InvitationAttempt.id, attempts_before(now - A_DAY)),
        )
    )
    done += store.forget_unfinished(now - A_DAY)
    _verify(desk)
    return done


def _forget(desk: Desk, key: InstrumentedAttribute[Any], old: Select[Any]) -> int:
    """Delete the rows with these keys, some at a time; how many there were."""
    done = 0
    while found := desk.do(_forget_some, key, old.limit(BATCH)):
        done += found
    return done


def _forget_some(work: Work, key: InstrumentedAttribute[Any], old: Select[Any]) -> int:
    keys = list(work.session.scalars(old))
    if keys:
        work.session.execute(delete(key.class_).where(key.in_(keys)))
    return len(keys)


def _verify(desk: Desk) -> None:
    with desk.reading() as work:
        breaks = [broken for _, broken in audit.verify(work.session) if broken]
    for broken in breaks:
        failures.note(audit.BROKEN)
        log.error(
            "audit chain of %s breaks at %s: %s", broken.number, broken.sequence, broken.why,
            extra={"event": "audit.broken", "case": broken.number},
        )  # fmt: skip
    if breaks:
        desk.do(_tell, [b.number for b in breaks])


def _tell(work: Work, numbers: list[str]) -> None:
    for clerk in people.office(work):
        notifications.owe(
            work, Notice.DIGEST, "office_audit", f"audit:{work.today}", person=clerk,
            number="、".join(numbers[:5]), count=len(numbers),
        )  # fmt: skip

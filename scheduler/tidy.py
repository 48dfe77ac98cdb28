"""Nightly: old answered messages and used invitations go, and the audit chains are verified."""

import logging

from sqlalchemy import delete

from models.conversation import Inbound
from models.notification import Notice
from services import audit, notifications, people
from services.desk import Desk, Work

log = logging.getLogger("heshao.tidy")


def tidy(desk: Desk) -> int:
    """Remove what need not be kept; returns the number of chains that do not hold (told to the Office)."""
    desk.do(_forget_answers)
    with desk.reading() as work:
        breaks = [broken for _, broken in audit.verify(work.session) if broken]
    for broken in breaks:
        log.error("audit chain of %s breaks at %s: %s", broken.number, broken.sequence, broken.why)
    if breaks:
        desk.do(_tell, [b.number for b in breaks])
    return len(breaks)


def _forget_answers(work: Work) -> None:
    work.session.execute(delete(Inbound).where(Inbound.at < work.now - work.rulebook.keep_replies))


def _tell(work: Work, numbers: list[str]) -> None:
    for clerk in people.office(work):
        notifications.owe(
            work, Notice.DIGEST, "office_audit", f"audit:{work.today}", person=clerk,
            number="、".join(numbers[:5]), count=len(numbers),
        )  # fmt: skip

"""Invitations (邀请码): how somebody of the registry binds their WeChat, once; only the code's digest is kept."""

import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from models.follower import Follower, bound_to
from models.invitation_attempt import InvitationAttempt, attempts_since
from models.person import Appointment, Invitation, Person, in_office
from rules.refusal import Refusal
from services.desk import Work

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Capitals and digits without 0 and O, 1, I and L, which are misread."""
LENGTH = 8
WRONG_CODES = 5
WAIT = timedelta(hours=1)

UNKNOWN = "没有这个邀请码，或它已换成新的。请核对后再发，例如：绑定 8YK3MZ7T"
USED = "这个邀请码已经用过了。请联系河长办，重新发一个。"
EXPIRED = "这个邀请码已过期。请联系河长办，重新发一个。"
BOUND_ELSEWHERE = "{name}已经绑定了另一个微信。换了微信，请联系河长办。"
BOUND_ALREADY = "这个微信已经绑定为{name}。如果不对，请联系河长办。"
TOO_MANY = "邀请码错了多次，请一小时后再试，或联系河长办。"


def issue(work: Work, person: Person) -> str:
    """A new code for this person; earlier ones that nobody used are void."""
    for old in work.session.scalars(
        select(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None))
    ):
        work.session.delete(old)
    code = "".join(work.random.choice(ALPHABET) for _ in range(LENGTH))
    work.session.add(
        Invitation(
            person_id=person.id,
            digest=digest_of(code),
            issued_at=work.now,
            expires_at=work.now + work.rulebook.invitation_time,
        )
    )
    work.session.flush()
    return code


def invite_everybody_unbound(
    work: Work, wanted: Callable[[Appointment], bool] = lambda held: True
) -> list[tuple[Person, Sequence[Appointment], str]]:
    """A code for everybody who holds a (wanted) office today and has no WeChat bound, in the registry's order."""
    held: dict[int, list[Appointment]] = {}
    for appointment in filter(wanted, work.session.scalars(in_office(work.today))):
        held.setdefault(appointment.person_id, []).append(appointment)
    bound = set(work.session.scalars(select(Follower.person_id).where(Follower.openid.is_not(None))))
    return [
        (appointments[0].person, appointments, issue(work, appointments[0].person))
        for person_id, appointments in held.items()
        if person_id not in bound
    ]


def redeem(work: Work, follower: Follower, code: str) -> Person:
    """Bind this follower to the person whom the code invites, or refuse kindly."""
    if (work.session.scalar(attempts_since(follower.id, work.now - WAIT)) or 0) >= WRONG_CODES:
        raise Refusal(TOO_MANY)
    invitation = work.session.scalar(
        select(Invitation).where(Invitation.digest == digest_of(code)).with_for_update()
    )
    if invitation is None:
        _remember_attempt(work, follower)
        raise Refusal(UNKNOWN)
    person = work.session.get_one(Person, invitation.person_id)
    if follower.person_id is not None and follower.person_id != person.id:
        raise Refusal(BOUND_ALREADY.format(name=follower.person.name if follower.person else "他人"))
    if follower.person_id == person.id:
        return person
    if invitation.used_at is not None:
        raise Refusal(USED)
    if invitation.expires_at <= work.now:
        raise Refusal(EXPIRED)
    if work.session.scalar(bound_to(person.id)) is not None:
        raise Refusal(BOUND_ELSEWHERE.format(name=person.name))
    follower.person = person
    invitation.used_at = work.now
    work.session.flush()
    return person


def digest_of(code: str) -> str:
    """What is kept of a code; small letters, blanks, hyphens and full-width characters do not matter."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def _remember_attempt(work: Work, follower: Follower) -> None:
    """Count a wrong code although the step that refuses it is undone: written when its savepoint is."""
    attempt = {"follower_id": follower.id, "at": work.now}

    def write(session: Session, undone: SessionTransaction) -> None:
        if undone.nested and session.is_active:
            session.add(InvitationAttempt(**attempt))

    event.listen(work.session, "after_soft_rollback", write, once=True)

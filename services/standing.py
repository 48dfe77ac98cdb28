"""Where a person stands in the chat: found in one select, kept in one or two statements, without objects.

The shortest messages (a photo into an open draft) never need more; it is the path every message takes, so
these few statements are written against the tables themselves.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from models.base import Base
from models.conversation import Conversation, Inbound
from models.follower import Follower
from services.desk import Collided, Work

SPOKE = timedelta(hours=48)
"""How long after a message of theirs customer-service messages may be sent."""
CLICKED = timedelta(minutes=1)
"""… and after a click on the menu, a scan or following."""
WORTH_WRITING = timedelta(minutes=1)
"""A window is written down anew when it has moved by so much: it is never taken for longer than it is."""


@dataclass(frozen=True)
class Answer:
    """What was answered to one message, and when."""

    reply: str
    at: datetime


@dataclass
class Standing:
    """A follower and the conversation they are in; the version makes two concurrent photos one album."""

    follower_id: int
    person_id: int | None
    informed_at: datetime | None
    window_until: datetime | None
    touched_at: datetime
    version: int = 0
    """0: not written yet."""
    flow: str | None = None
    step: str = ""
    draft: dict[str, Any] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    """What “更多” shows next: the rest of an answer longer than WeChat lets through."""
    ended: dict[str, Any] = field(default_factory=dict)
    """What the last finished flow left behind, for a photo that arrives after its own submission."""


_follower, _talk, _inbound = (
    Base.metadata.tables[model.__tablename__] for model in (Follower, Conversation, Inbound)
)
_earlier = select(_inbound.c.at, _inbound.c.reply).where(_inbound.c.key == bindparam("message"))
_FOUND = (
    select(
        _follower.c.id, _follower.c.person_id, _follower.c.informed_at, _follower.c.window_until,
        _talk.c.touched_at, _talk.c.version, _talk.c.flow, _talk.c.step, _talk.c.draft, _talk.c.pages,
        _talk.c.ended,
        _earlier.with_only_columns(_inbound.c.at).scalar_subquery().label("answered_at"),
        _earlier.with_only_columns(_inbound.c.reply).scalar_subquery().label("answer"),
    )
    .select_from(_follower.outerjoin(_talk, _talk.c.follower_id == _follower.c.id))
    .where(_follower.c.openid == bindparam("speaker"))
)  # fmt: skip
_MEET = insert(_follower).returning(_follower.c.id)
_WINDOW = update(_follower).where(_follower.c.id == bindparam("whose"))
_BEGIN = insert(_talk)
_KEEP = update(_talk).where(
    _talk.c.follower_id == bindparam("whose"), _talk.c.version == bindparam("decided_on")
)
_ANSWERED = insert(_inbound)


def find(work: Work, openid: str, key: str) -> tuple[Standing | None, Answer | None]:
    """Where this person stands (None: never met), and what this very message was answered with before."""
    row = work.connection.execute(_FOUND, {"speaker": openid, "message": key}).one_or_none()
    if row is None:
        earlier = work.connection.execute(_earlier, {"message": key}).one_or_none()
        return None, earlier and Answer(earlier.reply, earlier.at)
    answer = Answer(row.answer, row.answered_at) if row.answered_at else None
    standing = Standing(row.id, row.person_id, row.informed_at, row.window_until, row.touched_at or work.now)
    if row.version is not None:
        standing = replace(
            standing, version=row.version, flow=row.flow, step=row.step, draft=row.draft, pages=row.pages,
            ended=row.ended,
        )  # fmt: skip
    return standing, answer


def meet(work: Work, openid: str, pseudonym: str) -> Standing:
    """Write a new follower down."""
    made = work.connection.execute(
        _MEET, {"openid": openid, "pseudonym": pseudonym, "met_at": work.now, "following": True}
    )
    return Standing(made.scalar_one(), None, None, None, work.now)


def opened_window(work: Work, standing: Standing, *, by_message: bool) -> bool:
    """A message, click, scan or follow opens the customer-service window; the longer one holds.

    Returns whether it was shut before. How many messages the platform lets through (5, 20 …) is its own
    changing rule: it says 45047 when they are used up.
    """
    until = work.now + (SPOKE if by_message else CLICKED)
    known = standing.window_until
    if known is None or known < until - WORTH_WRITING or known <= work.now:
        standing.window_until = until
        work.connection.execute(_WINDOW, {"whose": standing.follower_id, "window_until": until})
    return known is None or known <= work.now


def informed(work: Work, standing: Standing) -> None:
    """This person has now been told what is kept and who sees it."""
    standing.informed_at = work.now
    work.connection.execute(_WINDOW, {"whose": standing.follower_id, "informed_at": work.now})


def keep(work: Work, standing: Standing) -> None:
    """Write down where the person stands now. Raises Collided if another message of theirs was quicker."""
    standing.touched_at = work.now
    talk = {
        "flow": standing.flow, "step": standing.step, "draft": standing.draft, "pages": standing.pages,
        "ended": standing.ended, "touched_at": standing.touched_at, "version": standing.version + 1,
    }  # fmt: skip
    if standing.version == 0:
        work.connection.execute(_BEGIN, {"follower_id": standing.follower_id, **talk})
        return
    kept = work.connection.execute(
        _KEEP, {"whose": standing.follower_id, "decided_on": standing.version, **talk}
    )
    if kept.rowcount != 1:
        raise Collided("another message of this person was answered meanwhile")


def answered(work: Work, key: str, reply: str) -> Answer:
    """Remember what this message was answered with. Raises IntegrityError if it was answered meanwhile."""
    work.connection.execute(_ANSWERED, {"key": key, "at": work.now, "reply": reply})
    return Answer(reply, work.now)
